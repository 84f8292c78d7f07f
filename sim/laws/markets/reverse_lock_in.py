"""What communities do to the balance of the market where they lock customers in."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import communities, offered, works
from sim.laws.probes.reverse import Reversed


@law(
    statement="Where lock-in gains more than information does, firms keep more of the price.",
    source="Klemperer (1995); science.md C: the other regime of the reverse market", low=0.0,
    strict=True, unit="Lerner index, full communities with lock-in minus none", probe="reverse",
    needs=(offered, communities, works("community"), works("choice")),
    below="firms do not raise their prices on customers who cannot leave",
)
def measure(twins: Reversed) -> Measured:
    """Mean of the last quarter with switching costs of full loyalty, minus that without either."""
    return Measured(twins.locked_in.lerner - twins.silent.lerner)
