"""Complex contagion: one telling is not enough to be taken seriously."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.word_of_mouth.talk import READS, WRITES, TalkParameters, converse, heard_by
from sim.parameters import param

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class ComplexContagion(Mechanism):
    """As the cascade, but an offer enters consideration only after several tellings.

    Equation
    --------
    aware = 1 once exposures >= threshold; exposures count the tellings heard so far.

    Reads / Writes
    --------------
    As the cascade, and customers.exposures (n_customers, n_offers).

    References
    ----------
    Granovetter (1978); Centola and Macy (2007); science.md A2.

    Not modeled
    -----------
    Whether the tellings came from different friends: a friend who tells twice counts twice. With
    talking_weeks 1 she tells once after each purchase; the variant ``threshold`` counts friends.
    """

    class Parameters(TalkParameters):
        """As ``TalkParameters``, and the threshold."""

        threshold: int = param(
            2, unit="tellings", bounds=(1, 255), doc="Tellings that make aware.",
            source="Centola and Macy (2007)",
        )

    reads = READS
    writes = WRITES
    cites = ("Granovetter (1978)", "Centola and Macy (2007)")

    def step(self, market: Market) -> None:
        """Talk and listen."""
        converse(
            market, self, belief=market.tables.customers.satisfaction,
            threshold=self.parameters.threshold,
        )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she heard, from whom, and what it did to her."""
        return heard_by(market, self, row, before)
