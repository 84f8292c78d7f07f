"""Popularity makes success a matter of luck."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, law
from sim.laws.needs import rivals, works
from sim.laws.probes.popularity import Popular


@law(
    statement="Where customers hear of what others chose, success is harder to foretell.",
    source="Salganik, Dodds and Watts (2006)", low=0.0, strict=True,
    unit="distance of shares between two worlds, with talk minus without", probe="popularity",
    needs=(rivals, works("word_of_mouth"), works("choice")),
    below="friends tell how good an offer was to them, not how many bought it: talk carries "
    "quality, which is the same in all worlds",
)
def measure(popular: Popular) -> Measured:
    """Mean distance of an offer's shares in two worlds that differ in luck alone."""
    talking, silent = (
        np.abs(shares[0] - shares[1]).mean() for shares in (popular.talking, popular.silent)
    )
    return Measured(float(talking - silent))
