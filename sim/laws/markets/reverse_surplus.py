"""What communities do to the balance of the market: power_surplus."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import communities, offered, works
from sim.laws.probes.reverse import Reversed


@law(
    statement="The more communities know, the larger the customers' part of the surplus.",
    source="Hagel and Armstrong (1997), reverse markets", low=0.0, strict=True,
    unit="share of the surplus, full communities minus none", probe="reverse",
    needs=(offered, communities, works("community"), works("choice")),
    below="what members learn does not lead them to offers that are worth more to them",
)
def measure(twins: Reversed) -> Measured:
    """Mean of the last quarter where all belong to communities, minus that without any."""
    return Measured(twins.informed.power_surplus - twins.silent.power_surplus)
