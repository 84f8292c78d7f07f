"""Choosing under uncertainty: strategies against worlds, regret, and where each one fails."""
