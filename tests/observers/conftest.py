"""Tiny markets whose tables are written by hand."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.observers.base import observers
from sim.streams import BLOCK
from sim.tables import Purchases


def two_needs(n=4, offers=None, *, firms=None, segment=None):
    """One category of two attributes, needed 1 to 3; by default one firm a offer."""
    given = {
        "category": "thing", "quality": {"worth": 0.8, "looks": 0.4}, "price": 10.0,
        "unit_cost": 4.0, "initial_awareness": 1.0,
    }
    offers = offers or {"one": {}}
    firms = firms or {f"F{name}": [name] for name in offers}
    world = worlds.plain(n, needs={"worth": 1, "looks": 3}, **(segment or {}))
    world["categories"] = {"thing": {"attributes": {"worth": {}, "looks": {}}}}
    world["firms"] = {
        firm: {
            "beliefs": {"worth": 1, "looks": 1},
            "offers": {name: {**given, **offers[name]} for name in names},
        }
        for firm, names in firms.items()
    }
    world["mechanisms"] = {**world["mechanisms"], "choice": {"variant": "multinomial_logit"}}
    return world


def sell(market, *bought):
    """Let these be the week's purchases: (customer, offer, cents[, expected[, experienced]])."""
    rows = sorted(bought)
    starts = np.searchsorted([row[0] for row in rows], np.arange(market.n_blocks + 1) * BLOCK)
    purchases = Purchases.allocate(starts.astype(np.int64))
    for p, (customer, offer, cents, *felt) in enumerate(rows):
        purchases.customer[p], purchases.offer[p] = customer, offer
        purchases.price_cents[p] = cents
        purchases.expected[p], purchases.experienced[p] = [*felt, 0.5, 0.5][:2]
    market.purchases = purchases


def charge(market, *charges):
    """Let customers be charged this besides their purchases: (customer, offer, cents)."""
    who, offer, cents = zip(*charges, strict=True)
    bought = market.purchases
    bought.charged_customer = np.array(who, dtype=np.int32)
    bought.charged_offer = np.array(offer, dtype=np.int16)
    bought.charged_cents = np.array(cents, dtype=np.int64)


def seen(market, name):
    """What an observer says of the market as it is."""
    return observers()[name]().observe(market)


@pytest.fixture
def made():
    """A market of the world given, after no week."""
    def make(world, **options):
        market = worlds.market(world, **options)
        market.week = 1
        return market

    return make
