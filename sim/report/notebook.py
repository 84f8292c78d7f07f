"""A run as a notebook shows it: the answer with a table, and plots of one line."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sim.asking import known, names_of
from sim.report.chart import SETTINGS, Margins
from sim.report.figures import (
    MOST_LINES,
    MOST_POINTS,
    Line,
    band_note,
    line_of,
    paint_lines,
    title,
)
from sim.report.html import claim_rows, outcome_rows
from sim.report.page import template
from sim.results.key import firm_of, key_outcomes
from sim.results.text import sentence

if TYPE_CHECKING:
    from sim.results.run import RunResult

SIZE = (7.2, 3.6)
AROUND = Margins(left=0.62, right=0.2, bottom=0.72, top=0.72)


class Plot(Figure):
    """A figure that every notebook shows, whatever backend is chosen."""

    def _repr_png_(self) -> bytes:
        page = io.BytesIO()
        self.savefig(page, format="png", dpi=110, facecolor="white")
        return page.getvalue()


def as_html(result: RunResult) -> str:
    """The answer, outcomes with intervals, and claims: small, readable on light and dark pages."""
    return template("notebook.html.j2").render(
        result=result, title=result.scenario.document.title, answer=sentence(result),
        outcomes=[outcome_rows(result, name) for name in key_outcomes(result)],
        claims=claim_rows(result),
    )


def plot(
    result: RunResult, outcome: str, *, firm: str | None = None,
    strategies: Sequence[str] | None = None,
) -> Figure:
    """An outcome over weeks, one line a strategy, with 95% intervals.

    Parameters
    ----------
    outcome
        Such as ``units``.
    firm
        Whose; None is the firm that the scenario's first claim speaks of, else the first.
    strategies
        Which; None is all, at most eight.

    Raises
    ------
    ScenarioError
        If the run has no such outcome, firm or strategy.
    RunError
        If strategies are no list.
    """
    import matplotlib

    name = known(outcome, result.declared, "outcome")
    owner = firm_of(result, name, known(firm, result.firm_names, "firm") if firm else None)
    chosen = names_of(strategies, result.strategies)
    lines = [line_of(result, name, one, owner, MOST_POINTS) for one in chosen[:MOST_LINES]]
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        return _drawn(result, name, owner, lines)


def _drawn(result: RunResult, outcome: str, owner: str | None, lines: Sequence[Line]) -> Figure:
    figure = Plot(figsize=SIZE)
    axes = figure.add_axes(AROUND.box(SIZE))
    paint_lines(axes, result, outcome, lines)
    figure.text(0.012, 0.94, title(outcome, owner), fontsize=12, fontweight="bold")
    figure.text(0.012, 0.03, band_note(result, MOST_POINTS), fontsize=8)
    if len(lines) > 1:
        axes.legend(
            axes.get_lines(), [line.name for line in lines], frameon=False, ncols=4, fontsize=9,
            loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1,
        )
    return figure
