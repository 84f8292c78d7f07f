"""Customer lifetime value: a firm's transactions, and what its customers go on to be worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.asking import known
from sim.errors import RunError
from sim.export.clv_truth import TRUTHS, referrals_of, worth_of
from sim.export.replay import Counts, Notes, Report, RowCount, Setting, evenly, weeks_of
from sim.export.sheets import CENTS, DATA, TRUTH, Answers, Columns, Export, Sheet, frame_of
from sim.export.times import times_of_week
from sim.market import Market
from sim.tables import Trigger

HORIZON, FUTURES, REFERRALS = 52, 20, 20
FIRST_DAY = np.datetime64("2024-01-01T00:00:00")
SECONDS_A_WEEK = 7 * 24 * 3600
HEARD = {
    Trigger.NONE: "unknown", Trigger.ADVERTISING: "advertising", Trigger.FRIEND: "friend",
    Trigger.SALES: "sales contact", Trigger.START: "before week 1",
    Trigger.COMMUNITY: "community", Trigger.SEARCH: "search",
    Trigger.CROSS_SELLING: "recommendation",
}

TRANSACTIONS: Columns = {
    "customer": ("", "number of the customer"),
    "week": ("week", "week of the purchase, from 1"),
    "time": ("weeks", "time since the market began; the place within the week is drawn evenly"),
    "date": ("", "the same as a date and time, as if week 1 began on 1 January 2024"),
    "offer": ("", "what she bought"),
    "price": ("currency", "price in force"),
    "amount": ("currency", "what she paid for it"),
}
CHARGES: Columns = {
    "customer": ("", "number of the customer"),
    "week": ("week", "week of the charge, from 1"),
    "offer": ("", "what she was charged for"),
    "amount": ("currency", "what she paid"),
}
CUSTOMERS: Columns = {
    "customer": ("", "number of the customer"),
    "acquisition_week": ("week", "week of her first purchase from the firm"),
    "first_offer": ("", "what she bought first"),
    "heard_through": ("", "how she says she first heard of that offer"),
    "channel": ("", "channel of her latest purchase in its category; empty without channels"),
    "owner_before": ("0 or 1", "she owned an offer of the firm before week 1"),
}
BOOKS: Columns = {
    "week": ("week", "week, from 1"),
    "transactions": ("units", "purchases from the firm by all customers"),
    "revenue_transactions": ("currency", "what they paid for these"),
    "revenue_charges": ("currency", "what they paid for renewed subscriptions and in penalties"),
    "revenue_books": ("currency", "revenue in the firm's books"),
}
QUANTITIES = {
    "purchases": "expected purchases of a customer from the firm in the horizon after the data",
    "revenue": "expected payments of a customer to the firm in that horizon, renewed subscriptions "
    "and penalties included",
    "active": "probability that a customer has not dropped out at the end of the data; 0 or 1 in "
    "truth",
    "buys_again": "probability that a customer buys from the firm at least once in that horizon",
    "purchase_rate": "her purchase occasions a week in the firm's categories, whatever she takes",
    "referral_revenue": "revenue of the firm from others, in the weeks of the data, because she "
    "talked",
}


@dataclass
class Log:
    """What was bought from the firm, a week after the other.

    Attributes
    ----------
    parts : columns of the purchases of customers in the sample.
    charges : what they were charged besides, likewise.
    books : by week: units of all customers' purchases, what they paid for these and besides, and
        revenue in the books; cents.
    owned : the sample's customers who owned an offer of the firm before week 1, (n_customers,).
    notes : prices in force.
    """

    owned: NDArray[np.bool_]
    notes: Notes
    parts: dict[str, list[NDArray[Any]]] = field(default_factory=dict)
    charges: dict[str, list[NDArray[Any]]] = field(default_factory=dict)
    books: list[tuple[int, int, int, int]] = field(default_factory=list)

    def all(self, name: str) -> NDArray[Any]:
        """One column of all weeks."""
        return np.concatenate(self.parts[name])


def export_clv(
    setting: Setting,
    *,
    firm: str | None = None,
    customers: int | None = None,
    horizon: int = HORIZON,
    futures: int = FUTURES,
    referrals: int = REFERRALS,
    progress: Report | None = None,
) -> Export:
    """A firm's transactions in a market of a run, with what its customers are truly worth.

    Parameters
    ----------
    setting
        Which market of the run is lived again.
    firm
        None is the first.
    customers
        How many customers to follow, evenly spaced; None is all.
    horizon
        Weeks that the market is lived on.
    futures
        How many other continuations, with luck of their own, to take expectations over.
    referrals
        Of how many customers the talk is taken away to find what it brought.
    progress
        Called with the number of markets just finished.

    Raises
    ------
    CounterpoiseError
        If there is no such firm, nobody bought from it, or there is too much to write.
    """
    report = progress or (lambda finished: None)
    market = setting.market()
    f = market.firm_names.index(known(firm or market.firm_names[0], market.firm_names, "firm"))
    log = _record(setting, market, f, evenly(market.n_customers, customers))
    bought = log.all("customer")
    if not bought.size:
        raise RunError(
            f"nobody in the sample bought from {market.firm_names[f]} in {setting.weeks} weeks; "
            "name another --firm, or take a larger sample"
        )
    rows, first = np.unique(bought, return_index=True)
    sheets = _data(market, log, rows, first)
    worth = worth_of(market, f, rows, horizon, futures, report)
    units, paid, charged, _ = map(sum, zip(*log.books, strict=True))
    total = units, paid + charged
    worth |= referrals_of(setting, market, f, rows, evenly(rows.size, referrals), total, report)
    sheets += [
        Sheet(TRUTH, "customers", "One row a customer of `data/customers`.", TRUTHS,
              frame_of(TRUTHS, worth)),
        Sheet(TRUTH, "books", "One row a week; all customers, sampled or not.", BOOKS,
              frame_of(BOOKS, _books(log))),
    ]
    return _explained(setting, market.firm_names[f], sheets, worth, horizon, futures)


def _record(setting: Setting, market: Market, f: int, sample: Counts) -> Log:
    """Live the weeks of the run and write down what was bought from the firm."""
    offers, last = market.tables.offers, market.tables.customers.last_offer
    chosen = np.zeros(market.n_customers, dtype=bool)
    chosen[sample] = True
    own = np.append(offers.firm == f, False)  # -1, no offer, is nobody's
    log = Log(np.any(own[last], axis=1), Notes(setting.weeks, market.n_offers, market.n_firms))
    market.listeners.append(log.notes)
    count, count_charges = RowCount("transactions"), RowCount("charges")
    for lived in weeks_of(market, setting.weeks):
        bought = lived.purchases
        its = own[bought.offer]
        charged = own[bought.charged_offer]
        log.books.append((
            int(its.sum()), int(bought.price_cents[its].sum()),
            int(bought.charged_cents[charged].sum()), int(lived.tables.firms.revenue_cents[f]),
        ))
        kept = its & chosen[bought.customer]
        count.add(int(kept.sum()))
        _keep(lived, log, kept)
        charged &= chosen[bought.charged_customer]
        count_charges.add(int(charged.sum()))
        _keep_charges(lived, log, charged)
    market.listeners.remove(log.notes)
    log.notes.check(setting)
    return log


def _keep(market: Market, log: Log, kept: NDArray[np.bool_]) -> None:
    """Write down purchases of the week."""
    bought = market.purchases
    offer = bought.offer[kept].astype(np.int64)
    times = times_of_week(market)[kept]
    order = np.lexsort((bought.customer[kept], times))
    columns = {
        "customer": bought.customer[kept].astype(np.int64),
        "week": np.full(offer.size, market.week, dtype=np.int64), "time": times, "offer": offer,
        "price": log.notes.levers.price_cents[market.week - 1, offer],
        "amount": bought.price_cents[kept],
    }
    for name, column in columns.items():
        log.parts.setdefault(name, []).append(column[order])


def _keep_charges(market: Market, log: Log, kept: NDArray[np.bool_]) -> None:
    """Write down what was charged besides purchases in the week."""
    bought = market.purchases
    who = bought.charged_customer[kept].astype(np.int64)
    columns = {
        "customer": who, "week": np.full(who.size, market.week, dtype=np.int64),
        "offer": bought.charged_offer[kept].astype(np.int64),
        "amount": bought.charged_cents[kept],
    }
    order = np.argsort(who, kind="stable")
    for name, column in columns.items():
        log.charges.setdefault(name, []).append(column[order])


def _data(market: Market, log: Log, rows: Counts, first: Counts) -> list[Sheet]:
    """What the firm has: transactions in the order of time, and who made them."""
    names = np.array(market.offer_names, dtype=object)
    time, offer = log.all("time"), log.all("offer")
    seconds = np.rint(time * SECONDS_A_WEEK).astype("timedelta64[s]")
    transactions = {
        "customer": log.all("customer"), "week": log.all("week"), "time": time,
        "date": np.datetime_as_string(FIRST_DAY + seconds, unit="s"), "offer": names[offer],
        "price": log.all("price") / CENTS, "amount": log.all("amount") / CENTS,
    }
    table, bought_first = market.tables.customers, offer[first]
    customers = {
        "customer": rows, "acquisition_week": log.all("week")[first],
        "first_offer": names[bought_first],
        "heard_through": [HEARD[int(t)] for t in table.trigger[rows, bought_first]],
        "channel": _channels(market, rows, bought_first),
        "owner_before": log.owned[rows].astype(np.int64),
    }
    sheets = [
        Sheet(DATA, "transactions", "One row a purchase from the firm, in the order of time.",
              TRANSACTIONS, frame_of(TRANSACTIONS, transactions)),
        Sheet(DATA, "customers", "One row a customer who bought from the firm.", CUSTOMERS,
              frame_of(CUSTOMERS, customers)),
    ]
    if market.mechanisms["tariffs"].variant != "none":
        charges: dict[str, Any] = {name: np.concatenate(v) for name, v in log.charges.items()}
        charges |= {"offer": names[charges["offer"]], "amount": charges["amount"] / CENTS}
        sheets.append(Sheet(
            DATA, "charges", "One row a renewed subscription or a penalty, week by week.", CHARGES,
            frame_of(CHARGES, charges),
        ))
    return sheets


def _channels(market: Market, rows: Counts, offer: Counts) -> list[str]:
    names = [*market.channel_names, ""]  # -1, none, is the last
    category = market.tables.offers.category[offer]
    return [names[int(c)] for c in market.tables.customers.last_channel[rows, category]]


def _books(log: Log) -> dict[str, Any]:
    units, paid, charged, booked = np.array(log.books, dtype=np.int64).T
    return {
        "week": np.arange(1, len(log.books) + 1), "transactions": units,
        "revenue_transactions": paid / CENTS, "revenue_charges": charged / CENTS,
        "revenue_books": booked / CENTS,
    }


def _explained(
    setting: Setting, firm: str, sheets: list[Sheet], worth: dict[str, Any], horizon: int,
    futures: int,
) -> Export:
    """The export with its questions and with what a reader must know."""
    currency = setting.scenario.document.currency
    answers = Answers()
    units = {"purchases": "units", "revenue": currency, "active": "1",
             "buys_again": "1", "purchase_rate": "1/week", "referral_revenue": currency}
    for quantity, unit in units.items():
        for customer, truth in zip(worth["customer"], worth[quantity], strict=True):
            answers.add(quantity, customer, truth, unit)
    return Export(
        "clv", f"Customers of {firm}: lifetime value with its truth",
        [*sheets, *answers.sheets()], QUANTITIES,
        [
            f"What {firm} has on record of its customers in weeks 1 to {setting.weeks}; the "
            f"horizon to foretell is the {horizon} weeks after it. Money is in {currency}.",
            "The market lives whole weeks. The time within a week is drawn evenly, which is right "
            "for customers who come by Poisson and says nothing about those who buy regularly.",
            "What was bought before week 1 is not on record: see `owner_before`.",
        ],
        [
            "The market was lived again under the luck of the run, then on for "
            f"{horizon} weeks (`actual_...`); events and policies of the scenario go on.",
            f"Expectations are means over {futures} futures: the same market at the end of the "
            "data, lived on with other luck. Errors tell how far that is from many futures.",
            "Customers drop out unseen and for good only where choice is buy_till_you_die; else "
            "`active` says what comes closest. `buys_again` is what can be observed.",
            "Referral value: the market lived again while nobody hears what she says, for some "
            "customers, evenly spaced. It is the firm's total with her voice minus without.",
            "`revenue_books` also holds what others pay, such as advertisers or sellers of its "
            "goods.",
        ],
        {"firm": firm, "horizon": horizon, "futures": futures},
    )
