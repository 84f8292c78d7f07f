"""How customers look up what offers are really like (M16, C05)."""
