"""What there is: shipped scenarios, outcomes, mechanisms and their parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sim.errors import ScenarioError
from sim.terminal.console import console, heading, indented, table

if TYPE_CHECKING:
    from sim.mechanisms.base import Mechanism
    from sim.parameters import Declared
    from sim.scenario.shipped import Heading


def show_headings(headings: Iterable[Heading]) -> None:
    """List scenarios with title and question."""
    made = table("scenario", "what it asks", header=False)
    for number, found in enumerate(headings):
        if number:
            made.add_row()
        text = Text(found.title)
        text.append(f"\n{' '.join(found.question.split())}", style="dim")
        made.add_row(Text(found.id, style="bold"), text)
    console().print(made)


def show_outcomes() -> None:
    """List everything that is measured."""
    from sim.observers.base import outcomes

    made = table("outcome", "unit", "over weeks", "what it is")
    for name, declared in sorted(outcomes().items()):
        whole = " (whole market)" if declared.per == "market" else ""
        made.add_row(
            Text(name, style="bold"), declared.unit, declared.over_weeks, declared.doc + whole
        )
    console().print(made)


def show_mechanisms() -> None:
    """List families of mechanisms and their variants."""
    from sim.mechanisms.base import default_variant, families

    screen, known = console(), families()
    widest = max(len(variant) for variants in known.values() for variant in variants)
    for family, variants in sorted(known.items()):
        usual = default_variant(family)
        screen.print(heading(family))
        made = table("variant", "what it does", header=False)
        made.columns[0].min_width = widest + 2
        for variant, cls in sorted(variants.items(), key=lambda item: item[0] != usual):
            made.add_row(f"  {variant}", _paragraphs(cls)[0])
        screen.print(made)
    screen.print("\nThe first variant of each family is its default. Details of one:")
    screen.print("counterpoise show mechanism FAMILY/VARIANT")


def _paragraphs(cls: type[Mechanism]) -> list[str]:
    """What a mechanism says of itself, lines joined where they are prose."""
    text = (inspect.getdoc(cls) or "").replace("``", "")
    return [re.sub(r"(?<![:;\-])\n(?!-)", " ", part) for part in text.split("\n\n")]


def show_mechanism(name: str) -> None:
    """Show one mechanism with its parameters.

    Raises
    ------
    ScenarioError
        If there is none of this name.
    """
    from sim.mechanisms.base import default_variant, families
    from sim.scenario.faults import did_you_mean, visible

    known = {
        f"{family}/{variant}": cls
        for family, variants in families().items() for variant, cls in variants.items()
    }
    if name not in known:
        of_family = [other for other in known if other.split("/")[0] == name.split("/")[0]]
        hint = did_you_mean(name, of_family or known)
        raise ScenarioError(f"there is no mechanism '{visible(name)[:80]}'{hint}")
    screen, cls = console(), known[name]
    usual = " (default of its family)" if default_variant(cls.family) == cls.variant else ""
    screen.print(heading(name + usual))
    for paragraph in _paragraphs(cls):
        title, underlined, text = paragraph.partition("\n---")
        if underlined:
            screen.print()
            screen.print(heading(title))
        screen.print(indented(text.lstrip("-\n") if underlined else title))
    screen.print()
    screen.print(heading("Parameters"))
    for parameter in cls.Parameters.model_fields:
        title, about = _parameter(cls.Parameters, parameter)
        screen.print(indented(title))
        screen.print(indented(about, 6))
    if not cls.Parameters.model_fields:
        screen.print(indented("none"))


def _parameter(group: type[Declared], name: str) -> tuple[Text, str]:
    from sim.parameters import declaration
    from sim.scenario.shapes import expected, forms_of_field

    info, declared = group.model_fields[name], declaration(group, name)
    default = "required" if info.is_required() else f"default {_plain(info.get_default())}"
    unit = "" if declared["unit"] == "1" else f", in {declared['unit']}"
    title = Text(name, style="bold")
    title.append(f"  {default}; {expected(forms_of_field(group, name))}{unit}", style="not bold")
    varies = " May differ by segment." if declared.get("by_segment") else ""
    return title, f"{info.description or ''}{varies} Source: {declared['source']}."


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
