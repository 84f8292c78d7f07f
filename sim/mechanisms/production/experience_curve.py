"""The experience curve: each doubling of what was made cuts the unit cost by the same share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.mechanisms.base import Mechanism, mechanism
from sim.parameters import Declared, param

if TYPE_CHECKING:
    from sim.market import Market


@mechanism
class ExperienceCurve(Mechanism):
    """Who has made more makes it cheaper.

    Equation
    --------
    unit cost = initial cost * max([(reference + made) / reference] ** -b, floor), to the cent, with
    b = -log2(1 - learning_rate): cost falls by ``learning_rate`` each time that cumulated units
    double. An offer starts with the experience of ``reference_units``, at which it costs what the
    scenario says.

    Reads / Writes
    --------------
    market.purchases -> offers.n_made, unit_cost_cents (n_offers,).

    References
    ----------
    Wright (1936), Factors affecting the cost of airplanes; Boston Consulting Group (1972),
    Perspectives on experience; science.md A7.

    Not modeled
    -----------
    Experience of other firms that spills over, and experience that is forgotten.
    """

    class Parameters(Declared):
        """How steep the curve is, where it starts and where it ends."""

        learning_rate: float = param(
            0.2, unit="1", bounds=(0, 0.5), doc="Share by which cost falls a doubling of units.",
            source="A7: Wright's 20%, range .05-.3",
        )
        reference_units: float = param(
            1000.0, unit="units per 1,000 customers", bounds=(1e-6, 1e9),
            doc="Units of experience that an offer starts with.",
        )
        floor_share: float = param(
            0.2, unit="1", bounds=(0, 1), doc="Share of the initial cost below which none falls."
        )

    writes = ("offers.n_made", "offers.unit_cost_cents")
    cites = ("Wright (1936)", "Boston Consulting Group (1972)")

    def setup(self, market: Market) -> None:
        """Note what units cost before anything was made."""
        self._initial = market.tables.offers.unit_cost_cents.astype(np.float64)

    def step(self, market: Market) -> None:
        """Add this week's units and follow the curve."""
        p, offers, sold = self.parameters, market.tables.offers, market.purchases.offer
        offers.n_made += np.bincount(sold[sold >= 0], minlength=market.n_offers)
        reference = p.reference_units * max(market.n_customers, 1) / 1000.0
        share = (1.0 + offers.n_made / reference) ** np.log2(1.0 - p.learning_rate)
        offers.unit_cost_cents[:] = np.rint(self._initial * np.maximum(share, p.floor_share))
