"""Customers buy through the channel they like best, and resent losing the one they use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK
from sim.tables import Array, Options

if TYPE_CHECKING:
    from sim.market import Market

WEIGHTS = ("quality_weight", "habit_weight")
FORCING = ("forced_reactance", "loyalty_shield")


@mechanism
class ChannelAffinity(Mechanism):
    """Each offer is sold through channels; a withdrawn channel takes its customers' good will.

    Equation
    --------
    An offer is worth to her, besides all else, the best of its open channels h (quality > 0):
    max_h (affinity_h + quality_weight * quality_h + habit_weight * [h used last in the category]);
    without an open channel it cannot be had. What she buys, she buys through that channel. In the
    week in which the offer that she bought last leaves the channel that she used last, reactance to
    the firm moves towards 1 by forced_reactance * (1 - loyalty_shield * loyalty): offer, channel
    and loyalty as they were before this week's choice.

    Reads / Writes
    --------------
    customers.channel_affinity (n_customers, n_channels), offers.channel_quality (n_offers,
    n_channels) -> customers.last_channel (n_customers, n_categories), customers.reactance
    (n_customers, n_firms), offers.channel_open (n_offers, n_channels), firms.channels_cents
    (n_firms,).

    References
    ----------
    Neslin et al. (2006); Trampe, Konus and Verhoef (2014) on forced migration; Brehm (1966);
    science.md A10.

    Not modeled
    -----------
    Search in one channel and purchase in another, and the resentment of those whom a withdrawal
    does not touch. Reactance fades only where sales contacts are modeled.
    """

    class Parameters(Declared):
        """What channels are worth, and what losing one does."""

        quality_weight: float = param(
            1.0, unit="utility", bounds=(0, 50), by_segment=True,
            doc="Utility of full service in a channel.", source="A10",
        )
        habit_weight: float = param(
            0.5, unit="utility", bounds=(0, 50), by_segment=True,
            doc="Utility of the channel used last.", source="A10",
        )
        forced_reactance: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Reactance built by losing the channel used last.",
            source="A10: forcing acts as punishment",
        )
        loyalty_shield: float = param(
            0.5, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of that reactance which full loyalty to the offer keeps out.",
            source="A10: loyal customers react less",
        )

    reads = (
        "customers.channel_affinity", "customers.last_offer", "customers.loyalty",
        "offers.channel_quality",
    )
    writes = (
        "customers.last_channel", "customers.reactance", "offers.channel_open",
        "firms.channels_cents",
    )
    cites = ("Neslin et al. (2006)", "Trampe, Konus and Verhoef (2014)", "Brehm (1966)")

    _before: tuple[Array, Array] | None = None
    """Offers bought last, and loyalty, before this week's choice; kept in weeks that force."""

    def setup(self, market: Market) -> None:
        """Note the costs, and the channels that owners of the start and all offers use."""
        names, offers = market.channel_names, market.tables.offers
        settings = [o for firm in market.world.firms.values() for o in firm.offers.values()]
        costs = [[o.channel_costs.get(name, 0.0) for name in names] for o in settings]
        shape = (market.n_offers, len(names))
        self.prepared = np.rint(np.array(costs).reshape(shape) * 100.0).astype(np.int64)
        offers.channel_open[:] = offers.channel_quality > 0.0
        if names and any(offer.initial_owners > 0.0 for offer in settings):
            customers = market.tables.customers
            market.sweep(
                remember, customers.segment, self.by_segment(market, *WEIGHTS),
                customers.channel_affinity, offers.channel_quality, customers.last_offer,
                customers.last_channel,
            )

    def weigh(self, market: Market, options: Options) -> None:
        """Add the best channel of each offer."""
        customers, offers, _ = market.tables
        if market.channel_names:
            if self._withdrawn(market).any():  # whom that touches, this week's choice must not say
                self._before = customers.last_offer.copy(), customers.loyalty.copy()
            market.sweep(
                add_best, options.starts, options.customer, options.category, customers.segment,
                self.by_segment(market, *WEIGHTS), customers.channel_affinity,
                offers.channel_quality, offers.category, customers.last_channel, options.utility,
            )

    def step(self, market: Market) -> None:
        """Let customers resent withdrawn channels, and note the channels that they used."""
        if not market.channel_names:
            return
        customers, offers, firms = market.tables
        withdrawn = self._withdrawn(market)
        if withdrawn.any():
            # Where nobody came to choose, nothing was kept, and nothing has changed.
            last_offer, loyalty = self._before or (customers.last_offer, customers.loyalty)
            market.sweep(
                resent, customers.segment, self.by_segment(market, *FORCING), withdrawn,
                offers.firm, last_offer, customers.last_channel, loyalty, customers.reactance,
            )
        self._before = None
        offers.channel_open[:] = offers.channel_quality > 0.0
        bought = market.purchases
        n_used = np.zeros((market.n_blocks, *offers.channel_quality.shape), dtype=np.int64)
        market.sweep(
            note_channels, bought.starts, bought.customer, bought.offer, customers.segment,
            self.by_segment(market, *WEIGHTS), customers.channel_affinity,
            offers.channel_quality, offers.category, customers.last_channel, n_used,
        )
        cost = (n_used.sum(axis=0) * self.prepared).sum(axis=1)
        firms.channels_cents[:] = 0
        np.add.at(firms.channels_cents, offers.firm, cost)

    def _withdrawn(self, market: Market) -> Array:
        """Which offers leave which channels this week, (n_offers, n_channels)."""
        offers = market.tables.offers
        gone: Array = (offers.channel_open == 1) & (offers.channel_quality <= 0.0)
        return gone

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which channels she moved to, and whom she resents for it."""
        customers, told = market.tables.customers, []
        for f, firm in enumerate(market.firms):
            old, new = float(before["reactance"][f]), float(customers.reactance[row, f])
            if new > old:
                told.append(Happening(
                    f"felt forced by {firm.name}, which took away the channel that she used; "
                    f"reactance {old:.2f} -> {new:.2f}", {"firm": firm.name},
                ))
        for k, category in enumerate(market.category_names):
            now, last = int(customers.last_channel[row, k]), int(before["last_channel"][k])
            if now != last:
                moved = f" instead of {market.channel_names[last]}" if last >= 0 else ""
                told.append(Happening(
                    f"now buys in {category} through {market.channel_names[now]}{moved}",
                    {"category": category, "channel": market.channel_names[now]},
                ))
        return told


@kernel
def best_channel(affinity: Array, quality: Array, last: int, weights: Array) -> tuple[int, float]:
    """The open channel that is worth most to a customer, the first of equals, and its worth."""
    best = -1
    most = -np.inf
    for h in range(quality.size):
        if quality[h] > 0.0:
            value = affinity[h] + weights[0] * quality[h]
            if h == last:
                value += weights[1]
            if best < 0 or value > most:
                best = h
                most = value
    return best, most


@kernel
def remember(
    start: int, stop: int, segment: Array, weights: Array, affinity: Array, quality: Array,
    last_offer: Array, last_channel: Array,
) -> None:
    """Write the channels through which customers from ``start`` to ``stop`` bought before."""
    for i in range(start, stop):
        for k in range(last_offer.shape[1]):
            o = last_offer[i, k]
            if o >= 0:
                own = weights[segment[i]]
                last_channel[i, k] = best_channel(affinity[i], quality[o], -1, own)[0]


@kernel
def add_best(
    start: int, stop: int, starts: Array, customer: Array, kind: Array, segment: Array,
    weights: Array, affinity: Array, quality: Array, category: Array, last_channel: Array,
    utility: Array,
) -> None:
    """Add the best channels to the options of customers from ``start`` to ``stop``."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        last = last_channel[i, kind[e]]
        for o in range(category.size):
            if category[o] == kind[e]:
                utility[e, o] += best_channel(affinity[i], quality[o], last, weights[segment[i]])[1]


