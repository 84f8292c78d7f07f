"""The page of a search, its figure, and its numbers as plain data."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import __version__
from sim.optimization import words
from sim.optimization.carry_out import Optimized
from sim.optimization.gains import Chosen
from sim.optimization.space import Numbers
from sim.report.chart import GRID, INK, PALETTE, Chart, Margins, compact, draw, shortened
from sim.report.page import Page, Section, Table, render_page
from sim.results.statistics import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PAIRS = 3
SIZE = (4.6, 3.3)


def page(found: Optimized) -> str:
    """The whole page as HTML."""
    document = found.study.document
    survives = any(one.is_better for one in found.chosen)
    return render_page(Page(
        title=f"Which levers? {document.title}",
        question=document.question,
        answer=words.answer(found),
        status="shown" if survives else "open",
        sections=[
            Section(
                "What the search offers",
                text=[text for text in (words.circumstances(found), words.budget(found)) if text],
                table=_table(found), charts=_charts(found), wide=True,
                notes=(
                    f"Values and gains are those of {found.fresh} fresh worlds with fresh luck, "
                    "world by world against the scenario as it is; intervals hold at 95% for all "
                    "of them together. Promised is the gain in the worlds of the search, which "
                    "were also used to choose.",
                ),
            ),
        ],
        facts={
            "Scenario": f"{found.study.scenario.id}, strategy {found.asked.strategy}",
            "Engine": f"counterpoise {__version__}", "Search": found.folder.name,
            "Method": "tree-structured Parzen estimator" if len(found.columns) == 1 else "NSGA-II",
        },
    ))


def _table(found: Optimized) -> Table:
    heads = (*words.headings(found), "verdict")
    rows = [(*words.base_row(found), "")]
    rows += [(*words.row(one), words.verdict(one)) for one in found.chosen]
    return Table(heads, rows, numbers=range(1, len(heads) - 1))


def _charts(found: Optimized) -> list[Chart]:
    if len(found.columns) == 1:
        return [_progress(found)]
    pairs = itertools.combinations(range(len(found.columns)), 2)
    return [_plane(found, *pair) for pair in itertools.islice(pairs, MOST_PAIRS)]


def _progress(found: Optimized) -> Chart:
    """Every trial, and the best so far."""
    numbers = np.array([one.number for one in found.trials if not one.failed])
    scores = np.array([one.scores[0] for one in found.trials if not one.failed])
    best = np.maximum if found.goals.directions[0] == "maximize" else np.minimum

    def paint(axes: Axes) -> None:
        axes.plot(numbers, scores, "o", color=PALETTE[6], markersize=3, label="trial")
        axes.step(numbers, best.accumulate(scores), where="post", color=PALETTE[0],
                  label="best so far")
        axes.axhline(scores[0], color=INK, linewidth=0.9, linestyle=(0, (4, 3)), label="as it is")
        _survived(axes, found, numbers[-1])
        axes.set_xlabel("trial")
        axes.set_ylabel(_label(found, 0))
        axes.yaxis.set_major_formatter(compact)
        axes.legend(frameon=False, fontsize=8)

    svg = draw("search", paint, size=SIZE, alt=words.answer(found), margins=Margins(left=0.75))
    return Chart("The search", svg)


def _label(found: Optimized, k: int) -> str:
    """An objective with its unit, short enough for an axis; weeks stand in the text."""
    column = found.columns[k]
    name = column.outcome.replace("_", " ") + (f" of {column.firm}" if column.firm else "")
    return shortened(f"{name}, {words.unit(found, k)}", 38)


def _survived(axes: Axes, found: Optimized, last: int) -> None:
    """The best combination and the scenario as it is in fresh worlds, right of all trials."""
    for one in found.chosen[:1]:
        gain = one.gains[0]
        axes.plot([1.06 * last], [gain.value], "D", color=PALETTE[1], markersize=6,
                  label="best, fresh worlds")
        axes.plot([1.06 * last], [gain.base], "D", color=INK, markersize=5, fillstyle="none",
                  label="as it is, fresh worlds")


def _plane(found: Optimized, x: int, y: int) -> Chart:
    """Trials, the front, and what of the front is left in fresh worlds."""
    good = np.array([one.scores for one in found.trials if not one.failed])
    line = np.array([one.scores for one in found.front])
    as_is = found.trials[0].scores

    def paint(axes: Axes) -> None:
        axes.plot(good[:, x], good[:, y], "o", color=GRID, markersize=3, label="trial")
        order = np.argsort(line[:, x])
        style = "o-" if len(found.columns) == 2 else "o"
        axes.plot(line[order, x], line[order, y], style, color=PALETTE[0], markersize=4,
                  linewidth=1, label="front")
        _again(axes, found.chosen, x, y)
        axes.plot([as_is[x]], [as_is[y]], "s", color=INK, markersize=6, label="as it is")
        for axis, k in ((axes.xaxis, x), (axes.yaxis, y)):
            axis.set_major_formatter(compact)
            axis.set_label_text(_label(found, k))
        axes.legend(frameon=False, fontsize=8)

    svg = draw(f"front-{x}-{y}", paint, size=SIZE, alt=words.answer(found),
               margins=Margins(left=0.75))
    return Chart(f"{words.goal(found, x)} against {words.goal(found, y)}", svg)


def _again(axes: Axes, chosen: tuple[Chosen, ...], x: int, y: int) -> None:
    """Each combination in fresh worlds, joined with what the search promised."""
    for number, one in enumerate(chosen):
        values = one.gains[x].value, one.gains[y].value
        scores = one.trial.scores
        axes.plot([scores[x], values[0]], [scores[y], values[1]], color=GRID, linewidth=0.8)
        axes.plot([values[0]], [values[1]], "D", color=PALETTE[1], markersize=4,
                  label="" if number else "front, fresh worlds")


def as_data(found: Optimized) -> dict[str, Any]:
    """All numbers as plain JSON; what has no value is null."""
    return {
        "format": "counterpoise optimization", "version": 1,
        "experiment": found.study.document.id, "scenario": found.study.scenario.id,
        "strategy": found.asked.strategy, "answer": words.answer(found),
        "levers": [lever.path for lever in found.space.levers],
        "objectives": [
            {"outcome": column.name, "unit": words.unit(found, k), "goal": direction}
            for k, (column, direction) in enumerate(
                zip(found.columns, found.goals.directions, strict=True)
            )
        ],
        "robust": found.goals.rule,
        "budget": None if found.space.budget is None else found.space.budget.model_dump(),
        "worlds": found.worlds, "fresh_worlds": found.fresh,
        "as_it_is": {"levers": _numbers(found.space.base),
                     "scores": words.scores(found.trials[0])},
        "chosen": [_chosen(one) for one in found.chosen],
        "front": [one.number for one in found.front],
        "trials": [
            {
                "number": one.number, "levers": _numbers(one.values),
                "scores": words.scores(one), "error": one.answer if one.failed else None,
            }
            for one in found.trials
        ],
        "folder": str(found.folder),
    }


def _chosen(one: Chosen) -> dict[str, Any]:
    return {
        "trial": one.trial.number, "levers": _numbers(one.trial.values),
        "verdict": words.verdict(one), "is_better": one.is_better,
        "gains": [
            {
                "promised": gain.promised, "value": gain.value, "as_it_is": gain.base,
                "gain": _estimate(gain.counted), "mean_gain": _estimate(gain.mean),
                "survives": gain.survives,
            }
            for gain in one.gains
        ],
    }


def _numbers(values: Numbers) -> list[float]:
    return [float(value) for value in values]


def _estimate(found: Estimate) -> dict[str, float | None]:
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    return {key: value if math.isfinite(value) else None for key, value in numbers.items()}
