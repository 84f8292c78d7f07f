"""What is refused before anything walks through a scenario.

That is what no file could spell, and more of one thing than can be checked in reasonable time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from sim.scenario.faults import Fault, FaultyScenarioError, subject
from sim.scenario.places import Path
from sim.scenario.reading import DEEPEST
from sim.scenario.schema import MOST_CHECKS, MOST_STRATEGIES

CHECKED_UNDER_EACH = (
    "firms", "categories", "communities", "claims", "events", "uncertain", "carried_by",
)
"""Sections that every strategy may make wrong, so that each is checked under each strategy."""


def crowd_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Few enough strategies, and few enough of all that is checked under each of them."""
    written = raw.get("strategies")
    strategies = len(written) if isinstance(written, Mapping) else 0
    if strategies > MOST_STRATEGIES:
        message = f"there are {strategies:,} strategies; at most {MOST_STRATEGIES} are possible"
        yield Fault(("strategies",), message, on_key=True)
        return
    most = MOST_CHECKS // max(strategies, 1)
    for section in CHECKED_UNDER_EACH:
        written = raw.get(section)
        if isinstance(written, (Mapping, list)) and len(written) > most:
            message = (
                f"{section} has {len(written):,} entries; at most {most:,} are possible beside "
                f"{strategies} strategies"
            )
            yield Fault((section,), message, on_key=True)


def refuse_unwritable(value: Any, name: str) -> None:
    """Refuse a scenario or settings made in Python that no file could spell.

    Raises
    ------
    FaultyScenarioError
        If it is no mapping, a name in it is no text, or it nests too deep.
    """
    if not isinstance(value, Mapping):
        kind = type(value).__name__
        _refuse(Fault((), f"it must be a mapping of names to values. Got {kind} instead."), name)
    below: list[tuple[Path, Any]] = [((), value)]
    while below:
        path, one = below.pop()
        if len(path) > DEEPEST:
            _refuse(Fault(path[:1], f"settings nest deeper than {DEEPEST} levels"), name)
        if isinstance(one, Mapping):
            for key in one:
                if not isinstance(key, str):
                    owner = f"{subject(path, value)}: " if path else ""
                    message = f"{owner}the name {str(key)[:40]!r} is no text; put it in quotes"
                    _refuse(Fault(path, message, on_key=True), name)
            below += [((*path, key), inner) for key, inner in one.items()]
        elif isinstance(one, (list, tuple)):
            below += [((*path, number), inner) for number, inner in enumerate(one)]


def _refuse(fault: Fault, name: str) -> NoReturn:
    raise FaultyScenarioError([fault], name)
