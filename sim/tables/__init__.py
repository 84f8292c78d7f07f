"""The state of a market in columns, each declared once: dtype, shape, unit, meaning, owner.

The owner is the stage that writes a column; everything else reads it. Columns start at zero unless
declared otherwise, and a column that no mechanism touches costs no memory until it is read.
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
