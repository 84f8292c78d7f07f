"""Finds the scenarios and experiments that come with the program, in a checkout or installed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, takewhile
from pathlib import Path
from textwrap import dedent
from typing import Any

from sim.errors import ScenarioError

PACKAGE = Path(__file__).resolve().parent.parent


def scenario_folder() -> Path:
    """The folder of the shipped scenario files."""
    return _folder("scenarios")


def experiment_folder() -> Path:
    """The folder of the shipped experiment files."""
    return _folder("experiments")


def _folder(name: str) -> Path:
    installed = PACKAGE / "shipped" / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def scenario_ids() -> tuple[str, ...]:
    """Ids of the shipped scenarios, sorted."""
    return tuple(sorted(path.stem for path in scenario_folder().glob("*.yaml")))


def experiment_ids() -> tuple[str, ...]:
    """Ids of the shipped experiments, sorted."""
    return tuple(sorted(path.stem for path in experiment_folder().glob("*.yaml")))


@dataclass(frozen=True)
class Heading:
    """What a list of scenarios or experiments shows of one."""

    id: str
    title: str
    question: str


def headings() -> tuple[Heading, ...]:
    """Id, title and question of every shipped scenario; the rest of the files is not read."""
    return tuple(_heading(scenario_folder() / f"{name}.yaml") for name in scenario_ids())


def experiment_headings() -> tuple[Heading, ...]:
    """Id, title and question of every shipped experiment."""
    return tuple(_heading(experiment_folder() / f"{name}.yaml") for name in experiment_ids())


def _heading(path: Path) -> Heading:
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(chain(_block(lines, "title"), _block(lines, "question")))
    top = _read(text, path)
    return Heading(path.stem, str(top.get("title", "")), str(top.get("question", "")))


def _read(text: str, path: Path) -> dict[str, Any]:
    from sim.scenario.reading import read_yaml  # a shell that completes ids waits for no YAML

    try:
        found, _ = read_yaml(text, path.name)
    except ScenarioError:
        return {}
    return found if isinstance(found, dict) else {}


def _block(lines: list[str], name: str) -> list[str]:
    """The lines of one setting at the top level: its own and the indented ones below it."""
    start = next((n for n, line in enumerate(lines) if line.startswith(f"{name}:")), len(lines))
    below = takewhile(lambda line: not line or line[0] in " \t", lines[start + 1 :])
    return [*lines[start : start + 1], *below]


def lesson_ids() -> tuple[str, ...]:
    """Ids of the shipped scenarios that bring a lesson, sorted."""
    return tuple(name for name in scenario_ids() if _has_lesson(name))


def _has_lesson(name: str) -> bool:
    text = (scenario_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    return bool(_block(text.splitlines(), "lesson"))


@dataclass(frozen=True)
class LessonHeading:
    """What a list of lessons shows of one."""

    id: str
    number: int
    title: str
    prompt: str


def lesson_headings() -> tuple[LessonHeading, ...]:
    """The lessons that shipped scenarios bring, in the order of the course."""
    found = (_lesson_heading(scenario_folder() / f"{name}.yaml") for name in scenario_ids())
    return tuple(sorted((one for one in found if one), key=lambda one: (one.number, one.id)))


def _lesson_heading(path: Path) -> LessonHeading | None:
    """Number, title and prompt of a lesson; the rest of its file is not read."""
    lesson = _within(_block(path.read_text(encoding="utf-8").splitlines(), "lesson"))
    if not lesson:
        return None
    prompt = _block(_within(_block(lesson, "predict")), "prompt")
    text = "\n".join(chain(_block(lesson, "number"), _block(lesson, "title"), prompt))
    top = _read(text, path)
    number = top.get("number")
    return LessonHeading(
        path.stem, number if isinstance(number, int) else 0, str(top.get("title", "")),
        " ".join(str(top.get("prompt", "")).split()),
    )


def _within(block: list[str]) -> list[str]:
    """The lines below the first one, without their common indent."""
    return dedent("\n".join(block[1:])).splitlines()
