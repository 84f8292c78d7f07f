"""What a closed channel does to those who used it."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, law
from sim.laws.needs import channels, works
from sim.laws.probes.migration import Forced


@law(
    statement="Closing the channel that customers use makes them less satisfied.",
    source="Trampe, Konus and Verhoef (2014)", high=0.0, strict=True,
    unit="satisfaction against the twin with the channel open", probe="migration",
    needs=(channels, works("channels"), works("choice")),
    above="a closed channel builds reactance and moves choices here; satisfaction is with what "
    "was bought, which the channel does not change",
)
def measure(forced: Forced) -> Measured:
    """Mean change over the owners of the offer who used the closed channel."""
    if not len(forced.satisfaction):
        return Measured.nothing("nobody had a channel that could be closed")
    return Measured(float(np.mean(forced.satisfaction)))
