"""One chart as inline SVG that is the same byte for byte, in colors everybody can tell apart.

Ink, grid and blue become CSS (``currentColor``, ``--grid``, ``--blue``), so a chart reads on light
and dark pages. Text stays text, in the page's own font.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator as Ticker

INK, GRID = "#1b1b1f", "#c9c9d1"

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8a8a8a")
"""Okabe and Ito (2008) without yellow, which no white page shows; gray stands last."""

BLUE = "var(--blue)"
"""What the page calls the first color: a dark page takes a brighter one."""

DASHES = ("", "6 2", "2 1.5", "8 2 2 2")
"""Told apart in gray as well: SVG dash patterns, in line widths."""

SETTINGS: Any = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "path.simplify": False,
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Chart:
    """A drawn chart with the words that belong to it."""

    title: str
    svg: str


@dataclass(frozen=True)
class Margins:
    """Inches around the axes."""

    left: float = 0.55
    right: float = 0.14
    bottom: float = 0.46
    top: float = 0.30

    def box(self, size: tuple[float, float]) -> tuple[float, float, float, float]:
        """The axes inside a figure of this size, as matplotlib takes them."""
        width, height = size
        return (
            self.left / width, self.bottom / height, 1 - (self.left + self.right) / width,
            1 - (self.bottom + self.top) / height,
        )


@dataclass(frozen=True)
class Pen:
    """How one strategy or firm is drawn."""

    color: str
    dashes: str

    @property
    def css(self) -> str:
        """The color as the page calls it."""
        return BLUE if self.color == PALETTE[0] else self.color

    @property
    def line_style(self) -> Any:
        """The dash pattern as matplotlib takes it."""
        if not self.dashes:
            return "solid"
        return (0, tuple(float(length) for length in self.dashes.split()))


def pen(number: int) -> Pen:
    """The pen of the n-th thing: 28 of them are distinct."""
    return Pen(PALETTE[number % len(PALETTE)], DASHES[number % len(DASHES)])


def draw(
    name: str, paint: Callable[[Axes], None], *, size: tuple[float, float], alt: str,
    margins: Margins | None = None,
) -> str:
    """Inline SVG of what ``paint`` draws.

    Parameters
    ----------
    name
        Unique on the page; keeps the ids of two charts apart.
    size
        Width and height in inches.
    alt
        What the chart says, for who cannot see it.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    page = io.StringIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # The reader's browser sets the text; glyphs that matplotlib's own font lacks do not matter.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS | {"svg.hashsalt": name})
        figure = Figure(figsize=size)
        FigureCanvasSVG(figure)
        paint(figure.add_axes((margins or Margins()).box(size)))
        blank = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(page, format="svg", metadata=blank, transparent=True)
    return _inline(page.getvalue(), alt)


def _inline(svg: str, alt: str) -> str:
    """Without what a page does not need: prologue, metadata, style sheet, group names, namespaces.

    The style sheet would hold for the whole page; the report's own says the same of charts.
    """
    found = re.search(r"<svg\b[^>]*(viewBox=\"[^\"]*\")[^>]*>(.*)</svg>", svg, re.DOTALL)
    assert found is not None
    box, body = found.groups()
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body).replace("xlink:href", "href")
    body = re.sub(r' d="([^"]*)"', _shorter, body)
    body = re.sub(r'font: ([\d.]+)px [^;"]*', r"font-size: \1px", body)
    body = body.replace(INK, "currentColor").replace(GRID, "var(--grid)")
    body = re.sub(PALETTE[0], BLUE, body, flags=re.IGNORECASE)
    body = re.sub(r">\s+<", "><", body)
    return f'<svg class="chart" {box} role="img" aria-label="{escape(alt)}">{body}</svg>'


def _shorter(path: re.Match[str]) -> str:
    # A tenth of a point is less than a reader sees in a long line, and halves the page.
    digits = 1 if len(path[1]) > 400 else 2
    short = re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.{digits}f}", path[1])
    return f' d="{" ".join(short.split())}"'


def inches(axes: Axes) -> tuple[float, float]:
    """Width and height of the axes, without labels."""
    figure = axes.get_figure()
    assert figure is not None
    return axes.bbox.width / figure.dpi, axes.bbox.height / figure.dpi


def shortened(text: str, longest: int) -> str:
    """At most ``longest`` characters; the middle goes, because names differ at their ends."""
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 2
    return f"{text[: longest - 1 - tail]}…{text[-tail:]}"


def distinct_names(names: Sequence[str], longest: int) -> list[str]:
    """Each name shortened; where that makes two alike, without the words that all share."""
    short = [shortened(name, longest) for name in names]
    if len(set(short)) == len(set(names)):
        return short
    start = _shared_words(names)
    end = _shared_words([name[start:][::-1] for name in names])
    cores = [name[start : len(name) - end] for name in names]
    before, after = "…" if start else "", "…" if end else ""
    return [shortened(f"{before}{core}{after}", longest) for core in cores]


def _shared_words(names: Sequence[str]) -> int:
    """How many leading characters, up to a blank, all names share."""
    first, last = min(names), max(names)
    same = next((at for at, char in enumerate(first) if last[at : at + 1] != char), len(first))
    return first.rfind(" ", 0, same) + 1


def ticks(most: int, *, whole: bool = False) -> Ticker:
    """At most so many intervals between round numbers."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=whole)


def compact(value: float, _: object = None) -> str:
    """A tick label of at most six characters: ``0.25``, ``950``, ``12k``, ``1.5M``."""
    for least, size, letter in ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if abs(value) >= least:
            return f"{value / size:.4g}{letter}"
    return f"{value:,.4g}" if abs(value) < 1e3 else f"{value:,.0f}"
