"""The customer table: traits drawn at the start, and all that customers know, feel and did."""

from __future__ import annotations

from sim.tables.column import Array, Table, column


class CustomerTable(Table):
    """One row a customer: traits drawn at the start, and all that she knows, feels and did."""

    rows = "customer"

    label: Array = column("i4", doc="address of the customer in the streams", owner="setup")
    segment: Array = column("u1", doc="segment number", owner="setup")
    needs: Array = column(
        "f4", "attribute", doc="weight of each attribute, 1 in sum a category", owner="setup"
    )
    phase: Array = column("f4", doc="where in her purchase interval she starts", owner="setup")
    price_sensitivity: Array = column(
        "f4", unit="utility/currency", doc="utility lost per unit of price", owner="setup"
    )
    purchase_rate: Array = column(
        "f4", "category", unit="1/week", doc="purchase occasions a week", owner="setup"
    )
    talkativeness: Array = column("f4", doc="factor on the propensity to talk", owner="setup")
    voice_propensity: Array = column(
        "f4", unit="utility", doc="personal inclination to complain to the firm", owner="setup"
    )
    aware: Array = column(
        "u1", "offer", doc="1 when she knows the offer", owner="awareness stages"
    )
    trigger: Array = column(
        "u1", "offer", doc="what made her aware first, see Trigger", owner="awareness stages"
    )
    teller: Array = column(
        "i4", "offer", doc="row of the customer who told her first, else -1",
        owner="word_of_mouth", start=-1,
    )
    exposures: Array = column(
        "u1", "offer", doc="times she heard of the offer before she took it up",
        owner="word_of_mouth",
    )
    expectation: Array = column(
        "f4", "offer", doc="experience she expects, 0 to 1", owner="word_of_mouth, experience"
    )
    satisfaction: Array = column(
        "f4", "offer", doc="satisfaction after the latest use, 0 to 1",
        owner="experience, peer_support, dialogue",
    )
    loyalty: Array = column(
        "f4", "offer", doc="Guadagni-Little loyalty, 0 to 1", owner="choice, response"
    )
    purchase_count: Array = column("u2", "offer", doc="purchases so far", owner="choice")
    last_purchase_week: Array = column(
        "i2", "offer", unit="week", doc="week of her latest purchase, 0 before any",
        owner="choice",
    )
    last_offer: Array = column(
        "i2", "category", doc="offer bought last, -1 before any", owner="choice", start=-1
    )
    n_occasions: Array = column(
        "u1", "category", doc="purchase occasions this week", owner="choice"
    )
    left: Array = column(
        "u1", "category", doc="1 once she has dropped out of the category for good",
        owner="choice",
    )
    spend_cents: Array = column(
        "i8", unit="currency/100", doc="money spent so far", owner="choice"
    )
    avoid_until_week: Array = column(
        "i2", "offer", unit="week", doc="she does not consider the offer up to this week",
        owner="response",
    )
    telling: Array = column(
        "u1", doc="1 + the offer she will tell others about next week", owner="response"
    )
    complaining: Array = column(
        "u1", "firm", doc="1 while a complaint of hers waits",
        owner="response, peer_support, dialogue",
    )
    member: Array = column(
        "u1", "community", doc="1 while she belongs to the community", owner="community"
    )
    foreseen: Array = column(
        "f4", "offer", doc="what she foresaw of her last use besides what she expects of it in "
        "general", owner="experience",
    )
    knows_defect: Array = column(
        "u1", "offer", doc="0 no, 1 met it, 2 heard a secret, 3 known from the firm",
        owner="experience, word_of_mouth",
    )
    trust: Array = column(
        "f4", "firm", doc="trust in the firm, 0 to 1", owner="selling, trust, disclosure"
    )
    reactance: Array = column(
        "f4", "firm", doc="resistance to the firm's pressure, 0 to 1", owner="selling"
    )
    sales_push: Array = column(
        "f4", "firm", doc="pressure felt from a sales contact this week, 0 to 1",
        owner="selling",
    )
    awaiting: Array = column(
        "u1", "firm", doc="1 while her trust hangs on the answer to a complaint", owner="trust"
    )
    grievance: Array = column(
        "f4", "offer", doc="1 + satisfaction with what she complained about while she waits",
        owner="trust",
    )
    muted: Array = column(
        "u1", doc="1: what she says reaches nobody, to find out what it was worth", owner="setup"
    )
    privacy_concern: Array = column(
        "f4", unit="utility", doc="utility lost to being asked for all data", owner="setup"
    )
    expertise: Array = column("f4", doc="knowledge of the category, 0 to 1", owner="setup")
    effort_cost: Array = column(
        "f4", unit="utility", doc="utility lost to specifying an offer in full", owner="setup"
    )
    information_seeking: Array = column(
        "f4", unit="1/week", doc="rate of looking up what offers are really like", owner="setup"
    )
    taste: Array = column(
        "f4", "category", doc="ideal position on the circle of designs, 0 to 1", owner="setup"
    )
    channel_affinity: Array = column(
        "f4", "channel", unit="utility", doc="liking of each channel", owner="setup"
    )
    known: Array = column(
        "f4", "firm", doc="how much the firm has learned of her, 0 to 1", owner="disclosure"
    )
    referrer: Array = column(
        "i4", "offer", doc="label of the firm whose partner's offer it recommended, else 0",
        owner="cross_selling",
    )
    tier: Array = column(
        "u1", "firm", doc="tier in the firm's programme for best customers, 0 none",
        owner="rewards",
    )
    spent_cents: Array = column(
        "i8", "firm", unit="currency/100", doc="money spent at the firm so far, as it records it",
        owner="rewards",
    )
    fan: Array = column(
        "u1", "firm", doc="1 while she belongs to the firm's club", owner="clubs"
    )
    subscription: Array = column(
        "i2", "category", doc="offer she subscribes to, -1 none", owner="tariffs", start=-1
    )
    paid_until_week: Array = column(
        "i2", "category", unit="week", doc="last week her subscription is paid for",
        owner="tariffs",
    )
    last_channel: Array = column(
        "i1", "category", doc="channel of her latest purchase, -1 before any", owner="channels",
        start=-1,
    )
    n_contributions: Array = column(
        "u2", "firm", doc="contributions to the firm's products so far", owner="co_creation"
    )
    message: Array = column(
        "i4", doc="what she says this week, see word_of_mouth/message.py; -1 is silence",
        owner="word_of_mouth", start=-1,
    )
