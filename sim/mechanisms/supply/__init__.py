"""How goods reach the shelf: orders, lead times, stock-outs (M33)."""
