"""The state of a market in columns, each declared once: dtype, shape, unit, meaning, owner.

The owner is the stage that writes a column; everything else reads it. Columns start at zero unless
declared otherwise; one that no mechanism touches costs memory only where it shares a page with
another that is touched.
"""

from __future__ import annotations

from sim.tables.codes import DefectKnowledge, Response, Tariff, Trigger
from sim.tables.column import MOST_LEAD_WEEKS, N_TIERS, Array, Column, Table
from sim.tables.customers import CustomerTable
from sim.tables.firms import FirmTable
from sim.tables.offers import OfferTable
from sim.tables.purchases import Options, Purchases
from sim.tables.state import Tables

__all__ = [
    "MOST_LEAD_WEEKS",
    "N_TIERS",
    "Array",
    "Column",
    "CustomerTable",
    "DefectKnowledge",
    "FirmTable",
    "OfferTable",
    "Options",
    "Purchases",
    "Response",
    "Table",
    "Tables",
    "Tariff",
    "Trigger",
]
