"""Retention by tenure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import offered, weeks, works
from sim.laws.probes.life import Life

MONTH, WITHIN = 4, 12
FEWEST = 50


@law(
    statement="The longer customers have been with a firm, the more of them stay.",
    source="Fader and Hardie (2007): .63 rising to .945, .87 to .96", low=0.0, strict=True,
    unit="retention, last third of tenures minus first month", probe="life",
    needs=(offered, works("choice"), weeks(36)),
    below="customers do not differ enough, and loyalty does not build up enough, to leave the "
    "faithful behind",
    panel=Panel("Months since the first purchase", "% who buy again within 12 weeks"),
)
def measure(life: Life) -> Measured:
    """Share of those who bought in a month of tenure that buys again within twelve weeks.

    Tenure counts from the first purchase of the first firm; months with less than twelve weeks to
    come are left out, so that the end of the run is not taken for leaving.
    """
    stayed = retention(life)
    known = np.flatnonzero(np.isfinite(stayed))
    if len(known) < 3:
        return Measured.nothing("too few buyers of the first firm, or too few months")
    late = known[-max(len(known) // 3, 1) :]
    return Measured(
        float(stayed[late].mean() - stayed[known[0]]),
        curves={"retention": points(np.arange(len(stayed)), 100 * stayed)},
    )


def retention(life: Life) -> NDArray[np.float64]:
    """Retention by month of tenure, from 0; not a number where fewer than 50 bought."""
    log = life.log
    mine = life.firm[log.offer] == life.firm[0]
    order = np.lexsort((log.week[mine], log.customer[mine]))
    customer, week = log.customer[mine][order], log.week[mine][order]
    new = np.ones(len(customer), dtype=bool)
    new[1:] = customer[1:] != customer[:-1]
    first = week[new][np.cumsum(new) - 1] if len(week) else week
    month = (week - first) // MONTH
    last = np.ones(len(customer), dtype=bool)  # last purchase of a customer in her month
    last[:-1] = new[1:] | (month[1:] != month[:-1])
    gap = np.full(len(customer), life.weeks, dtype=np.int64)
    gap[:-1] = np.where(new[1:], life.weeks, week[1:] - week[:-1])
    seen = last & (week + WITHIN <= life.weeks)
    n_months = max(life.weeks // MONTH, 1)
    bought = np.bincount(month[seen], minlength=n_months)[:n_months]
    again = np.bincount(month[seen & (gap <= WITHIN)], minlength=n_months)[:n_months]
    shares = np.full(n_months, np.nan)
    enough = bought >= FEWEST
    shares[enough] = again[enough] / bought[enough]
    return shares
