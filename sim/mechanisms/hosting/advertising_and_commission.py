"""Hosts of communities earn advertising and commissions, which vendors pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class AdvertisingAndCommission(Mechanism):
    """Vendors pay the communities that admit them: by member reached, and by purchase of members.

    Equation
    --------
    Vendors of a community are the firms, other than its host, with an offer on sale that it admits.
    Each week each vendor pays advertising_price * members / 1000, and commission_rate * price paid
    of every purchase of an admitted offer by a member; where she belongs to several communities
    that admit the offer, they share the commission equally. Each sum is rounded to the cent once;
    what vendors pay is what communities earn. The income of a community hosted by a firm is revenue
    of that firm; customers and third parties leave it with the community.

    Reads / Writes
    --------------
    customers.member (n_customers, n_communities), market.purchases -> firms.community_fees_cents,
    firms.hosting_cents (n_firms,); communities' income_cents.

    References
    ----------
    Hagel and Armstrong (1997), Net gain: advertising and transaction commissions as the income of
    virtual communities.

    Not modeled
    -----------
    Subscription fees of members, sale of profiles, the cost of running a community, vendors that
    leave when fees are too high, income paid out to members.
    """

    class Parameters(Declared):
        """What vendors pay."""

        advertising_price: float = param(
            10.0, unit="currency/week per 1,000 members", bounds=(0, 1e6),
            doc="What a vendor pays for being seen by members.", source="M13",
        )
        commission_rate: float = param(
            0.05, unit="1", bounds=(0, 1),
            doc="Share of the price of a member's purchase that the vendor pays.", source="M13",
        )

    reads = ("customers.member", "offers.launch_week")
    writes = ("firms.community_fees_cents", "firms.hosting_cents")
    cites = ("Hagel and Armstrong (1997)",)

    def step(self, market: Market) -> None:
        """Let vendors pay and hosts earn."""
        firms, n = market.tables.firms, len(market.communities)
        firms.community_fees_cents[:] = 0
        firms.hosting_cents[:] = 0
        if not n:
            return
        n_members, spent = self._add_up(market)
        on_sale = market.tables.offers.launch_week <= market.week
        p = self.parameters
        for c, community in enumerate(market.communities):
            present = market.sells @ (community.admits * on_sale) > 0
            fees = np.rint(np.where(present, p.advertising_price * n_members[c] / 10.0, 0.0))
            fees += np.rint(p.commission_rate * spent[c])
            if community.host >= 0:
                fees[community.host] = 0.0
                firms.hosting_cents[community.host] += int(fees.sum())
            firms.community_fees_cents += fees.astype(np.int64)
            community.income_cents += int(fees.sum())

    def _add_up(self, market: Market) -> tuple[Array, Array]:
        """Members by community, and cents that they spent at each firm by community."""
        customers, bought, n = market.tables.customers, market.purchases, len(market.communities)
        admits = np.array([community.admits for community in market.communities])
        n_members = np.zeros((market.n_blocks, n), dtype=np.int64)
        spent = np.zeros((market.n_blocks, n, market.n_firms))
        market.sweep(
            add_up, bought.starts, customers.member, admits, market.tables.offers.firm,
            bought.customer, bought.offer, bought.price_cents, n_members, spent,
        )
        return n_members.sum(axis=0), spent.sum(axis=0)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which communities earned on her purchases."""
        bought, told = market.purchases, []
        for p in np.flatnonzero((bought.customer == row) & (bought.offer >= 0)):
            o = int(bought.offer[p])
            earning = [
                community.name for c, community in enumerate(market.communities)
                if before["member"][c] and community.admits[o]
                and community.host != market.tables.offers.firm[o]
            ]
            if earning and self.parameters.commission_rate > 0:
                told.append(Happening(
                    f"her purchase of {market.offer_names[o]} earned a commission for "
                    f"{' and '.join(earning)}"
                ))
        return told


@kernel
def add_up(
    start: int, stop: int, starts: Array, member: Array, admits: Array, firm_of: Array,
    customer: Array, offer: Array, price_cents: Array, n_members: Array, spent: Array,
) -> None:
    """Count members and what they spent, of customers from ``start`` to ``stop``."""
    n = member.shape[1]
    for begin in range(start, stop, BLOCK):
        for c in range(n):
            inside = 0
            for i in range(begin, min(begin + BLOCK, stop)):
                inside += member[i, c]
            n_members[begin // BLOCK, c] = inside
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i = customer[p]
        sharing = 0
        for c in range(n):
            sharing += member[i, c] * admits[c, o]
        if sharing == 0:
            continue
        for c in range(n):
            if member[i, c] == 1 and admits[c, o] == 1:
                spent[i // BLOCK, c, firm_of[o]] += price_cents[p] / sharing
