"""Many draws at once, through the same kernels that the engine's kernels call."""

from __future__ import annotations

import numpy as np

from sim.compile import kernel
from sim.streams import address, gamma, gumbel, normal, poisson, skip, uniform


@kernel
def addresses(keys, labels, out):
    """The state of every key (rows) and label (columns)."""
    for k in range(keys.size):
        for j in range(labels.size):
            out[k, j] = address(keys[k], labels[j])


@kernel
def uniforms(states, indices, out):
    """Uniform numbers of every state (rows) and index (columns)."""
    for k in range(states.size):
        for j in range(indices.size):
            out[k, j] = uniform(states[k], indices[j])


@kernel
def normals(states, out):
    """The first normal number of every state."""
    for k in range(states.size):
        out[k] = normal(states[k], 0)


@kernel
def gumbels(states, out):
    """The first Gumbel number of every state."""
    for k in range(states.size):
        out[k] = gumbel(states[k], 0)


@kernel
def gammas(states, shape, out):
    """The gamma variate of every state."""
    for k in range(states.size):
        out[k] = gamma(states[k], shape)


@kernel
def poissons(units, rate, most, out):
    """The Poisson quantile of every unit."""
    for k in range(units.size):
        out[k] = poisson(units[k], rate, most)


@kernel
def skips(states, skips_per_log, number, out):
    """Skip ``number`` of every state."""
    for k in range(states.size):
        out[k] = skip(states[k], number, skips_per_log)


def states_of(key, n):
    """The states of labels 0 to n - 1 under one key."""
    out = np.empty((1, n), dtype=np.uint64)
    addresses(np.array([key], dtype=np.uint64), np.arange(n, dtype=np.int64), out)
    return out[0]


def fill(draw, states, *arguments, dtype=np.float64):
    """One draw of every state."""
    out = np.empty(len(states), dtype=dtype)
    draw(states, *arguments, out)
    return out
