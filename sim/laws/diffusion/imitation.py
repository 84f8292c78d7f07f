"""Imitation: how much faster customers adopt because others have."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.diffusion.fitting import fitted
from sim.laws.needs import offered, works
from sim.laws.probes.launch import WEEKS_A_YEAR, Launched


@law(
    statement="Customers adopt because others have: imitation q of Bass's model.",
    source="science.md C; Sultan, Farley and Lehmann (1990): a mean of .38 a year",
    low=0.2, high=0.8,
    unit="1/year", probe="launch", needs=(offered, works("choice")),
    below="advertising makes the offer known before friends can",
    above="published rates are of durables, which take years; here friends talk every week about "
    "what they buy every few weeks",
)
def measure(launched: Launched) -> Measured:
    """Coefficient q, which is a rate and therefore put by the year."""
    fit = fitted(launched.adopters)
    return Measured.nothing(fit) if isinstance(fit, str) else Measured(fit.q * WEEKS_A_YEAR)
