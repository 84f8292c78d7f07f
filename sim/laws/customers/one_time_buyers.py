"""Customers who buy once and never again.

How many of a firm's buyers have bought once depends on how long one looks: everywhere it falls with
the purchases that a buyer has had time for. CDNOW's .505 is of 69,659 purchases of 23,570 customers
in 78 weeks, Ta Feng's .368 of 119,578 trips of 32,266 in 17: three and a little under four a buyer.
Buyers are therefore counted when they have bought as often on average, and not by the calendar.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import offered, weeks, works
from sim.laws.probes.life import Life

MOST = 10
PURCHASES_A_BUYER = 3.3  # between 2.96 and 3.71


@law(
    statement="In open-ended retail a third to over a half of a firm's buyers buy only once.",
    source="CDNOW .505, Ta Feng .368 (science.md C)", low=0.35, high=0.6,
    unit="share of the first firm's buyers when they have bought 3.3 times on average",
    probe="life",
    needs=(offered, works("choice"), weeks(26)),
    below="customers come for the category at rates that are not far enough apart, and nobody "
    "drops out of it",
    above="few who try it come back",
    panel=Panel("Purchases of a buyer (10: ten or more)", "% of buyers"),
)
def measure(life: Life) -> Measured:
    """Buyers of the first firm with one purchase so far, over all its buyers so far."""
    mine = np.flatnonzero(life.firm[life.log.offer] == life.firm[0])
    week, customer = life.log.week[mine], life.log.customer[mine]
    seen = week <= _until(week, customer)
    if not seen.any():
        return Measured.nothing(
            f"buyers of the first firm bought less than {PURCHASES_A_BUYER:g} times on average"
        )
    counts = np.bincount(customer[seen])
    counts = counts[counts > 0]
    shares = np.bincount(np.minimum(counts, MOST), minlength=MOST + 1)[1:] / len(counts)
    return Measured(float(shares[0]), curves={
        "buyers": points(np.arange(1, MOST + 1), 100 * shares),
    })


def _until(week: NDArray[np.int64], customer: NDArray[np.int64]) -> int:
    """First week in which buyers so far have bought often enough on average; 0: never."""
    _, first = np.unique(customer, return_index=True)  # the log is in order of weeks
    length = int(week.max(initial=0)) + 1
    bought = np.cumsum(np.bincount(week, minlength=length))
    buyers = np.cumsum(np.bincount(week[first], minlength=length))
    return int(np.argmax(bought >= PURCHASES_A_BUYER * np.maximum(buyers, 1)))
