"""One self-contained page: every law with its number, its interval and the range, and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim import __version__
from sim.files import write_whole
from sim.laws import words
from sim.laws.base import FAILS, HOLDS, IDLE, TOPICS, Checked
from sim.laws.gather import LawsResult
from sim.replications.base import Curve, Plot
from sim.replications.figure import chart
from sim.report.chart import GRID, INK, PALETTE, Chart, Margins, compact, draw, ticks
from sim.report.page import Page, Section, Table, render_page

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TITLES = {
    "diffusion": "How new offers spread", "talk": "What customers say",
    "customers": "Who buys, stays and forgives", "levers": "What price and advertising move",
    "markets": "Who leads, and who has the power",
}
HEADINGS = ("Law", "Measured", "95% interval", "Range", "Source", "Verdict")
SIZE, ROOM = (4.6, 0.82), Margins(left=0.14, top=0.06)

Mark = Literal["shown", "refuted", "open"]


def write_page(path: Path, result: LawsResult) -> Path:
    """Write the page; a file of that name is replaced once the new one is whole."""
    return write_whole(path, render_page(page(result)))


def page(result: LawsResult) -> Page:
    """The page of a result."""
    told = [one for one in result.checked if one.verdict != IDLE]
    topics = [(topic, [one for one in told if one.law.topic == topic]) for topic in TOPICS]
    sections = [_topic(topic, own) for topic, own in topics if own]
    idle = [one for one in result.checked if one.verdict == IDLE]
    return Page(
        title=f"Laws of markets: {result.scenario.document.title}",
        question="Which regularities that science finds in most markets does this one show?",
        answer=words.sentence(result),
        sections=[*sections, *([_idle(idle)] if idle else [])],
        facts={
            "Engine": f"counterpoise {__version__}", "Seed": str(result.seed),
            "Replications": str(result.replications),
            "Changed settings": ", ".join(
                f"{path}={setting}" for path, setting in result.scenario.overrides.items()
            ) or "none",
            "About laws": words.AN_OBSERVATION,
        },
    )


def _topic(topic: str, own: Sequence[Checked]) -> Section:
    return Section(
        title=TITLES[topic], id=topic,
        table=Table(HEADINGS, [_row(one) for one in own], numbers=(1, 2, 3),
                    marks=[_mark(one) for one in own]),
        charts=[drawn for one in own for drawn in charts(one)],
        notes=[f"{one.law.id}: {one.reason}." for one in own if one.reason],
    )


def _idle(idle: Sequence[Checked]) -> Section:
    return Section(
        title="What does not apply here", id="idle",
        table=Table(
            ("Law", "Statement", "Source", "What the scenario lacks"),
            [(one.law.id, one.law.statement, one.law.source, one.reason) for one in idle],
        ),
    )


def _row(one: Checked) -> tuple[str, ...]:
    return (
        f"{one.law.id}: {one.law.statement}", f"{words.value(one)} ({one.law.unit})",
        words.interval(one), one.law.range, one.law.source, one.verdict,
    )


def _mark(one: Checked) -> Mark:
    return "shown" if one.verdict == HOLDS else "refuted" if one.verdict == FAILS else "open"


def charts(one: Checked) -> list[Chart]:
    """The interval against the range, and the curves of the law if it has any."""
    drawn = [_against_range(one)] if math.isfinite(one.value) else []
    if one.law.panel is not None and one.curves:
        panel = one.law.panel
        curves = tuple(
            Curve(label, x, y, "reproduced", low=low, high=high)
            for label, (x, y, low, high) in one.curves.items()
        )
        plot = Plot(one.law.id, panel.x_label, panel.y_label, curves)
        drawn.append(chart(f"curve-{one.law.id}", plot))
    return drawn


def _against_range(one: Checked) -> Chart:
    """The mean with its interval; the range that the law asks for is shaded."""
    law, found = one.law, one.found
    bounds = [bound for bound in (law.low, law.high) if bound is not None]

    def paint(axes: Axes) -> None:
        ends = [end for end in (found.value, found.low, found.high) if math.isfinite(end)]
        low, high = min(ends + bounds), max(ends + bounds)
        room = 0.12 * (high - low) or 0.1 * abs(high) or 1.0
        axes.set_xlim(low - room, high + room)
        left, right = axes.get_xlim()
        axes.axvspan(
            left if law.low is None else law.low, right if law.high is None else law.high,
            color=GRID, alpha=0.5, linewidth=0,
        )
        for bound in bounds:
            axes.axvline(bound, color=INK, linewidth=1.2)
        if math.isfinite(found.low):
            axes.plot([found.low, found.high], [0, 0], color=PALETTE[0], linewidth=2.5,
                      solid_capstyle="butt")
        axes.plot([found.value], [0], marker="o", markersize=6.5, color=PALETTE[0])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_formatter(compact)
        axes.xaxis.set_major_locator(ticks(6))
        axes.set_xlabel(law.unit)

    alt = f"{law.id}, {one.verdict}: {words.value(one)}, range {law.range}."
    return Chart(law.id, draw(f"law-{law.id}", paint, size=SIZE, alt=alt, margins=ROOM))