@kernel
def note_channels(
    start: int, stop: int, starts: Array, customer: Array, offer: Array, segment: Array,
    weights: Array, affinity: Array, quality: Array, category: Array, last_channel: Array,
    n_used: Array,
) -> None:
    """Note the channels that customers from ``start`` to ``stop`` used this week."""
    first, last = starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]
    # All purchases of a week follow the habit as it was when she chose: note them afterwards.
    used = np.full(last - first, -1, dtype=np.int8)
    for p in range(first, last):
        o = offer[p]
        if o >= 0:
            i = customer[p]
            habit = last_channel[i, category[o]]
            h = best_channel(affinity[i], quality[o], habit, weights[segment[i]])[0]
            used[p - first] = h
            n_used[i // BLOCK, o, h] += 1
    for p in range(first, last):
        if used[p - first] >= 0:
            last_channel[customer[p], category[offer[p]]] = used[p - first]


@kernel
def resent(
    start: int, stop: int, segment: Array, forcing: Array, withdrawn: Array, firm_of: Array,
    last_offer: Array, last_channel: Array, loyalty: Array, reactance: Array,
) -> None:
    """Build reactance in customers from ``start`` to ``stop`` who lost their channel."""
    for i in range(start, stop):
        for k in range(last_offer.shape[1]):
            o, h = last_offer[i, k], last_channel[i, k]
            if o >= 0 and h >= 0 and withdrawn[o, h]:
                f, s = firm_of[o], segment[i]
                gain = forcing[s, 0] * (1.0 - forcing[s, 1] * loyalty[i, o])
                reactance[i, f] += gain * (1.0 - reactance[i, f])
