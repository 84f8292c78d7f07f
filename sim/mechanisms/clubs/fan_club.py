"""Satisfied buyers join the firm's club; fans buy first, talk more, forgive more, and may turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, probability_of, uniform
from sim.tables import Array, Options, Trigger

if TYPE_CHECKING:
    from sim.market import Market

IN_THE_CLUB = Trigger.COMMUNITY
NEVER = 1_000_000  # weeks, more than any run has
JOINING = ("join_rate", "joining_satisfaction", "turning_point")


@mechanism
class FanClub(Mechanism):
    """Firms invest in a club of fans: a brand community that the firm keeps.

    Equation
    --------
    With spending x a week and 1,000 customers, a buyer of this week joins with probability
    1 - exp(-join_rate * x / (half_saturation + x) * loyalty * max(s - joining_satisfaction, 0)
    / (1 - joining_satisfaction)), s being her satisfaction with the purchase. A fan whose
    satisfaction with a purchase falls below turning_point leaves the club and tells others next
    week for certain. Purchases of a week count one after the other, so that who left may join again
    by the next one. The club makes fans aware of the firm's offers: when they join, at a release,
    and before a launch. For release_weeks after a release or launch the offer has release_utility
    more to a fan. What is released betters the offer; what is sold from week 1 was not launched.
    Fans talk more (word_of_mouth: fan_factor) and forgive more (response: fan_tolerance).

    Reads / Writes
    --------------
    market.purchases, customers.loyalty (n_customers, n_offers), offers.released_week,
    firms' levers -> customers.fan
    (n_customers, n_firms), customers.telling (n_customers,), customers.aware, customers.trigger
    (n_customers, n_offers), firms.clubs_cents (n_firms,).

    References
    ----------
    Muniz and O'Guinn (2001), Brand community; McAlexander, Schouten and Koenig (2002).

    Not modeled
    -----------
    Ties among fans that the club itself makes, and fans who drift away without a disappointment.
    """

    class Parameters(Declared):
        """Who joins, who turns, and what a release is worth to a fan."""

        join_rate: float = param(
            0.5, unit="1/purchase", bounds=(0, 50), by_segment=True,
            doc="Rate of joining of a fully satisfied, fully loyal buyer of a boundless club.",
        )
        half_saturation: float = param(
            20.0, unit="currency/week per 1,000 customers", bounds=(1e-9, 1e9),
            doc="Spending with half of the greatest rate of joining.",
        )
        joining_satisfaction: float = param(
            0.5, unit="1", bounds=(0, 0.99), by_segment=True,
            doc="Satisfaction from which on buyers join.",
        )
        turning_point: float = param(
            0.25, unit="1", bounds=(0, 1), by_segment=True,
            doc="Satisfaction below which a fan turns.",
        )
        release_utility: float = param(
            2.0, unit="utility", bounds=(0, 50), by_segment=True,
            doc="Utility of a fresh release to a fan.",
        )
        release_weeks: int = param(
            4, unit="weeks", bounds=(1, 52), doc="How long a release is fresh."
        )

    reads = ("customers.loyalty", "offers.launch_week", "offers.released_week")
    writes = (
        "customers.fan", "customers.telling", "customers.aware", "customers.trigger",
        "firms.clubs_cents",
    )
    cites = ("Muniz and O'Guinn (2001)", "McAlexander, Schouten and Koenig (2002)")

    def weigh(self, market: Market, options: Options) -> None:
        """Let fans want what has just been released."""
        customers, offers, _ = market.tables
        # What is released at the end of a week can be bought from the next one on.
        fresh = self._weeks_out(market, market.week - 1) < self.parameters.release_weeks
        if fresh.any():
            market.sweep(
                want, options.starts, options.customer, options.category, customers.segment,
                self.by_segment(market, "release_utility"), fresh.astype(np.uint8), offers.firm,
                offers.category, customers.fan, options.utility,
            )

    def step(self, market: Market) -> None:
        """Let buyers join or turn, and tell fans of what comes next week."""
        customers, offers, firms = market.tables
        bought = market.purchases
        spending = np.array([firm.levers["club_investment"] for firm in market.firms])
        firms.clubs_cents[:] = np.rint(spending * customers.n / 10.0)
        market.sweep(
            join_or_turn, market.streams.key("clubs.join", market.week), bought.starts,
            bought.customer, bought.offer, bought.serial, bought.satisfaction, customers.label,
            customers.segment, self.by_segment(market, *JOINING),
            spending / (self.parameters.half_saturation + spending), offers.label, offers.firm,
            offers.launch_week <= market.week + 1, customers.loyalty, customers.fan,
            customers.telling, customers.aware, customers.trigger,
        )
        out = self._weeks_out(market, market.week) == 0
        named = np.isin(offers.firm, offers.firm[out]) & (offers.launch_week <= market.week + 1)
        if named.any():
            market.sweep(
                announce, named, offers.firm, customers.fan, customers.aware,
                customers.trigger,
            )

    def _weeks_out(self, market: Market, week: int) -> Array:
        """Weeks at the end of ``week`` since the offers' latest release or launch, (n_offers,).

        A launch counts as released at the end of the week before it; what was on sale from week 1
        on was never launched. A release that betters nothing is none.
        """
        offers = market.tables.offers
        since = np.where(offers.launch_week > 1, week - (offers.launch_week - 1), NEVER)
        since[since < 0] = NEVER
        released = np.maximum(week - offers.released_week, 0)
        come = (offers.released_week > 0) & (offers.launch_week <= week)
        return np.minimum(since, np.where(come, released, NEVER))

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which clubs she joined, turned from, or heard news in."""
        customers, told = market.tables.customers, []
        for f, firm in enumerate(market.firms):
            now = int(customers.fan[row, f])
            if now > before["fan"][f]:
                told.append(Happening(f"joined the club of {firm.name}", {"firm": firm.name}))
            elif now < before["fan"][f]:
                told.append(Happening(
                    f"turned from a fan of {firm.name} into a critic: she left the club and will "
                    "tell others", {"firm": firm.name},
                ))
        for o, name in enumerate(market.offer_names):
            if customers.aware[row, o] > before["aware"][o]:
                told.append(Happening(f"heard of {name} in the club", {"offer": name}))
        return told


