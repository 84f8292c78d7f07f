"""What there is: shipped scenarios, outcomes, mechanisms and their parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import ScenarioError
from sim.terminal.console import bold, console, dim, put, say, say_json

if TYPE_CHECKING:
    from rich.text import Text

    from sim.mechanisms.base import Mechanism
    from sim.parameters import Declared
    from sim.scenario.shipped import Heading

GAP = 2
OVER_WEEKS = {
    "sum": "added up over weeks", "mean": "averaged over weeks", "last": "as of the last week",
}
ONE_VALUE = {
    "firm": "", "offer": "; one value an offer, in the table of offers of a run",
    "market": "; one value for the whole market",
}


def show_headings(sections: Mapping[str, Sequence[Heading]], *, as_json: bool) -> None:
    """List scenarios and experiments with title and question, each kind below its name."""
    if as_json:
        say_json({
            name.lower(): [
                {"id": one.id, "title": one.title, "question": " ".join(one.question.split())}
                for one in headings
            ]
            for name, headings in sections.items()
        })
        return
    screen = console()
    by = GAP + max((len(found.id) for part in sections.values() for found in part), default=0)
    for number, (name, headings) in enumerate(sections.items()):
        if number:
            say("")
        put(screen, bold(name))
        for found in headings:
            say("")
            put(screen, found.title, by=by, lead=bold(found.id))
            put(screen, dim(" ".join(found.question.split())), by=by)


def show_outcomes(*, as_json: bool) -> None:
    """List everything that is measured."""
    from sim.observers.base import outcomes

    screen, known = console(), sorted(outcomes().items())
    if as_json:
        say_json([
            {"name": name, "doc": one.doc, "unit": one.unit, "per": one.per,
             "over_weeks": one.over_weeks}
            for name, one in known
        ])
        return
    by = GAP + max(len(name) for name, _ in known)
    for name, declared in known:
        put(screen, declared.doc, by=by, lead=bold(name))
        unit, weeks = declared.unit, OVER_WEEKS[declared.over_weeks]
        put(screen, dim(f"{unit}; {weeks}{ONE_VALUE[declared.per]}"), by=by)


def show_mechanisms(*, as_json: bool) -> None:
    """List families of mechanisms and their variants."""
    from sim.mechanisms.base import default_variant, families

    screen, known = console(), families()
    if as_json:
        say_json({
            family: {
                "default": default_variant(family),
                "variants": {name: _paragraphs(cls)[0] for name, cls in sorted(variants.items())},
            }
            for family, variants in sorted(known.items())
        })
        return
    by = 2 * GAP + max(len(variant) for variants in known.values() for variant in variants)
    for family, variants in sorted(known.items()):
        usual = default_variant(family)
        put(screen, bold(family))
        for variant, cls in sorted(variants.items(), key=lambda item: item[0] != usual):
            put(screen, _paragraphs(cls)[0], by=by, lead=f"  {variant}")
    say("\nThe first variant of each family is its default. Details of one:\n"
        "counterpoise show mechanism FAMILY/VARIANT")


def _paragraphs(cls: type[Mechanism]) -> list[str]:
    """What a mechanism says of itself; lines are joined except where an equation ends."""
    parts = (inspect.getdoc(cls) or "").replace("``", "").split("\n\n")
    return [
        re.sub(r"(?<![:;-])\n(?!-)" if part.startswith("Equation") else r"(?<!-)\n(?!-)", " ", part)
        for part in parts
    ]


def show_mechanism(name: str, *, as_json: bool) -> None:
    """Show one mechanism with its parameters.

    Raises
    ------
    ScenarioError
        If there is none of this name.
    """
    from sim.mechanisms.base import default_variant, families
    from sim.scenario.faults import did_you_mean, listed, visible

    known = {
        f"{family}/{variant}": cls
        for family, variants in families().items() for variant, cls in variants.items()
    }
    if name not in known:
        of_family = [other for other in known if other.split("/")[0] == name.split("/")[0]]
        hint = f"; there is {listed(of_family)}" if of_family else did_you_mean(name, known)
        raise ScenarioError(f"there is no mechanism '{visible(name)[:80]}'{hint}")
    screen, cls = console(), known[name]
    if as_json:
        say_json({
            "family": cls.family, "variant": cls.variant,
            "is_default": default_variant(cls.family) == cls.variant,
            "about": inspect.getdoc(cls), "cites": list(cls.cites),
            "parameters": cls.Parameters.model_json_schema().get("properties", {}),
        })
        return
    usual = " (default of its family)" if default_variant(cls.family) == cls.variant else ""
    put(screen, bold(name + usual))
    for paragraph in _paragraphs(cls):
        title, underlined, text = paragraph.partition("\n---")
        if underlined:
            say("")
            put(screen, bold(title))
        put(screen, text.lstrip("-\n") if underlined else title, by=2)
    say("")
    put(screen, bold("Parameters"))
    for parameter in cls.Parameters.model_fields:
        head, about = _parameter(cls.Parameters, parameter)
        put(screen, head, by=2)
        put(screen, about, by=6)
    if not cls.Parameters.model_fields:
        put(screen, "none", by=2)


def _parameter(group: type[Declared], name: str) -> tuple[Text, str]:
    from sim.parameters import declaration
    from sim.scenario.shapes import expected, forms_of_field

    info, declared = group.model_fields[name], declaration(group, name)
    default = "required" if info.is_required() else f"default {_plain(info.get_default())}"
    unit = "" if declared["unit"] == "1" else f", in {declared['unit']}"
    head = bold(name)
    head.append(f"  {default}; {expected(forms_of_field(group, name))}{unit}", style="not bold")
    varies = " May differ by segment." if declared.get("by_segment") else ""
    return head, f"{info.description or ''}{varies} Source: {declared['source']}."


def _plain(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
