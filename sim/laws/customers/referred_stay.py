"""Churn of customers who came by a friend."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.customers.referrals import acquired
from sim.laws.needs import offered, weeks, works
from sim.laws.probes.life import Life


@law(
    statement="Customers who came by a friend leave less than those whom advertising brought.",
    source="Schmitt, Skiera and Van den Bulte (2011)", high=0.0, strict=True,
    unit="share gone after a quarter, referred minus others", probe="life",
    needs=(offered, works("word_of_mouth"), works("advertising"), works("choice"), weeks(40)),
    above="a friend's word makes the offer known and sets what is expected, but it does not match "
    "customers to offers: friends are not more alike than others where ties know no homophily",
)
def measure(life: Life) -> Measured:
    """Difference of the shares that bought nothing of it in weeks 13 to 26 after the first."""
    new = acquired(life)
    if not new.both:
        return Measured.nothing("friends or advertising brought no new buyer early enough")
    return Measured(float(new.gone[new.referred].mean() - new.gone[~new.referred].mean()))