@kernel
def hear(i: int, o: int, aware: Array, trigger: Array) -> None:
    """Make a fan aware of an offer."""
    if aware[i, o] == 0:
        aware[i, o] = 1
        if trigger[i, o] == 0:
            trigger[i, o] = IN_THE_CLUB


@kernel
def join_or_turn(
    start: int, stop: int, key: np.uint64, starts: Array, customer: Array, offer: Array,
    serial: Array, felt: Array, label: Array, segment: Array, joining: Array, reach: Array,
    offer_label: Array, firm_of: Array, on_sale: Array, loyalty: Array, fan: Array,
    telling: Array, aware: Array, trigger: Array,
) -> None:
    """Let buyers from ``start`` to ``stop`` join a club, or turn on it."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i = customer[p]
        f = firm_of[o]
        s = segment[i]
        enough = joining[s, 1]
        if fan[i, f] == 1:
            if felt[p] < joining[s, 2]:
                fan[i, f] = 0
                telling[i] = o + 1
        elif reach[f] > 0.0 and felt[p] > enough:
            pleasure = (felt[p] - enough) / (1.0 - enough)
            rate = joining[s, 0] * reach[f] * loyalty[i, o] * pleasure
            state = address(address(key, label[i]), offer_label[o] * 256 + serial[p])
            if uniform(state, 0) < probability_of(rate):
                fan[i, f] = 1
                for other in range(firm_of.size):
                    if firm_of[other] == f and on_sale[other]:
                        hear(i, other, aware, trigger)


@kernel
def announce(
    start: int, stop: int, named: Array, firm_of: Array, fan: Array, aware: Array, trigger: Array,
) -> None:
    """Tell fans from ``start`` to ``stop`` of the offers that their club names."""
    for i in range(start, stop):
        for o in range(named.size):
            if named[o] and fan[i, firm_of[o]] == 1:
                hear(i, o, aware, trigger)


@kernel
def want(
    start: int, stop: int, starts: Array, customer: Array, kind: Array, segment: Array,
    worth: Array, fresh: Array, firm_of: Array, category: Array, fan: Array, utility: Array,
) -> None:
    """Add what a release is worth to fans from ``start`` to ``stop`` to their options."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        for o in range(fresh.size):
            if fresh[o] == 1 and category[o] == kind[e] and fan[i, firm_of[o]] == 1:
                utility[e, o] += worth[segment[i]]
