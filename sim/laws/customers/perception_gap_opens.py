"""The delivery gap and the voice of customers."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import offered, rivals, works
from sim.laws.probes.openness import Opened


@law(
    statement="The gap shrinks where customers can reach the firm.",
    source="Hirschman (1970); science.md C", high=0.0, strict=True,
    unit="delivery gap, open minus closed", probe="openness",
    needs=(offered, rivals, works("choice"), works("experience"), works("response")),
    above="complaints are answered at the desk, but neither what firms believe nor what they "
    "offer follows from them unless complaints are routed on and development works on them",
)
def measure(opened: Opened) -> Measured:
    """Delivery gap of the last quarter with open channels for voice minus that with closed."""
    return Measured(opened.opened - opened.closed)
