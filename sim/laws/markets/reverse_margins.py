"""What communities do to the balance of the market: lerner."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import communities, offered, works
from sim.laws.probes.reverse import Reversed


@law(
    statement="The more communities know, the less of the price stays above cost.",
    source="Hagel and Armstrong (1997), reverse markets", high=0.0, strict=True,
    unit="Lerner index, full communities minus none", probe="reverse",
    needs=(offered, communities, works("community"), works("choice")),
    above="prices do not follow what customers know: members buy better offers, not cheaper ones",
)
def measure(twins: Reversed) -> Measured:
    """Mean of the last quarter where all belong to communities, minus that without any."""
    return Measured(twins.informed.lerner - twins.silent.lerner)
