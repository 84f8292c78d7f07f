"""The project's own engine on the common workload, through its ordinary scenario file."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim import Market, Network, load_scenario

WORKLOAD = Path(__file__).with_name("workload.yaml")


def run(
    indptr: NDArray[np.int64], indices: NDArray[np.int32], weeks: int, seed: int, threads: int = 1
) -> tuple[float, NDArray[np.float64]]:
    """Simulate workload W; return (seconds for the weeks only, final brand shares, shape (3,))."""
    _live(_small_ring(), 3, seed, 1)  # compile
    network = Network(indptr, indices, np.zeros(len(indices), dtype=np.uint8))
    return _live(network, weeks, seed, threads)


def _live(
    network: Network, weeks: int, seed: int, threads: int
) -> tuple[float, NDArray[np.float64]]:
    market = Market(
        load_scenario(WORKLOAD), seed=seed, threads=threads, network=network, observe=False,
        overrides={"customers.n": network.n},
    )
    started = time.perf_counter()
    for _ in range(weeks):
        market.step()
    seconds = time.perf_counter() - started
    last = market.tables.customers.last_offer[:, 0]
    counts = np.bincount(last[last >= 0], minlength=3)
    return seconds, counts / max(counts.sum(), 1)


def _small_ring() -> Network:
    ring = np.arange(200)
    return Network.from_ties(200, ring, (ring + 1) % 200)
