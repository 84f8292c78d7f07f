"""Seed selection: adding whoever adds most comes near the best choice, and beats taking the hubs.

Where every tie passes word on once with the same chance, what a further first owner adds falls with
the owners there are; so the greedy choice reaches at least 1 - 1/e of the best one (Kempe,
Kleinberg and Tardos 2003). On small networks all choices are tried; on a large one greedy is lazy
(Leskovec and others 2007) and stands against hubs and chance. Every spread is measured by living
markets. Where it takes two friends to adopt, gains must not fall.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.network import Network, build_network, parameters_of
from sim.replications.base import Curve, Finding, Plot, Replicated, each, replication
from sim.replications.disjoint import give, live_out, market_of
from sim.scenario import Scenario
from sim.streams import Streams

GUARANTEE = 0.63
"""1 - 1/e: least share of the best spread that greedy reaches (Kempe and others 2003)."""

SMALL_N, SMALL_DEGREE, SMALL_CHANCE, SMALL_SEEDS = 12, 3.0, 0.3, 3
SMALL_NETWORKS, SMALL_COPIES = 8, 200

N, KIND, CHANCE = 2_000, "lfr", 0.05
"""Communities of unequal size with hubs, as among the co-authors of the original study."""
SEEDS = 8
HUBS, OTHERS = 40, 20
"""Candidates of the lazy greedy choice: customers with most ties, and others drawn at random."""
COPIES = 60
"""Copies a set while choosing; five times as many in the end."""
SETS_AT_ONCE = 4
RANDOM_CHOICES = 10

Spread = NDArray[np.float64]
Chosen = tuple[int, ...]

TWO_FRIENDS = {
    "mechanisms.word_of_mouth":
        {"variant": "threshold", "threshold_share": 0.0, "threshold_count": 2},
}


class Sets(NamedTuple):
    """Sets of first owners to be measured on one network."""

    world: Scenario
    network: Network
    seed: int
    sets: tuple[Chosen, ...]
    copies: int
    overrides: dict[str, Any]


def spreads(case: Sets) -> Spread:
    """Customers who own the offer in the end, by set and copy, (n_sets, copies).

    Copy number c of the network has the same labels, and so the same luck, in every set.
    """
    n, n_sets = case.network.n, len(case.sets)
    market = market_of(
        case.world, [case.network] * (n_sets * case.copies), seed=case.seed,
        overrides={"firms.Maker.offers.gadget.initial_owners": 0.0, **case.overrides},
    )
    market.tables.customers.label[:] = np.tile(np.arange(case.copies * n), n_sets)
    starts = n * np.arange(n_sets * case.copies).reshape(n_sets, case.copies, 1)
    give(market, np.concatenate([
        (starts[s] + np.array(chosen)).ravel() for s, chosen in enumerate(case.sets)
    ]))
    owners: Spread = live_out(market).reshape(n_sets, case.copies, n).sum(axis=2, dtype=np.float64)
    return owners


@replication(
    target="B19", title="Whom to give the first copies", tier=3,
    source="Kempe, Kleinberg and Tardos (2003), Maximizing the spread of influence through a "
    "social network, KDD, 137-146, doi:10.1145/956750.956769",
)
def measure(
    world: Scenario, seed: int, workers: int | None, *, networks: int = SMALL_NETWORKS,
    seeds: int = SEEDS, copies: int = COPIES,
) -> Replicated:
    """All choices on small networks; greedy, hubs and chance on a large one."""
    small = _small(world, seed, networks, workers)
    large = _large(world, seed, seeds, copies, workers)
    return Replicated(
        (*small.findings, *large.findings), (*small.plots, *large.plots),
        (*small.remarks, *large.remarks),
    )


# Small networks: every choice ------------------------------------------------------------------


class Tried(NamedTuple):
    """What came of all choices on one small network."""

    greedy: list[float]
    best: float


def try_all(case: Sets) -> Tried:
    """Mean spread of the greedy choice, seed by seed, and of the best choice of as many."""
    mean = dict(zip(case.sets, spreads(case).mean(axis=1).tolist(), strict=True))
    chosen: Chosen = ()
    greedy = []
    for _ in range(SMALL_SEEDS):
        further = [tuple(sorted((*chosen, i))) for i in range(SMALL_N) if i not in chosen]
        chosen = max(further, key=mean.__getitem__)
        greedy.append(mean[chosen])
    return Tried(greedy, max(m for choice, m in mean.items() if len(choice) == SMALL_SEEDS))


def _small(world: Scenario, seed: int, networks: int, workers: int | None) -> Replicated:
    kind = "erdos_renyi"
    choices = tuple(
        c for size in range(1, SMALL_SEEDS + 1) for c in combinations(range(SMALL_N), size)
    )
    parameters = parameters_of(kind)(**{"mean_degree": SMALL_DEGREE})
    chance = {"mechanisms.word_of_mouth.contact_prob": SMALL_CHANCE}
    built = [
        build_network(kind, parameters, SMALL_N, Streams(seed).replication(number))
        for number in range(networks)
    ]
    cases = [
        Sets(world, network, seed + number, choices, copies, overrides)
        for overrides, copies in ((chance, SMALL_COPIES), (TWO_FRIENDS, 1))
        for number, network in enumerate(built)
    ]
    tried = each(try_all, cases, workers=workers)
    simple, complex_ = tried[:networks], tried[networks:]
    share = [one.greedy[-1] / one.best for one in simple]
    return Replicated(
        (
            Finding(f"small networks where greedy reaches {GUARANTEE} of the best choice", 1.0,
                    float(np.mean([ratio >= GUARANTEE for ratio in share])), 0.0),
            _later_gains("small networks, each tie tried once", simple),
            _later_gains("small networks, two friends needed", complex_, must_depart=True),
        ),
        (Plot("All choices on small networks", "best choice, customers", "greedy, customers", (
            Curve.of(f"guarantee: {GUARANTEE} of the best", [0, SMALL_N],
                     [0, GUARANTEE * SMALL_N], "published"),
            Curve.of("greedy", [one.best for one in simple], [one.greedy[-1] for one in simple],
                     "reproduced", marks=True),
        )),),
        (f"Over {networks} small networks greedy reaches {min(share):.3f} of the best choice or "
         "more; the guarantee is far from tight.",),
    )


def _later_gains(where: str, tried: Sequence[Tried], *, must_depart: bool = False) -> Finding:
    """Whether the second seed of a greedy choice adds more than the first."""
    excess = np.array([
        (one.greedy[1] - one.greedy[0]) - one.greedy[0] for one in tried
    ])
    error = 0.0 if must_depart else float(excess.std(ddof=1) / np.sqrt(len(excess)))
    return Finding(
        f"what the 2nd seed adds beyond the 1st, {where}", 0.0, max(float(excess.mean()), 0.0),
        0.01, error, must_depart=must_depart,
    )


# A large network: greedy, hubs, chance ---------------------------------------------------------


class Search:
    """The lazy greedy choice: a candidate is measured again only while she may be the next one."""

    def __init__(self, case: Sets, candidates: Sequence[int], workers: int | None) -> None:
        self.case, self.workers = case, workers
        self.chosen: Chosen = ()
        self.reached = 0.0
        gains = self._gains(candidates)
        self.queue = [(-gain, i, 0) for gain, i in zip(gains, candidates, strict=True)]
        heapq.heapify(self.queue)

    def _gains(self, candidates: Sequence[int]) -> list[float]:
        sets = [(*self.chosen, i) for i in candidates]
        cases = [
            self.case._replace(sets=tuple(sets[at : at + SETS_AT_ONCE]))
            for at in range(0, len(sets), SETS_AT_ONCE)
        ]
        found = each(spreads, cases, workers=self.workers)
        return [float(s) - self.reached for part in found for s in part.mean(axis=1)]

    def add(self) -> None:
        """Add the candidate who adds most, measuring a few of the most promising at once."""
        while self.queue[0][2] < len(self.chosen):
            some = [heapq.heappop(self.queue) for _ in range(min(SETS_AT_ONCE, len(self.queue)))]
            stale = [i for _, i, known in some if known < len(self.chosen)]
            for entry in some:
                if entry[2] == len(self.chosen):
                    heapq.heappush(self.queue, entry)
            for gain, i in zip(self._gains(stale), stale, strict=True):
                heapq.heappush(self.queue, (-gain, i, len(self.chosen)))
        gain, best, _ = heapq.heappop(self.queue)
        self.chosen, self.reached = (*self.chosen, best), self.reached - gain


def _large(
    world: Scenario, seed: int, seeds: int, copies: int, workers: int | None
) -> Replicated:
    network = build_network(KIND, parameters_of(KIND)(), N, Streams(seed))
    by_degree = np.argsort(-network.degrees(), kind="stable")
    luck = np.random.default_rng(seed)
    others = luck.choice(by_degree[HUBS:], OTHERS, replace=False)
    contact = {"mechanisms.word_of_mouth.contact_prob": CHANCE}
    case = Sets(world, network, seed, (), copies, contact)
    search = Search(case, [*by_degree[:HUBS].tolist(), *others.tolist()], workers)
    for _ in range(seeds):
        search.add()
    # Measured anew, under other luck: what was chosen for its luck must show it again.
    random = [tuple(luck.choice(N, seeds, replace=False).tolist()) for _ in range(RANDOM_CHOICES)]
    cases = [
        *(Sets(world, network, seed + 1, (choice[:size],), copies * 5, contact)
          for choice in (search.chosen, tuple(by_degree[:seeds].tolist()))
          for size in range(1, seeds + 1)),
        *(Sets(world, network, seed + 1, (choice,), max(copies // 2, 2), contact)
          for choice in random),
    ]
    found = each(spreads, cases, workers=workers)
    greedy, hubs, chance = (
        found[:seeds], found[seeds : 2 * seeds], np.concatenate(found[2 * seeds :])
    )
    return Replicated(
        tuple(_orders(greedy, hubs, chance, seeds)), (_plot(greedy, hubs, chance, seeds),),
        _large_remarks(hubs[-1][0] - greedy[-1][0]),
    )


def _large_remarks(ahead: Spread) -> tuple[str, ...]:
    return (
        f"Greedy reaches {-ahead.mean():+.1f} customers (standard error {_error(ahead):.1f}) "
        "against taking those with most ties. In the original greedy is clearly ahead; here hubs "
        "share few friends, so that what each adds is nearly what she reaches alone, and the two "
        "cannot be told apart: that greedy is not behind is all that is shown.",
        f"Greedy looks at {HUBS} customers with most ties and {OTHERS} others only, and takes "
        f"spreads for their means over {COPIES} copies: where two candidates are alike, luck "
        "decides.",
    )


def _orders(
    greedy: list[Spread], hubs: list[Spread], chance: Spread, seeds: int
) -> list[Finding]:
    curve = np.concatenate([np.zeros_like(greedy[0]), *greedy])  # by number of seeds and copy
    half = seeds // 2
    later = (curve[2 * half] - curve[half]) - (curve[half] - curve[0])
    random = chance.mean(axis=1)
    hub_error = _error(hubs[-1][0])
    return [
        _shortfall("greedy falls short of most ties", hubs[-1][0] - greedy[-1][0]),
        Finding("customers by which most ties fall short of chance", 0.0,
                max(float(random.mean() - hubs[-1].mean()), 0.0), 0.0,
                float(np.hypot(hub_error, _error(random)))),
        _shortfall("the first half of the greedy seeds falls short of the second", later),
        Finding("owners in the end of the greedy choice, if it did not matter who begins",
                float(random.mean()), float(greedy[-1].mean()), 0.0,
                float(np.hypot(_error(greedy[-1][0]), _error(random))), must_depart=True),
    ]


def _shortfall(what: str, difference: Spread) -> Finding:
    """A difference over copies that share their luck, which must not be above 0."""
    return Finding(
        f"customers by which {what}", 0.0, max(float(difference.mean()), 0.0), 0.0,
        _error(difference),
    )


def _error(values: Spread) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _plot(greedy: list[Spread], hubs: list[Spread], chance: Spread, seeds: int) -> Plot:
    numbers = range(1, seeds + 1)
    return Plot("2,000 customers", "customers who own it at first", "owners in the end", (
        Curve.of("greedy", numbers, [s.mean() for s in greedy], "reproduced"),
        Curve.of("most ties", numbers, [s.mean() for s in hubs], "reproduced"),
        Curve.of("at random", [seeds], [chance.mean()], "reproduced", marks=True),
    ))
