"""How customers reach firms, and what forcing them does (M24)."""
