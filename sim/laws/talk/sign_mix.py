"""Good news against bad news."""

from __future__ import annotations

from sim.laws.base import Measured, law
from sim.laws.needs import works
from sim.laws.probes.life import Life


@law(
    statement="Customers hear two to five good reports for each bad one.",
    source="East, Hammond and Wright (2007): about 3:1", low=2.0, high=5.0,
    unit="good tellings over bad ones", probe="life",
    needs=(works("word_of_mouth"), works("choice"), works("experience")),
    below="more customers are displeased, or the displeased talk more, than in the surveys",
    above="few customers are displeased enough to talk: what they expect is soon what they get",
)
def measure(life: Life) -> Measured:
    """Tellings heard in all weeks, good over bad."""
    if life.good + life.bad == 0:
        return Measured.nothing("nobody told anybody anything")
    return Measured(life.good, over=life.bad)
