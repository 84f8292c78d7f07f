"""The recovery paradox, for satisfaction."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.customers.recovery import recovered
from sim.laws.needs import works
from sim.laws.probes.life import Life


@law(
    statement="Who complained and got an answer is more satisfied than who had no reason to.",
    source="de Matos, Henrique and Rossi (2007)", low=0.0, strict=True,
    unit="satisfaction, answered minus never disappointed", probe="life",
    needs=(works("dialogue"), works("response"), works("choice")),
    below="an answer goes part of the way to full satisfaction, and those whom nothing "
    "disappointed are farther along it already",
)
def measure(life: Life) -> Measured:
    """Satisfaction right after an answer, minus that right after a use without disappointment."""
    found = recovered(life)
    if found is None:
        return Measured.nothing("no complaint was answered")
    return Measured(found.satisfaction[0] - found.satisfaction[1])
