"""Innovation: how fast customers adopt without others.

It applies to durables, for the same reason as ``imitation``: the published rates by the year are of
products that customers think of once in years.
"""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.diffusion.fitting import fitted
from sim.laws.needs import WEEKS_A_YEAR, durable, offered, works
from sim.laws.probes.launch import Launched


@law(
    statement="Few customers adopt without others: innovation p of Bass's model is small.",
    source="science.md C; Sultan, Farley and Lehmann (1990): a mean of .03 a year",
    low=0.001, high=0.05,
    unit="1/year", probe="launch", needs=(offered, works("choice"), durable),
    below="nobody but those who hear of it from friends adopts",
    above="advertising reaches many customers within weeks, and those who are at the shelf buy",
)
def measure(launched: Launched) -> Measured:
    """Coefficient p, which is a rate and therefore put by the year."""
    fit = fitted(launched.adopters)
    return Measured.nothing(fit) if isinstance(fit, str) else Measured(fit.p * WEEKS_A_YEAR)
