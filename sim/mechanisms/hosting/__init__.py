"""What hosts of communities earn (M13)."""
