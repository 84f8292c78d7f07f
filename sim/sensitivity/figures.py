"""Figures of a sensitivity analysis: bars with intervals, the Morris plane, a map over weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.chart import GRID, INK, PALETTE, Chart, Margins, compact, draw, shortened
from sim.sensitivity.carry_out import OverTime
from sim.sensitivity.indices import Index, Indices

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LONGEST = 4.4, 34
MOST_FACTORS = 20
LABELS = Margins(left=2.35, right=0.2, bottom=0.46, top=0.12)
SYMBOLS = {"mu_star": "μ*", "sigma": "σ", "mu": "μ"}


def names(factors: Sequence[str]) -> list[str]:
    """Factors short enough for an axis: the ends of their paths."""
    return [shortened(short(factor), LONGEST) for factor in factors]


def short(path: str) -> str:
    """The last two parts of a path."""
    return ".".join(path.split(".")[-2:])


def bars(name: str, title: str, found: Indices) -> Chart:
    """Indices with their intervals, the largest on top; factors beyond twenty are left out."""
    order = found.order[:MOST_FACTORS][::-1]
    drawn = [kind for kind in found.kinds if kind.name not in ("mu", "sigma")]

    def paint(axes: Axes) -> None:
        thick = 0.8 / len(drawn)
        for at, kind in enumerate(drawn):
            place = np.arange(len(order)) + 0.4 - thick * (at + 0.5)
            axes.barh(
                place, kind.value[order], height=0.85 * thick, color=PALETTE[at],
                label=SYMBOLS.get(kind.name, kind.name),
            )
            axes.errorbar(
                kind.value[order], place, xerr=kind.half_width[order], fmt="none", ecolor=INK,
                elinewidth=1.1, capsize=2,
            )
        axes.set_yticks(range(len(order)), names([found.factors[f] for f in order]))
        axes.grid(visible=False, axis="y")
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.xaxis.set_major_formatter(compact)
        axes.set_xlabel(" and ".join(SYMBOLS.get(kind.name, kind.name) for kind in drawn))
        if len(drawn) > 1:
            axes.legend(frameon=False, fontsize=8, loc="lower right")

    height = 0.62 + 0.34 * max(len(order), 2)
    svg = draw(name, paint, size=(WIDTH, height), alt=_said(found), margins=LABELS)
    return Chart(title, svg)


def morris_plane(name: str, title: str, found: Indices) -> Chart:
    """Mean size of effects against their spread: far right matters, high up interacts.

    The first six are numbered as rows of the table: names of points that are close would overlap.
    """
    star, sigma = found["mu_star"], found["sigma"]

    def paint(axes: Axes) -> None:
        axes.errorbar(
            star.value, sigma.value, xerr=star.half_width, yerr=sigma.half_width, fmt="o",
            color=PALETTE[0], ecolor=GRID, elinewidth=1,
        )
        for rank, f in enumerate(found.order[:6], start=1):
            left = rank % 2 == 1  # neighbors in rank, which may coincide, have theirs on two sides
            axes.annotate(
                str(rank), (star.value[f], sigma.value[f]), xytext=(-5 if left else 5, 4),
                textcoords="offset points", ha="right" if left else "left", fontsize=9,
            )
        top = float(np.nanmax(star.high))
        axes.plot([0, top], [0, top], color=GRID, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_xlabel("μ*, mean size of effects")
        axes.set_ylabel("σ, spread of effects")
        axes.xaxis.set_major_formatter(compact)
        axes.yaxis.set_major_formatter(compact)
        axes.margins(x=0.15, y=0.12)

    margins = Margins(left=0.7)
    return Chart(title, draw(name, paint, size=(WIDTH, 3.2), alt=_said(found), margins=margins))


def over_weeks(name: str, title: str, found: OverTime) -> Chart:
    """The main index of every factor over weeks."""
    rank = np.argsort(-np.nan_to_num(np.nanmean(np.nan_to_num(found.main), axis=0)), kind="stable")
    order = rank[:MOST_FACTORS]
    values = np.clip(found.main[:, order].T, 0, None)

    def paint(axes: Axes) -> None:
        top = max(float(np.nanmax(values)) if np.isfinite(values).any() else 1.0, 1e-12)
        # Rectangles instead of an image: text pages stay small and sharp.
        axes.pcolormesh(
            np.arange(values.shape[1] + 1) + 0.5, np.arange(len(order) + 1) - 0.5,
            np.nan_to_num(values), cmap="cividis_r", vmin=0, vmax=top, rasterized=False,
        )
        axes.invert_yaxis()
        axes.set_yticks(range(len(order)), names([found.factors[f] for f in order]))
        axes.grid(visible=False)
        axes.set_xlabel("week")
        axes.set_title(
            f"light: no {found.index}; dark: {found.index} of {top:.2g}", fontsize=8, loc="right"
        )

    alt = f"{title}. {found.index} of {len(order)} settings over {values.shape[1]} weeks."
    height = 0.62 + 0.3 * max(len(order), 2)
    margins = Margins(left=LABELS.left, right=0.2, bottom=LABELS.bottom, top=0.3)
    return Chart(title, draw(name, paint, size=(6.4, height), alt=alt, margins=margins))


def _said(found: Indices) -> str:
    main: Index = found.main
    told = [f"{short(found.factors[f])} {main.value[f]:.2f}" for f in found.order[:5]]
    return f"{SYMBOLS.get(main.name, main.name)}: {', '.join(told)}."
