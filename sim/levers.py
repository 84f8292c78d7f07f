"""Levers of an offer by their path, as scenarios, events and forks set them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.parameters import declaration
from sim.scenario.schema import Offer
from sim.tables import Tariff

if TYPE_CHECKING:
    from sim.market import Market


def set_offer_lever(market: Market, o: int, path: Sequence[str], value: Any) -> None:
    """Set one lever of an offer, such as ``("price",)`` or ``("channels", "web")``."""
    offers = market.tables.offers
    name = path[0]
    if name == "price":
        offers.list_price_cents[o] = round(value * 100)
    elif name == "penalty_fee":
        offers.penalty_cents[o] = round(value * 100)
    elif name == "tariff":
        offers.tariff[o] = getattr(Tariff, value.upper())
    elif name == "defect":
        offers.defect_disclosed[o] = value
    elif name == "channels":
        offers.channel_quality[o, market.channel_names.index(path[1])] = value
    else:
        getattr(offers, name)[o] = value


def offer_levers(offer: Offer) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Path and value of every lever of an offer as a scenario sets it."""
    for name in Offer.model_fields:
        if not declaration(Offer, name).get("lever"):
            continue
        value = getattr(offer, name)
        if isinstance(value, dict):
            yield from (((name, part), inner) for part, inner in value.items())
        else:
            yield (name,), value
    if offer.defect is not None:
        yield ("defect", "disclosed"), offer.defect.disclosed
