"""How much of the talk comes from few."""

from __future__ import annotations

import numpy as np

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import works
from sim.laws.probes.life import Life

TOP = 0.1
PERCENT = np.arange(0, 101, 2)


@law(
    statement="The tenth of the customers who talks most does 25 to 60% of the talking.",
    source="science.md C (from memory there, not verified)", low=0.25, high=0.6,
    unit="share of all tellings", probe="life", needs=(works("word_of_mouth"), works("choice")),
    below="customers differ too little in talkativeness and in how often they buy",
    above="next to all talk is that of very few",
    panel=Panel("% of talkers, most talkative first", "% of all tellings"),
)
def measure(life: Life) -> Measured:
    """Share of the weeks in which somebody talked, among customers who talked at all."""
    talked = np.sort(life.said[life.said > 0])[::-1]
    if not len(talked):
        return Measured.nothing("nobody told anybody anything")
    cumulated = np.concatenate([[0.0], np.cumsum(talked)]) / talked.sum()
    counted = np.linspace(0.0, 100.0, len(cumulated))
    return Measured(float(np.interp(100 * TOP, counted, cumulated)), curves={
        "talk": points(PERCENT, 100 * np.interp(PERCENT, counted, cumulated)),
    })
