"""Experiment files and benchmarks."""
