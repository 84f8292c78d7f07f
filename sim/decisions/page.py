"""The page of a decision, and its numbers as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import __version__
from sim.decisions.carry_out import Decided, Failure
from sim.decisions.regret import Record
from sim.decisions.sentences import (
    advice,
    amount,
    chosen,
    doubt,
    failure,
    less,
    profit_too,
    short,
)
from sim.report.chart import INK, Chart, Margins, compact, distinct_names, draw, pen
from sim.report.page import Page, Section, Table, render_page
from sim.results.statistics import Estimate
from sim.results.text import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADINGS = (
    "Strategy", "Mean (95% interval)", "Worst world", "Mean regret", "Worst regret",
    "Nothing better in", "Good enough in",
)


LONGEST_NAME = 20
"""Characters of a strategy's name that stand beside a chart without being cut."""


def page(found: Decided) -> str:
    """The whole page as HTML."""
    document, caution = found.study.document, doubt(found.comparison)
    is_sure = not caution and len(set(found.comparison.best_by().values())) == 1
    if found.profit is not None:
        is_sure &= found.profit[1].best_by()["highest mean"] == chosen(found.comparison)
    return render_page(Page(
        title=f"Which strategy? {document.title}",
        question=document.question,
        answer=f"{answer(found)} {caution}".strip(),
        status="shown" if is_sure else "open",
        sections=[
            Section(
                "Strategies against worlds",
                text=(circumstances(found),),
                table=_table(found),
                charts=[_regret_chart(found), _spread_chart(found)], wide=True,
                notes=(f"Good enough: {found.comparison.rule}. Regret: what a strategy yields less "
                       f"than the best one in the same world{money_note(found)}.",),
            ),
            Section("Where each strategy fails", text=failures(found)),
        ],
        facts={
            "Scenario": found.study.scenario.id, "Engine": f"counterpoise {__version__}",
            "Sweep": found.folder.name,
            "Method": "scenario discovery by PRIM (Friedman and Fisher 1999; Bryant and Lempert "
            "2010); a third of the worlds has no part in finding conditions",
        },
    ))


def answer(found: Decided) -> str:
    """Which strategy to choose by the outcome, and whether it earns most as well."""
    said = advice(found.comparison, in_words(found), unit(found))
    if found.profit is None:
        return said
    column, earned = found.profit
    money = column.unit_in(found.study.scenario.document.currency)
    return f"{said} {profit_too(found.comparison, earned, money)}".strip()


def money_note(found: Decided) -> str:
    """What the column of profit holds, for the line below the table; empty without one."""
    if found.profit is None:
        return ""
    column, _ = found.profit
    weeks = "all weeks" if column.weeks is None else "weeks {} to {}".format(*column.weeks)
    money = column.unit_in(found.study.scenario.document.currency)
    return f"; profit: mean over worlds of {weeks}, {money}"


def circumstances(found: Decided) -> str:
    """What was compared, in words."""
    return (
        f"{count(found.worlds, 'world')} over {count(len(found.settings), 'uncertain setting')}, "
        f"{count(found.replications, 'replication')} each with shared luck; to "
        f"{found.comparison.goal}: "
        f"{in_words(found)} ({unit(found)})."
    )


def in_words(found: Decided) -> str:
    """The outcome in words."""
    column = found.column
    text = column.outcome.replace("_", " ")
    if column.firm is not None:
        text += f" of {column.firm}"
    if column.weeks is not None:
        text += f" in weeks {column.weeks[0]} to {column.weeks[1]}"
    return text


def unit(found: Decided) -> str:
    """Unit of the outcome over its weeks, with the scenario's money."""
    return found.column.unit_in(found.study.scenario.document.currency)


def _table(found: Decided) -> Table:
    """A row a strategy; profit stands last where the decision is by something else."""
    rows = [row(one, unit(found)) for one in found.comparison.records]
    if found.profit is None:
        return Table(HEADINGS, rows, numbers=range(1, 7))
    column, earned = found.profit
    money = column.unit_in(found.study.scenario.document.currency)
    title = f"Mean profit, {money}"
    cells = [amount(one.mean.value, money) for one in earned.records]
    joined = [(*own, cell) for own, cell in zip(rows, cells, strict=True)]
    return Table((*HEADINGS, title), joined, numbers=range(1, 8))


def row(one: Record, unit: str) -> tuple[str, ...]:
    """One strategy as the cells of a table."""
    return (
        one.strategy, _estimate(one.mean, unit, amount), amount(one.worst, unit),
        _estimate(one.mean_regret, unit, less), less(one.worst_regret, unit),
        f"{one.first_share:.0%}", _share(one.enough_share),
    )


def _estimate(found: Estimate, unit: str, said: Callable[[float, str], str]) -> str:
    value, low, high = (said(number, unit) for number in (found.value, found.low, found.high))
    if not math.isfinite(found.low):
        return value
    return f"{value} ({low.removesuffix(' points')} to {high.removesuffix(' points')})"


def _share(found: Estimate) -> str:
    return f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


