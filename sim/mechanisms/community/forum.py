"""A forum: members rate what they bought, and read what others rated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, probability_of, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market

READER = Trigger.COMMUNITY
CHANCES = (
    "join_rate", "friend_join_rate", "leave_prob", "post_prob", "read_prob", "reading_weight",
    "content_join_rate",
)
# While people join and leave, friends still see last week's memberships: 2 and 3 until `read`.
OUTSIDE, INSIDE, JOINING, LEAVING = 0, 1, 2, 3
BAD = 0.5
ZERO, ONE = np.float32(0), np.float32(1)


@mechanism
class Forum(Mechanism):
    """Customers join communities, members post ratings and learn from the pooled ones.

    Equation
    --------
    P(join) = 1 - exp(-join_rate - content_join_rate * mean W - friend_join_rate * share of
    friends inside), W = C / (C + content_half) of each offer talked of; P(leave) = leave_prob. A
    member who owns an offer posts her satisfaction with it, less what she foresaw of her use, with
    post_prob. Content
    C = content_memory * C + posts, and the pooled rating R is the mean of the posts, the old ones
    fading alike. A member who reads (read_prob) gets to know every rated offer, and her
    expectation moves towards R by reading_weight * W. Only offers of the topic and of admitted
    vendors are talked of; vendors admitted by name show readers all that they sell there (prices
    need no showing: every customer who knows an offer knows its price). A firm that is host deletes
    the share host_bias of ratings below one half of its own offers.

    Reads / Writes
    --------------
    customers.satisfaction, last_offer, muted, market.network -> customers.member (n_customers,
    n_communities), aware, trigger, expectation (n_customers, n_offers); communities' content and
    ratings (n_offers,).

    References
    ----------
    Hagel and Armstrong (1997), Net gain: members and content attract each other, vendors compete
    inside; science.md A8.

    Not modeled
    -----------
    Income of hosts and answers to problems (families hosting and peer_support), ratings by who
    never bought.
    """

    class Parameters(Declared):
        """How people gather, write and read."""

        join_rate: float = param(
            0.005, unit="1/week", bounds=(0, 10), by_segment=True, doc="Rate of joining alone.",
            source="A8",
        )
        friend_join_rate: float = param(
            0.05, unit="1/week", bounds=(0, 10), by_segment=True,
            doc="Rate of joining added when all friends are inside.", source="A8",
        )
        content_join_rate: float = param(
            0.0, unit="1/week", bounds=(0, 10), by_segment=True,
            doc="Rate of joining added by content without end.", source="A8",
        )
        leave_prob: float = param(
            0.01, unit="1/week", bounds=(0, 1), by_segment=True, doc="Probability to leave.",
        )
        post_prob: float = param(
            0.1, unit="1/week", bounds=(0, 1), by_segment=True,
            doc="Probability that a member rates what she bought last.",
        )
        read_prob: float = param(
            0.5, unit="1/week", bounds=(0, 1), by_segment=True, doc="Probability to read.",
        )
        reading_weight: float = param(
            0.3, unit="1", bounds=(0, 1), by_segment=True,
            doc="Share of the way that an expectation moves to a rating of much content.",
        )
        content_half: float = param(
            20.0, unit="posts", bounds=(1e-6, 1e9), doc="Content at which reading has half weight.",
            source="A8",
        )
        content_memory: float = param(
            0.95, unit="1/week", bounds=(0, 1), doc="Share of content still read after a week.",
            source="A8",
        )
        host_bias: float = param(
            0.0, unit="1", bounds=(0, 1),
            doc="Share of bad ratings of its own offers that a firm deletes as host.", source="M13",
        )

    reads = (
        "customers.satisfaction", "customers.foreseen", "customers.last_offer", "customers.label",
        "customers.muted", "offers.launch_week",
    )
    writes = (
        "customers.member", "customers.aware", "customers.trigger", "customers.expectation",
    )
    cites = ("Hagel and Armstrong (1997)",)
    is_default = True

    def step(self, market: Market) -> None:
        """Join and leave, post, then read."""
        if not market.communities:
            return
        customers, offers, _ = market.tables
        p = self.parameters
        on_sale = (offers.launch_week <= market.week).astype(np.uint8)
        nothing = np.zeros(market.n_offers, dtype=np.uint8)
        for c, community in enumerate(market.communities):
            posts = np.zeros((market.n_blocks, market.n_offers, 2))
            inside = community.admits == 1
            heard = community.content / (community.content + p.content_half)
            deleted = np.where(offers.firm == community.host, p.host_bias, 0.0)
            market.sweep(
                gather, market.streams.key(f"community.gather.{community.name}", market.week), c,
                market.network.indptr, market.network.indices, customers.label,
                customers.segment, self.by_segment(market, *CHANCES), customers.last_offer,
                customers.satisfaction, customers.foreseen,
                float(heard[inside].mean()) if inside.any() else 0.0,
                community.admits, deleted, market.some_muted, customers.muted, customers.member,
                posts,
            )
            community.take_posts(posts.sum(axis=0), p.content_memory)
            weight = community.content / (community.content + p.content_half)
            shown = community.admits * on_sale if community.has_stalls else nothing
            market.sweep(
                read, market.streams.key(f"community.read.{community.name}", market.week), c,
                customers.label, customers.segment, self.by_segment(market, *CHANCES),
                community.rating, weight * on_sale, shown, customers.member, customers.aware,
                customers.trigger, customers.expectation,
            )

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which communities she joined or left, and what reading did to her."""
        customers, told = market.tables.customers, []
        for c, community in enumerate(market.communities):
            if customers.member[row, c] != before["member"][c]:
                verb = "joined" if customers.member[row, c] else "left"
                told.append(Happening(f"{verb} the community {community.name}"))
        for o, name in enumerate(market.offer_names):
            if customers.aware[row, o] != before["aware"][o]:
                told.append(Happening(f"got to know {name} by reading in a community"))
            old, new = float(before["expectation"][o]), float(customers.expectation[row, o])
            if old != new:
                told.append(Happening(
                    f"read about {name}: her expectation went {old:.2f} -> {new:.2f}"
                ))
        return told


