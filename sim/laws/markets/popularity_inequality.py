"""Popularity makes the popular more popular."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import rivals, works
from sim.laws.probes.popularity import Popular


@law(
    statement="Where customers hear of what others chose, offers become less equal.",
    source="Salganik, Dodds and Watts (2006)", low=0.0, strict=True,
    unit="Herfindahl index of offers, with talk minus without", probe="popularity",
    needs=(rivals, works("word_of_mouth"), works("choice")),
    below="talk makes all offers known to all, which evens chances that advertising left uneven",
)
def measure(popular: Popular) -> Measured:
    """Mean of two worlds, in the last quarter."""
    return Measured(float(
        (popular.talking**2).sum(axis=1).mean() - (popular.silent**2).sum(axis=1).mean()
    ))
