"""Innovation: how fast customers adopt without others."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.diffusion.fitting import fitted
from sim.laws.needs import offered, works
from sim.laws.probes.launch import WEEKS_A_YEAR, Launched


@law(
    statement="Few customers adopt without others: innovation p of Bass's model is small.",
    source="science.md C; Sultan, Farley and Lehmann (1990): a mean of .03 a year",
    low=0.001, high=0.05,
    unit="1/year", probe="launch", needs=(offered, works("choice")),
    below="nobody but those who hear of it from friends adopts",
    above="published rates are of durables, which take years; here customers are at the shelf "
    "every few weeks and advertising reaches many of them at once",
)
def measure(launched: Launched) -> Measured:
    """Coefficient p, which is a rate and therefore put by the year."""
    fit = fitted(launched.adopters)
    return Measured.nothing(fit) if isinstance(fit, str) else Measured(fit.p * WEEKS_A_YEAR)
