"""Where customers stand on the stage: computed once from their ties, never in a batch run.

Springs along ties and repulsion from a sample of others (Fruchterman and Reingold 1991, with
sampled repulsion), begun from the slowest waves over the ties, which unfold rings and groups.
"""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.network.shown import Shown

WAVES = 240
ROUNDS = 140
SAMPLED = 16
GOLDEN_ANGLE = 2.399963
OUTLIERS = 0.995
WIDEST = 65_535
KEPT = 16

Positions = NDArray[np.float64]
_known: dict[bytes, NDArray[np.uint16]] = {}
_lock = threading.Lock()


def positions_of(shown: Shown) -> NDArray[np.uint16]:
    """Positions from 0 to 65,535 across and down, (n, 2); kept for the next page that asks."""
    ties = shown.n.to_bytes(8, "little") + shown.source.tobytes() + shown.target.tobytes()
    digest = hashlib.blake2b(ties, digest_size=16).digest()
    with _lock:
        if digest not in _known:
            while len(_known) >= KEPT:
                _known.pop(next(iter(_known)))
            found = lay_out(shown.n, shown.source, shown.target)
            _known[digest] = np.round(found * WIDEST).astype(np.uint16)
        return _known[digest]


def lay_out(
    n: int, source: NDArray[Any], target: NDArray[Any], *, seed: int = 0, rounds: int = ROUNDS
) -> Positions:
    """Positions in the unit square, (n, 2), the same for the same ties.

    Parameters
    ----------
    n
        Number of customers.
    source, target
        Ends of each tie, (n_ties,).
    """
    luck = np.random.default_rng(seed)
    degree = np.bincount(source, minlength=n) + np.bincount(target, minlength=n)
    if not len(source):
        return _into_square(_sunflower(n))
    at = _waves(n, source, target, degree, luck)
    at = _relax(at, source, target, degree, luck, rounds)
    tied = degree > 0
    if not tied.all():  # who knows nobody stands around the others
        at[~tied] = _around(at[tied], int((~tied).sum()))
    return _into_square(at)


def _sunflower(n: int) -> Positions:
    number = np.arange(n) + 0.5
    angle = number * GOLDEN_ANGLE
    radius = np.sqrt(number)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _around(others: Positions, n: int) -> Positions:
    center = others.mean(axis=0)
    radius = np.sqrt(((others - center) ** 2).sum(axis=1)).max() * 1.08
    angle = np.arange(n) * GOLDEN_ANGLE
    return np.asarray(center + radius * np.column_stack([np.cos(angle), np.sin(angle)]))


def _adjacency(n: int, source: NDArray[Any], target: NDArray[Any], weight: Any) -> Any:
    from scipy.sparse import coo_array

    rows, columns = np.concatenate([source, target]), np.concatenate([target, source])
    return coo_array((np.concatenate([weight, weight]), (rows, columns)), shape=(n, n)).tocsr()


def _waves(
    n: int, source: NDArray[Any], target: NDArray[Any], degree: NDArray[Any],
    luck: np.random.Generator,
) -> Positions:
    """Two slow waves over the ties, as power iteration finds them, with a little noise."""
    ties = _adjacency(n, source, target, np.ones(len(source)))
    mean = 1.0 / np.maximum(degree, 1)[:, None]
    wave = luck.standard_normal((n, 2))
    for number in range(WAVES):
        wave = 0.5 * (wave + mean * (ties @ wave))
        if number % 10 == 9:
            wave = np.linalg.qr(wave - np.average(wave, axis=0, weights=degree))[0]
    size = np.sqrt(n)
    return np.asarray(wave / wave.std(axis=0) * size / 3 + luck.standard_normal((n, 2)) * 0.3)


def _relax(
    at: Positions, source: NDArray[Any], target: NDArray[Any], degree: NDArray[Any],
    luck: np.random.Generator, rounds: int,
) -> Positions:
    """Let springs pull and sampled others push, in ever smaller steps; the ideal tie has length 1.

    A spring counts less at ends with many ties, so that dense networks do not collapse.
    """
    n = len(at)
    ties = _adjacency(
        n, source, target, 1.0 / np.sqrt(degree[source] * degree[target])
    )
    total = np.asarray(ties.sum(axis=1)).reshape(n, 1)
    push = n / SAMPLED * 0.25
    for number in range(rounds):
        apart = at[:, None, :] - at[luck.integers(n, size=(n, SAMPLED))]
        near = 1.0 / ((apart**2).sum(axis=2) + 0.05)
        force = push * (apart * near[:, :, None]).sum(axis=1)
        force += 2.0 * (ties @ at - total * at) * np.log2(n + 2.0)
        force -= 0.02 * np.sqrt(n) * (at - at.mean(axis=0))
        length = np.sqrt((force**2).sum(axis=1, keepdims=True)) + 1e-9
        longest = np.sqrt(n) * 0.08 * (1.0 - number / rounds) ** 1.5
        at = at + force / length * np.minimum(length * 0.1, longest)
    return at


def _into_square(at: Positions) -> Positions:
    """Centered in the unit square; the few that stand far out come to its edge."""
    if not len(at):
        return at
    at = at - np.median(at, axis=0)
    reach = np.quantile(np.abs(at).max(axis=1), OUTLIERS) * 1.02
    return np.asarray(np.clip(0.5 + at / max(2 * float(reach), 1e-9), 0.0, 1.0))
