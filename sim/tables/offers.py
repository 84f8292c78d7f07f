"""The offer table: what firms sell, in which category, at which price and quality."""

from __future__ import annotations

from sim.tables.column import Array, Table, column


class OfferTable(Table):
    """One row an offer: what a firm sells in one category."""

    rows = "offer"

    label: Array = column("i4", doc="address of the offer in the streams", owner="setup")
    firm: Array = column("i2", doc="firm number", owner="setup")
    category: Array = column("i2", doc="category number", owner="setup")
    launch_week: Array = column("i4", unit="week", doc="first week on sale", owner="setup")
    localized: Array = column(
        "u1", doc="1 where all segments can use it without contributions", owner="setup"
    )
    quality: Array = column("f4", "attribute", doc="released quality, 0 to 1", owner="development")
    development_quality: Array = column(
        "f4", "attribute", doc="quality of the version in development", owner="development"
    )
    price_cents: Array = column("i8", unit="currency/100", doc="price in force", owner="pricing")
    unit_cost_cents: Array = column(
        "i8", unit="currency/100", doc="cost a unit", owner="setup, production"
    )
    n_made: Array = column("i8", doc="units made so far", owner="production")
    contributed_effort: Array = column(
        "f8", "attribute", unit="currency/week per 1,000 customers",
        doc="development effort that customers gave this week", owner="co_creation",
    )
    customer_part: Array = column(
        "f8", "attribute", doc="improvement not yet released that customers caused",
        owner="development",
    )
    released_week: Array = column(
        "i4", unit="week", doc="latest week at whose end a better version came out; 0: none so far",
        owner="development",
    )
    advertising: Array = column(
        "f8", unit="currency/week per 1,000 customers", doc="lever: advertising spending",
        owner="levers",
    )
    list_price_cents: Array = column("i8", unit="currency/100", doc="lever: price", owner="levers")
    defect_rate: Array = column("f4", doc="probability to meet the defect in a use", owner="setup")
    defect_severity: Array = column("f4", doc="experience lost to the defect", owner="setup")
    defect_disclosed: Array = column(
        "u1", doc="lever: 1 when the firm tells its customers of the defect", owner="levers"
    )
    adstock: Array = column("f8", doc="advertising remembered", owner="advertising")
    ad_response: Array = column(
        "f8", doc="response to this week's advertising, 0 to 1", owner="advertising"
    )
    position: Array = column(
        "f4", doc="position on the circle of designs, 0 to 1", owner="setup"
    )
    personalization: Array = column(
        "f4", doc="lever: how far the firm adapts it to what it knows, 0 to 1", owner="levers"
    )
    customization: Array = column(
        "f4", doc="lever: how far the customer may specify it, 0 to 1", owner="levers"
    )
    data_ask: Array = column(
        "f4", doc="lever: share of her data that it asks for, 0 to 1", owner="levers"
    )
    data_required: Array = column(
        "u1", doc="lever: 1 when it is sold only to who discloses what it asks", owner="levers"
    )
    channel_quality: Array = column(
        "f4", "channel", doc="lever: service in each channel, 0 where it is not sold",
        owner="levers",
    )
    channel_open: Array = column(
        "u1", "channel", doc="1: sold in the channel last week", owner="channels"
    )
    advertised_claim: Array = column(
        "f4", doc="lever: experience that its advertising promises, not-a-number without a promise",
        owner="levers", start=float("nan"),
    )
    group_price_cents: Array = column(
        "i8", "community", unit="currency/100", doc="price for members this week, 0 where none",
        owner="group_buying",
    )
    tariff: Array = column(
        "u1", doc="lever: how use is paid for, see Tariff", owner="levers"
    )
    ad_load: Array = column(
        "f4", doc="lever: advertising that comes with each use, 0 to 1", owner="levers"
    )
    penalty_cents: Array = column(
        "i8", unit="currency/100", doc="lever: late fee and its like", owner="levers"
    )
    penalty_prob: Array = column(
        "f8", doc="probability of the penalty in a use", owner="setup"
    )
    fee_weeks: Array = column(
        "i2", unit="weeks", doc="weeks that a subscription fee pays for", owner="setup"
    )
    income_per_use: Array = column(
        "f8", unit="currency", doc="income from third parties a use", owner="setup"
    )
    ad_income: Array = column(
        "f8", unit="currency", doc="income from advertisers a use with full advertising",
        owner="setup",
    )
    lead_time: Array = column(
        "i2", unit="weeks", doc="weeks from an order to its arrival; 0: always in stock",
        owner="setup",
    )
    safety_weeks: Array = column(
        "f8", unit="weeks", doc="demand kept in stock beyond what is expected", owner="setup"
    )
    supplier: Array = column(
        "i2", doc="firm that delivers it, -1: its own", owner="setup", start=-1
    )
    wholesale_price_cents: Array = column(
        "i8", unit="currency/100", doc="price that the supplier gets for a unit sold",
        owner="setup",
    )
    supplied_since_week: Array = column(
        "i2", unit="week", doc="week in which its supply began, 0 before", owner="supply"
    )
    stock: Array = column(
        "f8", unit="units", doc="stock of the shops at the start of the week, below 0: owed",
        owner="supply",
    )
    pipeline: Array = column(
        "f8", "lead_week", unit="units",
        doc="on the way to the shops, by week of arrival modulo their number", owner="supply",
    )
    demand_forecast: Array = column(
        "f8", unit="units/week", doc="demand that the shops expect", owner="supply"
    )
    availability: Array = column(
        "f8", doc="share of shelves that are not empty this week", owner="supply", start=1
    )
    orders: Array = column(
        "f8", "lead_week", unit="units",
        doc="what the shops ordered, by week modulo the number of slots", owner="supply",
    )
    depot_stock: Array = column(
        "f8", unit="units", doc="stock of the supplier after delivery, below 0: owed",
        owner="supply",
    )
    depot_pipeline: Array = column(
        "f8", "lead_week", unit="units",
        doc="on the way to the supplier, by week of arrival modulo their number", owner="supply",
    )
    depot_forecast: Array = column(
        "f8", unit="units/week", doc="demand that the supplier expects", owner="supply"
    )
    n_told_good: Array = column("i8", doc="good news heard this week", owner="word_of_mouth")
    n_told_bad: Array = column("i8", doc="bad news heard this week", owner="word_of_mouth")
