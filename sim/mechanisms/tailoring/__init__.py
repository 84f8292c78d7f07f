"""How offers are fitted to single customers (M20)."""
