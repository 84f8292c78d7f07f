"""Data sets as marketing scientists have them, with the truth from markets lived once more."""
