"""Who has the power, week by week: the needle, its five components, and the reversal week."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.observers.power import COMPONENTS
from sim.report.chart import INK, Chart, draw
from sim.report.figures import (
    MOST_POINTS,
    NARROW,
    WIDE,
    by_strategy,
    paint_lines,
    places,
    small_chart,
    strategy_pens,
)
from sim.results.reversal import ONE_HALF, in_words, reversal
from sim.results.text import format_estimate, format_value, upper

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.results.run import RunResult

NEEDLE = "customer_power"
MEANING = {
    "information": "customers know offers at least as well as firms know customers",
    "price": "prices stay close to unit costs",
    "exit": "the next best offer is nearly as good",
    "voice": "improvements are those that customers asked for",
    "surplus": "of what a purchase is worth beyond its cost, customers keep most",
}
"""When the needle of a component stands with the customers."""


def power(result: RunResult) -> dict[str, Any]:
    """Charts, rows and words of the section on power."""
    return {
        "sentence": upper(in_words(result)) + ".",
        "chart": _needle(result), "narrow": _needle(result, narrow=True),
        "components": [small_chart(result, f"power_{name}") for name in COMPONENTS],
        "rows": [_row(result, strategy) for strategy in result.strategies],
        "meaning": MEANING,
    }


def _row(result: RunResult, strategy: str) -> dict[str, Any]:
    found = reversal(result, strategy)
    last = (result.weeks, result.weeks)
    return {
        "strategy": strategy,
        "needle": format_estimate(result.estimate(NEEDLE, strategy, weeks=last), "0 to 1"),
        "parts": [
            format_value(result.estimate(f"power_{name}", strategy, weeks=last).value, "0 to 1")
            for name in COMPONENTS
        ],
        "week": "never" if found.share == 0 else _week(found.week.value, found.share),
    }


def _week(week: float, share: float) -> str:
    always = math.isclose(share, 1.0)
    return f"week {week:.0f}{'' if always else f', in {share:.0%} of replications'}"


def _needle(result: RunResult, *, narrow: bool = False) -> Chart:
    """Mean customer power over weeks: above one half it is with the customers."""
    lines = by_strategy(result, NEEDLE, None, MOST_POINTS)
    pens = strategy_pens(result)
    weeks = {name: reversal(result, name) for name in pens}

    def paint(axes: Axes) -> None:
        paint_lines(axes, result, NEEDLE, lines)
        axes.set_ylim(0, 1)
        axes.axhline(ONE_HALF, color=INK, linewidth=1)
        _say_sides(axes)
        for name, found in weeks.items():
            if found.share > 0:
                axes.plot(
                    places(result, [found.week.value]), [ONE_HALF], marker="D", markersize=7,
                    color=pens[name].color, clip_on=False, markeredgecolor="white", zorder=5,
                )

    svg = draw(
        "power-narrow" if narrow else "power", paint, size=NARROW if narrow else WIDE,
        alt=f"Customer power by week, from 0 (firms) to 1 (customers). {upper(in_words(result))}.",
    )
    return Chart("Customer power", svg)


def _say_sides(axes: Axes) -> None:
    for height, words, where in ((0.97, "customers", "top"), (0.03, "firms", "bottom")):
        axes.text(
            0.012, height, f"power with {words}", transform=axes.transAxes, va=where,
            fontstyle="italic",
        )
