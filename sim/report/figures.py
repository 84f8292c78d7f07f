"""Charts over weeks: the main one, small ones of other outcomes, shares of all firms."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.bands import Band, band, weeks_a_point
from sim.report.chart import GRID, INK, Chart, Pen, compact, draw, inches, pen, shortened, ticks
from sim.results.key import events_of, firm_of, focal_firm, key_outcomes, label, weekly_unit
from sim.results.text import format_value, is_share, upper

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.results.run import RunResult

WIDE, NARROW, SMALL = (8.6, 3.7), (3.4, 3.0), (3.2, 2.3)
MOST_POINTS, MOST_POINTS_SMALL = 130, 65
MOST_LINES = 8
"""More strategies or firms than that in one chart cannot be told apart."""

SMALL_OUTCOMES = ("market_share", "satisfaction", "awareness", "profit", "good_news", "bad_news")


@dataclass(frozen=True)
class Line:
    """One line of a chart with its band."""

    name: str
    pen: Pen
    band: Band


def main_outcome(result: RunResult) -> str:
    """The outcome of the first claim, else market share."""
    return key_outcomes(result)[0]


def main_chart(result: RunResult, *, narrow: bool = False) -> Chart:
    """The main outcome over weeks by strategy, with event weeks and the claim's weeks marked."""
    outcome = main_outcome(result)
    firm = firm_of(result, outcome)
    lines = by_strategy(result, outcome, firm, MOST_POINTS)
    claims = result.scenario.document.claims
    window = claims[0].weeks if claims else None

    def paint(axes: Axes) -> None:
        if window is not None and window[0] <= result.weeks:
            first, last = (places(result, [week])[0] for week in window)
            axes.axvspan(first, last, color=GRID, alpha=0.3, linewidth=0)
        paint_lines(axes, result, outcome, lines)
        _paint_events(axes, result)

    name = "main-narrow" if narrow else "main"
    svg = draw(name, paint, size=NARROW if narrow else WIDE, alt=_alt(result, outcome, firm, lines))
    return Chart(title(outcome, firm), svg)


def _paint_events(axes: Axes, result: RunResult) -> None:
    """Numbered lines; the numbers of neighbors stand below each other."""
    level, before = 0, -result.weeks
    for number, week in sorted(event_marks(result), key=lambda mark: mark[1]):
        level = level + 1 if week - before < 0.05 * result.weeks else 0
        before = week
        at = places(result, [week])[0]
        axes.axvline(at, color=INK, linewidth=0.8, linestyle=(0, (1, 2)))
        axes.annotate(
            str(number), (at, 1), xycoords=("data", "axes fraction"),
            xytext=(3, -1 - 11 * (level % 8)), textcoords="offset points", va="top",
            fontweight="bold",
        )


def main_caption(result: RunResult) -> str:
    """What the main chart shows, in words."""
    claims = result.scenario.document.claims
    parts = [band_note(result, MOST_POINTS)]
    if claims and claims[0].weeks is not None:
        first, last = claims[0].weeks
        parts.append(f"The shaded weeks, {first} to {last}, are those of the first claim.")
    if event_marks(result):
        parts.append("Dotted lines with numbers mark events, listed below.")
    return " ".join(parts)


def band_note(result: RunResult, most_points: int) -> str:
    """What lines and bands mean in this run."""
    together = weeks_a_point(result, most_points)
    line = "weekly means" if together == 1 else f"means of {together} weeks"
    if result.replications == 1:
        return f"Lines: {line} of the single replication; it has no interval."
    return (
        f"Lines: {line} over {result.replications:,} replications. Bands: 95% interval of the mean."
    )


def event_marks(result: RunResult) -> list[tuple[int, int]]:
    """Number and week of each event that has a week within the run."""
    return [
        (number, event.week) for number, event in enumerate(events_of(result), start=1)
        if event.week is not None and event.week <= result.weeks
    ]


def small_charts(result: RunResult) -> list[Chart]:
    """Other outcomes of the focal firm over weeks by strategy."""
    claimed = [claim.outcome for claim in result.scenario.document.claims]
    chosen = dict.fromkeys([*claimed, *SMALL_OUTCOMES])
    names = [name for name in chosen if name in result.declared and name != main_outcome(result)]
    return [small_chart(result, name) for name in names]


