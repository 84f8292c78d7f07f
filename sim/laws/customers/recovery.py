"""Customers whose complaint was answered, against those whom nothing disappointed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.laws.probes.life import Life
from sim.tables import Response

WITHIN = 8


@dataclass(frozen=True)
class Recovered:
    """Both groups, as means over cases that can be followed for eight weeks.

    Attributes
    ----------
    satisfaction : after the answer, and after a use without disappointment.
    repurchase : share that bought the offer again within eight weeks.
    """

    satisfaction: tuple[float, float]
    repurchase: tuple[float, float]


def recovered(life: Life) -> Recovered | None:
    """Both groups, None if either is empty."""
    log, answers = life.log, life.answered
    good = (log.response == Response.NONE) & (log.week + WITHIN <= life.weeks)
    seen = answers.week + WITHIN <= life.weeks
    if not (good.any() and seen.any()):
        return None
    return Recovered(
        (float(answers.satisfaction[seen].mean()), float(log.satisfaction[good].mean())),
        (
            _again(life, answers.customer[seen], answers.offer[seen], answers.week[seen]),
            _again(life, log.customer[good], log.offer[good], log.week[good]),
        ),
    )


def _again(
    life: Life, customer: NDArray[np.int64], offer: NDArray[np.int64], week: NDArray[np.int64]
) -> float:
    """Share of cases that bought the same offer again within eight weeks after ``week``."""
    step, n = life.weeks + 1, len(life.firm)
    bought = np.unique((life.log.customer * n + life.log.offer) * step + life.log.week)
    case = (customer * n + offer) * step + week
    after = np.searchsorted(bought, case, side="right")
    following = bought[np.minimum(after, len(bought) - 1)]
    again = (after < len(bought)) & (following // step == case // step)
    return float((again & (following - case <= WITHIN)).mean())
