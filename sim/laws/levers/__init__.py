"""What price and advertising move."""
