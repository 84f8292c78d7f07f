"""Whether large trees of word of mouth are deeper trees."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, law
from sim.laws.needs import offered, works
from sim.laws.probes.launch import Launched

SMALLEST, FEWEST = 10, 10


@law(
    statement="How deep word spreads says little about how many it reaches.",
    source="Goel, Anderson, Hofman and Watts (2016); the bound is this project's",
    low=-0.3, high=0.3, unit="correlation of virality with log size", probe="launch",
    needs=(offered, works("word_of_mouth"), works("choice")),
    above="trees grow from friend to friend alone, so that larger ones must be deeper; in the "
    "records large ones are broadcasts by one who reaches many",
)
def measure(launched: Launched) -> Measured:
    """Correlation over the trees of ten customers and more: smaller ones have no room to differ."""
    some = launched.trees.size >= SMALLEST
    size, virality = launched.trees.size[some], launched.trees.virality[some]
    if len(size) < FEWEST or size.std() == 0 or virality.std() == 0:
        return Measured.nothing(f"fewer than {FEWEST} trees of {SMALLEST} customers or more")
    return Measured(float(np.corrcoef(np.log(size), virality)[0, 1]))
