"""Complex contagion: random ties carry what one friend is enough for, and break what takes several.

On a ring whose ties are rewired with probability beta, customers adopt once a given number of their
ties have adopted; one customer and all her ties begin. Published is the mean share of customers
who adopt in the end. What one friend is enough for must reach everybody instead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.network import build_network, parameters_of
from sim.replications.base import Curve, Finding, Plot, Replicated, each, replication
from sim.replications.disjoint import give, live_out, market_of
from sim.scenario import Scenario
from sim.streams import Streams

N = 4_000
COPIES = 10

BETAS = (0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0)
PUBLISHED = {
    (4, 2): (1.0, 0.23, 0.03, 0.0, 0.0, 0.0, 0.0, 0.0),
    (6, 2): (1.0, 1.0, 1.0, 0.86, 0.46, 0.01, 0.0, 0.0),
    (6, 3): (1.0, 0.19, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0),
    (8, 2): (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.01, 0.0),
    (8, 3): (1.0, 1.0, 1.0, 0.25, 0.04, 0.01, 0.0, 0.0),
}
"""Mean final share of adopters by number of ties, threshold and beta: the model of Centola and Macy
(2007) on 4,000 customers, as computed in science.md B9."""
SIMPLE = ((4, 1), (8, 1))
"""Ties and threshold of simple contagions, which reach everybody at any beta."""

TOLERANCE = 0.05
TRANSITION_TOLERANCE = 0.25
"""In cells between all and nobody, where single runs end at either."""


class Cell(NamedTuple):
    """One number of ties, threshold and beta."""

    world: Scenario
    seed: int
    ties: int
    threshold: int
    beta: float
    copies: int


@replication(
    target="B9", title="Complex contagion and the weakness of long ties", tier=3,
    source="Centola and Macy (2007), American Journal of Sociology 113, 702-734, "
    "doi:10.1086/521848",
)
def measure(
    world: Scenario, seed: int, workers: int | None, *, copies: int = COPIES
) -> Replicated:
    """Spread from one customer and her ties in every cell of the table."""
    cells = [
        Cell(world, seed, ties, threshold, beta, copies)
        for ties, threshold in (*PUBLISHED, *SIMPLE) for beta in BETAS
    ]
    found = dict(zip(
        ((cell.ties, cell.threshold, cell.beta) for cell in cells),
        each(final_shares, cells, workers=workers), strict=True,
    ))
    findings = [
        _finding(found, ties, threshold, beta, published)
        for (ties, threshold), row in _everything().items()
        for beta, published in zip(BETAS, row, strict=True)
    ]
    findings.append(_must_depart(found))
    return Replicated(tuple(findings), _plots(found), REMARKS)


REMARKS = (
    "In cells between all and nobody single runs end at either, according to where the few "
    "rewired ties lie: their means of 10 runs are uncertain by some 0.1.",
    "Rewiring moves one end of a tie and so changes numbers of ties, as Watts and Strogatz did; "
    "Centola and Macy exchanged ends, which keeps them.",
)


def final_shares(cell: Cell) -> NDArray[np.float64]:
    """Share of customers who own the offer in the end, in each run, (copies,)."""
    kind, streams = "watts_strogatz", Streams(cell.seed)
    parameters = parameters_of(kind)(
        **{"neighbors": cell.ties, "rewiring_prob": cell.beta}
    )
    networks = [
        build_network(kind, parameters, N, streams.replication(run)) for run in range(cell.copies)
    ]
    market = market_of(cell.world, networks, seed=cell.seed, overrides={
        "firms.Maker.offers.gadget.initial_owners": 0.0,
        "mechanisms.word_of_mouth.threshold_count": cell.threshold,
    })
    luck = np.random.default_rng(cell.seed)
    first = np.arange(cell.copies) * N + luck.integers(N, size=cell.copies)
    give(market, np.concatenate([first, *(market.network.neighbors(i) for i in first)]))
    shares: NDArray[np.float64] = live_out(market).reshape(cell.copies, N).mean(axis=1)
    return shares


# What is held against each other ---------------------------------------------------------------

Found = dict[tuple[int, int, float], NDArray[np.float64]]


def _everything() -> dict[tuple[int, int], tuple[float, ...]]:
    return {**PUBLISHED, **{cell: (1.0,) * len(BETAS) for cell in SIMPLE}}


def _finding(
    found: Found, ties: int, threshold: int, beta: float, published: float
) -> Finding:
    shares = found[ties, threshold, beta]
    return Finding(
        f"final share, {ties} ties, threshold {threshold}, beta {beta:g}", published,
        float(shares.mean()), tolerance(published), _error(shares),
    )


def tolerance(published: float) -> float:
    """How far a mean share may lie from the published one."""
    return TOLERANCE if min(published, 1.0 - published) < TOLERANCE else TRANSITION_TOLERANCE


def _error(shares: NDArray[np.float64]) -> float:
    return float(shares.std(ddof=1) / np.sqrt(len(shares)))


def _must_depart(found: Found) -> Finding:
    shares = found[4, 1, 0.1]
    return Finding(
        "final share, 4 ties, one friend enough instead of 2, beta 0.1",
        PUBLISHED[4, 2][BETAS.index(0.1)], float(shares.mean()), TOLERANCE, _error(shares),
        must_depart=True,
    )


def _plots(found: Found) -> tuple[Plot, ...]:
    x = [max(beta, 0.0003) for beta in BETAS]
    return tuple(
        Plot(
            f"{ties} ties, {threshold} friends needed", "share of ties rewired (left edge: 0)",
            "final share of customers", (
                Curve.of("published", x, row, "published"),
                Curve.of(
                    "reproduced", x, [found[ties, threshold, beta].mean() for beta in BETAS],
                    "reproduced", marks=True,
                ),
                *([Curve.of("one friend is enough", x,
                            [found[ties, 1, beta].mean() for beta in BETAS], "must depart")]
                  if (ties, 1) in SIMPLE else []),
            ), log_x=True,
        )
        for (ties, threshold), row in PUBLISHED.items()
    )
