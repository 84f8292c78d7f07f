"""When customers buy and what (M04, M17)."""
