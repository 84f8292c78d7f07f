"""What customers do after a disappointment (M04)."""
