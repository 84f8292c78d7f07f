"""What customers tell each other over social ties (M01, M02)."""
