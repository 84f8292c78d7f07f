"""Examples to read and to change; each runs as it stands."""
