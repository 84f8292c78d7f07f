"""scipy.sparse: word of mouth as a product of the thinned graph with a table of what holders say.

Each week a random tenth of the ties forms a sparse matrix; one product gives every customer the
number of messages about each brand and their sum. The rest is whole-column NumPy.

Caveats: the product forgets the order of messages, so k of them about one brand count as one of
weight 1 - 0.9^k with their mean, which is the expectation over all orders. One thread; `threads`
is ignored.
"""

from time import perf_counter

import numpy as np
from scipy.sparse import csr_array

PRICES = np.array([1.0, 1.1, 0.9], dtype=np.float32)
QUALITIES = np.array([0.6, 0.7, 0.5], dtype=np.float32)
BRANDS = np.arange(3)


class Market:
    """Columns of all customers; `brand` is -1 for those who hold none."""

    def __init__(self, indptr: np.ndarray, indices: np.ndarray, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.indptr, self.indices = indptr, indices
        self.n_customers = indptr.size - 1
        self.satisfaction = np.full((self.n_customers, 3), 0.5, dtype=np.float32)
        self.brand = np.full(self.n_customers, -1, dtype=np.int8)
        n_seeded = max(1, self.n_customers // 100)
        seeded = self.rng.permutation(self.n_customers)[: 3 * n_seeded]
        self.brand[seeded] = np.repeat(BRANDS, n_seeded)
        self.aware = self.brand[:, None] == BRANDS

    def week(self) -> None:
        """Run one week: talk, discovery, purchase."""
        self.talk()
        self.aware |= self.rng.random(self.aware.shape, dtype=np.float32) < 0.01
        self.buy()

    def talk(self) -> None:
        """Multiply this week's contacts with what the holders say."""
        drawn = self.rng.random(self.indices.size, dtype=np.float32) < 0.1
        contacts = np.flatnonzero(drawn)
        starts = np.searchsorted(contacts, self.indptr)
        ones = np.ones(contacts.size, dtype=np.float32)
        shape = (self.n_customers, self.n_customers)
        thinned = csr_array((ones, self.indices[contacts], starts), shape=shape)
        holds = self.brand[:, None] == BRANDS
        heard = thinned @ np.hstack([holds, holds * self.satisfaction]).astype(np.float32)
        counts, sums = heard[:, :3], heard[:, 3:]
        weights = 1.0 - np.float32(0.9) ** counts
        means = sums / np.maximum(counts, 1.0)
        self.satisfaction += weights * (means - self.satisfaction)
        self.aware |= counts > 0

    def buy(self) -> None:
        """Let a fifth of the customers choose by the multinomial logit and learn from it."""
        buys = self.rng.random(self.n_customers, dtype=np.float32) < 0.2
        buyers = np.flatnonzero(buys & self.aware.any(axis=1))
        utility = 4.0 * self.satisfaction[buyers] - PRICES
        utility += self.brand[buyers, None] == BRANDS
        cumulated = np.cumsum(np.exp(utility) * self.aware[buyers], axis=1)
        point = 1.0 - self.rng.random(buyers.size, dtype=np.float32)  # above 0: weight 0 never wins
        chosen = (cumulated[:, :2] < (point * cumulated[:, 2])[:, None]).sum(axis=1)
        noise = self.rng.standard_normal(buyers.size, dtype=np.float32)
        experience = QUALITIES[chosen] + np.float32(0.1) * noise
        old = self.satisfaction[buyers, chosen]
        self.satisfaction[buyers, chosen] = old + np.float32(0.3) * (experience - old)
        self.brand[buyers] = chosen


def run(
    indptr: np.ndarray, indices: np.ndarray, weeks: int, seed: int, threads: int = 1
) -> tuple[float, np.ndarray]:
    """Simulate workload W; return (seconds for the weeks only, final brand shares, shape (3,))."""
    market = Market(indptr, indices, seed)
    start = perf_counter()
    for _ in range(weeks):
        market.week()
    seconds = perf_counter() - start
    counts = np.bincount(market.brand[market.brand >= 0], minlength=3)
    return seconds, counts / counts.sum()
