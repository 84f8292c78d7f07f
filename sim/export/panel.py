"""A household scanner panel: what was on the shelf at each occasion, and what was taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.asking import known
from sim.errors import RunError
from sim.export.panel_truth import effects_of, elasticities_now, elasticities_run, part_worths
from sim.export.replay import Counts, Notes, Numbers, Report, RowCount, Setting, evenly, weeks_of
from sim.export.sheets import CENTS, DATA, TRUTH, Answers, Columns, Export, Sheet, frame_of
from sim.export.times import times_of_week
from sim.export.utility import TERMS, Weighed, Weights, Witness, weigh
from sim.market import Market

REGULAR_WEEKS = 8
NOTHING = "none"

OCCASION: Columns = {
    "occasion": ("", "number of the occasion, in the order of time"),
    "household": ("", "number of the household"),
    "week": ("week", "week of the occasion, from 1"),
    "time": ("weeks", "time since the market began; the place within the week is drawn evenly"),
    "choice": ("", "offer that was bought, or none"),
    "price_paid": ("currency", "what was paid; empty where nothing was bought"),
}
SHELF: Columns = {
    "price": ("currency", "what she would have paid: price in force less discounts to her"),
    "on_sale": ("0 or 1", f"below the highest price in force of the latest {REGULAR_WEEKS} weeks"),
    "advertising": ("currency/week per 1,000 customers", "advertising spending of the week"),
    "available": ("0 or 1", "launched, and to be had by her, whether she knows it or not"),
}
LONG: Columns = {
    "occasion": ("", "number of the occasion"), "household": ("", "number of the household"),
    "week": ("week", "week of the occasion"), "offer": ("", "one of the offers of the category"),
    "chosen": ("0 or 1", "it was bought"), **SHELF,
}
UTILITY: Columns = {
    "occasion": ("", "number of the occasion"), "household": ("", "number of the household"),
    "offer": ("", "one of the offers of the category"),
    "considered": ("0 or 1", "she knows it, does not avoid it, and can have it"),
    "experience": ("utility", "weight times the experience that she expects"),
    "price_term": ("utility", "her price sensitivity times what she would pay, negative"),
    "loyalty": ("utility", "weight times Guadagni-Little loyalty"),
    "relation": ("utility", "trust, reactance and sales pressure"),
    "defect": ("utility", "a defect that she knows of"),
    "switching": ("utility", "cost of taking another offer than last time"),
    "others": ("utility", "terms of all other mechanisms"),
    "utility": ("utility", "sum of the terms, without luck; empty where not considered"),
    "outside": ("utility", "utility of buying nothing; empty where she always buys"),
    "probability": ("1", "chance of being chosen before the luck of the occasion"),
}
QUANTITIES = {
    "price_coefficient": "`all`: utility per unit of currency, negative; mean over occasions",
    "loyalty_coefficient": "`all`: weight of Guadagni-Little loyalty; mean over occasions",
    "elasticity_now": "`A|B`: percent by which expected units of A change when B costs one "
    "percent more, everything that households know and feel being as it was",
    "elasticity_run": "`A|B`: the same when B costs more in all weeks and all that follows "
    "(loyalty, experience, talk) follows, in the whole market",
}


@dataclass
class Week:
    """Occasions of the panel in one week."""

    week: int
    customer: Counts
    time: Numbers
    taken: Counts
    paid: Counts
    weighed: Weighed


@dataclass
class Panel:
    """A panel while it is recorded."""

    offers: Counts
    households: Counts
    weights: Weights
    notes: Notes
    weeks: list[Week] = field(default_factory=list)

    def all(self, name: str) -> NDArray[Any]:
        """One column of all weeks."""
        return np.concatenate([getattr(week, name) for week in self.weeks])


def export_panel(
    setting: Setting,
    *,
    category: str | None = None,
    households: int | None = None,
    progress: Report | None = None,
) -> Export:
    """A scanner panel of one category in a market of a run, with true part-worths and effects.

    Parameters
    ----------
    category
        None is the first.
    households
        How many, evenly spaced; None is all customers.
    progress
        Called with the number of markets just finished.

    Raises
    ------
    CounterpoiseError
        If there is no such category, its choices are no logit, or there is too much to write.
    """
    report = progress or (lambda finished: None)
    market = setting.market()
    if market.mechanisms["choice"].variant != "multinomial_logit":
        raise RunError(
            "a panel needs choices by mechanisms.choice: multinomial_logit; this run has "
            f"{market.mechanisms['choice'].variant}"
        )
    names = market.category_names
    k = names.index(known(category or names[0], names, "category"))
    panel = _record(setting, market, k, evenly(market.n_customers, households))
    report(1)
    if not panel.weeks:
        raise RunError(f"the panel has no purchase occasion in {names[k]}; take more households")
    now = elasticities_now([week.weighed for week in panel.weeks])
    run = elasticities_run(setting, market, panel.offers, panel.notes.levers, report)
    return _finish(setting, market, panel, names[k], now, run)


def _record(setting: Setting, market: Market, k: int, sample: Counts) -> Panel:
    """Live the weeks of the run and write down the occasions of the sample."""
    offers = np.flatnonzero(market.tables.offers.category == k)
    if not offers.size:
        raise RunError(f"nobody sells anything in {market.category_names[k]}")
    chosen = np.zeros(market.n_customers, dtype=bool)
    chosen[sample] = True
    witness = Witness(offers, k, chosen)
    notes = Notes(setting.weeks, market.n_offers, market.n_firms)
    panel = Panel(offers, sample, Weights.of(market), notes)
    market.weighing.append(witness)
    market.listeners.append(panel.notes)
    count = RowCount("the panel")
    for lived in weeks_of(market, setting.weeks):
        seen = witness.take()
        if seen is None or not seen.at.size:
            continue
        count.add(seen.at.size * offers.size)
        bought = lived.purchases
        column_of = np.full(market.n_offers + 1, -1)
        column_of[offers] = np.arange(offers.size)
        taken = column_of[bought.offer[seen.at]]
        panel.weeks.append(Week(
            lived.week, seen.customer, times_of_week(lived)[seen.at], taken,
            bought.price_cents[seen.at], weigh(lived, seen, taken, offers, panel.weights),
        ))
    panel.notes.check(setting)
    return panel


def _finish(
    setting: Setting, market: Market, panel: Panel, category: str, now: Numbers,
    run: dict[str, Numbers],
) -> Export:
    names = [market.offer_names[o] for o in panel.offers]
    effects = effects_of(names, now, run)
    k = market.category_names.index(category)
    households = part_worths(market, panel.households, k, panel.weights)
    sheets = [
        *_tables(panel, names),
        Sheet(TRUTH, "part_worths", "One row a household.", *households),
        Sheet(TRUTH, "elasticities", "One row a pair of offers.", *effects),
    ]
    answers = _answers(market, panel, names, now, run)
    currency = setting.scenario.document.currency
    return Export(
        "panel", f"A panel of households in {category}, with its truth",
        [*sheets, *answers.sheets()], QUANTITIES,
        [
            f"Purchase occasions of {panel.households.size:,} households in {category}, weeks 1 to "
            f"{setting.weeks}. An occasion without a purchase is on record as well. Money is in "
            f"{currency}.",
            "Which offers a household knows is not on record: who has never heard of an offer "
            "cannot take it, at whatever price.",
            "`alternatives` (long) and `occasions_wide` say the same in two shapes.",
            *_warnings(panel, names),
        ],
        [
            "`utilities` are those that the choice was made by, lived again under the luck of the "
            "run; the luck itself (Gumbel, scale 1) is left out: units are those of the logit.",
            "`elasticity_now` follows from these utilities alone: own price effects and odds, "
            "weighted by expected units. Discounts and what others weigh in stay as they are.",
            "`elasticity_run` is the market lived again, under the same luck, with the offer one "
            "percent (at least a cent) dearer in all weeks, all other prices and all advertising "
            "as they were. It is of all customers, not of the panel alone. Its standard error "
            "comes from how differently customers answered; it is large in a small market.",
        ],
        {"category": category, "households": int(panel.households.size)},
    )


def _answers(
    market: Market, panel: Panel, names: list[str], now: Numbers, run: dict[str, Numbers]
) -> Answers:
    answers = Answers()
    sensitivity = np.concatenate([week.weighed.sensitivity for week in panel.weeks])
    slope = -float(sensitivity.mean())
    answers.add("price_coefficient", "all", slope, "utility/currency")
    segment = market.tables.customers.segment[panel.all("customer")]
    loyalty = panel.weights.by_name["loyalty_weight"][segment]
    answers.add("loyalty_coefficient", "all", float(loyalty.mean()), "utility")
    for quantity, matrix in (("elasticity_now", now), ("elasticity_run", run["elasticity"])):
        for a, one in enumerate(names):
            for b, other in enumerate(names):
                answers.add(quantity, f"{one}|{other}", float(matrix[a, b]), "1")
    return answers


def _warnings(panel: Panel, names: list[str]) -> list[str]:
    prices = panel.notes.levers.price_cents[:, panel.offers]
    still = [name for name, column in zip(names, prices.T, strict=True) if np.ptp(column) == 0]
    if not still:
        return []
    return [f"The price of {', '.join(still)} never changes: its effect cannot be told from these "
            "data without assuming that all prices work alike."]


def _tables(panel: Panel, names: list[str]) -> list[Sheet]:
    n, width = sum(week.customer.size for week in panel.weeks), len(names)
    week = np.concatenate([np.full(w.customer.size, w.week) for w in panel.weeks])
    taken, time = panel.all("taken"), panel.all("time")
    order = np.lexsort((panel.all("customer"), time))
    paid = np.where(taken >= 0, panel.all("paid") / CENTS, np.nan)
    columns = {
        "occasion": np.arange(1, n + 1), "household": panel.all("customer")[order],
        "week": week[order], "time": time[order],
        "choice": np.array([*names, NOTHING], dtype=object)[taken[order]],
        "price_paid": paid[order],
    }
    shelf = _shelf(panel, columns["week"], order)
    which = {"occasion": np.repeat(columns["occasion"], width),
             "household": np.repeat(columns["household"], width),
             "offer": np.tile(np.array(names, dtype=object), n)}
    long = {
        **which, "week": np.repeat(columns["week"], width),
        "chosen": (taken[order][:, None] == np.arange(width)).astype(np.int64).ravel(),
        **{name: values.ravel() for name, values in shelf.items()},
    }
    wide_columns = {**OCCASION, **{
        f"{name}_{offer}": (unit, f"{meaning}, of {offer}")
        for offer in names for name, (unit, meaning) in SHELF.items()
    }}
    wide = {**columns, **{
        f"{name}_{offer}": shelf[name][:, j] for j, offer in enumerate(names) for name in SHELF
    }}
    return [
        Sheet(DATA, "occasions", "One row a purchase occasion.", OCCASION,
              frame_of(OCCASION, columns)),
        Sheet(DATA, "alternatives", "One row an occasion and offer.", LONG, frame_of(LONG, long)),
        Sheet(DATA, "occasions_wide", "One row an occasion, with all offers beside each other.",
              wide_columns, frame_of(wide_columns, wide)),
        Sheet(TRUTH, "utilities", "One row an occasion and offer.", UTILITY,
              frame_of(UTILITY, which | _utilities(panel, order))),
    ]


def _shelf(panel: Panel, week: Counts, order: Counts) -> dict[str, NDArray[Any]]:
    """What each occasion found, (n_occasions, n_options)."""
    in_force = panel.notes.levers.price_cents[:, panel.offers]
    regular = np.stack([
        in_force[max(0, w + 1 - REGULAR_WEEKS) : w + 1].max(axis=0) for w in range(len(in_force))
    ])
    price = np.concatenate([one.weighed.price for one in panel.weeks])[order]
    cents = np.rint(price * CENTS).astype(np.int64)
    available = np.concatenate([one.weighed.available for one in panel.weeks])[order]
    return {
        "price": cents / CENTS, "on_sale": (cents < regular[week - 1]).astype(np.int64),
        "advertising": panel.notes.levers.advertising[:, panel.offers][week - 1],
        "available": available.astype(np.int64),
    }


def _utilities(panel: Panel, order: Counts) -> dict[str, NDArray[Any]]:
    def of(values: list[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(values)[order].ravel()

    weighed, width = [week.weighed for week in panel.weeks], panel.offers.size
    utility = of([one.utility for one in weighed])
    outside = np.repeat(np.concatenate([one.outside for one in weighed])[order], width)
    return {
        "considered": of([one.considered for one in weighed]).astype(np.int64),
        **{name: of([one.terms[name] for one in weighed]) for name in TERMS},
        "utility": np.where(np.isfinite(utility), utility, np.nan),
        "outside": np.where(np.isfinite(outside), outside, np.nan),
        "probability": of([one.probability for one in weighed]),
    }
