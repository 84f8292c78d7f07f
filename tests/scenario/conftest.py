"""A small valid scenario, and stand-ins for a mechanism and an observer that only tests have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from sim.mechanisms import base as mechanisms
from sim.observers import base as observers
from sim.parameters import Declared, param

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")


class Loud(mechanisms.Mechanism):
    """A stand-in mechanism."""

    family: ClassVar[str] = "gossip"
    variant: ClassVar[str] = "loud"
    is_default: ClassVar[bool] = True

    class Parameters(Declared):
        """Two numbers and a word."""

        volume: float = param(0.5, unit="1", bounds=(0, 1), doc="How loud.", by_segment=True)
        echoes: int = param(2, unit="1", bounds=(0, 9), doc="How often.")


class Whisper(mechanisms.Mechanism):
    """Another variant of it."""

    family: ClassVar[str] = "gossip"
    variant: ClassVar[str] = "whisper"

    class Parameters(Declared):
        """One number."""

        distance: float = param(1.0, unit="m", bounds=(0, 5), doc="How near.")


class Silent(mechanisms.Mechanism):
    """The variant that does nothing."""

    family: ClassVar[str] = "gossip"
    variant: ClassVar[str] = "none"


class Counts(observers.Observer):
    """A stand-in observer."""

    outcomes: ClassVar[dict[str, observers.Outcome]] = {
        "listeners": observers.Outcome("1", "mean", "One a firm."),
        "noise": observers.Outcome("1", "mean", "One for the market.", per="market"),
    }


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    variants = {cls.variant: cls for cls in (Loud, Whisper, Silent)}
    monkeypatch.setitem(mechanisms.families(), "gossip", variants)
    monkeypatch.setitem(observers.observers(), "counts", Counts)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    yield path
