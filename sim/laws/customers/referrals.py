"""Customers whom a friend told of an offer, against those whom advertising reached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.laws.probes.life import Life
from sim.tables import Trigger

FOLLOWED = 26  # weeks after the first purchase
HALF = 13
EARLY = 8


@dataclass(frozen=True)
class Acquired:
    """New buyers of the first offer who can be followed for half a year; columns are ``(n,)``.

    Attributes
    ----------
    referred : whether a friend told them first; the others learned of it by advertising.
    gone : whether they bought nothing of it in the second quarter of a year after the first.
    early, late : contribution a week in the first and last eight weeks of the half year, cents.
    """

    referred: NDArray[np.bool_]
    gone: NDArray[np.bool_]
    early: NDArray[np.float64]
    late: NDArray[np.float64]

    @property
    def both(self) -> bool:
        """Whether there are some of either kind."""
        return bool(self.referred.any() and not self.referred.all())


def acquired(life: Life, offer: int = 0) -> Acquired:
    """New buyers of an offer; who knew it before week 1 is neither referred nor reached."""
    log = life.log
    mine = log.offer == offer
    customer, week = log.customer[mine], log.week[mine]
    first = np.zeros(life.n_customers, dtype=np.int64)
    np.maximum.at(first, customer, life.weeks + 1 - week)  # the log is in order of weeks
    first = np.where(first > 0, life.weeks + 1 - first, 0)
    reached = np.isin(life.trigger[:, offer], (Trigger.FRIEND, Trigger.ADVERTISING))
    rows = np.flatnonzero((first > 0) & (first + FOLLOWED <= life.weeks) & reached)
    since = week - first[customer]

    def bought(least: int, most: int) -> NDArray[np.float64]:
        inside = (since >= least) & (since < most)
        return np.bincount(customer[inside], minlength=life.n_customers)[rows].astype(np.float64)

    margin = float(life.margin_cents[offer])
    return Acquired(
        life.trigger[rows, offer] == Trigger.FRIEND, bought(HALF, FOLLOWED + 1) == 0,
        bought(1, EARLY + 1) * margin / EARLY,
        bought(FOLLOWED - EARLY + 1, FOLLOWED + 1) * margin / EARLY,
    )
