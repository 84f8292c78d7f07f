"""Starsim: a custom module with agent states and named distributions, over an edge-list network.

Written as Starsim's own diseases are: whole-population arrays, one Bernoulli draw per edge and
direction, and bincounts to gather what every agent heard. Its loop, results and bookkeeping run
as they come.

Caveats: Starsim is made for epidemics, so this uses it as a general engine; its diseases keep one
infection per agent and step, while here k messages about one brand count as one of weight 1 -
0.9^k with their mean (the expectation over all orders). Work is proportional to edges, not
contacts. `threads` is ignored.
"""

from time import perf_counter

import numpy as np
import starsim as ss

PRICES = np.array([1.0, 1.1, 0.9])
QUALITIES = np.array([0.6, 0.7, 0.5])
BRANDS = range(3)


class Ties(ss.Network):  # type: ignore[misc, unused-ignore]
    """The social graph, which does not change."""

    def step(self) -> None:
        """Keep all edges."""


class Market(ss.Module):  # type: ignore[misc, unused-ignore]
    """Three brands: satisfaction and awareness for each, and the brand held (-1 for none)."""

    def __init__(self) -> None:
        super().__init__(name="market")
        self.define_states(
            *(ss.FloatArr(f"satisfaction_{b}", default=0.5) for b in BRANDS),
            *(ss.BoolArr(f"aware_{b}", default=False) for b in BRANDS),
            ss.FloatArr("brand", default=-1.0),
        )
        self.order = ss.random(name="order")
        self.talk_forth = ss.bernoulli(p=0.1, name="talk_forth")
        self.talk_back = ss.bernoulli(p=0.1, name="talk_back")
        self.discovery = [ss.bernoulli(p=0.01, name=f"discovery_{b}") for b in BRANDS]
        self.purchase = ss.bernoulli(p=0.2, name="purchase")
        self.choice = ss.random(name="choice")
        self.noise = ss.normal(loc=0.0, scale=0.1, name="noise")

    def init_post(self) -> None:
        """Seed 1% of the agents with each brand."""
        super().init_post()
        self.satisfaction = [getattr(self, f"satisfaction_{b}") for b in BRANDS]
        self.aware = [getattr(self, f"aware_{b}") for b in BRANDS]
        uids = self.sim.people.auids
        n_seeded = max(1, len(uids) // 100)
        shuffled = ss.uids(np.argsort(self.order.rvs(len(uids))))
        for b in BRANDS:
            seeded = shuffled[b * n_seeded : (b + 1) * n_seeded]
            self.brand[seeded] = b
            self.aware[b][seeded] = True

    def step(self) -> None:
        """One week: talk, discovery, purchase."""
        self.talk()
        for b in BRANDS:
            self.aware[b][self.discovery[b].filter()] = True
        self.buy()

    def talk(self) -> None:
        """Let holders talk over a tenth of the edges, in both directions."""
        edges = self.sim.networks[0].edges
        forth, back = self.talk_forth.rvs(len(edges.p1)), self.talk_back.rvs(len(edges.p1))
        talkers = np.concatenate([edges.p1[forth], edges.p2[back]])
        hearers = np.concatenate([edges.p2[forth], edges.p1[back]])
        brands = self.brand.raw[talkers]
        for b in BRANDS:
            about = brands == b
            heard, n_agents = hearers[about], len(self.brand)
            messages = self.satisfaction[b].raw[talkers[about]]
            counts = np.bincount(heard, minlength=n_agents)
            reached = counts.nonzero()[0].view(ss.uids)
            counts, sums = counts[reached], np.bincount(heard, messages, n_agents)[reached]
            old = self.satisfaction[b][reached]
            self.satisfaction[b][reached] = old + (1 - 0.9**counts) * (sums / counts - old)
            self.aware[b][reached] = True

    def buy(self) -> None:
        """Let a fifth of the agents choose by the multinomial logit and learn from it."""
        buyers = self.purchase.filter()
        aware = np.stack([self.aware[b][buyers] for b in BRANDS])
        buyers, aware = buyers[aware.any(axis=0)], aware[:, aware.any(axis=0)]
        satisfaction = np.stack([self.satisfaction[b][buyers] for b in BRANDS])
        same = self.brand[buyers] == np.arange(3)[:, None]
        weights = np.exp(4 * satisfaction + same - PRICES[:, None]) * aware
        cumulated = np.cumsum(weights, axis=0)
        point = (1 - self.choice.rvs(len(buyers))) * cumulated[2]  # above 0: weight 0 never wins
        chosen = (cumulated[:2] < point).sum(axis=0)
        experience = QUALITIES[chosen] + self.noise.rvs(len(buyers))
        for b in BRANDS:
            bought = chosen == b
            old = satisfaction[b, bought]
            self.satisfaction[b][buyers[bought]] = old + 0.3 * (experience[bought] - old)
        self.brand[buyers] = chosen


def run(
    indptr: np.ndarray, indices: np.ndarray, weeks: int, seed: int, threads: int = 1
) -> tuple[float, np.ndarray]:
    """Simulate workload W; return (seconds for the weeks only, final brand shares, shape (3,))."""
    n_customers = indptr.size - 1
    ends = np.repeat(np.arange(n_customers), np.diff(indptr))
    once = ends < indices
    network = Ties(name="ties", p1=ends[once], p2=indices[once], beta=np.ones(int(once.sum())))
    market = Market()
    sim = ss.Sim(
        n_agents=n_customers, networks=network, modules=market, start=0, dur=weeks - 1, dt=1,
        rand_seed=seed, verbose=0, copy_inputs=False,
    )  # fmt: skip
    sim.init()
    if sim.t.npts != weeks:
        raise RuntimeError(f"Starsim planned {sim.t.npts} steps, not {weeks}")
    start = perf_counter()
    sim.run()
    seconds = perf_counter() - start
    brands = market.brand.values.astype(int)
    counts = np.bincount(brands[brands >= 0], minlength=3)
    return seconds, counts / counts.sum()
