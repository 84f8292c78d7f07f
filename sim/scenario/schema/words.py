"""Names, texts and bounded numbers that scenario files are made of."""

from __future__ import annotations

import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, Strict, StringConstraints

from sim.wording import IDENTIFIER, NAME

Name = Annotated[str, StringConstraints(pattern=NAME, max_length=40)]
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER, max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
PolicyName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=1e6)]
Rate = Annotated[float, Field(ge=0, le=100)]
Concern = Annotated[float, Field(ge=0, le=100)]
Utility = Annotated[float, Field(ge=-100, le=100)]
Cost = Annotated[float, Field(ge=0, le=1e9)]
Weeks = Annotated[tuple[int, int], Strict(False)]


def _from_iso(value: object) -> object:
    # YAML 1.2 has no dates: they are read as text.
    if isinstance(value, str) and len(value) == len("2026-01-05"):
        return datetime.date.fromisoformat(value)
    return value


Date = Annotated[datetime.date, BeforeValidator(_from_iso)]
Value = float | int | bool | str | None

MOST_CUSTOMERS = 20_000_000
MOST_WEEKS = 5_200
MOST_OFFERS = 120
MOST_SEGMENTS = 256
MOST_CHANNELS = 127
MOST_STRATEGIES = 120
MOST_CHECKS = 60_000
"""Entries of a section times strategies: each strategy is tried with all of them."""
