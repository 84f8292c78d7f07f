"""Experiments: designs over settings of a scenario, lived at any scale, kept whatever happens."""
