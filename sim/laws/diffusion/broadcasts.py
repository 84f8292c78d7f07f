"""Structural virality: how far word travels from its origin."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.laws.base import Measured, Panel, law, points
from sim.laws.needs import offered, works
from sim.laws.probes.launch import Launched

SMALLEST = 3
BINS = np.array([3, 5, 9, 17, 33, 65, 129, 257, 513, 1025, 10**9])


@law(
    statement="Word of a new offer spreads in shallow trees: structural virality is low.",
    source="Goel, Anderson, Hofman and Watts (2016); the bound is this project's",
    high=5.0, unit="mean distance in a tree", probe="launch",
    needs=(offered, works("word_of_mouth"), works("choice")),
    above="word of mouth carries the offer from friend to friend for many steps, as in no large "
    "record of cascades; nothing like a broadcast reaches many at once",
    panel=Panel("Customers in a tree", "Structural virality"),
)
def measure(launched: Launched) -> Measured:
    """Mean structural virality of trees of three customers and more."""
    size, virality = launched.trees.size, launched.trees.virality
    some = size >= SMALLEST
    if not some.any():
        return Measured.nothing("no tree of three customers or more")
    return Measured(float(virality[some].mean()), curves={"by size": _by_size(size, virality)})


def _by_size(size: NDArray[Any], virality: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Mean virality in bins of size that double; bins are plotted at their smallest size."""
    means = np.full(len(BINS) - 1, np.nan)
    for b, (low, high) in enumerate(itertools.pairwise(BINS)):
        inside = (size >= low) & (size < high)
        if inside.any():
            means[b] = virality[inside].mean()
    return points(BINS[:-1], means)
