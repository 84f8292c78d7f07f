"""Whom a closed channel angers least."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, law
from sim.laws.needs import channels, works
from sim.laws.probes.migration import Forced


@law(
    statement="Loyal customers resent a closed channel less than others.",
    source="Trampe, Konus and Verhoef (2014)", high=0.0, strict=True,
    unit="reactance against the twin, more loyal half minus the other", probe="migration",
    needs=(channels, works("channels"), works("choice")),
    above="loyalty does not shield from reactance",
)
def measure(forced: Forced) -> Measured:
    """Mean reactance of the half with more loyalty minus that of the other half."""
    if not len(forced.loyalty):
        return Measured.nothing("nobody had a channel that could be closed")
    loyal = forced.loyalty > np.median(forced.loyalty)
    if not loyal.any():
        return Measured.nothing("all who used the closed channel were equally loyal")
    return Measured(float(forced.reactance[loyal].mean() - forced.reactance[~loyal].mean()))
