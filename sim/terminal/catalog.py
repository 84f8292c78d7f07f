"""What there is: shipped scenarios, outcomes, mechanisms and their parameters."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import ScenarioError
from sim.terminal.console import bold, console, dim, put, say, say_json

if TYPE_CHECKING:
    from rich.text import Text

    from sim.mechanisms.base import Mechanism
    from sim.parameters import Declared
    from sim.scenario.shapes import Form
    from sim.scenario.shipped import Heading

GAP = 2
SHORTEST = 3
"""Letters that a part of a name needs to be taken for one."""
OVER_WEEKS = {
    "sum": "added up over weeks", "mean": "averaged over weeks", "last": "as of the last week",
}
ONE_VALUE = {
    "firm": "", "offer": "; one value an offer, in the table of offers of a run",
    "market": "; one value for the whole market",
}


TOPICS = {
    "levers": "what firms decide: levers of firms and offers, with bounds and units",
    "mechanisms": "how customers and firms behave: families and their variants",
    "mechanism FAMILY/VARIANT": "one of them, with its parameters",
    "outcomes": "everything that is measured, for claims and conditions",
    "FILE_OR_ID": "a scenario or an experiment; those shipped: counterpoise list",
}
"""What ``show`` can show."""


def show_topics(*, as_json: bool) -> None:
    """List what can be shown."""
    if as_json:
        say_json([{"what": name, "about": about} for name, about in TOPICS.items()])
        return
    screen = console()
    put(screen, bold("counterpoise show"))
    by = 2 * GAP + max(map(len, TOPICS))
    for name, about in TOPICS.items():
        put(screen, about, by=by, lead=f"  {name}")


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


def check_topic(name: str) -> None:
    """Refuse what is almost the name of a topic, and of no file or scenario.

    Raises
    ------
    ScenarioError
        If it is.
    """
    from sim.scenario.shipped import experiment_ids, scenario_ids
    from sim.wording import visible

    like = difflib.get_close_matches(name.lower(), TOPICS, n=1, cutoff=0.8)
    if like and name not in (*scenario_ids(), *experiment_ids()) and not Path(name).exists():
        raise ScenarioError(f"there is no {visible(name)!r} to show; did you mean {like[0]!r}?")


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
    from sim.wording import visible

    known = {
        f"{family}/{variant}": cls
        for family, variants in families().items() for variant, cls in variants.items()
    }
    if name not in known:
        hint = _nearest(name, list(known))
        raise ScenarioError(f"there is no mechanism '{visible(name)[:80]}'; {hint}")
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
        head, about = described(cls.Parameters, parameter)
        put(screen, head, by=2)
        put(screen, about, by=6)
    if not cls.Parameters.model_fields:
        put(screen, "none", by=2)


def _nearest(name: str, known: Sequence[str]) -> str:
    """What somebody may mean who calls a mechanism by a name that none has."""
    from sim.mechanisms.base import families
    from sim.wording import listed

    family, _, variant = name.strip(" /").lower().partition("/")
    like = _like(family, list(families()))
    those = [one for one in known if one.startswith(f"{like}/")]
    meant = _meant(variant, those) if those else _meant(variant, known) or _meant(family, known)
    if len(meant) == 1:
        return f"did you mean '{meant[0]}'?"
    if meant or those:
        return f"there is {listed(meant or those)}"
    names = sorted(families())
    return f"there are the families {listed(names, len(names))}: see counterpoise show mechanisms"


def _meant(variant: str, known: Sequence[str]) -> list[str]:
    """Mechanisms whose variant has a word in its name, or else is spelt almost like it."""
    variants = {one: one.partition("/")[2] for one in known}
    if len(variant) >= SHORTEST:
        holding = [one for one, name in variants.items() if variant in name]
        if holding:
            return holding
    close = _like(variant, list(variants.values()))
    return [one for one, name in variants.items() if name == close]


def _like(word: str, names: Sequence[str]) -> str | None:
    """The name that is spelt most like a word, if one is; "retention" is no "recommendation"."""
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
    return found[0] if found else None


def described(group: type[Declared], name: str, *, path: str | None = None) -> tuple[Text, str]:
    """A declared parameter: its name with default, bounds and unit, and what it is about.

    Parameters
    ----------
    path
        How it is called; None is by its name.
    """
    from sim.parameters import declaration
    from sim.scenario.shapes import expected

    info, declared = group.model_fields[name], declaration(group, name)
    default = "required" if info.is_required() else f"default {_plain(info.get_default())}"
    unit = "" if declared["unit"] == "1" else f", in {declared['unit']}"
    head = bold(path or name)
    head.append(f"  {default}; {expected(forms_of_value(group, name))}{unit}", style="not bold")
    varies = " May differ by segment." if declared.get("by_segment") else ""
    return head, f"{info.description or ''}{varies} Source: {declared['source']}."


def forms_of_value(group: type[Declared], name: str) -> tuple[Form, ...]:
    """What a parameter accepts; of one that has a value for each of several, what each accepts."""
    from sim.scenario.shapes import forms_of, forms_of_field

    forms = forms_of_field(group, name)
    each = forms[0].arguments[1:] if len(forms) == 1 and forms[0].type is dict else ()
    return forms_of(each[0]) if each else forms


def _plain(value: Any) -> str:
    if value is None or value == {}:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
