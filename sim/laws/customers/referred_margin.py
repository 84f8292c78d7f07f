"""What customers who came by a friend are worth at first, and later."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.customers.referrals import acquired
from sim.laws.needs import offered, weeks, works
from sim.laws.probes.life import Life


@law(
    statement="The margin that referred customers are ahead by at first closes with time.",
    source="Schmitt, Skiera and Van den Bulte (2011)", low=0.0, strict=True,
    unit="lead in contribution a week, first minus last 8 weeks, share of the others'",
    probe="life",
    needs=(offered, works("word_of_mouth"), works("advertising"), works("choice"), weeks(40)),
    below="referred customers have no lead that could close: all pay the same price",
)
def measure(life: Life) -> Measured:
    """Lead of the referred in the first eight weeks minus that in the last of half a year."""
    new = acquired(life)
    if not new.both:
        return Measured.nothing("friends or advertising brought no new buyer early enough")
    early, late = new.early[~new.referred].mean(), new.late[~new.referred].mean()
    if early <= 0 or late <= 0:
        return Measured.nothing("who came by advertising brought no contribution")
    lead = new.early[new.referred].mean() / early - new.late[new.referred].mean() / late
    return Measured(float(lead))
