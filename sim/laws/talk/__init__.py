"""What customers say, and what it moves."""
