"""How firms reward their best customers (M29)."""
