"""Independent cascade: every telling over a tie has its own chance to work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.word_of_mouth.talk import READS, WRITES, TalkParameters, converse, heard_by

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class Cascade(Mechanism):
    """Customers tell friends how satisfied they are with what they bought last.

    Equation
    --------
    P(talks) = (t0 + t1 * max(s - s0, 0)^2 + t2 * max(s0 - s, 0)^2) * talkativeness
    * 2^(-(weeks since purchase - 1) / half-life), times fan_factor for a fan of the firm where
    there are clubs; 0 from talking_weeks on, unless she resolved to tell. She speaks of one of the
    categories that she bought in, by chance. Each tie of a listener is used with contact_prob
    (strong ties: times strong_tie_factor). A used tie to a talker makes aware and moves the
    expectation by influence * (1 - commitment * loyalty) * (m - e), times negativity when m < e;
    the message m is s less what the talker foresaw of her use, which the listener foresees for
    herself. A talker who knows of a defect mentions it. With one
    category, base_propensity 1 and talking_weeks 1 a buyer has one try at each tie, with
    contact_prob: bond percolation. With several she may turn to one that she bought in long ago,
    and then be silent, so that she talks less of each.

    Reads / Writes
    --------------
    customers.satisfaction, loyalty, last_offer ... -> customers.message (n_customers,), aware,
    trigger, teller, expectation, knows_defect (n_customers, n_offers).

    References
    ----------
    Goldenberg, Libai and Muller (2001); Anderson (1998) for the U-shape; East, Hammond and Lomax
    (2008) for commitment; science.md A2.

    Not modeled
    -----------
    Reviews that stay (communities keep those), and forwarding of what one merely heard.
    """

    class Parameters(TalkParameters):
        """As ``TalkParameters``."""

    reads = READS
    writes = WRITES
    cites = (
        "Goldenberg, Libai and Muller (2001)", "Anderson (1998)", "East, Hammond and Lomax (2008)",
    )
    is_default = True

    def step(self, market: Market) -> None:
        """Talk and listen."""
        converse(market, self, belief=market.tables.customers.satisfaction, threshold=1)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What she heard, from whom, and what it did to her."""
        return heard_by(market, self, row, before)
