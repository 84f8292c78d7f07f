"""Who buys, stays and forgives."""
