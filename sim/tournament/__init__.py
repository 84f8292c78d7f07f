"""Policies against each other in the same markets: who wins, against whom, and by what."""
