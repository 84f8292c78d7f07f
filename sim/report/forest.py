"""Charts of intervals: paired differences to the first strategy, claims against their bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.chart import (
    GRID,
    INK,
    Chart,
    Margins,
    Pen,
    compact,
    distinct_names,
    draw,
    inches,
    shortened,
    ticks,
)
from sim.report.figures import strategy_pens
from sim.results.key import firm_of, key_outcomes, label, outcome_unit
from sim.results.statistics import Estimate
from sim.results.text import (
    POINTS,
    claim_unit,
    difference_unit,
    format_estimate,
    is_distinguishable,
    is_share,
    upper,
)
from sim.results.verdicts import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.results.run import RunResult

WIDTH, CLAIM_WIDTH = 3.2, 5.2
LONGEST_NAME = 16


def difference_charts(result: RunResult) -> list[Chart]:
    """One chart a key outcome: paired differences of every strategy to the first."""
    others = [name for name in strategy_pens(result) if name != result.strategies[0]]
    if not others:
        return []
    charts = (_difference(result, outcome, others) for outcome in key_outcomes(result))
    return [chart for chart in charts if chart is not None]


def _difference(result: RunResult, outcome: str, others: Sequence[str]) -> Chart | None:
    firm, unit = firm_of(result, outcome), difference_unit(outcome_unit(result, outcome))
    gaps = {name: result.difference(outcome, name, firm) for name in others}
    known = {name: gap for name, gap in gaps.items() if math.isfinite(gap.value)}
    if not known:
        return None
    pens = strategy_pens(result)
    left = 0.25 + 0.085 * max(len(name) for name in distinct_names(others, LONGEST_NAME))
    title = upper(label(outcome))

    def paint(axes: Axes) -> None:
        axes.axvline(0, color=INK, linewidth=1)
        for row, (name, gap) in enumerate(known.items()):
            _paint_interval(axes, row, gap, pens[name], unit, filled=is_distinguishable(gap))
        _rows(axes, distinct_names(list(known), LONGEST_NAME))
        # "percentage points" would leave the chart beside long names; the note below says which.
        short = "points" if unit == POINTS else shortened(_of(unit), 16)
        axes.set_xlabel(f"Difference ({short})")

    said = "; ".join(
        f"{name} {format_estimate(gap, unit, sign=True)}" for name, gap in known.items()
    )
    svg = draw(
        f"difference-{outcome}", paint, size=(WIDTH, 0.62 + 0.27 * len(known)),
        alt=f"{f'{firm}’s ' if firm else ''}{label(outcome)}, difference to "
        f"{result.strategies[0]}: {said}.",
        margins=Margins(left=left, top=0.08),
    )
    return Chart(title, svg)


def claim_chart(result: RunResult, verdict: Verdict, number: int) -> Chart | None:
    """A claim's quantity with its interval, and the values that the claim asks for, shaded."""
    claim, found = verdict.claim, verdict.estimate
    if not math.isfinite(found.value):
        return None
    unit = claim_unit(result, claim)
    scale = _scale(unit)
    bounds = [scale * bound for bound in (claim.at_least, claim.at_most) if bound is not None]

    def paint(axes: Axes) -> None:
        ends = [scale * end for end in (found.value, found.low, found.high) if math.isfinite(end)]
        low, high = min(ends + bounds), max(ends + bounds)
        room = 0.12 * (high - low) or 0.1 * abs(high) or 1.0
        axes.set_xlim(low - room, high + room)
        first = axes.get_xlim()[0] if claim.at_least is None else scale * claim.at_least
        last = axes.get_xlim()[1] if claim.at_most is None else scale * claim.at_most
        axes.axvspan(first, last, color=GRID, alpha=0.5, linewidth=0)
        for bound in bounds:
            axes.axvline(bound, color=INK, linewidth=1.2)
        _paint_interval(axes, 0, found, Pen("#0072B2", ""), unit, filled=True)
        _rows(axes, [""])
        axes.set_xlabel(upper(f"{label(claim.outcome)} ({shortened(_of(unit), 36)})"))

    alt = f"Claim {number}, {verdict.verdict}: {format_estimate(found, unit)}."
    svg = draw(
        f"claim-{number}", paint, size=(CLAIM_WIDTH, 0.82), alt=alt,
        margins=Margins(left=0.14, top=0.06),
    )
    return Chart(claim.text, svg)


def _paint_interval(
    axes: Axes, row: int, found: Estimate, drawn: Pen, unit: str, *, filled: bool
) -> None:
    scale = _scale(unit)
    if math.isfinite(found.low):
        axes.plot([scale * found.low, scale * found.high], [row, row], color=drawn.color,
                  linewidth=2.5, solid_capstyle="butt")
    axes.plot(
        [scale * found.value], [row], marker="o", markersize=6.5, color=drawn.color,
        markerfacecolor=drawn.color if filled else "none", markeredgewidth=1.5,
    )


def _rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(compact)
    place, (width, height) = axes.get_position(), inches(axes)
    axes.xaxis.set_major_locator(ticks(int(width / 0.48)))  # a label takes up to half an inch
    axes.xaxis.set_label_coords((0.5 - place.x0) / place.width, -0.26 / height)


def _scale(unit: str) -> float:
    return 100.0 if is_share(unit) or unit == POINTS else 1.0


def _of(unit: str) -> str:
    """A unit as it stands on an axis."""
    if unit == POINTS:
        return "percentage points"
    return f"% of{unit.removeprefix('share of')}" if is_share(unit) else unit
