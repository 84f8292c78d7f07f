"""What a sensitivity analysis found, for a report: read from its folder.

The folder holds ``sensitivity.json``: ``method`` (its name), ``outcome`` (what was explained, in
words), ``factors`` (a list with ``name``, ``value``, ``low`` and ``high`` each: the main index and
its interval) and ``verdict`` (whether the indices can be trusted, in words). What else stands in it
is left alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.errors import RunError
from sim.report.chart import INK, PALETTE, Chart, Margins, compact, distinct_names, draw, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FILE = "sensitivity.json"
MOST_FACTORS = 12
LONGEST_NAME = 28
WIDTH = 4.8


class Factor(BaseModel):
    """An uncertain setting with its index; an interval may be missing."""

    model_config = ConfigDict(allow_inf_nan=False)

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """Its bounds; the value itself where there are none."""
        low = self.value if self.low is None else self.low
        return low, self.value if self.high is None else self.high


class Sensitivity(BaseModel):
    """What an analysis found."""

    model_config = ConfigDict(allow_inf_nan=False)

    method: str
    outcome: str
    factors: list[Factor]
    verdict: str

    @property
    def in_order(self) -> list[Factor]:
        """The factors, the most important first."""
        return sorted(self.factors, key=lambda factor: (-abs(factor.value), factor.name))


def read(folder: Path) -> Sensitivity:
    """What stands in the folder of a sensitivity analysis.

    Raises
    ------
    RunError
        If there is none, or it cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        raise RunError(
            f"{folder}: there is no {FILE}; name a folder that `counterpoise sensitivity` wrote"
        )
    try:
        return Sensitivity.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path}: it cannot be read: {_first(error)}") from error


def _first(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "it is damaged, or not JSON"
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    return f"{where}: {fault['msg'].lower()}" if where else fault["msg"].lower()


def bars(found: Sensitivity) -> Chart:
    """Indices with their intervals, the largest on top."""
    shown = found.in_order[:MOST_FACTORS]
    names = distinct_names([_ends(factor.name) for factor in shown], LONGEST_NAME)

    def paint(axes: Axes) -> None:
        for row, factor in enumerate(shown):
            axes.barh(row, factor.value, height=0.6, color=PALETTE[0])
            axes.plot(factor.interval, [row, row], color=INK, linewidth=1.2)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_yticks(range(len(shown)), names)
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(ticks(5))
        axes.xaxis.set_major_formatter(compact)
        axes.set_xlabel(f"Index ({found.method})")

    said = "; ".join(f"{factor.name} {factor.value:.3g}" for factor in shown)
    widest = max((len(name) for name in names), default=0)
    svg = draw(
        "sensitivity", paint, size=(WIDTH, 0.62 + 0.27 * max(len(shown), 1)),
        alt=f"What {found.outcome} depends on: {said}.",
        margins=Margins(left=0.25 + 0.075 * widest, top=0.06),
    )
    return Chart(f"What {found.outcome} depends on", svg)


def _ends(path: str) -> str:
    """The last two parts of a path, which tell most."""
    return ".".join(path.split(".")[-2:])
