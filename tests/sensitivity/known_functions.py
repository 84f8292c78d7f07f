"""Functions whose indices are known: Ishigami's, and Sobol's g; both over the unit cube."""

from __future__ import annotations

import math

import numpy as np

PI = math.pi
A, B = 7.0, 0.1
G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])

ISHIGAMI_VARIANCE = A**2 / 8 + B * PI**4 / 5 + B**2 * PI**8 / 18 + 0.5
ISHIGAMI_FIRST = np.array([
    0.5 * (1 + B * PI**4 / 5) ** 2, A**2 / 8, 0.0
]) / ISHIGAMI_VARIANCE
ISHIGAMI_TOTAL = ISHIGAMI_FIRST + B**2 * PI**8 * 8 / 225 / ISHIGAMI_VARIANCE * np.array([1, 0, 1])
# Mean squared slopes over the unit interval, over variance and pi squared (Sobol and Kucherenko).
ISHIGAMI_SLOPES = (2 * PI) ** 2 * np.array([
    0.5 * (1 + 2 * B * PI**4 / 5 + B**2 * PI**8 / 9), A**2 / 2, 8 * B**2 * PI**6 / 7
]) / (ISHIGAMI_VARIANCE * PI**2)

_PARTS = 1 / (3 * (1 + G) ** 2)
G_FIRST = _PARTS / (np.prod(1 + _PARTS) - 1)
G_TOTAL = _PARTS * np.prod(1 + _PARTS) / (1 + _PARTS) / (np.prod(1 + _PARTS) - 1)
# On a grid of four levels each factor is 2, 2/3, 2/3 or 2 above its weight: 4/3 on average.
G_MU_STAR = 2 / (1 + G) * np.prod((4 / 3 + G) / (1 + G)) / ((4 / 3 + G) / (1 + G))


def ishigami(x):
    """Shape ``(n, 3)`` in the unit cube to ``(n,)``."""
    z = PI * (2 * x - 1)
    return np.sin(z[:, 0]) + A * np.sin(z[:, 1]) ** 2 + B * z[:, 2] ** 4 * np.sin(z[:, 0])


def sobol_g(x):
    """Shape ``(n, up to 8)`` in the unit cube to ``(n,)``; fewer columns are the first ones."""
    weights = G[: x.shape[1]]
    return np.prod((np.abs(4 * x - 2) + weights) / (1 + weights), axis=1)
