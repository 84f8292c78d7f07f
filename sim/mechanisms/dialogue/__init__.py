"""What firms do with complaints (M05, M06)."""
