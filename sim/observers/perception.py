"""What firms think of themselves against what their customers live: the delivery gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.observers import census
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

MOST = 0.5
"""Customers agree with a firm when at least this share of its buyers do."""


def own_margin(market: Market) -> NDArray[np.float64]:
    """Lead of each firm over its best rival by its own idea of what matters, (n_firms,).

    A firm rates any offer by the weights that it believes in, scaled to 1 in its category. Its lead
    is that of its offers on sale over the best offer of rivals in the same category, the mean over
    its offers; not-a-number where it sells nothing, or nobody sells beside it.
    """
    _, offers, firms = market.tables
    on_sale = (offers.launch_week <= market.week).astype(np.uint8)
    margin = np.full(market.n_firms, np.nan)
    lead(
        firms.believed_needs, offers.quality, offers.firm, offers.category, on_sale,
        market.attribute_category, market.offer_order, margin,
    )
    return margin


@kernel
def rate_offer(
    believed: Array, quality: Array, category: int, attribute_category: Array
) -> float:
    """Quality of an offer by the weights that a firm believes in, scaled to 1 in its category."""
    rating, total = 0.0, 0.0
    for a in range(believed.size):
        if attribute_category[a] == category:
            rating += believed[a] * quality[a]
            total += believed[a]
    return rating / max(total, 1e-12)


@kernel
def lead(
    believed: Array, quality: Array, firm_of: Array, category: Array, on_sale: Array,
    attribute_category: Array, order: Array, margin: Array,
) -> None:
    """Write the mean lead of each firm's offers over the best rival in its own eyes."""
    for f in range(margin.size):
        total, n = 0.0, 0
        for o in order:
            if firm_of[o] != f or on_sale[o] == 0:
                continue
            best = -np.inf
            for r in range(firm_of.size):
                if on_sale[r] == 1 and category[r] == category[o] and firm_of[r] != f:
                    best = max(
                        best, rate_offer(believed[f], quality[r], category[r], attribute_category)
                    )
            if best > -np.inf:
                own = rate_offer(believed[f], quality[o], category[o], attribute_category)
                total += own - best
                n += 1
        if n > 0:
            margin[f] = total / n


@observer
class Perception(Observer):
    """Firms that believe that they are superior, and customers who agree.

    Both sides are asked what Allen, Reichheld, Hamilton and Markey (2005), Closing the delivery
    gap, asked them: whether the firm delivers a *superior* experience. A firm believes so when its
    offers beat the best rival's by its own idea of what matters; anybody can see the quality of
    offers, so all that can mislead a firm is what it takes for important. A customer agrees when
    her satisfaction, experience judged against what she expected, is at least ``DELIGHTED``.
    """

    outcomes: ClassVar[dict[str, Outcome]] = {
        "believed_superiority": Outcome(
            "-1 to 1", "last",
            "Lead over the best rival, by the firm's own idea of what matters.",
        ),
        "believes_superior": Outcome(
            "0 or 1", "last", "Whether the firm believes its offers better than any rival's."
        ),
        "delighted_share": Outcome(
            "share of buyers", "last",
            f"Buyers whose satisfaction is superior: at least {census.DELIGHTED}.",
        ),
        "superior_firms": Outcome(
            "share of firms", "last", "Firms that believe their offers better than any rival's.",
            per="market",
        ),
        "superior_by_customers": Outcome(
            "share of firms' buyers", "last",
            "Buyers, over all firms, whose satisfaction is superior.", per="market",
        ),
        "superior_firms_by_customers": Outcome(
            "share of firms", "last",
            "Firms of whose buyers at least half have superior satisfaction.", per="market",
        ),
        "delivery_gap": Outcome(
            "share", "last",
            "Share of firms that believe in a superior experience, minus the share of buyers.",
            per="market",
        ),
    }

    def measure(self, market: Market) -> Measures:
        """How firms rate their offers, and how many customers are delighted, this week."""
        return {"margin": own_margin(market), "census": census.take(market)}

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Both sides' answers."""
        margin, sums = weeks["margin"], weeks["census"]
        buyers, delighted_buyers = sums[..., census.BUYERS], sums[..., census.DELIGHTED_BUYERS]
        rated = ~np.isnan(margin)
        believes = np.where(rated, margin > 0.0, np.nan)
        firms = share((margin > 0.0).sum(axis=-1), rated.sum(axis=-1))
        delighted = share(delighted_buyers, buyers)
        sold = ~np.isnan(delighted)
        confirmed = share((delighted >= MOST).sum(axis=-1), sold.sum(axis=-1))
        agree = share(delighted_buyers.sum(axis=-1), buyers.sum(axis=-1))
        return {
            "believed_superiority": margin,
            "believes_superior": believes,
            "delighted_share": delighted,
            "superior_firms": firms,
            "superior_by_customers": agree,
            "superior_firms_by_customers": confirmed,
            "delivery_gap": firms - agree,
        }
