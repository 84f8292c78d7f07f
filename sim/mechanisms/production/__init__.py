"""How unit costs change with what was made (M21)."""
