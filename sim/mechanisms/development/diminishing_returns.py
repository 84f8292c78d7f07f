"""Development spends effort on what the firm believes in; customers get it at a release."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import probability_of
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class DiminishingReturns(Mechanism):
    """A version in development improves week by week and is released every so often.

    Equation
    --------
    Effort on attribute a = budget per offer * [(1 - c) * b_a + c * r_a], with b_a in proportion
    to believed need * headroom (to focus * headroom, where the firm's policy gives one for
    attributes that the offer has), r_a the share of a in the complaints routed to development, and
    c = signal / (signal + complaint_half). The version moves towards 1 by
    1 - exp(-productivity * effort), with effort that customers contribute to an attribute of the
    offer added to the firm's own. The signal fades by signal_memory a week. Every
    release_cadence weeks the version becomes the product. Of each gain customers caused the share
    of its effort that followed complaints or was contributed.

    Reads / Writes
    --------------
    firms.believed_needs, routed_signal (n_firms, n_attributes), offers.contributed_effort
    (n_offers, n_attributes), firms' levers and focus -> offers.development_quality, quality,
    customer_part (n_offers, n_attributes), firms.routed_signal, firms.development_cents,
    released_improvement, released_by_customers (n_firms,).

    References
    ----------
    Schneiderman (1988), Setting quality goals, and Zangwill and Kantor (1998), a theory of
    continuous improvement, for the constant share of the gap that effort closes; science.md A7.
    For releases: M11.

    Not modeled
    -----------
    Failed projects, and releases that make things worse.
    """

    class Parameters(Declared):
        """Productivity of development and weight of complaints."""

        productivity: float = param(
            1e-4, unit="1,000 customers * week / currency", bounds=(0, 1e3),
            doc="Exponent of improvement per unit of spending on one attribute.",
        )
        complaint_half: float = param(
            1.0, unit="complaints per 1,000 customers", bounds=(1e-6, 1e6),
            doc="Routed complaints in mind at which half of the effort follows them.",
        )
        signal_memory: float = param(
            0.9, unit="1/week", bounds=(0, 1), doc="Share of routed complaints still in mind."
        )

    reads = ("firms.believed_needs", "offers.contributed_effort")
    writes = (
        "offers.development_quality", "offers.quality", "offers.customer_part",
        "firms.routed_signal", "firms.development_cents", "firms.released_improvement",
        "firms.released_by_customers", "offers.released_week",
    )
    cites = ("Schneiderman (1988)", "Zangwill and Kantor (1998)")
    is_default = True

    def setup(self, market: Market) -> None:
        """Note whose offers are whose, and which attributes an offer can have."""
        offers = market.tables.offers
        self._own = [np.flatnonzero(offers.firm == f) for f in range(market.n_firms)]
        # An attribute that its category does not have cannot be improved.
        self._possible = market.attribute_category[None, :] == offers.category[:, None]

    def step(self, market: Market) -> None:
        """Spend, improve the version in development, release it when it is time."""
        p, offers, firms = self.parameters, market.tables.offers, market.tables.firms
        for number, firm in enumerate(market.firms):
            own = self._own[number]
            budget = firm.levers["development_budget"]
            if len(own) and (budget > 0.0 or offers.contributed_effort[own].any()):
                improve(
                    own, self._possible, firm.development_focus, firms.believed_needs[number],
                    firms.routed_signal[number].astype(np.float64), p.complaint_half,
                    p.productivity, budget / len(own), offers.contributed_effort,
                    offers.development_quality, offers.customer_part,
                )
            if market.week % int(firm.levers["release_cadence"]) == 0:
                self._release(market, number, own)
            firms.development_cents[number] = round(budget * market.tables.customers.n / 10.0)
        firms.routed_signal *= p.signal_memory

    def _release(self, market: Market, number: int, own: Array) -> None:
        offers, firms = market.tables.offers, market.tables.firms
        before = offers.quality[own].astype(np.float64)
        better = (offers.development_quality[own] > before).any(axis=1)
        offers.released_week[own[better]] = market.week
        # Exact sums: the order in which a scenario lists the offers of a firm changes nothing.
        firms.released_improvement[number] += fsum((offers.development_quality[own] - before).flat)
        firms.released_by_customers[number] += fsum(offers.customer_part[own].flat)
        offers.quality[own] = offers.development_quality[own]
        offers.customer_part[own] = 0.0


@kernel
def improve(
    own: Array, possible: Array, focus: Array, believed: Array, signal: Array,
    complaint_half: float, productivity: float, budget: float, contributed: Array,
    version_of: Array, customer_part: Array,
) -> None:
    """Improve the versions of a firm's offers (``own``) in development.

    Shapes are (n_offers, n_attributes), of what is the firm's (n_attributes,); ``budget`` is of one
    offer. A kernel, because small markets spend more time on a dozen steps of numpy.
    """
    total = signal.sum()
    follow = total / (total + complaint_half)
    share = np.empty(signal.size)
    for o in own:
        is_focused = np.any((focus != 0.0) & possible[o])
        whole = complained = 0.0
        for a in range(share.size):
            aim = focus[a] if is_focused else np.float64(believed[a])
            share[a] = aim * (1.0 - version_of[o, a]) * possible[o, a]
            whole += share[a]
            complained += signal[a] * possible[o, a]
        for a in range(share.size):
            version = np.float64(version_of[o, a])
            own_share, caused = share[a] / max(whole, 1e-12), contributed[o, a]
            if complained > 0.0:
                followed = follow * signal[a] * possible[o, a] / complained
                own_share = (1.0 - follow) * own_share + followed
                caused += followed * budget
            effort = own_share * budget + contributed[o, a]
            version_of[o, a] = version + probability_of(productivity * effort) * (1.0 - version)
            if effort > 0.0:
                # What the float32 version really gained, so that parts and whole add up.
                customer_part[o, a] += caused / effort * (version_of[o, a] - version)
