"""Searching for levers that do well in many worlds, under a budget, towards several goals."""
