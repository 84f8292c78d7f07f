"""What is sold, by whom, and what firms decide."""

from __future__ import annotations

from typing import Any, Literal

from sim.parameters import Declared, param
from sim.scenario.schema.words import MOST_WEEKS, Cost, Name, PolicyName, Share, Weight
from sim.tables import MOST_LEAD_WEEKS


class Attribute(Declared):
    """Something about an offer that customers may care for."""

    latent: bool = param(
        False, unit="1", doc="Customers care for it, but nobody offers or asks for it."
    )


class Category(Declared):
    """A kind of offers among which customers choose."""

    attributes: dict[Name, Attribute] = param(unit="1", doc="What offers in it differ in.")


class Defect(Declared):
    """A hidden fault of an offer."""

    rate: float = param(unit="1", bounds=(0, 1), doc="Probability to meet it in one use.")
    severity: float = param(
        0.5, unit="1", bounds=(0, 1), doc="Experience lost when it is met, or known."
    )
    disclosed: bool = param(
        False, unit="1", doc="Lever: the firm tells its customers.", lever=True
    )


class Supply(Declared):
    """How an offer reaches the shelf; an offer without it is always in stock."""

    lead_time: int = param(
        1, unit="weeks", bounds=(1, MOST_LEAD_WEEKS), doc="Weeks from an order to its arrival."
    )
    safety_weeks: float = param(
        0.5, unit="weeks", bounds=(0, 52),
        doc="Demand that shops and supplier keep in stock beyond what they expect.",
    )
    initial_demand: float | None = param(
        None, unit="units/week per 1,000 customers", bounds=(0, 1e6),
        doc="Demand expected before the first sale; none: an equal part of its category's.",
    )
    supplier: Name | None = param(
        None, unit="1", doc="Firm that delivers it at the wholesale price; none: the firm itself.",
        source="M33",
    )
    wholesale_price: float = param(
        0.0, unit="currency", bounds=(0, 1e9), doc="What the supplier gets for a unit sold.",
        source="M33",
    )


class Offer(Declared):
    """What a firm sells in one category. Price, advertising and disclosure are levers."""

    category: Name = param(unit="1", doc="Category that it is sold in.")
    quality: dict[Name, Share] = param(
        unit="1", doc="Quality by attribute at the start; one left out is 0."
    )
    price: float = param(
        unit="currency", bounds=(0, 1e9), lever=True,
        doc="Lever: price of a unit; set in a week, it is charged from the next.",
    )
    unit_cost: float = param(0.0, unit="currency", bounds=(0, 1e9), doc="Cost of a unit.")
    advertising: float = param(
        0.0, unit="currency/week per 1,000 customers", bounds=(0, 1e9),
        doc="Lever: advertising spending.", lever=True,
    )
    advertised_claim: float | None = param(
        None, unit="1", bounds=(0, 1), lever=True,
        doc="Lever: experience that the advertising promises; none: it only makes known.",
        source="M15",
    )
    tariff: Literal["per_use", "subscription", "free"] = param(
        "per_use", unit="1", lever=True,
        doc="Lever: how use is paid for: each at the price, all by the price as a fee a period, "
        "or not at all.", source="M25",
    )
    fee_weeks: int = param(
        4, unit="weeks", bounds=(1, 520), doc="Weeks that a subscription fee pays for."
    )
    income_per_use: float = param(
        0.0, unit="currency", bounds=(0, 1e6),
        doc="Income from third parties a use, such as for data.", source="M25",
    )
    ad_load: float = param(
        0.0, unit="1", bounds=(0, 1), lever=True,
        doc="Lever: advertising of third parties that comes with each use.", source="M25",
    )
    ad_income: float = param(
        0.0, unit="currency", bounds=(0, 1e6),
        doc="Income from advertisers a use at full ad_load.", source="M25",
    )
    penalty_fee: float = param(
        0.0, unit="currency", bounds=(0, 1e9), lever=True,
        doc="Lever: late fee and its like; 0: none.", source="M25",
    )
    penalty_prob: float = param(
        0.0, unit="1", bounds=(0, 1), doc="Probability that a use ends in the penalty."
    )
    supply: Supply | None = param(
        None, unit="1", doc="How it reaches the shelf; none: always in stock.", source="M33"
    )
    launch_week: int = param(
        1, unit="week", bounds=(1, MOST_WEEKS), doc="First week on sale."
    )
    initial_awareness: float = param(
        0.0, unit="1", bounds=(0, 1), doc="Share of customers who know it before week 1."
    )
    initial_owners: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="Share of customers whose latest purchase it was; 0 if it is launched later.",
    )
    initial_expectation: float = param(
        0.5, unit="1", bounds=(0, 1),
        doc="Experience expected by who has not used it; owners before week 1 felt as much.",
    )
    localized: bool = param(
        False, unit="1",
        doc="Whether every segment can use it from the start: it needs no entry_contributions.",
        source="M12",
    )
    brand_share: Weight = param(
        1.0, unit="1",
        doc="Weight among the brands of its category where customers choose by brand "
        "probabilities of their own (choice: dirichlet).", source="science.md B15",
    )
    defect: Defect | None = param(None, unit="1", doc="Its hidden fault, if it has one.")
    position: float = param(
        0.0, unit="1", bounds=(0, 1), doc="Position on the circle of designs.", source="M20"
    )
    personalization: float = param(
        0.0, unit="1", bounds=(0, 1), lever=True,
        doc="Lever: how far the firm adapts it to what it knows of her.", source="M20",
    )
    customization: float = param(
        0.0, unit="1", bounds=(0, 1), lever=True,
        doc="Lever: how far the customer may specify it herself.", source="M20",
    )
    data_ask: float = param(
        0.0, unit="1", bounds=(0, 1), lever=True,
        doc="Lever: share of her data that the firm asks for with it.", source="M19",
    )
    data_required: bool = param(
        False, unit="1", lever=True,
        doc="Lever: only who discloses may buy it; otherwise she decides after the purchase.",
        source="M19",
    )
    channels: dict[Name, Share] = param(
        {}, unit="1", lever=True,
        doc="Lever: quality of service in each channel; 0 or left out: not sold there.",
        source="M24",
    )
    channel_costs: dict[Name, Cost] = param(
        {}, unit="currency", doc="Cost of selling a unit in each channel; one left out costs 0.",
        source="M24",
    )