def failures(found: Decided) -> list[str]:
    """Sentences on where each strategy fails."""
    told = []
    for s, name in enumerate(found.comparison.strategies):
        n_failed = int((~found.comparison.enough[s]).sum())
        boxes = found.failures[name]
        if not n_failed:
            told.append(f"{name} is good enough in every world.")
        elif n_failed == found.worlds:
            told.append(f"{name} is never good enough.")
        elif not boxes:
            told.append(
                f"{name} fails in {n_failed:,} of {found.worlds:,} worlds, under no simple "
                "condition on these settings."
            )
        else:
            told += [_failure(name, one, found) for one in boxes]
    return told


def _failure(name: str, one: Failure, found: Decided) -> str:
    aside = "" if one.held_out is None else (
        f"; in the worlds held out {one.held_out.coverage:.0%} and {one.held_out.density:.0%}"
    )
    return failure(name, one.box, found.settings, held_out=aside) + "."


def _regret_chart(found: Decided) -> Chart:
    """Share of worlds in which regret exceeds what the axis says: lower is better."""
    comparison = found.comparison

    def paint(axes: Axes) -> None:
        for s, short_name in enumerate(distinct_names(comparison.strategies, LONGEST_NAME)):
            ordered = np.sort(comparison.regret[s])
            share = 1 - np.arange(1, len(ordered) + 1) / len(ordered)
            one = pen(s)
            axes.step(ordered, 100 * share, where="post", color=one.color,
                      linestyle=one.line_style, label=short_name, linewidth=1.6)
        axes.set_xlabel(f"regret, {unit(found)}")
        axes.set_ylabel("% of worlds with more")
        axes.set_ylim(0, 100)
        axes.xaxis.set_major_formatter(compact)
        axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(-0.12, 1.02),
                    ncols=2, borderaxespad=0)

    top = 0.15 + 0.17 * math.ceil(len(comparison.strategies) / 2)
    svg = draw("regret", paint, size=(4.4, 2.7 + top), alt=answer(found),
               margins=Margins(left=0.62, top=top))
    return Chart("Regret", svg)


def _spread_chart(found: Decided) -> Chart:
    """The outcome over worlds, a box a strategy."""
    comparison = found.comparison

    def paint(axes: Axes) -> None:
        boxes = axes.boxplot(
            list(comparison.outcome), orientation="horizontal", whis=(5, 95), widths=0.5,
            patch_artist=True, medianprops={"color": INK}, flierprops={"markersize": 2},
        )
        for s, patch in enumerate(boxes["boxes"]):
            patch.set_facecolor(pen(s).color)
            patch.set_alpha(0.6)
        names = distinct_names(comparison.strategies, LONGEST_NAME)
        axes.set_yticks(range(1, len(names) + 1), names)
        axes.invert_yaxis()
        axes.set_xlabel(f"{found.column.outcome.replace('_', ' ')}, {unit(found)}")
        axes.xaxis.set_major_formatter(compact)

    height = 0.8 + 0.42 * max(len(comparison.strategies), 3)
    svg = draw("worlds", paint, size=(4.4, height), margins=Margins(left=1.75),
               alt=f"{in_words(found)} over {found.worlds:,} worlds by strategy.")
    return Chart("Over worlds: median, quartiles, 5% and 95%", svg)


def as_data(found: Decided) -> dict[str, Any]:
    """All numbers as plain JSON."""
    comparison = found.comparison
    return {
        "format": "counterpoise decision", "version": 1,
        "experiment": found.study.document.id, "scenario": found.study.scenario.id,
        "outcome": found.column.name, "unit": unit(found), "goal": comparison.goal,
        "enough": comparison.rule, "worlds": found.worlds, "replications": found.replications,
        "answer": answer(found), "doubt": doubt(comparison), "profit": _profit(found),
        "best_by": comparison.best_by(),
        "strategies": [
            {
                "name": one.strategy, "mean": _plain(one.mean), "worst": one.worst,
                "best": one.best, "mean_regret": _plain(one.mean_regret),
                "worst_regret": one.worst_regret, "first_share": one.first_share,
                "enough_share": _plain(one.enough_share),
                "failures": [_as_data(box, found) for box in found.failures[one.strategy]],
            }
            for one in comparison.records
        ],
        "folder": str(found.folder),
    }


def _profit(found: Decided) -> dict[str, Any] | None:
    """Mean profit of each strategy over worlds, None where none was kept or it decides itself."""
    if found.profit is None:
        return None
    column, earned = found.profit
    return {
        "outcome": column.name,
        "unit": column.unit_in(found.study.scenario.document.currency),
        "means": {one.strategy: _plain(one.mean) for one in earned.records},
    }


def _as_data(one: Failure, found: Decided) -> dict[str, Any]:
    levels = {setting.name: setting.levels for setting in found.settings}
    return {
        "coverage": one.box.coverage, "density": one.box.density, "mass": one.box.mass,
        "held_out": None if one.held_out is None else {
            "coverage": one.held_out.coverage, "density": one.held_out.density,
        },
        "conditions": [
            {
                "setting": name, "in_words": short(name),
                "low": limit.low if math.isfinite(limit.low) else None,
                "high": limit.high if math.isfinite(limit.high) else None,
                "allowed": None if limit.allowed is None
                else [levels[name][level] for level in sorted(limit.allowed)],
                "chance": one.box.chance.get(name),
            }
            for name, limit in one.box.limits.items()
        ],
    }


def _plain(found: Estimate) -> dict[str, float | None]:
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    return {key: value if math.isfinite(value) else None for key, value in numbers.items()}
