"""All levers of firms and offers with units, bounds and defaults, from their declarations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sim.parameters import declaration
from sim.scenario.idle import ACTS_THROUGH
from sim.scenario.schema import Defect, Firm, Levers, Offer
from sim.scenario.shapes import expected
from sim.terminal.catalog import described, forms_of_value
from sim.terminal.console import bold, console, put, say, say_json

if TYPE_CHECKING:
    from sim.parameters import Declared

FIRM, OFFER = "firms.FIRM", "firms.FIRM.offers.OFFER"


def show_levers(*, as_json: bool) -> None:
    """List what firms decide, for all their offers together and for each of them."""
    sections = {"Levers of a firm": list(_of_firms()), "Levers of an offer": list(_of_offers())}
    if as_json:
        say_json([_as_data(*one) for levers in sections.values() for one in levers])
        return
    screen = console()
    for number, (title, levers) in enumerate(sections.items()):
        if number:
            say("")
        put(screen, bold(title))
        for path, group, name in levers:
            head, about = described(group, name, path=_short(path))
            put(screen, head, by=2)
            about = about.removeprefix("Lever: ")
            put(screen, f"{about[:1].upper()}{about[1:]}{_through(name)}", by=6)
    say(f"\nStrategies and events set them by their path, as {FIRM}.levers.voice_openness or\n"
        f"{OFFER}.price. More on a mechanism: counterpoise show mechanisms")


def _short(path: str) -> str:
    """A path without what all of its section begin with."""
    for start in (f"{OFFER}.", f"{FIRM}."):
        if path.startswith(start):
            return path.removeprefix(start)
    return path


def _through(name: str) -> str:
    needed = ACTS_THROUGH.get(name)
    return f" Acts through {' or '.join(needed)}." if needed else ""


def _as_data(path: str, group: type[Declared], name: str) -> dict[str, Any]:
    info, declared = group.model_fields[name], declaration(group, name)
    numbers = [form for form in forms_of_value(group, name) if form.is_number]
    low, high = (numbers[0].lowest, numbers[0].highest) if numbers else (None, None)
    return {
        "path": path, "unit": declared["unit"], "low": low, "high": high,
        "default": None if info.is_required() else info.get_default(),
        "required": info.is_required(), "expected": expected(forms_of_value(group, name)),
        "doc": (info.description or "").removeprefix("Lever: "), "source": declared["source"],
        "acts_through": list(ACTS_THROUGH.get(name, ())),
    }


def _of_firms() -> Iterator[tuple[str, type[Declared], str]]:
    """Path, declaring group and name of each lever of a firm."""
    for name in Firm.model_fields:
        if declaration(Firm, name).get("lever"):
            yield f"{FIRM}.{name}", Firm, name
    for name in Levers.model_fields:
        yield f"{FIRM}.levers.{name}", Levers, name


def _of_offers() -> Iterator[tuple[str, type[Declared], str]]:
    """The same of an offer; one of several values is of one for each channel."""
    for name in Offer.model_fields:
        if declaration(Offer, name).get("lever"):
            part = ".CHANNEL" if name == "channels" else ""
            yield f"{OFFER}.{name}{part}", Offer, name
    for name in Defect.model_fields:
        if declaration(Defect, name).get("lever"):
            yield f"{OFFER}.defect.{name}", Defect, name
