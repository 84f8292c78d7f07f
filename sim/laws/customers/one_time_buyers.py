"""Customers who buy once and never again."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import offered, weeks, works
from sim.laws.probes.life import Life

MOST = 10


@law(
    statement="In open-ended retail a third to over a half of a firm's buyers buy only once.",
    source="CDNOW .505, Ta Feng .368 (science.md C)", low=0.35, high=0.6,
    unit="share of buyers of the first firm", probe="life",
    needs=(offered, works("choice"), weeks(26)),
    below="this is a staple that customers are in the market for all the time; the range comes "
    "from shops that most customers seldom need, and nobody here drops out of the category",
    above="customers need the category too seldom in the weeks lived",
    panel=Panel("Purchases of a buyer (10: ten or more)", "% of buyers"),
)
def measure(life: Life) -> Measured:
    """Buyers of the first firm with exactly one purchase, over all its buyers."""
    mine = life.firm[life.log.offer] == life.firm[0]
    counts = np.bincount(life.log.customer[mine])
    counts = counts[counts > 0]
    if not len(counts):
        return Measured.nothing("nobody bought anything of the first firm")
    shares = np.bincount(np.minimum(counts, MOST), minlength=MOST + 1)[1:] / len(counts)
    return Measured(float(shares[0]), curves={
        "buyers": points(np.arange(1, MOST + 1), 100 * shares),
    })
