"""Fits settings of a scenario to data: adoptions, purchases, tables of brands, weekly sales."""
