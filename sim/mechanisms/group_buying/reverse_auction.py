"""Members pool their demand, vendors bid for it, and the lowest bid is what members pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK
from sim.tables import Array, Options

if TYPE_CHECKING:
    from sim.agents.community import Community
    from sim.market import Market


@mechanism
class ReverseAuction(Mechanism):
    """Every ``interval`` weeks a community asks vendors for bids, category by category.

    Equation
    --------
    The pool of a category is the sum of the members' purchase rates, without the muted; the
    community asks if that is at least minimum_pool of the sum over all customers. Each of n vendors
    with an admitted offer on sale above its unit cost (the wholesale price, where another firm
    delivers it) makes a sealed bid for each: bid = unit_cost + (price - unit_cost) / n, the
    equilibrium of a first-price procurement auction with n bidders whose costs are spread evenly
    below the reserve price, here the vendor's own list price; so a lone vendor gives nothing away.
    The lowest bid wins; members pay it (or the list price if that is lower) for that offer during
    weeks_valid weeks.

    Reads / Writes
    --------------
    customers.member, purchase_rate, muted, offers.price_cents, unit_cost_cents ->
    offers.group_price_cents (n_offers, n_communities); discounts of members' options.

    References
    ----------
    McAfee and McMillan (1987), Auctions and bidding; Hagel and Armstrong (1997), Net gain: reverse
    markets; Anand and Aron (2003), Group buying on the web.

    Not modeled
    -----------
    Scores that weigh quality against price, tiers of discount by quantity, members who commit to
    buy, collusion of vendors.
    """

    class Parameters(Declared):
        """When communities ask, and for how long a bid holds."""

        interval: int = param(
            4, unit="weeks", bounds=(1, 520), doc="Weeks between two rounds of bids."
        )
        weeks_valid: int = param(
            2, unit="weeks", bounds=(1, 520),
            doc="Weeks in which members pay the winning bid, at most until the next round.",
        )
        minimum_pool: float = param(
            0.05, unit="1", bounds=(0, 1),
            doc="Share of the demand in a category that members must pool.",
        )

    reads = (
        "customers.member", "customers.purchase_rate", "customers.muted", "offers.price_cents",
        "offers.unit_cost_cents", "offers.supplier", "offers.wholesale_price_cents",
        "offers.launch_week",
    )
    writes = ("offers.group_price_cents",)
    cites = (
        "McAfee and McMillan (1987)", "Hagel and Armstrong (1997)", "Anand and Aron (2003)",
    )

    def step(self, market: Market) -> None:
        """End bids that have run out, and ask for new ones when it is time."""
        p, offers = self.parameters, market.tables.offers
        weeks_since = (market.week - 1) % p.interval
        if weeks_since == 0 or weeks_since == p.weeks_valid:
            offers.group_price_cents[:] = 0
        if weeks_since or not market.communities:
            return
        share = self._pooled_share(market)
        for c, community in enumerate(market.communities):
            for k in range(len(market.category_names)):
                if share[c, k] > 0 and share[c, k] >= p.minimum_pool:
                    self._auction(market, c, community, k)

    def _pooled_share(self, market: Market) -> Array:
        """Share of the demand in each category that members pool, (n_communities, n_categories)."""
        customers = market.tables.customers
        n, n_categories = len(market.communities), len(market.category_names)
        demand = np.zeros((market.n_blocks, n + 1, n_categories))
        market.sweep(
            pool, customers.member, customers.purchase_rate, market.some_muted, customers.muted,
            demand,
        )
        total = demand.sum(axis=0)
        share: Array = total[:n] / np.maximum(total[n], 1e-300)
        return share

    def _auction(self, market: Market, c: int, community: Community, k: int) -> None:
        offers = market.tables.offers
        cost = market.cost_to_seller()
        margin = offers.price_cents - cost
        bidding = np.flatnonzero(
            (offers.category == k) & (community.admits == 1) & (margin > 0)
            & (offers.launch_week <= market.week)
        )
        if not len(bidding):
            return
        n_vendors = len(np.unique(offers.firm[bidding]))
        bids = np.rint(cost[bidding] + margin[bidding] / n_vendors)
        best = np.lexsort((offers.label[bidding], bids))[0]
        offers.group_price_cents[bidding[best], c] = int(bids[best])

    def weigh(self, market: Market, options: Options) -> None:
        """Members need not pay more than the winning bid."""
        offers = market.tables.offers
        bid = offers.group_price_cents
        discount = np.where(bid > 0, np.maximum(offers.price_cents[:, None] - bid, 0), 0)
        if not discount.any():
            return
        market.sweep(
            grant, options.starts, options.customer, options.category, offers.category,
            market.tables.customers.member, discount, options.discount_cents,
        )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which bids her communities won this week."""
        offers = market.tables.offers
        told: list[Happening] = []
        if (market.week - 1) % self.parameters.interval:
            return told
        for c, community in enumerate(market.communities):
            for o in np.flatnonzero(offers.group_price_cents[:, c] * before["member"][c]):
                bid, price = offers.group_price_cents[o, c] / 100, offers.price_cents[o] / 100
                told.append(Happening(
                    f"her community {community.name} won a bid of {bid:.2f} for "
                    f"{market.offer_names[o]}, which costs others {price:.2f}"
                ))
        return told


@kernel
def pool(
    start: int, stop: int, member: Array, purchase_rate: Array, some_muted: bool, muted: Array,
    demand: Array,
) -> None:
    """Add up demand by category of members of each community and, last, of all customers."""
    n = member.shape[1]
    for begin in range(start, stop, BLOCK):
        end, block = min(begin + BLOCK, stop), begin // BLOCK
        for k in range(purchase_rate.shape[1]):
            total = 0.0
            for i in range(begin, end):
                total += purchase_rate[i, k]
            demand[block, n, k] = total
            for c in range(n):
                total = 0.0
                for i in range(begin, end):
                    heard = 0 if some_muted and muted[i] == 1 else member[i, c]
                    total += heard * purchase_rate[i, k]
                demand[block, c, k] = total


@kernel
def grant(
    start: int, stop: int, starts: Array, customer: Array, kind: Array, category: Array,
    member: Array, discount: Array, discount_cents: Array,
) -> None:
    """Take the best group discount off the options of members from ``start`` to ``stop``."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        for o in range(category.size):
            if category[o] != kind[e]:
                continue
            best = 0
            for c in range(member.shape[1]):
                if member[i, c] == 1:
                    best = max(best, discount[o, c])
            discount_cents[e, o] += best
