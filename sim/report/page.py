"""Self-contained HTML pages in one style: a title, the answer, and sections of text and charts."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.report.chart import Chart, Pen

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent
UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control characters, and those that turn the direction of the text around them."""


@dataclass(frozen=True)
class Table:
    """Rows under headings; cells are texts.

    Attributes
    ----------
    numbers : columns set in figures of equal width, counted from 0.
    marks : a state for each row, which colors its last cell.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    marks: Sequence[Literal["shown", "refuted", "open"]] = ()


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it, in this order: text, table, legend, charts, notes.

    ``wide`` gives charts half of the page instead of a third.
    """

    title: str
    text: Sequence[str] = ()
    table: Table | None = None
    legend: Sequence[tuple[str, Pen]] = ()
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = ()
    id: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Page:
    """A whole page.

    Attributes
    ----------
    question : what the page answers.
    answer : one sentence.
    status : how good the answer is, as its color.
    facts : what was done, with which version: names and texts at the end of the page.
    """

    title: str
    question: str
    answer: str
    sections: Sequence[Section]
    status: Literal["shown", "refuted", "open"] = "open"
    facts: dict[str, str] = field(default_factory=dict)


def render_page(page: Page) -> str:
    """The page as HTML that needs nothing but itself and no script."""
    return template("page.html.j2").render(page=page)


@functools.cache
def template(name: str) -> jinja2.Template:
    """A template of this folder, with the filters and the style that all pages share."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        loader=jinja2.FileSystemLoader(HERE), finalize=_harmless,
    )
    environment.filters["minus"] = _minus
    environment.filters["svg"] = _trusted
    environment.filters["plain"] = plain
    environment.globals["style"] = _trusted((HERE / "style.css").read_text(encoding="utf-8"))
    return environment.get_template(name)


def _harmless(value: Any) -> Any:
    """A text in which nothing is hidden; markup stays markup."""
    is_odd = isinstance(value, str) and UNSEEN.search(value)
    return type(value)(UNSEEN.sub("\N{REPLACEMENT CHARACTER}", value)) if is_odd else value


def _minus(text: str) -> str:
    """With true minus signs, and without line breaks inside parentheses that hold an interval."""
    signed = re.sub(r"(?<![\w-])-(?=\d)", "−", text)
    return re.sub(r"\([^()a-z]* to [^()]*\)", lambda found: found[0].replace(" ", "\xa0"), signed)


def _trusted(markup: str) -> Any:
    """Markup that this program wrote; its texts are escaped already."""
    import markupsafe

    return markupsafe.Markup(markup)


def plain(value: Any) -> str:
    """A setting's value as the scenario file spells it."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
