"""The inflection point: where the S-curve is steepest.

It applies to durables, for the same reason as ``imitation_ratio``: trial of what is bought often
may be fastest at once (Fourt and Woodlock 1960).
"""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.diffusion.fitting import fitted
from sim.laws.needs import durable, offered, works
from sim.laws.probes.launch import Launched


@law(
    statement="Adoption is fastest when 40 to 50% of those who will ever adopt have.",
    source="Bass (1969); science.md C", low=0.4, high=0.5, unit="share of final adopters",
    probe="launch", needs=(offered, works("choice"), durable),
    below="many adopt without others (p is not small against q), which bends the curve early",
)
def measure(launched: Launched) -> Measured:
    """(1 - p/q) / 2 by the fit, and 0 where adoptions fall from the start."""
    fit = fitted(launched.adopters)
    if isinstance(fit, str):
        return Measured.nothing(fit)
    return Measured(max(1.0 - fit.p / fit.q, 0.0) / 2.0 if fit.q > 0 else 0.0)
