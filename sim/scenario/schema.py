"""What a scenario file may say: the structure, its types and its bounds.

Names of things (firms, offers, segments ...) are keys of mappings, so that every setting has one
dotted path, such as ``firms.Treo.levers.development_budget``; strategies, events, ``uncertain`` and
``--set`` use these paths. Checks that need to know more than one place stand in ``check.py``.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, Strict, StringConstraints

from sim.parameters import Declared, param
from sim.tables import MOST_LEAD_WEEKS

NAME = r"^[A-Za-z][A-Za-z0-9_ -]*$"
IDENTIFIER = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=40)]
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER, max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
PolicyName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1e6)]
Rate = Annotated[float, Field(ge=0, le=100)]
Utility = Annotated[float, Field(ge=-100, le=100)]
Cost = Annotated[float, Field(ge=0, le=1e9)]
Weeks = Annotated[tuple[int, int], Strict(False)]


def _from_iso(value: object) -> object:
    # YAML 1.2 has no dates: they are read as text.
    if isinstance(value, str) and len(value) == len("2026-01-05"):
        return datetime.date.fromisoformat(value)
    return value


Date = Annotated[datetime.date, BeforeValidator(_from_iso)]
Value = float | int | bool | str | None

MOST_CUSTOMERS = 20_000_000
MOST_WEEKS = 5_200
MOST_OFFERS = 120


class Lognormal(Declared):
    """A positive quantity spread over customers: exp(Normal(log(median), spread))."""

    median: float = param(unit="1", bounds=(0, 1e6), doc="Median over the customers.")
    spread: float = param(
        0.0, unit="1", bounds=(0, 3), doc="Standard deviation of its logarithm; 0: all alike."
    )


class Gamma(Declared):
    """A positive quantity spread over customers as gamma; purchase counts are then NBD."""

    mean: float = param(unit="1/week", bounds=(0, 100), doc="Mean over the customers.")
    shape: float | None = param(
        None, unit="1", bounds=(0.01, 1000), doc="Gamma shape; none: all customers alike."
    )


class Normal(Declared):
    """A quantity spread over customers as Normal(mean, sd)."""

    mean: float = param(unit="utility", bounds=(-100, 100), doc="Mean over the customers.")
    sd: float = param(0.0, unit="utility", bounds=(0, 100), doc="Standard deviation.")


class Proportion(Declared):
    """A share from 0 to 1 spread over customers as beta."""

    mean: float = param(unit="1", bounds=(0, 1), doc="Mean over the customers.")
    concentration: float | None = param(
        None, unit="1", bounds=(0.1, 10_000), doc="Beta concentration; none: all alike."
    )


class TwoKinds(Declared):
    """A quantity with two peaks: a part of the customers has one value, the rest another."""

    low: float = param(unit="utility", bounds=(0, 100), doc="Value of most carefree customers.")
    high: float = param(unit="utility", bounds=(0, 100), doc="Value of the others.")
    high_share: float = param(0.5, unit="1", bounds=(0, 1), doc="Share of the others.")


class Circle(Declared):
    """Ideal positions on a circle of designs, spread around a center."""

    center: float = param(0.0, unit="1", bounds=(0, 1), doc="Center of the positions.")
    spread: float = param(
        0.5, unit="1", bounds=(0, 0.5),
        doc="Largest distance from the center, all equally likely; 0.5: anywhere.",
    )


class Segment(Declared):
    """A kind of customers: what they need, how they choose, how they behave."""

    share: float = param(
        1.0, unit="1", bounds=(0, 1e6), doc="Weight of the segment among all customers."
    )
    needs: dict[Name, Weight] = param(
        {}, unit="1", doc="Mean weight of each attribute; one left out weighs nothing."
    )
    needs_concentration: float | None = param(
        None, unit="1", bounds=(0.1, 10_000),
        doc="Dirichlet concentration of the weights around their mean; none: all alike.",
    )
    price_sensitivity: Weight | Lognormal = param(
        unit="utility/currency", doc="Utility lost per unit of price.", source="science.md A3"
    )
    # Left to right: what has a mean is one rate, not two categories named mean and shape.
    purchase_rate: Annotated[
        Rate | Gamma | dict[Name, Rate | Gamma], Field(union_mode="left_to_right")
    ] = param(
        unit="1/week",
        doc="Purchase occasions a week, for all categories or by category; one left out is 0.",
    )
    regular_purchases: bool = param(
        False, unit="1", doc="Purchases come at even intervals instead of by chance (Poisson)."
    )
    talkativeness: Weight | Lognormal = param(
        1.0, unit="1", doc="Factor on the propensity to talk.", source="science.md A2"
    )
    voice_propensity: Utility | Normal = param(
        0.0, unit="utility", doc="Inclination to complain to the firm.", source="science.md A5"
    )
    switching_cost: float = param(
        0.0, unit="utility", bounds=(0, 100),
        doc="Utility lost by buying another offer than last time.", source="science.md A5",
    )
    outside_utility: float | None = param(
        0.0, unit="utility", bounds=(-100, 100),
        doc="Utility of buying nothing; none: she always buys.", source="science.md A3",
    )
    privacy_concern: Utility | TwoKinds = param(
        0.0, unit="utility", doc="Utility lost to being asked for all her data.",
        source="science.md A9: two peaks",
    )
    expertise: Share | Proportion = param(
        0.0, unit="1", doc="Knowledge of the category, from which contributions and answers come.",
        source="M12",
    )
    entry_contributions: float = param(
        0.0, unit="contributions per 1,000 customers", bounds=(0, 1e6),
        doc="Contributions that a firm must have received, such as translations, before the "
        "segment can buy from it; 0: always.", source="M12",
    )
    effort_cost: Weight | Lognormal = param(
        0.0, unit="utility", doc="Utility lost to specifying an offer in full.", source="M20"
    )
    information_seeking: Rate | Gamma = param(
        0.0, unit="1/week", doc="How often she looks up what offers are really like.",
        source="M16",
    )
    taste: Circle | dict[Name, Circle] = param(
        Circle(), unit="1", doc="Ideal positions on the circle of designs, by category or for all."
    )
    channel_affinity: dict[Name, Utility | Normal] = param(
        {}, unit="utility", doc="Liking of channels; one left out is 0.", source="M24"
    )
    behavior: dict[Name, dict[str, float]] = param(
        {}, unit="1",
        doc="Mechanism parameters that differ in this segment: family, parameter, value.",
    )


class Network(Declared):
    """The social network: a generator with its parameters, or a file beside the scenario."""

    model_config = ConfigDict(extra="allow")

    kind: Name | None = param(None, unit="1", doc="Generator, such as watts_strogatz.")
    file: Text | None = param(None, unit="1", doc="Network file in the scenario's folder.")


class Customers(Declared):
    """Who is in the market."""

    n: int = param(unit="customers", bounds=(0, MOST_CUSTOMERS), doc="Number of customers.")
    network: Network = param(unit="1", doc="How they are tied.")
    segments: dict[Name, Segment] = param(unit="1", doc="Their kinds.")


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
        unit="currency", bounds=(0, 1e9), doc="Lever: price of a unit.", lever=True
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
        0.0, unit="1", bounds=(0, 1), doc="Share of customers whose latest purchase it was."
    )
    initial_expectation: float = param(
        0.5, unit="1", bounds=(0, 1), doc="Experience expected by who has not used it."
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


class Community(Declared):
    """A place where customers meet."""

    initial_share: float = param(
        0.0, unit="1", bounds=(0, 1), doc="Share of customers who belong to it before week 1."
    )
    host: Name = param(
        "customers", unit="1",
        doc="Who runs it and earns its income: customers, third_party, or a firm by its name.",
        source="M13",
    )
    vendors: list[Name] = param(
        [], unit="1",
        doc="Firms admitted: members see all they sell, other firms are not talked of; "
        "none named: all are talked of, nobody shows anything.", source="M13",
    )
    categories: list[Name] = param(
        [], unit="1", doc="Its topic: the categories talked of; none named: all.", source="M13"
    )


class Levers(Declared):
    """What a firm decides for all its offers together."""

    sales_contact_rate: float = param(
        0.0, unit="1/week", bounds=(0, 10),
        doc="Sales contacts a customer and week.", source="model.md M31",
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
        doc="Lever: how it decides its levers, by name or as {name: ..., parameter: ...}; "
        "module:Class is code of one's own, which runs only with --allow-code.",
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


class Strategy(Declared):
    """An alternative under comparison: a named set of overrides."""

    title: Text | None = param(None, unit="1", doc="Name for the reader.")
    set: dict[str, Value] = param({}, unit="1", doc="Overrides: path and value.")


class Event(Declared):
    """A change of levers from outside, once, at the start of a week."""

    name: Text = param(unit="1", doc="What happens.")
    week: int | None = param(None, unit="week", bounds=(1, MOST_WEEKS), doc="When it happens.")
    when: Text | None = param(
        None, unit="1",
        doc="Condition on last week, such as 'market_share.Treo < 0.2'; it fires once.",
    )
    set: dict[str, Value] = param(unit="1", doc="Levers: path and value.")


class Claim(Declared):
    """A statement that runs can show or refute.

    The quantity is the outcome of ``strategy``, or its ratio to or difference from a baseline:
    another strategy (``against``), another firm (``against_firm``) or earlier weeks
    (``against_weeks``).
    """

    id: Identifier = param(unit="1", doc="Short name.")
    text: Text = param(unit="1", doc="The statement in words.")
    outcome: Identifier = param(unit="1", doc="Outcome, see `counterpoise show outcomes`.")
    firm: Name | None = param(None, unit="1", doc="Firm, where the outcome has one.")
    weeks: Weeks | None = param(
        None, unit="weeks", doc="First and last week; none: all weeks."
    )
    strategy: Name | None = param(None, unit="1", doc="Strategy; none: the last one.")
    by: Literal["value", "ratio", "difference"] = param(
        "value", unit="1", doc="The quantity: the value itself, or against the baseline."
    )
    against: Name | None = param(None, unit="1", doc="Baseline strategy.")
    against_firm: Name | None = param(None, unit="1", doc="Baseline firm.")
    against_weeks: Weeks | None = param(None, unit="weeks", doc="Baseline weeks.")
    at_least: float | None = param(None, unit="1", doc="Lower bound of the quantity.")
    at_most: float | None = param(None, unit="1", doc="Upper bound of the quantity.")
    confidence: float = param(0.95, unit="1", bounds=(0.5, 0.9999), doc="Confidence required.")
    source: Text | None = param(None, unit="1", doc="Where the claim stands.")


class Uncertain(Declared):
    """A setting that is not known exactly."""

    low: float = param(unit="as the setting", doc="Lowest plausible value.")
    high: float = param(unit="as the setting", doc="Highest plausible value.")
    source: Text | None = param(None, unit="1", doc="Where the range comes from.")


class Document(Declared):
    """A whole scenario file."""

    model_config = ConfigDict(title="Counterpoise scenario")

    id: Identifier = param(unit="1", doc="Name of the scenario, as the file's.")
    title: Text = param(unit="1", doc="Title for the reader.")
    represents: Text = param(unit="1", doc="What it stands for.")
    does_not_represent: Text = param(unit="1", doc="What it leaves out.")
    sources: list[Text] = param(unit="1", doc="Where it comes from.")
    question: Text = param(unit="1", doc="A question for the reader.")
    carried_by: list[Text] = param([], unit="1", doc="Parameters that carry the result.")
    weeks: int = param(unit="weeks", bounds=(1, MOST_WEEKS), doc="Length of a run.")
    start_date: Date | None = param(None, unit="date", doc="Monday of week 1.")
    currency: Text = param("currency", unit="1", doc="Name of the unit of money.")
    customers: Customers = param(unit="1", doc="Who is in the market.")
    categories: dict[Name, Category] = param(unit="1", doc="What is chosen.")
    firms: dict[Name, Firm] = param(unit="1", doc="Who sells.")
    channels: list[Name] = param(
        [], unit="1", doc="Ways in which customers reach firms, such as branch and web."
    )
    communities: dict[Name, Community] = param(
        {}, unit="1", doc="Where customers gather, for the mechanisms of the family community."
    )
    mechanisms: dict[Name, Name | dict[str, Any]] = param(
        {}, unit="1", doc="Variant and parameters by family; what is left out is the default."
    )
    strategies: dict[Name, Strategy] = param(
        {"baseline": Strategy()}, unit="1", doc="Alternatives under comparison, first the baseline."
    )
    events: list[Event] = param([], unit="1", doc="What happens from outside.")
    claims: list[Claim] = param([], unit="1", doc="What the runs should show.")
    uncertain: dict[str, Uncertain] = param(
        {}, unit="1", doc="Settings not known exactly: path and range."
    )
