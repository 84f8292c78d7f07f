"""How prices follow levers, costs and markets (M16)."""
