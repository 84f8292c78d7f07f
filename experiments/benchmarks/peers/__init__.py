"""Workload W, one small market, in other tools: what the engine's speed is measured against."""
