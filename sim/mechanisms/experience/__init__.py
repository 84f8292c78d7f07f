"""What customers make of what they bought (M03)."""
