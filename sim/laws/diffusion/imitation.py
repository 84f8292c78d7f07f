"""Imitation: how much faster customers adopt because others have.

It applies to durables. Published rates by the year are of first purchases of durables and their
like, which customers think of once in years (Bass 1969 is about "infrequently purchased"
products); what is bought every few weeks runs through a market in weeks, and a rate by the year
compares it with nothing.
"""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.diffusion.fitting import fitted
from sim.laws.needs import WEEKS_A_YEAR, durable, offered, works
from sim.laws.probes.launch import Launched


@law(
    statement="Customers adopt because others have: imitation q of Bass's model.",
    source="science.md C; Sultan, Farley and Lehmann (1990): a mean of .38 a year",
    low=0.2, high=0.8,
    unit="1/year", probe="launch", needs=(offered, works("choice"), durable),
    below="advertising makes the offer known before friends can",
    above="friends talk of it every week, so that word is through the market within months",
)
def measure(launched: Launched) -> Measured:
    """Coefficient q, which is a rate and therefore put by the year."""
    fit = fitted(launched.adopters)
    return Measured.nothing(fit) if isinstance(fit, str) else Measured(fit.q * WEEKS_A_YEAR)
