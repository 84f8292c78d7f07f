"""How customers trade data for service (M19)."""
