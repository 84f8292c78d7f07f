"""What a scenario file may say: the structure, its types and its bounds.

Names of things (firms, offers, segments ...) are keys of mappings, so that every setting has one
dotted path, such as ``firms.Treo.levers.development_budget``; strategies, events, ``uncertain`` and
``--set`` use these paths. Checks that need to know more than one place stand in ``check.py``.
"""

from __future__ import annotations

from sim.scenario.schema.customers import Community, Customers, Network, Segment
from sim.scenario.schema.document import Claim, Document, Event, Strategy, Uncertain
from sim.scenario.schema.firms import Attribute, Category, Defect, Firm, Levers, Offer, Supply
from sim.scenario.schema.lesson import Doing, Explanation, Lesson, Look, Prediction, Step
from sim.scenario.schema.spreads import Circle, Gamma, Lognormal, Normal, Proportion, TwoKinds
from sim.scenario.schema.words import (
    MOST_CHANNELS,
    MOST_CHECKS,
    MOST_CUSTOMERS,
    MOST_OFFERS,
    MOST_SEGMENTS,
    MOST_STRATEGIES,
    MOST_WEEKS,
    Cost,
    Date,
    Identifier,
    Name,
    PolicyName,
    Rate,
    Share,
    Text,
    Utility,
    Value,
    Weeks,
    Weight,
)

__all__ = [
    "MOST_CHANNELS",
    "MOST_CHECKS",
    "MOST_CUSTOMERS",
    "MOST_OFFERS",
    "MOST_SEGMENTS",
    "MOST_STRATEGIES",
    "MOST_WEEKS",
    "Attribute",
    "Category",
    "Circle",
    "Claim",
    "Community",
    "Cost",
    "Customers",
    "Date",
    "Defect",
    "Document",
    "Doing",
    "Event",
    "Explanation",
    "Firm",
    "Gamma",
    "Identifier",
    "Lesson",
    "Levers",
    "Lognormal",
    "Look",
    "Name",
    "Network",
    "Normal",
    "Offer",
    "PolicyName",
    "Prediction",
    "Proportion",
    "Rate",
    "Segment",
    "Share",
    "Step",
    "Strategy",
    "Supply",
    "Text",
    "TwoKinds",
    "Uncertain",
    "Utility",
    "Value",
    "Weeks",
    "Weight",
]
