"""What a firm's customers are truly worth: their futures lived, and their voices taken away."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.export.replay import Counts, Numbers, Report, Setting, weeks_of
from sim.export.sheets import CENTS, Columns
from sim.market import Market
from sim.streams import Streams

TRUTHS: Columns = {
    "customer": ("", "number of the customer"),
    "segment": ("", "her segment"),
    "purchase_rate": ("1/week", "her trait: purchase occasions in the firm's categories"),
    "active": ("0 or 1", "at the end of the data she knows an offer of the firm, does not "
               "avoid it, and has not dropped out of its category"),
    "purchases": ("units", "expected purchases in the horizon: mean over futures"),
    "purchases_error": ("units", "standard error of that mean"),
    "revenue": ("currency", "what she is expected to pay in the horizon, renewed subscriptions and "
                "penalties included: mean over futures"),
    "revenue_error": ("currency", "standard error of that mean"),
    "buys_again": ("1", "share of futures in which she buys at least once"),
    "actual_purchases": ("units", "purchases in the horizon as the market itself went on"),
    "actual_revenue": ("currency", "what she paid in the horizon as the market itself went on"),
    "referral_units": ("units", "units the firm sold more because she talked; sampled, else empty"),
    "referral_revenue": ("currency", "revenue from others because she talked; likewise"),
}


class OtherLuck(Streams):
    """Luck of the weeks as it might have been; what is drawn once for good stays as it is."""

    def __init__(self, seed: int, number: int) -> None:
        super().__init__(seed)
        self.other = Streams(int(Streams(seed).key("export.future", number)) >> 1)

    def key(self, decision: str, week: int = 0) -> np.uint64:
        """The key of one decision in one week; a decision without a week has that of the market."""
        return self.other.key(decision, week) if week else super().key(decision)


def worth_of(
    market: Market, f: int, rows: Counts, horizon: int, futures: int, report: Report
) -> dict[str, Any]:
    """Columns of the truth of customers ``rows``; the market stands at the end of the data."""
    customers, own = market.tables.customers, market.tables.offers.firm == f
    kind = market.tables.offers.category[own]
    considers = (
        (customers.aware[:, own] == 1) & (customers.avoid_until_week[:, own] <= market.week)
        & (customers.left[:, kind] == 0)
    )
    kinds = np.unique(kind)
    found: dict[str, Any] = {
        "customer": rows,
        "segment": np.array(market.segment_names, dtype=object)[customers.segment[rows]],
        "purchase_rate": customers.purchase_rate[rows][:, kinds].sum(axis=1).astype(np.float64),
        "active": considers[rows].any(axis=1).astype(np.int64),
    }
    now, until = market.checkpoint(), market.week + horizon
    lived = []
    for number in range(futures):
        other = Market.resume(now)
        other.streams = OtherLuck(market.seed, number)
        lived.append(_bought(other, f, rows, until))
        report(1)
    actual = _bought(market, f, rows, until)
    report(1)
    found["actual_purchases"], found["actual_revenue"] = actual[0].astype(np.int64), actual[1]
    return found | _expected(np.array(lived))


def _bought(market: Market, f: int, rows: Counts, until: int) -> Numbers:
    """Units of each customer and what she paid up to a week, (2, n_rows)."""
    sums = np.zeros((2, market.n_customers), dtype=np.int64)
    for lived in weeks_of(market, until):
        bought = lived.purchases
        its = np.append(lived.tables.offers.firm == f, False)[bought.offer]
        np.add.at(sums[0], bought.customer[its], 1)
        payer, offer, cents = bought.payments()
        to_firm = lived.tables.offers.firm[offer] == f
        np.add.at(sums[1], payer[to_firm], cents[to_firm])
    return np.stack([sums[0, rows].astype(np.float64), sums[1, rows] / CENTS])


def _expected(lived: Numbers) -> dict[str, Numbers]:
    """Means and their errors over futures, ``lived`` being (n_futures, 2, n_rows)."""
    n = len(lived)
    mean = lived.mean(axis=0)
    spread = lived.std(axis=0, ddof=1) if n > 1 else np.full(mean.shape, np.nan)
    error = spread / np.sqrt(n)
    return {
        "purchases": mean[0], "purchases_error": error[0], "revenue": mean[1],
        "revenue_error": error[1], "buys_again": (lived[:, 0] > 0).mean(axis=0),
    }


def referrals_of(
    setting: Setting, market: Market, f: int, rows: Counts, sampled: Counts,
    total: tuple[int, ...], report: Report,
) -> dict[str, Numbers]:
    """What the talk of some of ``rows`` brought the firm in the weeks of the data.

    Parameters
    ----------
    sampled
        Which of ``rows``.
    total
        Units that the firm sold in the market as it was, and cents that customers paid it.
    """
    found = np.full((2, rows.size), np.nan)
    for at in sampled:
        muted = setting.market(market.network)
        muted.mute(rows[at : at + 1])
        everybody = np.arange(muted.n_customers)
        without = _bought(muted, f, everybody, setting.weeks).sum(axis=1)
        found[0, at] = total[0] - without[0]
        found[1, at] = np.round(total[1] / CENTS - without[1], 2)
        report(1)
    return {"referral_units": found[0], "referral_revenue": found[1]}
