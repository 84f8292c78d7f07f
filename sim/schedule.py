"""Who acts before whom: the week, in order, each stage with the reason why it stands there.

This is the only place that knows. A stage is either a family of mechanisms or a method of the
market; ``Market.step`` walks through it once a week.
"""

from __future__ import annotations

WEEK: tuple[tuple[str, str], ...] = (
    ("events", "what happens from outside is known to everybody who decides this week"),
    ("policies", "firms decide on what they saw up to last week"),
    ("scripted", "customers with a step of their own act before the mass, which may hear of it"),
    ("advertising", "new awareness can be talked about and bought on in the same week"),
    ("selling", "a sales contact works on this week's purchases"),
    ("word_of_mouth", "friends report last week's satisfaction before anybody chooses"),
    ("community", "members read ratings of last week's purchases before anybody chooses"),
    ("choice", "awareness, expectation and price are now what they are this week"),
    ("experience", "what was bought is used in the same week"),
    ("response", "a disappointment is answered while it is fresh"),
    ("dialogue", "complaints of this week may be answered this week"),
    ("sensing", "firms look after the week's purchases are on record"),
    ("development", "effort follows beliefs and complaints as they are now"),
    ("pricing", "the price list of next week is printed at the end of this one"),
    ("books", "all revenue and cost of the week has occurred"),
)
