"""Mesa 3 in its fastest honest idiom: an object per customer, with a list of neighboring agents.

No space, no data collector, no shuffling (the order within a week does not matter, because talk
uses what was published at the end of the week before), the generator's bound method instead of
`self.random`, and two `AgentSet.do` passes a week.

Caveats: looping over a plain list instead of `AgentSet.do` would save up to a third more, but no
longer be Mesa. Time per customer grows with their number, as the objects outgrow the caches, so
the result depends much on the machine.
`threads` is ignored: the interpreter lock allows one.
"""

from math import exp
from time import perf_counter

import numpy as np
from mesa import Agent, Model

BRANDS = (0, 1, 2)
PRICES = (1.0, 1.1, 0.9)
QUALITIES = (0.6, 0.7, 0.5)


class Customer(Agent):  # type: ignore[misc, unused-ignore]
    """Talks, discovers brands and buys; holds no brand while `brand` is -1."""

    def __init__(self, model: "Market") -> None:
        super().__init__(model)
        self.draw = model.draw
        self.gauss = model.random.gauss
        self.neighbors: list[Customer] = []
        self.satisfaction = [0.5, 0.5, 0.5]
        self.known: list[int] = []
        self.brand = -1
        self.message = 0.5

    def talk(self) -> None:
        """Tell some neighbors what she thought of her brand when the week began."""
        brand = self.brand
        if brand < 0:
            return
        message, draw = self.message, self.draw
        for neighbor in self.neighbors:
            if draw() < 0.1:
                satisfaction = neighbor.satisfaction
                satisfaction[brand] += 0.1 * (message - satisfaction[brand])
                if brand not in neighbor.known:
                    neighbor.known.append(brand)

    def live(self) -> None:
        """Discover brands, perhaps buy, and publish next week's message."""
        known, draw = self.known, self.draw
        if len(known) < 3:
            for brand in BRANDS:
                if brand not in known and draw() < 0.01:
                    known.append(brand)
        if known and draw() < 0.2:
            self.buy()
        if self.brand >= 0:
            self.message = self.satisfaction[self.brand]

    def buy(self) -> None:
        """Choose by the multinomial logit, then learn from the experience."""
        satisfaction, last = self.satisfaction, self.brand
        total, cumulated = 0.0, []
        for brand in self.known:
            total += exp(4.0 * satisfaction[brand] + (brand == last) - PRICES[brand])
            cumulated.append(total)
        point, position = self.draw() * total, 0
        while cumulated[position] < point:
            position += 1
        brand = self.known[position]
        experience = QUALITIES[brand] + self.gauss(0.0, 0.1)
        satisfaction[brand] += 0.3 * (experience - satisfaction[brand])
        self.brand = brand


class Market(Model):  # type: ignore[misc, unused-ignore]
    """All customers, linked by the social graph."""

    def __init__(self, indptr: np.ndarray, indices: np.ndarray, seed: int) -> None:
        super().__init__(rng=seed)
        self.random.seed(seed)
        self.draw = self.random.random
        n_customers = indptr.size - 1
        customers = [Customer(self) for _ in range(n_customers)]
        ties, starts = indices.tolist(), indptr.tolist()
        for customer, start, end in zip(customers, starts[:-1], starts[1:], strict=True):
            customer.neighbors = [customers[other] for other in ties[start:end]]
        n_seeded = max(1, n_customers // 100)
        for rank, customer in enumerate(self.random.sample(customers, 3 * n_seeded)):
            customer.brand = rank // n_seeded
            customer.known.append(customer.brand)

    def step(self) -> None:
        """One week: everybody talks, then everybody lives."""
        self.agents.do("talk")
        self.agents.do("live")


def run(
    indptr: np.ndarray, indices: np.ndarray, weeks: int, seed: int, threads: int = 1
) -> tuple[float, np.ndarray]:
    """Simulate workload W; return (seconds for the weeks only, final brand shares, shape (3,))."""
    market = Market(indptr, indices, seed)
    start = perf_counter()
    for _ in range(weeks):
        market.step()
    seconds = perf_counter() - start
    brands = np.array([customer.brand for customer in market.agents])
    counts = np.bincount(brands[brands >= 0], minlength=3)
    return seconds, counts / counts.sum()
