"""Firms and what they sell, written from a scenario into the tables of a market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.levers import offer_levers, set_offer_lever
from sim.streams import label_of

if TYPE_CHECKING:
    from sim.market import Market
    from sim.scenario.schema import Offer, Supply


def write_offers(market: Market) -> None:
    """Fill the tables of offers and firms, in the order of the scenario."""
    offers, firms = market.tables.offers, market.tables.firms
    at = 0
    for f, (firm_name, firm) in enumerate(market.world.firms.items()):
        firms.label[f] = label_of(firm_name)
        for name, offer in firm.offers.items():
            offers.label[at], offers.firm[at] = label_of(f"{firm_name}/{name}"), f
            _write_offer(market, at, offer)
            at += 1
        own = offers.quality[offers.firm == f].sum(axis=0)
        believed = np.array([firm.beliefs.get(a, 0.0) for a in market.attribute_names])
        believed = believed if believed.sum() > 0 else own
        firms.believed_needs[f] = believed / max(believed.sum(), 1e-12)


def _write_offer(market: Market, o: int, offer: Offer) -> None:
    offers = market.tables.offers
    offers.category[o] = market.category_names.index(offer.category)
    offers.launch_week[o] = offer.launch_week
    offers.quality[o] = [offer.quality.get(a, 0.0) for a in market.attribute_names]
    offers.unit_cost_cents[o] = round(offer.unit_cost * 100)
    offers.position[o] = offer.position
    for setting in ("fee_weeks", "income_per_use", "ad_income", "penalty_prob", "localized"):
        getattr(offers, setting)[o] = getattr(offer, setting)
    if offer.supply is not None:
        _write_supply(market, o, offer.supply)
    if offer.defect is not None:
        offers.defect_rate[o] = offer.defect.rate
        offers.defect_severity[o] = offer.defect.severity
    for path, value in offer_levers(offer):
        set_offer_lever(market, o, path, value)


def _write_supply(market: Market, o: int, supply: Supply) -> None:
    offers = market.tables.offers
    offers.lead_time[o], offers.safety_weeks[o] = supply.lead_time, supply.safety_weeks
    offers.wholesale_price_cents[o] = round(supply.wholesale_price * 100)
    if supply.supplier is not None:
        offers.supplier[o] = market.firm_names.index(supply.supplier)
