"""The state of a market: its three tables."""

from __future__ import annotations

from typing import NamedTuple

from sim.tables.customers import CustomerTable
from sim.tables.firms import FirmTable
from sim.tables.offers import OfferTable


class Tables(NamedTuple):
    """The state of a market."""

    customers: CustomerTable
    offers: OfferTable
    firms: FirmTable
