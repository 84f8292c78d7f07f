"""Draws a replication: what was published behind what is reproduced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.replications.base import Curve, Plot
from sim.report.chart import PALETTE, Chart, Margins, compact, draw, pen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (4.4, 3.0)
BEHIND = "#8a8a8a"
ROOM = Margins(left=0.62, right=0.14, bottom=0.48, top=0.12)


def chart(name: str, plot: Plot) -> Chart:
    """One panel as a chart; ``name`` is unique on its page."""
    svg = draw(name, lambda axes: _paint(axes, plot), size=SIZE, alt=_alt(plot), margins=ROOM)
    return Chart(plot.title, svg)


def _paint(axes: Axes, plot: Plot) -> None:
    own = 0
    for curve in sorted(plot.curves, key=lambda curve: curve.kind != "published"):
        if curve.kind == "published":
            _paint_published(axes, curve)
        else:
            # Orange is for what must depart, so that a reader tells it at once.
            depart = curve.kind == "must depart"
            color = PALETTE[1] if depart else [c for c in PALETTE if c != PALETTE[1]][own % 6]
            own += not depart
            _paint_reproduced(axes, curve, color, pen(own).line_style if depart else "solid")
    if plot.log_x:
        axes.set_xscale("log")
    if plot.log_y:
        axes.set_yscale("log")
    axes.set_xlabel(plot.x_label)
    axes.set_ylabel(plot.y_label)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(compact)
    axes.legend(frameon=False, fontsize=8, handlelength=1.8, labelspacing=0.25)


def _paint_published(axes: Axes, curve: Curve) -> None:
    if curve.marks:
        axes.plot(
            curve.x, curve.y, linestyle="none", marker="o", markersize=6.5, color=BEHIND,
            fillstyle="none", markeredgewidth=1.6, label=curve.label, zorder=2,
        )
    else:
        axes.plot(curve.x, curve.y, color=BEHIND, linewidth=4.2, alpha=0.55, label=curve.label,
                  zorder=1, solid_capstyle="butt")


def _paint_reproduced(axes: Axes, curve: Curve, color: str, style: object) -> None:
    if curve.low is not None and curve.high is not None:
        if curve.marks:
            axes.vlines(curve.x, curve.low, curve.high, color=color, linewidth=1.2, zorder=3)
        else:
            axes.fill_between(
                curve.x, curve.low, curve.high, color=color, alpha=0.2, linewidth=0, zorder=2
            )
    if curve.marks:
        axes.plot(curve.x, curve.y, linestyle="none", marker="x", markersize=5.5, color=color,
                  markeredgewidth=1.5, label=curve.label, zorder=4)
    else:
        axes.plot(curve.x, curve.y, color=color, linewidth=1.5, linestyle=style,
                  label=curve.label, zorder=4)


def _alt(plot: Plot) -> str:
    ends = "; ".join(
        f"{curve.label} ({curve.kind}) ends at {compact(float(curve.y[-1]))}"
        for curve in plot.curves if curve.y.size
    )
    return f"{plot.title}: {plot.y_label} over {plot.x_label}. {ends}."