def small_chart(result: RunResult, outcome: str) -> Chart:
    """One outcome of the focal firm, or of the market, over weeks by strategy."""
    firm = firm_of(result, outcome)
    lines = by_strategy(result, outcome, firm, MOST_POINTS_SMALL)
    svg = draw(
        f"small-{outcome}", lambda axes: paint_lines(axes, result, outcome, lines), size=SMALL,
        alt=_alt(result, outcome, firm, lines),
    )
    return Chart(title(outcome, firm), svg)


def share_charts(result: RunResult) -> list[Chart]:
    """Market shares of all firms, one chart a strategy, on the same scale."""
    shown = charted(result)
    pens = firm_pens(result)
    lines = {
        strategy: [
            Line(firm, pens[firm],
                 band(result, "market_share", strategy, firm, MOST_POINTS_SMALL))
            for firm in pens
        ]
        for strategy in shown
    }
    highs = [line.band.high for group in lines.values() for line in group]
    known = np.concatenate(highs)
    known = known[np.isfinite(known)]
    top = 100 * float(known.max()) * 1.05 if known.size else 100.0

    def chart(number: int, strategy: str) -> Chart:
        def paint(axes: Axes) -> None:
            paint_lines(axes, result, "market_share", lines[strategy])
            axes.set_ylim(0, max(top, 1.0))

        heading = f"Market shares under “{strategy}”"
        alt = f"{heading} by week. {_last_words('share of units', lines[strategy])}"
        return Chart(heading, draw(f"shares-{number}", paint, size=SMALL, alt=alt))

    return [chart(number, strategy) for number, strategy in enumerate(shown)]


def strategy_pens(result: RunResult) -> dict[str, Pen]:
    """The pen of each strategy that charts show: that of its place among all strategies."""
    return {name: pen(result.strategies.index(name)) for name in charted(result)}


def charted(result: RunResult) -> list[str]:
    """The strategies that charts show: all, or those that the answer speaks of before others.

    That are the first, those of claims, and those with most and least market share and profit.
    """
    names = list(result.strategies)
    if len(names) <= MOST_LINES:
        return names
    claims = result.scenario.document.claims
    named = [name for one in claims for name in (one.strategy or names[-1], one.against)]
    first = [names[0], *_extremes(result), *(name for name in named if name in names), *names]
    kept = list(dict.fromkeys(first))[:MOST_LINES]
    return [name for name in names if name in kept]


def _extremes(result: RunResult) -> list[str]:
    """Who has most, and who has least, market share and profit of the focal firm."""
    found = []
    for outcome in ("market_share", "profit"):
        if outcome in result.declared:
            values = {name: result.estimate(outcome, name, focal_firm(result)).value
                      for name in result.strategies}
            known = sorted((name for name in values if not math.isnan(values[name])),
                           key=lambda name: values[name])
            found += [known[-1], known[0]] if known else []
    return found


def firm_pens(result: RunResult) -> dict[str, Pen]:
    """The pen of each firm that charts show; the first colors are those of strategies."""
    first = focal_firm(result)
    names = [first, *(name for name in result.firm_names if name != first)][:MOST_LINES]
    return {
        name: Pen(pen(number + 2).color, pen(number).dashes) for number, name in enumerate(names)
    }


def by_strategy(
    result: RunResult, outcome: str, firm: str | None, most_points: int
) -> list[Line]:
    """The line of each strategy that charts show."""
    return [
        line_of(result, outcome, strategy, firm, most_points) for strategy in strategy_pens(result)
    ]


def line_of(
    result: RunResult, outcome: str, strategy: str, firm: str | None, most_points: int
) -> Line:
    """The line of one strategy, in its own color."""
    drawn = pen(result.strategies.index(strategy))  # as in the legend, see ``strategy_pens``
    return Line(strategy, drawn, band(result, outcome, strategy, firm, most_points))


