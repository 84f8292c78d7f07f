"""The recovery paradox does not reach to what customers do."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.customers.recovery import recovered
from sim.laws.needs import weeks, works
from sim.laws.probes.life import Life


@law(
    statement="Who complained and got an answer does not buy again more than who had no reason to.",
    source="de Matos, Henrique and Rossi (2007); 5 points of leeway are this project's",
    high=0.05, unit="share that buys again, answered minus never disappointed", probe="life",
    needs=(works("dialogue"), works("response"), works("choice"), weeks(16)),
    above="customers who complain are those who buy much, or are loyal, and come back anyway",
)
def measure(life: Life) -> Measured:
    """Share that buys the offer again within eight weeks of the answer, or of the good use."""
    found = recovered(life)
    if found is None:
        return Measured.nothing("no complaint was answered")
    return Measured(found.repurchase[0] - found.repurchase[1])
