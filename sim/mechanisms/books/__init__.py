"""Revenue, costs and profit."""
