"""Marketing mix: weekly sales and media, and what advertising truly brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.export.mmm_truth import (
    CARRY_OVER,
    EFFECTS,
    TRUE_PARAMETERS,
    WEEKLY,
    Sales,
    Truth,
    sales_of,
    spending_of,
    truth_of,
)
from sim.export.replay import Counts, Levers, Notes, Numbers, Report, RowCount, Setting
from sim.export.sheets import CENTS, DATA, TRUTH, Answers, Columns, Export, Sheet, frame_of
from sim.market import Market

PULSES, LAGS = 8, 26

MEDIA: Columns = {
    "week": ("week", "week, from 1"), "firm": ("", "firm"), "offer": ("", "its offer"),
    "category": ("", "category of the offer"),
    "units": ("units", "units sold"), "revenue": ("currency", "what customers paid, renewed "
               "subscriptions and penalties included"),
    "price": ("currency", "price in force"),
    "advertising": ("currency", "advertising spending of the week"),
    "rival_price": ("currency", "mean price of other firms' launched offers in the category; "
                    "empty without rivals"),
    "rival_advertising": ("currency", "advertising spending for them"),
    "word_of_mouth_good": ("tellings", "good news of the offer that customers heard"),
    "word_of_mouth_bad": ("tellings", "bad news of the offer that customers heard"),
}
QUANTITIES = {
    "incremental_units": "`FIRM`: units that the firm sold because of all its advertising",
    "incremental_units_weekly": "`FIRM|WEEK`: the same, week by week",
    "incremental_revenue": "`FIRM`: revenue likewise",
    "units_of_10_percent": "`FIRM`: units that ten percent more advertising would have added",
    "roas": "`FIRM`: incremental revenue per unit of currency spent",
    "roi": "`FIRM`: incremental margin over the firm's costs of units minus spending, divided "
    "by spending",
    "retention": "`FIRM`: share of the stock of advertising that is left after a week",
    "carry_over": "`FIRM`: share of the effect of advertising that comes after its own week, "
    "within the weeks that were followed",
}


@dataclass(frozen=True)
class Told:
    """Word of mouth heard and offers launched, (n_weeks, n_offers)."""

    good: Counts
    bad: Counts


def export_mmm(
    setting: Setting,
    *,
    pulses: int = PULSES,
    progress: Report | None = None,
) -> Export:
    """Weekly media data of a market of a run, with the true effects of each firm's advertising.

    Parameters
    ----------
    pulses
        Weeks, evenly spaced, in which advertising is taken away alone to see how long it works.
    progress
        Called with the number of markets just finished.

    Raises
    ------
    CounterpoiseError
        If there is too much to write.
    """
    report = progress or (lambda finished: None)
    market = setting.market()
    RowCount("the weekly table").add(setting.weeks * market.n_offers)
    notes = Notes(setting.weeks, market.n_offers, market.n_firms)
    told = Told(*(np.zeros((setting.weeks, market.n_offers), dtype=np.int64) for _ in range(2)))
    market.listeners.append(notes)

    def look(lived: Market) -> None:
        told.good[lived.week - 1] = lived.tables.offers.n_told_good
        told.bad[lived.week - 1] = lived.tables.offers.n_told_bad

    base = sales_of(setting, market, None, look)
    notes.check(setting)
    report(1)
    lags = min(LAGS, setting.weeks // 2)
    truth = truth_of(setting, market, notes.levers, base, pulses, lags, report)
    return _finish(setting, market, notes.levers, base, told, truth, lags)


def _finish(
    setting: Setting, market: Market, levers: Levers, base: Sales, told: Told, truth: Truth,
    lags: int,
) -> Export:
    sheets = [
        Sheet(DATA, "media", "One row a week and offer.", MEDIA,
              frame_of(MEDIA, _media(market, levers, base, told))),
        Sheet(TRUTH, "effects", "One row a firm.", EFFECTS, frame_of(EFFECTS, truth.effects)),
        Sheet(TRUTH, "weekly", "One row a firm and week.", WEEKLY, frame_of(WEEKLY, truth.weekly)),
        Sheet(TRUTH, "carry_over", "One row a firm and lag; none for a firm without advertising.",
              CARRY_OVER, frame_of(CARRY_OVER, truth.carry_over)),
        Sheet(TRUTH, "parameters", "One row a segment.", TRUE_PARAMETERS,
              frame_of(TRUE_PARAMETERS, truth.parameters)),
    ]
    currency = setting.scenario.document.currency
    return Export(
        "mmm", "Sales and media by week, with the truth of advertising",
        [*sheets, *_answers(market, truth, currency).sheets()], QUANTITIES,
        [
            f"All offers of the market, weeks 1 to {setting.weeks}. Money is in {currency}.",
            "Effects are asked for by firm; a firm's units are those of all its offers.",
            *_warnings(market, levers),
        ],
        [
            "Incremental is the market as it was minus the same market, lived again under the same "
            "luck, without the firm's advertising; all prices and all other advertising are held "
            "as they were, whatever policies would have answered. What follows from it (talk, "
            "loyalty, experience) belongs to it.",
            "One market is one draw of luck: an effect of a few units may be luck that took "
            "another turn. Export other replications to see how much.",
            "`carry_over` takes the advertising of a single week away, in some weeks evenly "
            f"spaced, and follows what is missing for {lags} weeks; lag 0 is the week itself. What "
            "comes still later is not in it.",
            "The stock of advertising follows `parameters`; it makes customers know an offer, "
            "which they then buy when they next need one. Sales therefore lag behind the stock, "
            "and `retention` is of the stock, not of sales.",
        ],
        {"weeks_followed": lags},
    )


def _media(market: Market, levers: Levers, base: Sales, told: Told) -> dict[str, Any]:
    weeks, offers = len(levers.price_cents), market.tables.offers
    spent = spending_of(market, levers) / CENTS
    rivals = (
        (offers.firm[:, None] != offers.firm[None, :])
        & (offers.category[:, None] == offers.category[None, :])
    ).astype(np.float64)
    launched = (np.arange(1, weeks + 1)[:, None] >= offers.launch_week).astype(np.float64)
    n_rivals = launched @ rivals.T
    price = levers.price_cents / CENTS
    rival_price = np.where(
        n_rivals > 0, (launched * price) @ rivals.T / np.maximum(n_rivals, 1.0), np.nan
    )
    names, firms = (np.array(x, dtype=object) for x in (market.offer_names, market.firm_names))
    kinds = np.array(market.category_names, dtype=object)
    return {
        "week": np.repeat(np.arange(1, weeks + 1), market.n_offers),
        "firm": np.tile(firms[offers.firm], weeks), "offer": np.tile(names, weeks),
        "category": np.tile(kinds[offers.category], weeks),
        "units": base.units.ravel(), "revenue": base.revenue.ravel() / CENTS,
        "price": price.ravel(), "advertising": spent.ravel(),
        "rival_price": np.round(rival_price, 6).ravel(),
        "rival_advertising": np.round(spent @ rivals.T, 2).ravel(),
        "word_of_mouth_good": told.good.ravel(), "word_of_mouth_bad": told.bad.ravel(),
    }


def _answers(market: Market, truth: Truth, currency: str) -> Answers:
    answers, effects, weekly = Answers(), truth.effects, truth.weekly
    units = {
        "incremental_units": "units", "incremental_revenue": currency,
        "units_of_10_percent": "units", "roas": "1", "roi": "1", "retention": "1/week",
        "carry_over": "1",
    }
    for quantity, unit in units.items():
        for firm, value in zip(market.firm_names, effects[quantity], strict=True):
            answers.add(quantity, firm, float(value), unit)
    rows = zip(weekly["firm"], weekly["week"], weekly["incremental_units"], strict=True)
    for firm, week, value in rows:
        answers.add("incremental_units_weekly", f"{firm}|{week}", float(value), "units/week")
    return answers


def _warnings(market: Market, levers: Levers) -> list[str]:
    spent: Numbers = levers.advertising @ market.sells.T
    still = [
        name for name, column in zip(market.firm_names, spent.T, strict=True)
        if np.ptp(column) == 0
    ]
    if not still:
        return []
    return [f"The advertising of {', '.join(still)} never changes: its effect cannot be told from "
            "these data."]
