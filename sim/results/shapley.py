"""Shapley shares: a total divided among players by what each adds, averaged over all orders.

A coalition is a set of players at work, its worth one value a replication. Players join one after
the other; the share of a player is what she adds when she joins, averaged over the orders in which
all may join (Shapley 1953). With few players every coalition is asked; with many, orders are
sampled (Castro, Gómez and Tejada 2009), each together with its reverse, which takes out much of the
sampling error (Mitchell, Cooper, Frank and Holmes 2022).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from sim.compile import kernel
from sim.results.statistics import Estimate, Values, estimate, student_quantile
from sim.streams import Array, Streams, address, label_of, uniform

Coalition = frozenset[str]
Worth = Callable[[Coalition], Values]

MOST_ASKED = 64
"""Coalitions up to which all are asked, whatever sampling would cost."""


@dataclass(frozen=True)
class Game:
    """Who plays, and which coalitions are asked.

    Parameters
    ----------
    players
        Their names.
    orders
        Sampled orders, each second one the reverse of the one before; None: all coalitions.
    """

    players: tuple[str, ...]
    orders: tuple[tuple[str, ...], ...] | None

    @property
    def coalitions(self) -> list[Coalition]:
        """Every coalition that is asked, once."""
        if self.orders is None:
            return [one for size in range(len(self.players) + 1) for one in self._of(size)]
        return list(dict.fromkeys(one for order in self.orders for one in joined(order)))

    def _of(self, size: int) -> Iterator[Coalition]:
        return map(frozenset, combinations(self.players, size))


@dataclass(frozen=True)
class Share:
    """A player's share, with an interval from both errors and each of the two by itself.

    Parameters
    ----------
    estimate
        The share.
    error_of_orders
        Standard error from sampling orders; 0 where every coalition is asked.
    error_of_replications
        Standard error from replications.
    """

    estimate: Estimate
    error_of_orders: float
    error_of_replications: float


def lay_out(players: Sequence[str], n_orders: int, seed: int) -> Game:
    """All coalitions if they are few, or no more than the sampled orders would ask; else orders.

    Parameters
    ----------
    n_orders
        Sampled orders, an even number.
    """
    k = len(players)
    if 2**k <= max(MOST_ASKED, n_orders * (k - 1) + 2):
        return Game(tuple(players), None)
    return Game(tuple(players), tuple(sampled_orders(players, n_orders, seed)))


def sampled_orders(players: Sequence[str], n: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Orders in pairs of opposites; who else plays does not change who of two comes first."""
    names = sorted(players)
    places = np.empty((n // 2, len(names)))
    draw(Streams(seed).key("shapley.order"), np.array([*map(label_of, names)]), places)
    for row in places:
        order = tuple(names[j] for j in np.argsort(row, kind="stable"))
        yield order
        yield order[::-1]


def joined(order: Sequence[str]) -> list[Coalition]:
    """The coalitions along an order, from nobody to everybody."""
    return [frozenset(order[:size]) for size in range(len(order) + 1)]


def shares(game: Game, worth: Worth) -> dict[str, Values]:
    """Shares by player: ``(n_pairs, n_replications)``, one row where all coalitions are asked."""
    if game.orders is None:
        return {player: _exact(game, player, worth)[None, :] for player in game.players}
    added: dict[str, list[Values]] = {player: [] for player in game.players}
    for order in game.orders:
        for player, (before, after) in zip(order, pairwise(joined(order)), strict=True):
            added[player].append(worth(after) - worth(before))
    return {p: (np.stack(each[::2]) + np.stack(each[1::2])) / 2 for p, each in added.items()}


def _exact(game: Game, player: str, worth: Worth) -> Values:
    k = len(game.players)
    without = [one for one in game.coalitions if player not in one]
    total = np.zeros_like(worth(frozenset()), dtype=float)
    for one in without:  # the share of orders in which exactly these have joined before
        weight = 1.0 / (k * math.comb(k - 1, len(one)))
        total += weight * (worth(one | {player}) - worth(one))
    return total


def summarize(found: Values, confidence: float = 0.95) -> Share:
    """A share over pairs of orders and replications, ``(n_pairs, n_replications)``.

    All pairs are asked in the same replications, so each of the two errors already holds what pairs
    and replications do together: their sum is a little too large rather than too small.
    """
    known = found[:, np.isfinite(found).all(axis=0)]
    n_pairs, n = known.shape
    over_replications = estimate(known.mean(axis=0), confidence)
    if n == 0 or n_pairs == 1:
        error = _error(known.mean(axis=0)) if n else math.nan
        return Share(over_replications, 0.0, error)
    of_orders, of_luck = _error(known.mean(axis=1)), _error(known.mean(axis=0))
    error = math.hypot(of_orders, of_luck)
    half = 0.0 if error == 0 else math.nan
    if error > 0:
        # Welch and Satterthwaite: as many degrees of freedom as the larger error has, or more.
        freedom = error**4 / (of_orders**4 / (n_pairs - 1) + of_luck**4 / (n - 1))
        half = student_quantile(0.5 + confidence / 2, math.floor(freedom)) * error
    value = float(known.mean())
    return Share(Estimate(value, value - half, value + half, n), of_orders, of_luck)


def _error(values: Values) -> float:
    if len(values) < 2:
        return math.nan
    return 0.0 if np.ptp(values) == 0 else float(values.std(ddof=1)) / math.sqrt(len(values))


@kernel
def draw(key: np.uint64, label: Array, places: Array) -> None:
    """One uniform number a sampled order and player: her place among the others."""
    for j in range(label.size):
        state = address(key, label[j])
        for i in range(places.shape[0]):
            places[i, j] = uniform(state, i)
