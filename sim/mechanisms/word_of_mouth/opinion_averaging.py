"""Opinion averaging: customers pass on what they believe now, heard or lived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.word_of_mouth.talk import READS, WRITES, TalkParameters, converse, heard_by

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class OpinionAveraging(Mechanism):
    """As the cascade, but talkers report their expectation instead of their last satisfaction.

    Equation
    --------
    e_j moves towards e_i by influence for every used tie from a talking i to j, so that opinions
    in a group converge.

    Reads / Writes
    --------------
    As the cascade; customers.expectation takes the part of customers.satisfaction.

    References
    ----------
    DeGroot (1974), Reaching a consensus.

    Not modeled
    -----------
    Stubborn opinions; commitment is as in the cascade.
    """

    class Parameters(TalkParameters):
        """As ``TalkParameters``."""

    reads = READS
    writes = WRITES
    cites = ("DeGroot (1974)",)

    def step(self, market: Market) -> None:
        """Talk and listen."""
        expectation = market.tables.customers.expectation
        converse(market, self, belief=expectation, threshold=1, felt=False)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she heard, from whom, and what it did to her."""
        return heard_by(market, self, row, before)
