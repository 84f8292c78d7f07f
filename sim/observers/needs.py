"""What customers need on average, and sums by firm, shared by several observers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]

SMALLEST = 1e-12
"""Stands in for a sum of zero weights."""


def mean_needs(market: Market) -> Values:
    """Mean weight of each attribute over all customers, (n_attributes,); a trait, so it stays."""
    total = market.tables.customers.needs.sum(axis=0, dtype=np.float64)
    return np.asarray(total / max(market.n_customers, 1))


def weights_by_offer(market: Market, needs: Values) -> Values:
    """Mean needs within the category of each offer, 1 in sum, (n_offers, n_attributes)."""
    inside = needs * (market.attribute_category == market.tables.offers.category[:, None])
    return np.asarray(inside / np.maximum(inside.sum(axis=1, keepdims=True), SMALLEST))


def by_firm(market: Market, by_offer: Values) -> Values:
    """Sums over the offers of each firm, (..., n_firms), of (..., n_offers).

    They are taken in the market's order of offers.
    """
    sums = np.zeros((*by_offer.shape[:-1], market.n_firms))
    firm = market.tables.offers.firm
    for o in market.offer_order.tolist():
        sums[..., firm[o]] += by_offer[..., o]
    return sums

