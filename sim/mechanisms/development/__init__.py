"""How products improve and when customers get the improvement (M11)."""
