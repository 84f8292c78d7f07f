"""Who acts before whom: the week, in order, each stage with the reason why it stands there.

This is the only place that knows. A stage is either a family of mechanisms or a method of the
market; ``Market.step`` walks through it once a week. Inside choice every family adds its terms to
the options (``Mechanism.weigh``), inside experience its part to the service (``Mechanism.serve``),
in the order of this list.
"""

from __future__ import annotations

WEEK: tuple[tuple[str, str], ...] = (
    ("events", "what happens from outside is known to everybody who decides this week"),
    ("policies", "firms decide on what they saw up to last week"),
    ("supply", "what arrived this week can be sold this week"),
    ("scripted", "customers with a step of their own act before the mass, which may hear of it"),
    ("advertising", "new awareness can be talked about and bought on in the same week"),
    ("selling", "a sales contact works on this week's purchases"),
    ("word_of_mouth", "friends report last week's satisfaction before anybody chooses"),
    ("community", "members read ratings of last week's purchases before anybody chooses"),
    ("group_buying", "bids for pooled demand are known before members choose"),
    ("search", "who looks offers up finds this week's qualities, just before she chooses"),
    ("cross_selling", "what a firm recommends to its customers is in mind when they choose"),
    ("choice", "awareness, expectation and price are now what they are this week"),
    ("channels", "the channel that was used is the one she has a habit of"),
    ("tariffs", "fees are charged on what was chosen, before it is used"),
    ("tailoring", "what was bought is made to measure before it is used"),
    ("experience", "what was bought is used in the same week"),
    ("response", "a disappointment is answered while it is fresh"),
    ("peer_support", "members may solve a problem before the firm must"),
    ("dialogue", "complaints of this week may be answered this week"),
    ("trust", "experience, answers and silence of this week are all in"),
    ("disclosure", "who was served well and trusts lets the firm learn from her purchase"),
    ("sensing", "firms look after the week's purchases are on record"),
    ("co_creation", "contributions of this week are at hand when effort is shared out"),
    ("development", "effort follows beliefs and complaints as they are now"),
    ("rewards", "best customers are sorted by purchases up to and with this week's"),
    ("clubs", "fans join, stay or turn on this week's experience, and wait for the next release"),
    ("production", "unit costs follow all units made so far, before prices follow costs"),
    ("pricing", "the price list of next week is printed at the end of this one"),
    ("hosting", "hosts earn on this week's visits and purchases"),
    ("books", "all revenue and cost of the week has occurred"),
)