@kernel
def gather(
    start: int, stop: int, key: np.uint64, c: int, indptr: Array, indices: Array, label: Array,
    segment: Array, chances: Array, last_offer: Array, satisfaction: Array, foreseen: Array,
    attraction: float, admits: Array, deleted: Array, some_muted: bool, muted: Array,
    member: Array, posts: Array,
) -> None:
    """Let customers from ``start`` to ``stop`` join or leave community ``c``, and members post."""
    for i in range(start, stop):
        s = segment[i]
        state = address(key, label[i])
        unit = uniform(state, 0)
        if member[i, c] == OUTSIDE:
            rate = chances[s, 0] + chances[s, 6] * attraction
            degree = indptr[i + 1] - indptr[i]
            if chances[s, 1] > 0.0 and degree > 0 and unit < rate + chances[s, 1]:
                friends = 0
                for position in range(indptr[i], indptr[i + 1]):
                    friend = member[indices[position], c]
                    friends += int(friend in (INSIDE, LEAVING))
                rate += chances[s, 1] * friends / degree
            if unit < rate and unit < probability_of(rate):  # which is at most the rate
                member[i, c] = JOINING
        elif unit < chances[s, 2]:
            member[i, c] = LEAVING
        elif uniform(state, 1) < chances[s, 3] and not (some_muted and muted[i] == 1):
            for k in range(last_offer.shape[1]):
                o = last_offer[i, k]
                if o < 0 or admits[o] == 0:
                    continue
                # What readers see for themselves beforehand is no news to them.
                said = min(max(satisfaction[i, o] - foreseen[i, o], ZERO), ONE)
                bad = deleted[o] > 0.0 and said < BAD
                if bad and uniform(state, 2 + k) < deleted[o]:
                    continue
                posts[i // BLOCK, o, 0] += 1.0
                posts[i // BLOCK, o, 1] += said


@kernel
def read(
    start: int, stop: int, key: np.uint64, c: int, label: Array, segment: Array, chances: Array,
    rating: Array, weight: Array, shown: Array, member: Array, aware: Array, trigger: Array,
    expectation: Array,
) -> None:
    """Settle who joined and left from ``start`` to ``stop``; let members read the ratings."""
    for i in range(start, stop):
        if member[i, c] == JOINING:
            member[i, c] = INSIDE
        elif member[i, c] == LEAVING:
            member[i, c] = OUTSIDE
        if member[i, c] == OUTSIDE or uniform(address(key, label[i]), 0) >= chances[segment[i], 4]:
            continue
        for o in range(rating.size):
            if (weight[o] > 0.0 or shown[o] == 1) and aware[i, o] == 0:
                aware[i, o] = 1
                if trigger[i, o] == 0:
                    trigger[i, o] = READER
            if weight[o] > 0.0:
                step = chances[segment[i], 5] * weight[o]
                expectation[i, o] += step * (rating[o] - expectation[i, o])
