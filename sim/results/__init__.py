"""What a run yields: tidy tables, intervals, verdicts on claims, and a folder that keeps them."""
