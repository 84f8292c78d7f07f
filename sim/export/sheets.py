"""What an export consists of: tables with every column explained, and words on the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

DATA, TRUTH = "data", "truth"
CENTS = 100.0

Columns = dict[str, tuple[str, str]]
"""Unit and meaning of each column, in order."""


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes
    ----------
    part : ``data`` may be handed out, ``truth`` is kept.
    about : what a row is.
    """

    part: str
    name: str
    about: str
    columns: Columns
    frame: pd.DataFrame

    def __post_init__(self) -> None:
        assert list(self.frame.columns) == list(self.columns), self.name


@dataclass(frozen=True)
class Answers:
    """What may be estimated, and the truth of it: rows of ``truth/answers``."""

    rows: list[tuple[str, str, float, str]] = field(default_factory=list)

    def add(self, quantity: str, key: object, truth: float, unit: str) -> None:
        """One quantity of one customer, firm, offer ...; without a truth there is no question."""
        if np.isfinite(truth):
            self.rows.append((quantity, str(key), float(truth), unit))

    def sheets(self) -> list[Sheet]:
        """The questions, which may be handed out, and the answers, which are kept."""
        import pandas as pd

        names = ["quantity", "key", "truth", "unit"]
        told: Columns = {
            "quantity": ("", "what is asked for; explained in the README of this folder"),
            "key": ("", "of whom or what"),
        }
        frame = pd.DataFrame(self.rows, columns=names)
        unit: Columns = {"unit": ("", "unit of the estimate")}
        return [
            Sheet(
                DATA, "questions",
                "One row a quantity to estimate; add `estimate` and perhaps `low` and `high`.",
                {**told, **unit}, frame[["quantity", "key", "unit"]].copy(),
            ),
            Sheet(
                TRUTH, "answers", "One row a quantity to estimate, with its true value.",
                {**told, "truth": ("as unit", "true value"), **unit}, frame,
            ),
        ]


@dataclass(frozen=True)
class Export:
    """A data set and its truth.

    Attributes
    ----------
    quantities : what each quantity of the questions means.
    data_notes, truth_notes : what a reader must know of either part.
    facts : further provenance, such as the firm or category exported.
    """

    kind: str
    title: str
    sheets: list[Sheet]
    quantities: dict[str, str]
    data_notes: list[str]
    truth_notes: list[str]
    facts: dict[str, Any]


def frame_of(columns: Columns, arrays: dict[str, Any]) -> pd.DataFrame:
    """A table with the columns in their declared order."""
    import pandas as pd

    return pd.DataFrame({name: arrays[name] for name in columns})
