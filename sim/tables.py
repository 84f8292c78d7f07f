"""The state of a market in columns, each declared once: dtype, shape, unit, meaning, owner.

The owner is the stage that writes a column; everything else reads it. Columns start at zero unless
declared otherwise, and a column that no mechanism touches costs no memory until it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

MOST_LEAD_WEEKS = 26
"""Longest time from an order to its arrival."""

N_TIERS = 4
"""Tiers of a programme for best customers, with 0 for everybody outside."""


@dataclass(frozen=True)
class Column:
    """Declaration of one column.

    Parameters
    ----------
    dtype
        NumPy type of the values.
    axes
        What follows the row axis, for example ``("offer",)``.
    unit
        Unit of the values, "1" for a pure number.
    doc
        What the column holds.
    owner
        The stage of the schedule that writes it.
    start
        Value before week 1.
    books
        Which side of the ledger money of the week stands on, if it does.
    """

    dtype: str
    axes: tuple[str, ...]
    unit: str
    doc: str
    owner: str
    start: float = 0
    books: Literal["revenue", "cost"] | None = None


class Table:
    """Columns over one kind of row; a column is an attribute that holds its array."""

    rows: ClassVar[str]
    columns: ClassVar[dict[str, Column]]

    def __init_subclass__(cls) -> None:
        cls.columns = {name: c for name, c in vars(cls).items() if isinstance(c, Column)}

    def __init__(self, sizes: dict[str, int]) -> None:
        sizes = {"tier": N_TIERS, "lead_week": MOST_LEAD_WEEKS + 1, **sizes}
        self.n = sizes[self.rows]
        for name, column in self.columns.items():
            shape = (self.n, *(sizes[axis] for axis in column.axes))
            if column.start:
                setattr(self, name, np.full(shape, column.start, dtype=column.dtype))
            else:
                setattr(self, name, np.zeros(shape, dtype=column.dtype))

    def __len__(self) -> int:
        return self.n

    def state(self) -> dict[str, Array]:
        """A copy of every column."""
        return {name: getattr(self, name).copy() for name in self.columns}

    def restore(self, state: dict[str, Array]) -> None:
        """Write a copy back in place."""
        for name, values in state.items():
            getattr(self, name)[...] = values

    @property
    def nbytes(self) -> int:
        """Bytes of all columns."""
        return sum(getattr(self, name).nbytes for name in self.columns)


def _column(
    dtype: str, *axes: str, unit: str = "1", doc: str, owner: str, start: float = 0,
    books: Literal["revenue", "cost"] | None = None,
) -> Any:
    # An instance holds an array under the name of its declaration, hence the return type.
    return Column(dtype, axes, unit, doc, owner, start, books)


class CustomerTable(Table):
    """One row a customer: traits drawn at the start, and all that she knows, feels and did."""

    rows = "customer"

    label: Array = _column("i4", doc="address of the customer in the streams", owner="setup")
    segment: Array = _column("u1", doc="segment number", owner="setup")
    needs: Array = _column(
        "f4", "attribute", doc="weight of each attribute, 1 in sum a category", owner="setup"
    )
    phase: Array = _column("f4", doc="where in her purchase interval she starts", owner="setup")
    price_sensitivity: Array = _column(
        "f4", unit="utility/currency", doc="utility lost per unit of price", owner="setup"
    )
    purchase_rate: Array = _column(
        "f4", "category", unit="1/week", doc="purchase occasions a week", owner="setup"
    )
    talkativeness: Array = _column("f4", doc="factor on the propensity to talk", owner="setup")
    voice_propensity: Array = _column(
        "f4", unit="utility", doc="personal inclination to complain to the firm", owner="setup"
    )
    aware: Array = _column(
        "u1", "offer", doc="1 when she knows the offer", owner="awareness stages"
    )
    trigger: Array = _column(
        "u1", "offer", doc="what made her aware first, see Trigger", owner="awareness stages"
    )
    teller: Array = _column(
        "i4", "offer", doc="row of the customer who told her first, else -1",
        owner="word_of_mouth", start=-1,
    )
    exposures: Array = _column(
        "u1", "offer", doc="times she heard of the offer before she took it up",
        owner="word_of_mouth",
    )
    expectation: Array = _column(
        "f4", "offer", doc="experience she expects, 0 to 1", owner="word_of_mouth, experience"
    )
    satisfaction: Array = _column(
        "f4", "offer", doc="satisfaction after the latest use, 0 to 1",
        owner="experience, peer_support, dialogue",
    )
    loyalty: Array = _column(
        "f4", "offer", doc="Guadagni-Little loyalty, 0 to 1", owner="choice, response"
    )
    purchase_count: Array = _column("u2", "offer", doc="purchases so far", owner="choice")
    last_purchase_week: Array = _column(
        "i2", "offer", unit="week", doc="week of her latest purchase, 0 before any",
        owner="choice",
    )
    last_offer: Array = _column(
        "i2", "category", doc="offer bought last, -1 before any", owner="choice", start=-1
    )
    n_occasions: Array = _column(
        "u1", "category", doc="purchase occasions this week", owner="choice"
    )
    spend_cents: Array = _column(
        "i8", unit="currency/100", doc="money spent so far", owner="choice"
    )
    avoid_until_week: Array = _column(
        "i2", "offer", unit="week", doc="she does not consider the offer up to this week",
        owner="response",
    )
    telling: Array = _column(
        "u1", doc="1 + the offer she will tell others about next week", owner="response"
    )
    complaining: Array = _column(
        "u1", "firm", doc="1 while a complaint of hers waits",
        owner="response, peer_support, dialogue",
    )
    member: Array = _column(
        "u1", "community", doc="1 while she belongs to the community", owner="community"
    )
    knows_defect: Array = _column(
        "u1", "offer", doc="0 no, 1 met it, 2 heard a secret, 3 known from the firm",
        owner="experience, word_of_mouth",
    )
    trust: Array = _column(
        "f4", "firm", doc="trust in the firm, 0 to 1", owner="selling, trust, disclosure"
    )
    reactance: Array = _column(
        "f4", "firm", doc="resistance to the firm's pressure, 0 to 1", owner="selling"
    )
    sales_push: Array = _column(
        "f4", "firm", doc="pressure felt from a sales contact this week, 0 to 1",
        owner="selling",
    )
    awaiting: Array = _column(
        "u1", "firm", doc="1 while her trust hangs on the answer to a complaint", owner="trust"
    )
    grievance: Array = _column(
        "f4", "offer", doc="1 + satisfaction with what she complained about while she waits",
        owner="trust",
    )
    muted: Array = _column(
        "u1", doc="1: what she says reaches nobody, to find out what it was worth", owner="setup"
    )
    privacy_concern: Array = _column(
        "f4", unit="utility", doc="utility lost to being asked for all data", owner="setup"
    )
    expertise: Array = _column("f4", doc="knowledge of the category, 0 to 1", owner="setup")
    effort_cost: Array = _column(
        "f4", unit="utility", doc="utility lost to specifying an offer in full", owner="setup"
    )
    information_seeking: Array = _column(
        "f4", unit="1/week", doc="rate of looking up what offers are really like", owner="setup"
    )
    taste: Array = _column(
        "f4", "category", doc="ideal position on the circle of designs, 0 to 1", owner="setup"
    )
    channel_affinity: Array = _column(
        "f4", "channel", unit="utility", doc="liking of each channel", owner="setup"
    )
    known: Array = _column(
        "f4", "firm", doc="how much the firm has learned of her, 0 to 1", owner="disclosure"
    )
    referrer: Array = _column(
        "i4", "offer", doc="label of the firm whose partner's offer it recommended, else 0",
        owner="cross_selling",
    )
    tier: Array = _column(
        "u1", "firm", doc="tier in the firm's programme for best customers, 0 none",
        owner="rewards",
    )
    spent_cents: Array = _column(
        "i8", "firm", unit="currency/100", doc="money spent at the firm so far, as it records it",
        owner="rewards",
    )
    fan: Array = _column(
        "u1", "firm", doc="1 while she belongs to the firm's club", owner="clubs"
    )
    subscription: Array = _column(
        "i2", "category", doc="offer she subscribes to, -1 none", owner="tariffs", start=-1
    )
    paid_until_week: Array = _column(
        "i2", "category", unit="week", doc="last week her subscription is paid for",
        owner="tariffs",
    )
    last_channel: Array = _column(
        "i1", "category", doc="channel of her latest purchase, -1 before any", owner="channels",
        start=-1,
    )
    n_contributions: Array = _column(
        "u2", "firm", doc="contributions to the firm's products so far", owner="co_creation"
    )
    message: Array = _column(
        "i4", doc="what she says this week, see word_of_mouth/message.py; -1 is silence",
        owner="word_of_mouth", start=-1,
    )


class OfferTable(Table):
    """One row an offer: what a firm sells in one category."""

    rows = "offer"

    label: Array = _column("i4", doc="address of the offer in the streams", owner="setup")
    firm: Array = _column("i2", doc="firm number", owner="setup")
    category: Array = _column("i2", doc="category number", owner="setup")
    launch_week: Array = _column("i4", unit="week", doc="first week on sale", owner="setup")
    quality: Array = _column("f4", "attribute", doc="released quality, 0 to 1", owner="development")
    development_quality: Array = _column(
        "f4", "attribute", doc="quality of the version in development", owner="development"
    )
    price_cents: Array = _column("i8", unit="currency/100", doc="price in force", owner="pricing")
    unit_cost_cents: Array = _column(
        "i8", unit="currency/100", doc="cost a unit", owner="setup, production"
    )
    n_made: Array = _column("i8", doc="units made so far", owner="production")
    contributed_effort: Array = _column(
        "f8", "attribute", unit="currency/week per 1,000 customers",
        doc="development effort that customers gave this week", owner="co_creation",
    )
    customer_part: Array = _column(
        "f8", "attribute", doc="improvement not yet released that customers caused",
        owner="development",
    )
    advertising: Array = _column(
        "f8", unit="currency/week per 1,000 customers", doc="lever: advertising spending",
        owner="levers",
    )
    list_price_cents: Array = _column("i8", unit="currency/100", doc="lever: price", owner="levers")
    defect_rate: Array = _column("f4", doc="probability to meet the defect in a use", owner="setup")
    defect_severity: Array = _column("f4", doc="experience lost to the defect", owner="setup")
    defect_disclosed: Array = _column(
        "u1", doc="lever: 1 when the firm tells its customers of the defect", owner="levers"
    )
    adstock: Array = _column("f8", doc="advertising remembered", owner="advertising")
    position: Array = _column(
        "f4", doc="position on the circle of designs, 0 to 1", owner="setup"
    )
    personalization: Array = _column(
        "f4", doc="lever: how far the firm adapts it to what it knows, 0 to 1", owner="levers"
    )
    customization: Array = _column(
        "f4", doc="lever: how far the customer may specify it, 0 to 1", owner="levers"
    )
    data_ask: Array = _column(
        "f4", doc="lever: share of her data that it asks for, 0 to 1", owner="levers"
    )
    data_required: Array = _column(
        "u1", doc="lever: 1 when it is sold only to who discloses what it asks", owner="levers"
    )
    channel_quality: Array = _column(
        "f4", "channel", doc="lever: service in each channel, 0 where it is not sold",
        owner="levers",
    )
    channel_open: Array = _column(
        "u1", "channel", doc="1: sold in the channel last week", owner="channels"
    )
    advertised_claim: Array = _column(
        "f4", doc="lever: experience that its advertising promises, not-a-number without a promise",
        owner="levers", start=float("nan"),
    )
    group_price_cents: Array = _column(
        "i8", "community", unit="currency/100", doc="price for members this week, 0 where none",
        owner="group_buying",
    )
    tariff: Array = _column(
        "u1", doc="lever: how use is paid for, see Tariff", owner="levers"
    )
    ad_load: Array = _column(
        "f4", doc="lever: advertising that comes with each use, 0 to 1", owner="levers"
    )
    penalty_cents: Array = _column(
        "i8", unit="currency/100", doc="lever: late fee and its like", owner="levers"
    )
    penalty_prob: Array = _column(
        "f8", doc="probability of the penalty in a use", owner="setup"
    )
    fee_weeks: Array = _column(
        "i2", unit="weeks", doc="weeks that a subscription fee pays for", owner="setup"
    )
    income_per_use: Array = _column(
        "f8", unit="currency", doc="income from third parties a use", owner="setup"
    )
    ad_income: Array = _column(
        "f8", unit="currency", doc="income from advertisers a use with full advertising",
        owner="setup",
    )
    lead_time: Array = _column(
        "i2", unit="weeks", doc="weeks from an order to its arrival; 0: always in stock",
        owner="setup",
    )
    safety_weeks: Array = _column(
        "f8", unit="weeks", doc="demand kept in stock beyond what is expected", owner="setup"
    )
    supplier: Array = _column(
        "i2", doc="firm that delivers it, -1: its own", owner="setup", start=-1
    )
    wholesale_price_cents: Array = _column(
        "i8", unit="currency/100", doc="price that the supplier gets for a unit sold",
        owner="setup",
    )
    supplied_since_week: Array = _column(
        "i2", unit="week", doc="week in which its supply began, 0 before", owner="supply"
    )
    stock: Array = _column(
        "f8", unit="units", doc="stock of the shops at the start of the week, below 0: owed",
        owner="supply",
    )
    pipeline: Array = _column(
        "f8", "lead_week", unit="units",
        doc="on the way to the shops, by week of arrival modulo their number", owner="supply",
    )
    demand_forecast: Array = _column(
        "f8", unit="units/week", doc="demand that the shops expect", owner="supply"
    )
    availability: Array = _column(
        "f8", doc="share of shelves that are not empty this week", owner="supply", start=1
    )
    orders: Array = _column(
        "f8", "lead_week", unit="units",
        doc="what the shops ordered, by week modulo the number of slots", owner="supply",
    )
    depot_stock: Array = _column(
        "f8", unit="units", doc="stock of the supplier after delivery, below 0: owed",
        owner="supply",
    )
    depot_pipeline: Array = _column(
        "f8", "lead_week", unit="units",
        doc="on the way to the supplier, by week of arrival modulo their number", owner="supply",
    )
    depot_forecast: Array = _column(
        "f8", unit="units/week", doc="demand that the supplier expects", owner="supply"
    )
    n_told_good: Array = _column("i8", doc="good news heard this week", owner="word_of_mouth")
    n_told_bad: Array = _column("i8", doc="bad news heard this week", owner="word_of_mouth")


class FirmTable(Table):
    """One row a firm: its books and its beliefs."""

    rows = "firm"

    label: Array = _column("i4", doc="address of the firm in the streams", owner="setup")
    revenue_cents: Array = _column("i8", unit="currency/100", doc="this week", owner="books")
    production_cents: Array = _column("i8", unit="currency/100", doc="this week", owner="books")
    advertising_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="advertising", books="cost"
    )
    selling_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="selling", books="cost"
    )
    support_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="dialogue", books="cost"
    )
    development_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="development", books="cost"
    )
    sensing_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="sensing", books="cost"
    )
    co_creation_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="co_creation", books="cost"
    )
    contribution_value_cents: Array = _column(
        "i8", unit="currency/100", doc="worth of this week's contributions, no money",
        owner="co_creation",
    )
    n_contributed: Array = _column("i8", doc="contributions so far", owner="co_creation")
    n_contributors: Array = _column(
        "i8", doc="customers who ever contributed", owner="co_creation"
    )
    released_improvement: Array = _column(
        "f8", doc="quality released so far, all attributes added up", owner="development"
    )
    released_by_customers: Array = _column(
        "f8", doc="its part that customers caused", owner="development"
    )
    tailoring_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="tailoring", books="cost"
    )
    disclosure_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="disclosure", books="cost"
    )
    cross_selling_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="cross_selling", books="cost"
    )
    commission_cents: Array = _column(
        "i8", unit="currency/100",
        doc="commissions paid to partners less those earned this week; 0 over all firms",
        owner="cross_selling", books="cost",
    )
    rewards_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="rewards", books="cost"
    )
    n_tier: Array = _column("i8", "tier", doc="customers in each tier but 0", owner="rewards")
    perk: Array = _column(
        "f8", "tier", unit="currency/week", doc="spent on each customer of a tier",
        owner="rewards",
    )
    clubs_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="clubs", books="cost"
    )
    channels_cents: Array = _column(
        "i8", unit="currency/100", doc="this week", owner="channels", books="cost"
    )
    tariff_cents: Array = _column(
        "i8", unit="currency/100",
        doc="renewed subscriptions and penalties that customers paid this week",
        owner="tariffs", books="revenue",
    )
    third_party_cents: Array = _column(
        "i8", unit="currency/100",
        doc="income from advertisers and buyers of data for this week's uses",
        owner="tariffs", books="revenue",
    )
    holding_cents: Array = _column(
        "i8", unit="currency/100", doc="cost of keeping stock this week",
        owner="supply", books="cost",
    )
    community_fees_cents: Array = _column(
        "i8", unit="currency/100", doc="advertising and commission paid to hosts this week",
        owner="hosting", books="cost",
    )
    hosting_cents: Array = _column(
        "i8", unit="currency/100", doc="income of the communities that it hosts this week",
        owner="hosting", books="revenue",
    )
    profit_cents: Array = _column("i8", unit="currency/100", doc="this week", owner="books")
    cash_cents: Array = _column("i8", unit="currency/100", doc="profit so far", owner="books")
    believed_needs: Array = _column(
        "f4", "attribute", doc="weights the firm believes customers have", owner="sensing"
    )
    believed_satisfaction: Array = _column(
        "f4", doc="share of its customers the firm believes satisfied", owner="sensing"
    )
    need_evidence: Array = _column(
        "f4", "attribute", doc="precision of what was sensed about needs, still in mind",
        owner="sensing",
    )
    satisfaction_evidence: Array = _column(
        "f4", doc="precision of what was sensed about satisfaction, still in mind",
        owner="sensing",
    )
    studying: Array = _column(
        "u1", doc="1 while its study lever is positive, so that a study is made once",
        owner="sensing",
    )
    routed_signal: Array = _column(
        "f4", "attribute", doc="complaints routed to development, still in mind",
        owner="dialogue, development",
    )
    n_complaints: Array = _column("i8", doc="complaints received this week", owner="response")
    n_peer_solved: Array = _column(
        "i8", doc="complaints that other customers solved this week", owner="peer_support"
    )
    n_handled: Array = _column("i8", doc="complaints answered this week", owner="dialogue")
    n_expired: Array = _column("i8", doc="complaints given up this week", owner="dialogue")
    n_waiting: Array = _column("i8", doc="complaints waiting", owner="dialogue")


class Tariff:
    """How the use of an offer is paid for."""

    PER_USE, SUBSCRIPTION, FREE = range(3)


class Trigger:
    """What made a customer aware of an offer first."""

    NONE, ADVERTISING, FRIEND, SALES, START, COMMUNITY, SEARCH, CROSS_SELLING = range(8)


@dataclass
class Purchases:
    """Purchase occasions of the week in customer order; ``offer`` is -1 for the outside option.

    Arrays are ``(n,)``; ``starts`` is ``(n_blocks + 1,)``: where each block of customers begins.
    ``expected`` counts what the buyer foresaw (``foreseen``) besides her general expectation of the
    offer; ``service`` is experience that families add by ``Mechanism.serve``.
    """

    starts: NDArray[np.int64]
    customer: NDArray[np.int32]
    offer: NDArray[np.int16]
    serial: NDArray[np.uint8]
    price_cents: NDArray[np.int64]
    expected: NDArray[np.float32]
    experienced: NDArray[np.float32]
    satisfaction: NDArray[np.float32]
    met_defect: NDArray[np.uint8]
    response: NDArray[np.uint8]
    lacking: NDArray[np.int16]
    foreseen: NDArray[np.float32]
    service: NDArray[np.float32]

    @classmethod
    def none(cls, n_blocks: int) -> Purchases:
        """No purchase at all."""
        return cls.allocate(np.zeros(n_blocks + 1, dtype=np.int64))

    @classmethod
    def allocate(cls, starts: NDArray[np.int64]) -> Purchases:
        """Room for as many occasions as ``starts`` says."""
        n = int(starts[-1])
        return cls(
            starts=starts,
            customer=np.zeros(n, dtype=np.int32),
            offer=np.full(n, -1, dtype=np.int16),
            serial=np.zeros(n, dtype=np.uint8),
            price_cents=np.zeros(n, dtype=np.int64),
            expected=np.zeros(n, dtype=np.float32),
            experienced=np.zeros(n, dtype=np.float32),
            satisfaction=np.zeros(n, dtype=np.float32),
            met_defect=np.zeros(n, dtype=np.uint8),
            response=np.zeros(n, dtype=np.uint8),
            lacking=np.full(n, -1, dtype=np.int16),
            foreseen=np.zeros(n, dtype=np.float32),
            service=np.zeros(n, dtype=np.float32),
        )

    @property
    def n(self) -> int:
        """Number of occasions."""
        return len(self.customer)

    def state(self) -> dict[str, Array]:
        """A copy of every array."""
        return {field.name: getattr(self, field.name).copy() for field in fields(self)}


@dataclass
class Options:
    """The week's purchase occasions against all offers, while families add their terms.

    Arrays are ``(n,)`` in the order of ``Purchases``, matrices ``(n, n_offers)``; cells of offers
    in another category than the occasion's are never read.

    Attributes
    ----------
    starts : where each block of customers begins, (n_blocks + 1,).
    customer : row of the customer.
    serial : number of the occasion in her week.
    category : category of the occasion.
    utility : terms added to utility; minus infinity: the offer cannot be had.
    foreseen : experience that the customer sees beforehand beyond her expectation, 0 to 1.
    discount_cents : taken off the price that she pays.
    """

    starts: NDArray[np.int64]
    customer: NDArray[np.int32]
    serial: NDArray[np.uint8]
    category: NDArray[np.int32]
    utility: NDArray[np.float32]
    foreseen: NDArray[np.float32]
    discount_cents: NDArray[np.int32]

    @classmethod
    def allocate(cls, purchases: Purchases, n_offers: int) -> Options:
        """Options of the occasions that ``purchases`` has room for, no term added yet."""
        n = purchases.n
        return cls(
            starts=purchases.starts, customer=purchases.customer, serial=purchases.serial,
            category=np.zeros(n, dtype=np.int32),
            utility=np.zeros((n, n_offers), dtype=np.float32),
            foreseen=np.zeros((n, n_offers), dtype=np.float32),
            discount_cents=np.zeros((n, n_offers), dtype=np.int32),
        )


class Response:
    """What a customer does after a disappointing experience; PEER: a complaint peers solved."""

    NONE, SILENCE, VOICE, EXIT, TELL, PEER = range(6)
