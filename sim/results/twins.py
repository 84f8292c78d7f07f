"""Strategies that came out exactly the same: who sees equal rows should learn that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.results.text import in_a_row

if TYPE_CHECKING:
    from sim.results.run import RunResult


def twins(result: RunResult) -> list[list[str]]:
    """Groups of strategies with the same outcomes in every replication and week, bit for bit."""
    groups: list[list[str]] = []
    for name in result.strategies:
        group = next((one for one in groups if _same(result, one[0], name)), None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return [group for group in groups if len(group) > 1]


def in_words(result: RunResult) -> list[str]:
    """A sentence for each group of strategies that came out the same."""
    return [
        f"{in_a_row([f'“{name}”' for name in group])} had the same outcomes in every replication; "
        "`counterpoise validate` says whether they differ in anything."
        for group in twins(result)
    ]


def _same(result: RunResult, one: str, other: str) -> bool:
    a, b = result.strategies.index(one), result.strategies.index(other)
    return all(
        np.array_equal(values[a], values[b], equal_nan=True) for values in result.series.values()
    )
