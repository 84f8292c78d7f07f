"""What firms believe of their customers (M07, M08, M09)."""
