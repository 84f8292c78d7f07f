"""What communities do to the balance of the market: information_asymmetry."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import communities, offered, works
from sim.laws.probes.reverse import Reversed


@law(
    statement="The more communities know, the less firms know ahead of customers.",
    source="Hagel and Armstrong (1997), reverse markets", high=0.0, strict=True,
    unit="asymmetry, full communities minus none", probe="reverse",
    needs=(offered, communities, works("community"), works("choice")),
    above="ratings of what others think of an offer are not nearer to what it is worth to oneself",
)
def measure(twins: Reversed) -> Measured:
    """Mean of the last quarter where all belong to communities, minus that without any."""
    return Measured(twins.informed.information_asymmetry - twins.silent.information_asymmetry)
