"""What a shell offers after a command: ids that come with the program, and files beside them.

A shell asks while somebody types, so nothing here imports what takes time, and whatever goes wrong
offers nothing instead of a message in the middle of a line. After a slash nothing is offered: the
shell then completes paths by itself.
"""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".yaml", ".yml")
OF_PROGRAM = ("outcomes", "levers", "mechanisms", "mechanism")
"""What ``show`` takes beside scenarios and experiments."""


def scenarios(incomplete: str) -> list[str]:
    """Ids of scenarios."""
    return _offered(incomplete, "scenario_ids")


def experiments(incomplete: str) -> list[str]:
    """Ids of experiments."""
    return _offered(incomplete, "experiment_ids")


def either(incomplete: str) -> list[str]:
    """Ids of scenarios and experiments."""
    return _offered(incomplete, "scenario_ids", "experiment_ids")


def shown(incomplete: str) -> list[str]:
    """What ``show`` takes."""
    return _offered(incomplete, "scenario_ids", "experiment_ids", more=OF_PROGRAM)


def lessons(incomplete: str) -> list[str]:
    """Ids of scenarios with a lesson."""
    return _offered(incomplete, "lesson_ids")


def _offered(incomplete: str, *lists: str, more: tuple[str, ...] = ()) -> list[str]:
    """Ids of some lists, and files of the folder, that begin as typed."""
    if "/" in incomplete or "\\" in incomplete:
        return []
    try:
        from sim.scenario import shipped

        ids = [one for name in lists for one in getattr(shipped, name)()]
        files = [path.name for path in Path().iterdir() if path.suffix in SUFFIXES]
    except Exception:
        return []
    return sorted({one for one in (*ids, *more, *files) if one.startswith(incomplete)})
