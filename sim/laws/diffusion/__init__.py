"""How new offers spread."""
