"""What is measured: read-only, one concern a file."""
