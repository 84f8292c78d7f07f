"""How members solve each other's problems (M14)."""
