"""Who is first need not lead."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import rivals, works
from sim.laws.probes.entry import Entered


@law(
    statement="The first entrant leads in the long run in half of all markets at most.",
    source="Golder and Tellis (1993): 11% of pioneers lead", high=0.5, is_share=True,
    unit="share of runs that the first entrant leads", probe="entry",
    needs=(rivals, works("choice")),
    above="half a year alone makes customers loyal and the offer known, which later entrants of "
    "about the same quality do not make up for in the two years that follow",
)
def measure(entered: Entered) -> Measured:
    """1 if the first entrant sells most in the last quarter."""
    if entered.units.sum() == 0:
        return Measured.nothing("nothing was sold in the last quarter")
    return Measured(float(entered.units.argmax() == entered.first))
