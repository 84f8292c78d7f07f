"""Voter model and Moran process: how often a newcomer wins a group in which all follow each other.

A market holds many groups without a tie between them; each lives under luck of its own until it
agrees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.network import Network
from sim.network.build import build_network
from sim.network.registry import parameters_of
from sim.replications.base import Curve, Finding, Plot, Replicated, each, replication
from sim.replications.disjoint import market_of
from sim.scenario import Scenario
from sim.streams import Streams

Values = NDArray[np.float64]

SIZE = 50  # science.md B11
FITNESS = {1.0: 0.0200, 1.1: 0.0917, 1.5: 0.3333, 0.95: 0.0044}  # closed form, science.md B11
RESIDENT_WORTH = 0.5
STARTS = (5, 15, 30)
HUB_SIZE, TIES_PER_NEWCOMER, HUB_SHARE = 100, 4, 0.1
MARKETS, GROUPS = 3, 2_000  # a case: markets, and groups in each
HUB_MARKETS, HUB_GROUPS = 2, 500
WEEKS, PATIENCE = 20, 500  # weeks that all groups live on, and how often; most agree much earlier


@dataclass(frozen=True)
class Case:
    """Many groups alike: how they are tied, who starts with the newcomer, and who follows whom."""

    world: Scenario
    seed: int
    kind: Literal["complete", "barabasi_albert"]
    size: int
    groups: int
    n_newcomers: int
    direction: Literal["copy", "persuade"] = "copy"
    fitness: float = 1.0


@replication(
    target="B11", title="Voter model and Moran process",
    source="Moran (1958); Clifford and Sudbury (1973); Sood, Antal and Redner (2008), "
    "doi:10.1103/PhysRevE.77.041121; science.md B11", tier=1,
)
def measure(world: Scenario, seed: int, workers: int | None) -> Replicated:
    """How often the newcomer wins, against the closed forms; three standard errors."""
    def complete(salt: int, **case: object) -> list[Case]:
        return several(world, seed, salt, MARKETS, "complete", SIZE, GROUPS, **case)

    moran = [complete(m, n_newcomers=1, direction="persuade", fitness=r)
             for m, r in enumerate(FITNESS)]
    voter = [complete(10 + m, n_newcomers=n) for m, n in enumerate(STARTS)]
    deaf = complete(20, n_newcomers=1, fitness=1.5)
    n_hubs = int(HUB_SHARE * HUB_SIZE)
    hubs = [
        several(world, seed, 30, HUB_MARKETS, "barabasi_albert", HUB_SIZE, HUB_GROUPS,
                n_newcomers=n_hubs, direction=direction)
        for direction in ("copy", "persuade")
    ]
    cases = [*moran, *voter, deaf, *hubs]
    flat = iter(each(fixation, [case for group in cases for case in group], workers=workers))
    won = [np.concatenate([next(flat) for _ in group]) for group in cases]
    fixed, shares = won[: len(moran)], won[len(moran) : len(moran) + len(voter)]
    return Replicated(
        (
            *(found(f"Moran process, fitness {r:g}: the one newcomer wins", rho(r), x)
              for r, x in zip(FITNESS, fixed, strict=True)),
            *(found(f"voter model, {n} of {SIZE} newcomers win", n / SIZE, x)
              for n, x in zip(STARTS, shares, strict=True)),
            found("fitness 1.5 that nobody's following depends on: the newcomer wins", rho(1.5),
                  won[-3], must_depart=True),
            *hub_findings(hubs, won[-2], won[-1]),
        ),
        (moran_plot(fixed), voter_plot(shares)),
        remarks(),
    )


def several(
    world: Scenario, seed: int, salt: int, markets: int,
    kind: Literal["complete", "barabasi_albert"], size: int, groups: int, **case: object,
) -> list[Case]:
    """The same case in several markets, each under a seed of its own."""
    streams = Streams(seed)
    return [
        Case(world, streams.replication(1_000 * salt + m).seed, kind, size, groups, **case)  # type: ignore[arg-type]
        for m in range(markets)
    ]


def networks(case: Case) -> list[Network]:
    """The ties of every group of a case."""
    settings = {"ties_per_newcomer": TIES_PER_NEWCOMER} if case.kind != "complete" else {}
    parameters = parameters_of(case.kind)(**settings)
    nobody = np.zeros(case.size, dtype=np.uint8)
    luck, n_different = Streams(case.seed), 1 if case.kind == "complete" else case.groups
    made = [
        build_network(case.kind, parameters, case.size, luck.replication(g), nobody)
        for g in range(n_different)
    ]
    return made * (case.groups // n_different)


def newcomers(ties: list[Network], n: int) -> NDArray[np.bool_]:
    """Who starts with the newcomer: in each group those with most ties, (groups, size)."""
    degrees = np.array([network.degrees() for network in ties])
    rank = np.argsort(np.argsort(-degrees, axis=1, kind="stable"), axis=1)
    return np.asarray(rank < n)


def fixation(case: Case) -> Values:
    """Whether the newcomer won, by group.

    A group that agrees stays as it is; the others live on in a market without it.

    Raises
    ------
    RunError
        If some groups do not agree in time.
    """
    ties, streams = networks(case), Streams(case.seed)
    uses = newcomers(ties, case.n_newcomers)
    for number in range(PATIENCE):
        undecided = np.flatnonzero((uses != uses[:, :1]).any(axis=1))
        if not len(undecided):
            return np.asarray(uses[:, 0], dtype=np.float64)
        seed = streams.replication(number).seed
        uses[undecided] = live_on(case, [ties[g] for g in undecided], uses[undecided], seed)
    raise RunError(f"some groups do not agree within {PATIENCE * WEEKS} weeks")


def live_on(
    case: Case, ties: list[Network], uses: NDArray[np.bool_], seed: int
) -> NDArray[np.bool_]:
    """Who uses the newcomer some weeks later, (groups, size)."""
    market = market_of(case.world, ties, seed=seed, overrides={
        "firms.Newcomer.offers.newcomer.quality.worth": RESIDENT_WORTH * case.fitness,
        "firms.Resident.offers.resident.quality.worth": RESIDENT_WORTH,
        "mechanisms.choice.direction": case.direction, "weeks": WEEKS,
    })
    market.tables.customers.last_offer[:, 0] = np.where(uses.ravel(), 0, 1)
    market.run_model()
    return np.asarray(market.tables.customers.last_offer.reshape(uses.shape) == 0)


def rho(r: float, n: int = SIZE) -> float:
    """Probability that one newcomer of fitness ``r`` among ``n`` wins: Moran (1958)."""
    return 1.0 / n if r == 1.0 else (1.0 - 1.0 / r) / (1.0 - r**-n)


def weighted_share(cases: list[Case], weight: Callable[[Values], Values]) -> Values:
    """Share of the newcomer, customers weighted by their number of ties, by group."""
    shares = []
    for case in cases:
        ties = networks(case)
        w = weight(np.array([network.degrees() for network in ties], dtype=np.float64))
        shares.append((w * newcomers(ties, case.n_newcomers)).sum(axis=1) / w.sum(axis=1))
    return np.concatenate(shares)


def found(what: str, published: float, won: Values, *, must_depart: bool = False) -> Finding:
    """The share of groups that the newcomer won; only its standard error makes the tolerance."""
    # As the law has it: the sample's own error is zero where nothing happened.
    error = float(np.sqrt(published * (1.0 - published) / len(won)))
    return Finding(what, published, float(won.mean()), 0.0, error, must_depart)


def hub_findings(hubs: list[list[Case]], voter: Values, invasion: Values) -> list[Finding]:
    """The newcomer starts with those who have most ties."""
    by_ties = float(weighted_share(hubs[0], lambda degree: degree).mean())
    by_few = float(weighted_share(hubs[1], np.reciprocal).mean())
    where = f"{HUB_SHARE:.0%} best tied of a Barabasi-Albert network"
    return [
        found(f"voter model, the {where}: share weighted by ties", by_ties, voter),
        found(f"voter model, the {where}: plain share", HUB_SHARE, voter, must_depart=True),
        found(f"invasion process, the {where}: share weighted by 1/ties", by_few, invasion),
    ]


def moran_plot(fixed: list[Values]) -> Plot:
    """Fixation by fitness."""
    r = np.linspace(0.9, 1.6, 71)
    return Plot(
        f"One newcomer among {SIZE}", "fitness of the newcomer",
        "probability that it wins the group",
        (
            Curve.of("closed form", r, [rho(each) for each in r], "published"),
            Curve.of(
                "reproduced", list(FITNESS), [x.mean() for x in fixed], "reproduced", marks=True
            ),
        ),
    )


def voter_plot(shares: list[Values]) -> Plot:
    """Fixation by initial share."""
    start = np.array(STARTS) / SIZE
    return Plot(
        "Voter model on a complete graph", "share that starts with the newcomer",
        "probability that it wins the group",
        (
            Curve.of("closed form", [0.0, 1.0], [0.0, 1.0], "published"),
            Curve.of("reproduced", start, [x.mean() for x in shares], "reproduced", marks=True),
        ),
    )


def remarks() -> tuple[str, ...]:
    """What to know when reading the numbers."""
    return (
        "Meetings of a week happen one after the other at random times, so that weeks are no "
        "approximation: the process is the continuous-time one at any rate.",
        "The published example of hubs (0.345 +- 0.034 against 0.324) does not state its network; "
        "here each group has its own network, and theory is evaluated on these.",
    )
