"""What a law needs of a scenario to say anything: each need answers with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.scenario import Document
from sim.scenario.mechanisms import chosen_mechanisms
from sim.scenario.schema import Gamma, Offer, Segment

WEEKS_A_YEAR = 52


@dataclass(frozen=True)
class World:
    """A scenario as laws look at it: its document and the variant of every family."""

    document: Document
    variants: Mapping[str, str]
    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, document: Document) -> World:
        """The world of a document."""
        chosen = chosen_mechanisms(document)
        return cls(
            document, {family: variant for family, (variant, _) in chosen.items()},
            {family: own for family, (_, own) in chosen.items()},
        )

    @property
    def offers(self) -> dict[str, Offer]:
        """All offers by name; the first one is that which probes change."""
        firms = self.document.firms.values()
        return {name: offer for firm in firms for name, offer in firm.offers.items()}

    @property
    def focal(self) -> Offer | None:
        """The offer that probes change: the first of the first firm that has any."""
        return next(iter(self.offers.values()), None)


Need = Callable[[World], str]
"""What of it is missing in a world; empty if nothing is."""


def works(family: str, *variants: str) -> Need:
    """A family of mechanisms at work, in one of these variants, or in any but none."""
    def missing(world: World) -> str:
        variant = world.variants[family]
        if variant in variants or (not variants and variant != "none"):
            return ""
        return f"mechanisms.{family}" + (f" as {' or '.join(variants)}" if variants else "")

    return missing


def feedback(least: float) -> Need:
    """Increasing returns of the installed base, of this power at least."""
    def missing(world: World) -> str:
        own = world.parameters["choice"]
        if world.variants["choice"] == "increasing_returns" and own.exponent >= least:
            return ""
        return f"mechanisms.choice as increasing_returns with an exponent from {least:g}"

    return missing


def constant_returns(world: World) -> str:
    """The installed base does not count for itself."""
    is_so = world.variants["choice"] != "increasing_returns"
    return "" if is_so else "mechanisms.choice without increasing returns"


def weeks(least: int) -> Need:
    """A market that lives so long."""
    def missing(world: World) -> str:
        return "" if world.document.weeks >= least else f"at least {least} weeks"

    return missing


def durable(world: World) -> str:
    """The first offer is a durable: customers are in the market for it once a year at most."""
    own = world.variants["choice"] == "durable_adoption"
    is_so = world.focal is not None and (own or occasions_a_year(world) <= 1.0)
    return "" if is_so else "a durable as its first offer: a purchase occasion a year at most"


def occasions_a_year(world: World) -> float:
    """Mean purchase occasions of a customer in the category of the first offer."""
    segments = world.document.customers.segments.values()
    total = sum(segment.share for segment in segments)
    category = world.focal.category if world.focal is not None else ""

    def rate(segment: Segment) -> float:
        own = segment.purchase_rate
        given = own.get(category, 0.0) if isinstance(own, dict) else own
        return given.mean if isinstance(given, Gamma) else given

    weighed = sum(segment.share * rate(segment) for segment in segments)
    return WEEKS_A_YEAR * weighed / total if total > 0 else 0.0


def firms(least: int) -> Need:
    """So many firms that sell something."""
    def missing(world: World) -> str:
        sellers = sum(bool(firm.offers) for firm in world.document.firms.values())
        return "" if sellers >= least else f"at least {least} firms that sell"

    return missing


def rivals(world: World) -> str:
    """Two firms that sell in the category of the first offer."""
    if world.focal is None:
        return "two rival firms"
    category = world.focal.category
    firms = [
        firm for firm in world.document.firms.values()
        if any(offer.category == category for offer in firm.offers.values())
    ]
    return "" if len(firms) >= 2 else "two rival firms in the category of its first offer"


def offered(world: World) -> str:
    """Something is sold."""
    return "" if world.focal is not None else "an offer"


def advertised(world: World) -> str:
    """The first offer is advertised."""
    is_so = world.focal is not None and world.focal.advertising > 0
    return "" if is_so else "advertising of its first offer above 0"


def priced(world: World) -> str:
    """The first offer has a price above zero."""
    is_so = world.focal is not None and world.focal.price > 0
    return "" if is_so else "a price of its first offer above 0"


def communities(world: World) -> str:
    """There is a community."""
    return "" if world.document.communities else "communities"


def sold_twice(world: World) -> str | None:
    """The first offer that is sold through two channels at least."""
    return next((
        name for name, offer in world.offers.items()
        if sum(quality > 0 for quality in offer.channels.values()) >= 2
    ), None)


def channels(world: World) -> str:
    """An offer is sold through two channels at least."""
    return "" if sold_twice(world) is not None else "an offer with two open channels"


def tariffs(world: World) -> str:
    """A subscription stands beside payment per use in one category."""
    by_category: dict[str, set[str]] = {}
    for offer in world.offers.values():
        by_category.setdefault(offer.category, set()).add(offer.tariff)
    both = any({"per_use", "subscription"} <= kinds for kinds in by_category.values())
    return "" if both else "a subscription beside payment per use in one category"


def small_world(world: World) -> str:
    """Ties whose rewiring can be turned up and down."""
    is_so = world.document.customers.network.kind == "watts_strogatz"
    return "" if is_so else "customers.network.kind watts_strogatz, whose ties can be rewired"
