"""The page of a calibration: data, fit and forecast with their intervals in one figure a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.calibration.calibrate import Calibration
from sim.calibration.distance import Block, Numbers
from sim.calibration.recovery import Recovery
from sim.calibration.words import (
    ERROR_HEADINGS,
    RECOVERY_HEADINGS,
    error_rows,
    logarithmic_note,
    method_note,
    recovery_rows,
    scale_note,
    sentence,
    setting_headings,
    setting_rows,
)
from sim.report.chart import PALETTE, Chart, Margins, compact, draw, ticks
from sim.report.page import Page, Section, Table, render_page
from sim.results.text import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (4.6, 3.1)
ROOM = Margins(left=0.78, right=0.14, bottom=0.48, top=0.12)
BEHIND = "#8a8a8a"
MOST_CHARTS = 24
MOST_MARKS = 60
"""More data than these are drawn without rings around them."""


def render(found: Calibration, recovery: Recovery | None, facts: dict[str, str]) -> str:
    """The page as HTML that needs nothing but itself."""
    document = found.target.scenario.document
    sections = [
        Section(
            "Fitted settings",
            table=Table(setting_headings(found), setting_rows(found.settings), (1, 2, 3)),
            notes=[note for note in (scale_note(found), _ranges(found)) if note], id="settings",
        ),
        Section("Data, fit and forecast", charts=_charts(found), notes=[_key(found)], id="figure"),
        Section(
            "Errors", table=Table(ERROR_HEADINGS, error_rows(found.held), (1, 2, 3, 4)),
            notes=["Root mean square errors relative to the mean of the fitted numbers. Naive: "
                   "what was last goes on."], id="errors",
        ),
    ]
    if recovery is not None:
        sections.append(_recovery(recovery))
    return render_page(Page(
        title=f"Calibration: {document.title}", question=document.question,
        answer=sentence(found), sections=sections, facts=facts,
    ))


def _ranges(found: Calibration) -> str:
    text = (
        "The interval holds the values that the data leave plausible within the range given; a "
        "best value at the edge of its range asks for a wider one."
    )
    note = logarithmic_note(found)
    return f"{text} {note[:1].upper()}{note[1:]}." if note else text


def _key(found: Calibration) -> str:
    size = f"{found.target.scenario.document.customers.n:,} customers"
    return (
        "Gray rings: data, those held out filled. Blue: median of simulated "
        f"markets. Shaded: 95% of what is observed in markets of {size}, each scaled to the fitted "
        f"part. Dashed: the naive forecast. {method_note(found)}."
    )


def _recovery(recovery: Recovery) -> Section:
    return Section(
        "Known settings found again",
        text=[f"The same fit to {count(len(recovery.worlds), 'simulated data set')} of the same "
              "form, made at known settings spread over the ranges."],
        table=Table(RECOVERY_HEADINGS, recovery_rows(recovery), (1, 2, 3)),
        notes=["Errors are shares of the range, on the scale of the search. A 95% interval should "
               "hold the known value in about 19 of 20 data sets."],
        id="recovery",
    )


def _charts(found: Calibration) -> list[Chart]:
    charts = []
    for number, (rows, block) in enumerate(found.target.parts()[:MOST_CHARTS]):
        drawing = _Drawing(found, rows, block)
        charts.append(Chart(block.title, draw(
            f"block{number}", drawing.paint, size=SIZE, alt=drawing.alt, margins=ROOM
        )))
    return charts


class _Drawing:
    """One block: data behind, simulated markets in front."""

    def __init__(self, found: Calibration, rows: slice, block: Block) -> None:
        self.block, target, forecast = block, found.target, found.forecast
        self.observed, self.later = target.observed[rows], target.is_held_out[rows]
        self.center, self.naive = forecast.center[rows], forecast.naive[rows]
        self.low, self.high = forecast.low[rows], forecast.high[rows]

    @property
    def alt(self) -> str:
        """What the chart says."""
        last = f"data end at {compact(float(self.observed[-1]))}" if np.isfinite(
            self.observed[-1]) else "data are incomplete"
        return (
            f"{self.block.title}: {self.block.y_label}; {last}, simulated "
            f"{compact(float(self.center[-1]))} ({compact(float(self.low[-1]))} to "
            f"{compact(float(self.high[-1]))})."
        )

    def paint(self, axes: Axes) -> None:
        """Draw it."""
        if self.block.names:
            self._paint_names(axes)
        else:
            self._paint_series(axes)
        axes.set_ylabel(self.block.y_label)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(compact)
        axes.legend(frameon=False, fontsize=8, handlelength=1.8, labelspacing=0.25)

    def _paint_series(self, axes: Axes) -> None:
        x = self.block.x
        axes.fill_between(x, self.low, self.high, color=PALETTE[0], alpha=0.2, linewidth=0)
        axes.plot(x, self.center, color=PALETTE[0], linewidth=1.5, label="simulated")
        if np.isfinite(self.naive).any():
            axes.plot(x, self.naive, color=PALETTE[1], linewidth=1.2, linestyle=(0, (6, 2)),
                      marker="_", markersize=9, label="naive")
        self._paint_data(axes, x)
        if self.later.any():
            axes.axvline(float(x[~self.later][-1] + x[self.later][0]) / 2, color=BEHIND,
                         linewidth=0.8, linestyle=(0, (2, 1.5)))
        axes.set_xlabel(self.block.x_label)
        axes.xaxis.set_major_locator(ticks(8, whole=True))

    def _paint_names(self, axes: Axes) -> None:
        place = np.arange(len(self.block.names), dtype=np.float64)
        self._paint_data(axes, place)
        axes.vlines(place, self.low, self.high, color=PALETTE[0], linewidth=1.4)
        axes.plot(place, self.center, linestyle="none", marker="x", markersize=6,
                  color=PALETTE[0], markeredgewidth=1.6, label="simulated")
        short = [name if len(name) <= 12 else f"{name[:11]}…" for name in self.block.names]
        is_long = len(place) * max(map(len, short)) > 60
        axes.set_xticks(place, short, rotation=45 if is_long else 0, fontsize=8,
                        ha="right" if is_long else "center")
        axes.set_xlabel("" if is_long else self.block.x_label)

    def _paint_data(self, axes: Axes, x: Numbers) -> None:
        size = 6.0 if len(x) <= MOST_MARKS else 3.0
        kinds = ((~self.later, "none", "data"), (self.later, "full", "held out"))
        for chosen, fill, label in kinds:
            if chosen.any():
                axes.plot(x[chosen], self.observed[chosen], linestyle="none", marker="o",
                          markersize=size, color=BEHIND, fillstyle=fill, label=label)