class Levers(Declared):
    """What a firm decides for all its offers together."""

    sales_contact_rate: float = param(
        0.0, unit="1/week", bounds=(0, 10),
        doc="Sales contacts a customer and week.", source="M31",
    )
    sales_pressure: float = param(
        0.0, unit="1", bounds=(0, 1), doc="0: contacts serve; 1: contacts push.", source="M31"
    )
    voice_openness: float = param(
        0.3, unit="1", bounds=(0, 1), doc="How easy it is to reach the firm.", source="M05"
    )
    support_capacity: float = param(
        10.0, unit="complaints/week per 1,000 customers", bounds=(0, 1e6),
        doc="Complaints it can answer.", source="M05",
    )
    complaint_routing: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="Share of answered complaints that reach development; the rest end at the desk.",
        source="M06",
    )
    escalation_share: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="Share of complaints that leaders pass down themselves: answered before all others, "
        "and their cause reaches development past every silo.", source="M05",
    )
    information_sharing: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="Share of market information that it passes on to its customers.", source="C02",
    )
    data_payment: float = param(
        0.0, unit="currency", bounds=(0, 1e6),
        doc="Payment to a customer for one disclosure.", source="M19",
    )
    data_misuse: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="How far it uses what it knows of customers against them.", source="M19",
    )
    recommendation_rate: float = param(
        0.0, unit="1/week", bounds=(0, 10),
        doc="Recommendations a week to a customer whom it knows fully.", source="M18",
    )
    partner_commission: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="Share of the price of a first purchase that it pays to the partner who referred her.",
        source="M18",
    )
    customer_facing_share: float = param(
        1.0, unit="1", bounds=(0, 1),
        doc="Share of staff who meet customers: what silos let through.", source="M32",
    )
    survey_share: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="Share of its sales that are followed by a survey (past experience).", source="M07",
    )
    panel_size: float = param(
        0.0, unit="customers/quarter per 1,000 customers", bounds=(0, 1000),
        doc="Customers of anybody interviewed in each wave of a panel (present experience).",
        source="M07",
    )
    study_size: float = param(
        0.0, unit="customers per 1,000 customers", bounds=(0, 1000),
        doc="Customers in a study of needs that nobody serves (potential experience), made once "
        "each time that it turns from 0 to more.", source="M07",
    )
    observation_share: float = param(
        0.0, unit="customers/week per 1,000 customers", bounds=(0, 1000),
        doc="Customers of anybody observed in their daily life.", source="M08",
    )
    openness_to_contributions: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="How far customers may help to test, translate and design.", source="M12",
    )
    development_budget: float = param(
        0.0, unit="currency/week per 1,000 customers", bounds=(0, 1e9),
        doc="Spending on product improvement.", source="M11",
    )
    release_cadence: int = param(
        26, unit="weeks", bounds=(1, 520), doc="Weeks between releases.", source="M11"
    )
    reward_budget: float = param(
        0.0, unit="currency/week per 1,000 customers", bounds=(0, 1e9),
        doc="Spending on rewards of customers.", source="M29",
    )
    reward_focus: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="0: all buyers are rewarded alike; 1: only the best ones.", source="M29",
    )
    club_investment: float = param(
        0.0, unit="currency/week per 1,000 customers", bounds=(0, 1e9),
        doc="Spending on a club of fans.", source="M30",
    )
    markup: float = param(
        0.3, unit="1", bounds=(0, 100),
        doc="Price over unit cost, minus 1, where prices follow cost.", source="M16",
    )
    shares_sales_data: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="Share of its shops whose sales suppliers see at once.", source="M33",
    )
    opens_knowledge: float = param(
        0.0, unit="1", bounds=(0, 1),
        doc="How far it opens its own knowledge and systems to communities.", source="M14",
    )


class Firm(Declared):
    """A firm: its offers, its levers, its policy and what it believes of its customers."""

    policy: PolicyName | dict[str, Any] = param(
        "fixed", unit="1", lever=True,
        doc="Lever: how it decides its other levers, week by week. Written by name or as "
        "{name: ..., parameter: ...}; module:Class is code of one's own, which runs only with "
        "--allow-code.",
    )
    offers: dict[Name, Offer] = param(unit="1", doc="What it sells.")
    levers: Levers = param(Levers(), unit="1", doc="What it decides.")
    partners: list[Name] = param(
        [], unit="1", doc="Firms whose offers it recommends to its own customers.", source="M18"
    )
    beliefs: dict[Name, Weight] = param(
        {}, unit="1",
        doc="Attribute weights that it believes in at the start; none: its own strengths.",
    )
