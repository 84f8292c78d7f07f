"""How customers come to trust firms, or stop (M05, M19)."""
