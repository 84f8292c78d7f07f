"""The firm table: books and beliefs."""

from __future__ import annotations

import math

from sim.tables.column import Array, Table, column


class FirmTable(Table):
    """One row a firm: its books and its beliefs."""

    rows = "firm"

    label: Array = column("i4", doc="address of the firm in the streams", owner="setup")
    revenue_cents: Array = column("i8", unit="currency/100", doc="this week", owner="books")
    production_cents: Array = column("i8", unit="currency/100", doc="this week", owner="books")
    advertising_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="advertising", books="cost"
    )
    selling_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="selling", books="cost"
    )
    support_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="dialogue", books="cost"
    )
    development_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="development", books="cost"
    )
    sensing_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="sensing", books="cost"
    )
    co_creation_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="co_creation", books="cost"
    )
    contribution_value_cents: Array = column(
        "i8", unit="currency/100", doc="worth of this week's contributions, no money",
        owner="co_creation",
    )
    n_contributed: Array = column("i8", doc="contributions so far", owner="co_creation")
    n_contributors: Array = column(
        "i8", doc="customers who ever contributed", owner="co_creation"
    )
    released_improvement: Array = column(
        "f8", doc="quality released so far, all attributes added up", owner="development"
    )
    released_by_customers: Array = column(
        "f8", doc="its part that customers caused", owner="development"
    )
    tailoring_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="tailoring", books="cost"
    )
    disclosure_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="disclosure", books="cost"
    )
    cross_selling_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="cross_selling", books="cost"
    )
    commission_cents: Array = column(
        "i8", unit="currency/100",
        doc="commissions paid to partners less those earned this week; 0 over all firms",
        owner="cross_selling", books="cost",
    )
    rewards_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="rewards", books="cost"
    )
    n_tier: Array = column("i8", "tier", doc="customers in each tier but 0", owner="rewards")
    perk: Array = column(
        "f8", "tier", unit="currency/week", doc="spent on each customer of a tier",
        owner="rewards",
    )
    clubs_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="clubs", books="cost"
    )
    channels_cents: Array = column(
        "i8", unit="currency/100", doc="this week", owner="channels", books="cost"
    )
    tariff_cents: Array = column(
        "i8", unit="currency/100",
        doc="renewed subscriptions and penalties that customers paid this week",
        owner="tariffs", books="revenue",
    )
    third_party_cents: Array = column(
        "i8", unit="currency/100",
        doc="income from advertisers and buyers of data for this week's uses",
        owner="tariffs", books="revenue",
    )
    holding_cents: Array = column(
        "i8", unit="currency/100", doc="cost of keeping stock this week",
        owner="supply", books="cost",
    )
    community_fees_cents: Array = column(
        "i8", unit="currency/100", doc="advertising and commission paid to hosts this week",
        owner="hosting", books="cost",
    )
    hosting_cents: Array = column(
        "i8", unit="currency/100", doc="income of the communities that it hosts this week",
        owner="hosting", books="revenue",
    )
    profit_cents: Array = column("i8", unit="currency/100", doc="this week", owner="books")
    cash_cents: Array = column("i8", unit="currency/100", doc="profit so far", owner="books")
    believed_needs: Array = column(
        "f4", "attribute", doc="weights the firm believes customers have", owner="sensing"
    )
    believed_satisfaction: Array = column(
        "f4", doc="share of its customers believed satisfied, not a number before it sensed",
        owner="sensing", start=math.nan,
    )
    need_evidence: Array = column(
        "f4", "attribute", doc="precision of what was sensed about needs, still in mind",
        owner="sensing",
    )
    satisfaction_evidence: Array = column(
        "f4", doc="precision of what was sensed about satisfaction, still in mind",
        owner="sensing",
    )
    studying: Array = column(
        "u1", doc="1 while its study lever is positive, so that a study is made once",
        owner="sensing",
    )
    routed_signal: Array = column(
        "f4", "attribute", doc="complaints routed to development, still in mind",
        owner="dialogue, development",
    )
    n_complaints: Array = column("i8", doc="complaints received this week", owner="response")
    n_peer_solved: Array = column(
        "i8", doc="complaints that other customers solved this week", owner="peer_support"
    )
    n_handled: Array = column("i8", doc="complaints answered this week", owner="dialogue")
    n_expired: Array = column("i8", doc="complaints given up this week", owner="dialogue")
    n_waiting: Array = column("i8", doc="complaints waiting", owner="dialogue")
    answer_begun: Array = column(
        "f8", doc="part of an answer that the desk had time for in weeks before", owner="dialogue"
    )
