"""Imitation against innovation: what makes an S of the curve.

It applies to durables. Trial of what is bought often needs little advice and follows another law:
penetration that rises fastest at once and levels off (Fourt and Woodlock 1960), which is Bass's
curve with little or no imitation.
"""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.diffusion.fitting import fitted
from sim.laws.needs import durable, offered, works
from sim.laws.probes.launch import Launched


@law(
    statement="Imitation is much stronger than innovation.",
    source="science.md C; Sultan, Farley and Lehmann (1990): .38 over .03",
    low=5.0, high=100.0, unit="q / p",
    probe="launch", needs=(offered, works("choice"), durable),
    below="advertising makes many buy before friends can tell them",
    above="next to nobody adopts without friends",
)
def measure(launched: Launched) -> Measured:
    """Both coefficients of the fit; their means over replications are divided."""
    fit = fitted(launched.adopters)
    return Measured.nothing(fit) if isinstance(fit, str) else Measured(fit.q, over=fit.p)
