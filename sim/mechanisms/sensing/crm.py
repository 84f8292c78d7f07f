"""Customer relationship management: the firm sees who bought, and takes survivors for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.mechanisms.base import Mechanism, mechanism
from sim.parameters import Declared, param

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class Crm(Mechanism):
    """Every ``interval`` weeks a firm reads its sales records.

    Equation
    --------
    Believed satisfaction = share of the firm's buyers of the last ``window`` weeks who bought from
    it at least twice: customers who left are not in the records. Believed needs move by
    ``learning`` towards the mean quality profile of what was sold, latent attributes left out:
    what sells must be what matters, and no record shows what nobody knows to ask for.

    Reads / Writes
    --------------
    customers.purchase_count, last_purchase_week (n_customers, n_offers), offers.quality ->
    firms.believed_satisfaction (n_firms,), firms.believed_needs (n_firms, n_attributes).

    References
    ----------
    Meyer and Schwager (2007) on CRM against experience; sources.md M08, M09.

    Not modeled
    -----------
    Linking records to customers by name; every purchase is on record. Silos: records reach whoever
    decides, however few of the staff meet customers.
    """

    class Parameters(Declared):
        """How often and how far back the firm looks."""

        interval: int = param(13, unit="weeks", bounds=(1, 520), doc="Weeks between reviews.")
        window: int = param(26, unit="weeks", bounds=(1, 520), doc="Weeks of records in a review.")
        learning: float = param(
            0.5, unit="1", bounds=(0, 1), doc="Part of the way that beliefs move in a review."
        )

    reads = ("customers.purchase_count", "customers.last_purchase_week", "offers.quality")
    writes = ("firms.believed_satisfaction", "firms.believed_needs")
    cites = ("Meyer and Schwager (2007)",)
    is_default = True

    def setup(self, market: Market) -> None:
        """Note which attributes show in records."""
        attributes = [a for c in market.world.categories.values() for a in c.attributes.values()]
        self._shown = np.array([not a.latent for a in attributes], dtype=bool)

    def step(self, market: Market) -> None:
        """Review the records when it is time."""
        p = self.parameters
        if market.week % p.interval:
            return
        customers, offers, firms = market.tables
        since = market.week - p.window
        for number in range(market.n_firms):
            own = np.flatnonzero(offers.firm == number)
            recent = np.zeros(customers.n, dtype=bool)
            purchases = np.zeros(customers.n, dtype=np.int32)
            buyers = np.zeros(len(own))
            for at, o in enumerate(own):
                bought = customers.last_purchase_week[:, o] > max(since, 0)
                recent |= bought
                purchases += customers.purchase_count[:, o]
                buyers[at] = np.count_nonzero(bought)
            if not recent.any():
                continue
            firms.believed_satisfaction[number] = np.mean(purchases[recent] >= 2)
            profile = buyers @ offers.quality[own] * self._shown
            if profile.sum() > 0:
                step = p.learning
                believed = firms.believed_needs[number]
                believed += step * (profile / profile.sum() - believed)