def paint_lines(
    axes: Axes, result: RunResult, outcome: str, lines: Sequence[Line]
) -> None:
    """Lines with their bands, axes labeled with units."""
    unit = weekly_unit(result, outcome)
    scale = 100.0 if is_share(unit) else 1.0
    for line in lines:
        x = places(result, line.band.weeks)
        low, high = scale * line.band.low, scale * line.band.high
        if (high > low).any():
            axes.fill_between(x, low, high, color=line.pen.color, alpha=0.22, linewidth=0)
        axes.plot(
            x, scale * line.band.mean, color=line.pen.color, linestyle=line.pen.line_style,
            linewidth=1.5, marker="o" if len(x) == 1 else "", markersize=4,
        )
    if not any(np.isfinite(line.band.mean).any() for line in lines):
        axes.text(0.5, 0.5, "no value in any week", transform=axes.transAxes, ha="center")
    _label_axes(axes, result, f"{label(outcome)} ({_axis_unit(unit)})")
    _limit(axes, lines, scale, positive=bool(_least(result, outcome) >= 0))


def _label_axes(axes: Axes, result: RunResult, quantity: str) -> None:
    place = axes.get_position()
    longest = int(12 * inches(axes)[0] / place.width)  # about twelve letters an inch
    axes.set_ylabel(upper(shortened(quantity, longest)), rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(-0.9 * place.x0 / place.width, 1.03)
    axes.yaxis.set_major_locator(ticks(5))
    axes.yaxis.set_major_formatter(compact)
    axes.grid(visible=False, axis="x")
    start = result.scenario.document.start_date
    if start is None:
        axes.set_xlabel("Week")
        axes.xaxis.set_major_locator(ticks(6, whole=True))
        axes.set_xlim(*((0.5, 1.5) if result.weeks == 1 else (1, result.weeks)))
    else:
        _date_axis(axes, result)


def _date_axis(axes: Axes, result: RunResult) -> None:
    dates = _matplotlib_dates()
    locator = dates.AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, show_offset=False))
    axes.set_xlabel("Week beginning")
    first, last = places(result, [1, max(result.weeks, 2)])
    axes.set_xlim(first, last)


def places(result: RunResult, weeks: Any) -> Any:
    """Weeks on the x axis: as numbers, or as dates where the scenario says when week 1 is."""
    start = result.scenario.document.start_date
    numbers = np.asarray(weeks, dtype=np.float64)
    if start is None:
        return numbers
    monday = _matplotlib_dates().date2num(datetime.datetime.combine(start, datetime.time()))
    return monday + 7.0 * (numbers - 1.0)


def _matplotlib_dates() -> Any:
    import matplotlib.dates  # has no types

    return matplotlib.dates


def _least(result: RunResult, outcome: str) -> float:
    values = result.series[outcome]
    return float(np.min(values, where=np.isfinite(values), initial=np.inf))


def _limit(axes: Axes, lines: Sequence[Line], scale: float, *, positive: bool) -> None:
    """Show zero, unless all values lie so close together that nothing could be seen then.

    What is never negative is not shown below zero, even where an interval reaches there.
    """
    known = np.concatenate([np.append(line.band.low, line.band.high) for line in lines]) * scale
    known = known[np.isfinite(known)]
    if known.size == 0:
        axes.set_ylim(0, 1)
        return
    low, high = float(known.min()), float(known.max())
    if high == low == 0:
        axes.set_ylim(-0.05, 1)
    elif positive and (high - low > 0.2 * high or high == low):
        axes.set_ylim(0, 1.05 * high)


def _axis_unit(unit: str) -> str:
    return f"% of{unit.removeprefix('share of')}" if is_share(unit) else unit


def title(outcome: str, firm: str | None) -> str:
    """An outcome's name with whose it is."""
    return upper(f"{f'{firm}’s ' if firm else ''}{label(outcome)}")


def _alt(result: RunResult, outcome: str, firm: str | None, lines: Sequence[Line]) -> str:
    unit = weekly_unit(result, outcome)
    return (
        f"{title(outcome, firm)} by week over {result.weeks} weeks, one line a strategy. "
        f"{_last_words(unit, lines)}"
    )


def _last_words(unit: str, lines: Sequence[Line]) -> str:
    said = [f"{line.name} {format_value(float(line.band.mean[-1]), unit)}" for line in lines]
    return f"At the end: {'; '.join(said)}."
