"""Development spends effort on what the firm believes in; customers get it at a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.mechanisms.base import Mechanism, mechanism
from sim.parameters import Declared, param
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class DiminishingReturns(Mechanism):
    """A version in development improves week by week and is released every so often.

    Equation
    --------
    Effort on attribute a = budget per offer * [(1 - c) * b_a + c * r_a], with b_a in proportion
    to believed need * headroom, r_a the share of a in the complaints routed to development, and
    c = signal / (signal + complaint_half). The version moves towards 1 by
    1 - exp(-productivity * effort). The signal fades by signal_memory a week. Every
    release_cadence weeks the version becomes the product.

    Reads / Writes
    --------------
    firms.believed_needs, routed_signal (n_firms, n_attributes), firms' levers ->
    offers.development_quality, quality (n_offers, n_attributes), firms.routed_signal,
    firms.development_cents (n_firms,).

    References
    ----------
    Model.md M11; exponential approach to the best as in learning curves, science.md A7.

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

    reads = ("firms.believed_needs", "offers.launch_week")
    writes = (
        "offers.development_quality", "offers.quality", "firms.routed_signal",
        "firms.development_cents",
    )
    cites = ("model.md M11",)
    is_default = True

    def setup(self, market: Market) -> None:
        """Note whose offers are whose, and which attributes an offer can have."""
        offers = market.tables.offers
        self._own = [np.flatnonzero(offers.firm == f) for f in range(market.n_firms)]
        # An attribute that its category does not have cannot be improved.
        self._possible = market.attribute_category[None, :] == offers.category[:, None]

    def step(self, market: Market) -> None:
        """Spend, improve the version in development, release it when it is time."""
        _, offers, firms = market.tables
        for number, firm in enumerate(market.firms):
            own = self._own[number]
            budget = firm.levers["development_budget"]
            if budget > 0.0 and len(own):
                self._improve(market, number, own, budget / len(own))
            if market.week % int(firm.levers["release_cadence"]) == 0:
                offers.quality[own] = offers.development_quality[own]
            firms.development_cents[number] = round(budget * market.tables.customers.n / 10.0)
        firms.routed_signal *= self.parameters.signal_memory

    def _improve(self, market: Market, number: int, own: Array, budget: float) -> None:
        p, offers, firms = self.parameters, market.tables.offers, market.tables.firms
        signal = firms.routed_signal[number].astype(np.float64)
        total = signal.sum()
        follow = total / (total + p.complaint_half)
        for o in own:
            possible = self._possible[o]
            version = offers.development_quality[o].astype(np.float64)
            share = firms.believed_needs[number] * (1.0 - version) * possible
            share /= max(share.sum(), 1e-12)
            complained = signal * possible
            if total > 0 and complained.any():
                share = (1.0 - follow) * share + follow * complained / complained.sum()
            gain = -np.expm1(-p.productivity * share * budget)
            offers.development_quality[o] = version + gain * (1.0 - version)
