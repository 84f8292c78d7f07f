"""The flat-rate bias."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import tariffs, works
from sim.laws.probes.flat_rates import Subscribed


@law(
    statement="More customers take a flat rate than it is cheaper for.",
    source="Train, McFadden and Ben-Akiva (1987); Lambrecht and Skiera (2006)", low=0.0,
    strict=True, unit="share who subscribe minus share for whom it is cheaper",
    probe="flat_rates", needs=(tariffs, works("tariffs"), works("choice")),
    below="many for whom a flat rate is cheaper do not know of it or like another offer better",
)
def measure(subscribed: Subscribed) -> Measured:
    """Both shares of the buyers at the end."""
    return Measured(subscribed.share - subscribed.cheaper)
