"""The generated tables of ``sim/ODD.md``: what the declarations say, between markers."""

import inspect
import re

from sim.mechanisms.base import families
from sim.observers.base import observers
from sim.parameters import declaration
from sim.policies.base import policies
from sim.replications import replications
from sim.replications.gallery import TIERS
from sim.scenario.schema import Community, Levers, Offer, Segment
from sim.scenario.shapes import expected, forms_of_field
from sim.schedule import WEEK
from sim.tables import CustomerTable, FirmTable, OfferTable

MARK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_tables(text):
    """The document with every generated part made anew."""
    return MARK.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n\n{found[3]}", text)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell(value) for value in line)} |" for line in lines)


def cell(value):
    return str(value).replace("|", "\\|").replace("\n", " ")


def sentence(thing):
    """The first paragraph of a docstring."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def columns():
    parts = []
    for name, kind in (
        ("customer", CustomerTable), ("offer", OfferTable), ("firm", FirmTable),
    ):
        rows = [
            (f"`{column}`", " x ".join((name, *c.axes)), c.unit, c.doc,
             writers(f"{name}s.{column}", c.owner))
            for column, c in kind.columns.items()
        ]
        head = ("column", "one value a", "unit", "meaning", "written by")
        parts.append(f"**{name.capitalize()}s**\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def writers(column, owner):
    """Whoever writes a column: who is declared beside it, then families that say they do."""
    named = owner.split(", ")
    others = sorted(
        family for family, variants in families().items()
        if any(column in cls.writes for cls in variants.values())
    )
    return ", ".join([*named, *(family for family in others if family not in named)])


def settings(group):
    def default(field):
        if field.is_required():
            return "must be given"
        value = field.get_default()
        return "none" if value is None or value == {} else value

    rows = [
        (
            f"`{name}`", expected(forms_of_field(group, name)).replace("must be ", ""),
            default(field), declaration(group, name).get("unit", ""), field.description,
            declaration(group, name).get("source", ""),
        )
        for name, field in group.model_fields.items()
    ]
    return table(("setting", "accepts", "default", "unit", "meaning", "source"), rows)


def schedule():
    known = families()
    rows = [
        (number, f"[`{name}`](mechanisms/{name}/)" if name in known else f"`{name}`", why)
        for number, (name, why) in enumerate(WEEK, start=1)
    ]
    return table(("", "stage", "why here"), rows)


def mechanisms():
    parts = []
    for family in (name for name, _ in WEEK if name in families()):
        for variant, cls in sorted(families()[family].items(), key=lambda v: (v[0] == "none", v)):
            title = f"[`{family}/{variant}`](mechanisms/{family}/{variant}.py)"
            usual = " *(default)*" if cls.is_default else ""
            if variant == "none":
                parts.append(f"{title}: {sentence(cls)}")
                continue
            text = f"#### {title}{usual}\n\n{sentence(cls)}"
            if cls.cites:
                text += f" After {'; '.join(cls.cites)}."
            if cls.Parameters.model_fields:
                text += f"\n\n{settings(cls.Parameters)}"
            parts.append(text)
    return "\n\n".join(parts)


def outcomes():
    rows = [
        (f"`{name}`", o.per, o.unit, o.over_weeks, o.doc, f"[{file}](observers/{file}.py)")
        for file, cls in sorted(observers().items()) for name, o in cls.outcomes.items()
    ]
    return table(("outcome", "one a", "unit", "over weeks", "meaning", "file"), rows)


def how_firms_decide():
    rows = [
        (f"[`{name}`](policies/{name}.py)", sentence(cls)) for name, cls in policies().items()
    ]
    return table(("policy", "what the firm does"), rows)


def known_results():
    rows = [
        (
            one.target, f"[{one.title}](replications/{name}.py)",
            f"[`{name}.yaml`](../experiments/replications/{name}.yaml)", one.source,
            TIERS[one.tier],
        )
        for name, one in replications().items()
    ]
    return table(("", "known result", "market", "published in", "held against"), rows)


PARTS = {
    "columns": columns, "schedule": schedule, "mechanisms": mechanisms, "outcomes": outcomes,
    "policies": how_firms_decide, "replications": known_results,
    "segments": lambda: settings(Segment), "offers": lambda: settings(Offer),
    "levers": lambda: settings(Levers), "communities": lambda: settings(Community),
}
