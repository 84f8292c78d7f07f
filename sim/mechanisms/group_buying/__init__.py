"""How members pool their demand and vendors bid for it (M13, M16)."""
