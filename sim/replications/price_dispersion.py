"""Price dispersion: sales that firms draw by lot, and what customers pay who see few prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.market import Market
from sim.replications.base import Curve, Finding, Plot, Replicated, each, replication
from sim.scenario import Scenario
from sim.streams import Streams

Values = NDArray[np.float64]

N_FIRMS, VALUATION = 5, 100.0  # as in the scenario; results are in units of the valuation
WHAT = ("mean price", "sd of prices", "CV of prices", "mean lowest price", "mean price paid")
VARIAN = {  # by informed share, in the order of WHAT; science.md B18
    0.1: (0.914, 0.105, 0.115, 0.775, 0.900),
    0.3: (0.787, 0.225, 0.286, 0.498, 0.700),
    0.5: (0.681, 0.298, 0.437, 0.319, 0.500),
    0.7: (0.573, 0.348, 0.607, 0.183, 0.300),
    0.9: (0.422, 0.379, 0.900, 0.064, 0.100),
    0.98: (0.279, 0.364, 1.30, 0.015, 0.020),
}
STAHL = {  # by search cost: reservation price, mean and sd of prices; science.md B18
    0.2: (0.627, 0.427, 0.187), 0.1: (0.314, 0.214, 0.093), 0.05: (0.157, 0.107, 0.047),
}
STAHL_INFORMED = 0.5
TOLERANCE, PROFIT_TOLERANCE = 0.01, 0.003
CUSTOMERS, WEEKS, BATCHES = 3_000, 2_000, 20


@dataclass(frozen=True)
class Sold:
    """What a market showed, by week, in units of the valuation.

    Attributes
    ----------
    prices : price lists, (weeks, n_firms).
    units : units sold by firm, (weeks, n_firms).
    paid : mean price paid, (weeks,).
    """

    prices: Values
    units: Values
    paid: Values


@replication(
    target="B18", title="Price dispersion among informed and uninformed customers",
    source="Varian (1980), A model of sales; Stahl (1989), Oligopolistic pricing with sequential "
    "consumer search; science.md B18", tier=1,
)
def measure(world: Scenario, seed: int, workers: int | None) -> Replicated:
    """Moments of price lists and the mean price paid, by what customers see."""
    broken = {
        "twice as many informed as firms believe": informed(0.5, seen=1.0),
        "the uninformed compare two prices": {**informed(0.5), "mechanisms.search.quotes": 2},
        "customers take no notice of prices": {
            **informed(0.5), "customers.segments.everybody.price_sensitivity": 0.0,
        },
        "the uninformed look on from half the accepted price": stahl(0.2, looking_on=0.5),
    }
    cases = [*map(informed, VARIAN), *map(stahl, STAHL), *broken.values()]
    lived = each(partial(live, world, seed), cases, workers=workers)
    varian, searched = lived[: len(VARIAN)], lived[len(VARIAN) : len(VARIAN) + len(STAHL)]
    return Replicated(
        (
            *(finding for mu, sold in zip(VARIAN, varian, strict=True)
              for finding in varian_findings(mu, sold)),
            *equal_profit(STAHL_INFORMED, varian[list(VARIAN).index(STAHL_INFORMED)]),
            *(finding for s, sold in zip(STAHL, searched, strict=True)
              for finding in stahl_findings(s, sold)),
            *broken_findings(dict(zip(broken, lived[-len(broken) :], strict=True))),
        ),
        (moments_plot(varian), profit_plot(varian)),
        remarks(),
    )


def informed(mu: float, *, seen: float | None = None) -> dict[str, Any]:
    """Overrides in which firms believe in an informed share, which is true unless ``seen`` is."""
    return {
        "mechanisms.pricing.informed_share": mu,
        "mechanisms.search.informed_share": mu if seen is None else seen,
    }


def stahl(search_cost: float, *, looking_on: float = 1.0) -> dict[str, Any]:
    """Overrides in which the uninformed look on above the price that the equilibrium accepts."""
    return {
        **informed(STAHL_INFORMED), "mechanisms.pricing.search_cost": VALUATION * search_cost,
        "mechanisms.search.reservation_price":
            VALUATION * looking_on * reservation_price(search_cost),
    }


def reservation_price(search_cost: float, mu: float = STAHL_INFORMED) -> float:
    """Stahl's r = min(1, s / (1 - alpha)), in units of the valuation."""
    from scipy.integrate import quad

    odds = N_FIRMS * mu / (1.0 - mu)
    alpha = quad(lambda z: 1.0 / (1.0 + odds * z ** (N_FIRMS - 1)), 0.0, 1.0)[0]
    return float(min(1.0, search_cost / (1.0 - alpha)))


def live(world: Scenario, seed: int, overrides: Mapping[str, Any]) -> Sold:
    """Live a market and note its price lists and what was paid."""
    market = Market(
        world, seed=Streams(seed).replication(0).seed,
        overrides={**overrides, "customers.n": CUSTOMERS, "weeks": WEEKS}, observe=False,
    )
    prices, units = np.empty((2, WEEKS, N_FIRMS))
    paid = np.empty(WEEKS)
    for week in range(WEEKS):
        prices[week] = market.tables.offers.price_cents / (100.0 * VALUATION)
        market.step()
        bought = market.purchases
        units[week] = np.bincount(bought.offer[bought.offer >= 0], minlength=N_FIRMS)
        paid[week] = bought.price_cents[bought.offer >= 0].mean() / (100.0 * VALUATION)
    return Sold(prices, units, paid)


def statistics(sold: Sold) -> Values:
    """The numbers of ``WHAT``, (5,)."""
    mean, sd = sold.prices.mean(), sold.prices.std()
    lowest = sold.prices.min(axis=1).mean()
    return np.array([mean, sd, sd / mean, lowest, sold.paid.mean()])


def errors(sold: Sold) -> Values:
    """Standard errors of ``statistics``; weeks are draws anew, so batches of them are alike."""
    parts = [np.array_split(column, BATCHES) for column in (sold.prices, sold.units, sold.paid)]
    by_batch = np.array([statistics(Sold(*batch)) for batch in zip(*parts, strict=True)])
    return np.asarray(by_batch.std(axis=0, ddof=1) / np.sqrt(BATCHES))


def varian_findings(mu: float, sold: Sold) -> list[Finding]:
    """One row of the table; the mean price paid is 1 - mu."""
    columns = zip(WHAT, VARIAN[mu], statistics(sold), errors(sold), strict=True)
    return [
        Finding(f"informed share {mu:g}: {what}", published, float(value), TOLERANCE, float(error))
        for what, published, value, error in columns
    ]


def profit(sold: Sold) -> Values:
    """What firms earned from each customer in the market, (weeks, n_firms)."""
    return np.asarray(sold.prices * sold.units / sold.units.sum(axis=1, keepdims=True))


def by_price(sold: Sold, n_groups: int) -> tuple[Values, Values, Values]:
    """Price, profit and its standard error in groups of prices of the same number, (n_groups,)."""
    order = np.argsort(sold.prices.ravel())
    price, earned = (
        np.array_split(values.ravel()[order], n_groups) for values in (sold.prices, profit(sold))
    )
    return (
        np.array([x.mean() for x in price]), np.array([x.mean() for x in earned]),
        np.array([x.std(ddof=1) / np.sqrt(len(x)) for x in earned]),
    )


def equal_profit(mu: float, sold: Sold) -> list[Finding]:
    """No price in use earns more than another, else firms would not draw by lot."""
    expected = (1.0 - mu) / N_FIRMS
    price, earned, error = by_price(sold, 3)
    error = np.hypot(error, profit_by_share(mu, price) * np.sqrt(mu * (1.0 - mu) / CUSTOMERS))
    return [
        Finding(
            f"informed share {mu:g}: profit a customer from the {name} third of prices", expected,
            float(value), PROFIT_TOLERANCE, float(deviation),
        )
        for name, value, deviation in zip(("cheapest", "middle", "dearest"), earned, error,
                                          strict=True)
    ]


def profit_by_share(mu: float, price: Values) -> Values:
    """How much profit a customer at a price changes with the informed share that came about.

    A firm sells to its part of the uninformed, and to the informed if its price p is the lowest,
    with probability (1 - mu) (1 - p) / (n mu p): its profit changes by p times that less p / n.
    """
    return np.asarray((1.0 - mu) * (1.0 - price) / (N_FIRMS * mu) - price / N_FIRMS)


def stahl_findings(cost: float, sold: Sold) -> list[Finding]:
    """Reservation price (the highest price on any list), moments, and the mean price paid."""
    r, mean, sd = STAHL[cost]
    values, error = statistics(sold), errors(sold)
    where = f"search cost {cost:g}"
    return [
        Finding(f"{where}: highest price", r, float(sold.prices.max()), TOLERANCE),
        Finding(f"{where}: mean price", mean, float(values[0]), TOLERANCE, float(error[0])),
        Finding(f"{where}: sd of prices", sd, float(values[1]), TOLERANCE, float(error[1])),
        Finding(
            f"{where}: mean price paid, (1 - mu) r", (1.0 - STAHL_INFORMED) * r, float(values[4]),
            TOLERANCE, float(error[4]),
        ),
    ]


def broken_findings(broken: dict[str, Sold]) -> list[Finding]:
    """The mean price paid where customers do not see what firms count on."""
    expected = [1.0 - STAHL_INFORMED] * (len(broken) - 1)
    expected.append((1.0 - STAHL_INFORMED) * reservation_price(0.2))
    return [
        Finding(
            f"mean price paid where {premise}", published, float(sold.paid.mean()), TOLERANCE,
            float(errors(sold)[4]), must_depart=True,
        )
        for (premise, sold), published in zip(broken.items(), expected, strict=True)
    ]


def closed_form(mu: Values) -> tuple[Values, Values, Values]:
    """Mean and standard deviation of prices and the mean price paid, by informed share."""
    unit = (np.arange(200_000) + 0.5) / 200_000
    mean, sd = np.empty((2, len(mu)))
    for at, m in enumerate(mu):
        price = (1.0 - m) / (1.0 - m + N_FIRMS * m * unit ** (N_FIRMS - 1))
        mean[at], sd[at] = price.mean(), price.std()
    return mean, sd, 1.0 - mu


def moments_plot(varian: list[Sold]) -> Plot:
    """Level and spread of prices by informed share."""
    mu = np.linspace(0.01, 0.99, 99)
    found = np.array([statistics(sold) for sold in varian])
    curves = []
    for name, theory, column in zip(
        ("mean price", "standard deviation", "mean price paid"), closed_form(mu), (0, 1, 4),
        strict=True,
    ):
        curves += [
            Curve.of(f"{name}, closed form", mu, theory, "published"),
            Curve.of(name, list(VARIAN), found[:, column], "reproduced", marks=True),
        ]
    return Plot(
        "Prices of five shops", "share of customers who compare all prices",
        "price (share of the valuation)", tuple(curves),
    )


def profit_plot(varian: list[Sold]) -> Plot:
    """Profit by price: flat in equilibrium."""
    curves = []
    for mu in (0.3, STAHL_INFORMED, 0.7):
        price, earned, error = by_price(varian[list(VARIAN).index(mu)], 10)
        flat = np.full(len(price), (1.0 - mu) / N_FIRMS)
        curves += [
            Curve.of(f"(1 - {mu:g}) / {N_FIRMS}", price, flat, "published"),
            Curve.of(
                f"informed share {mu:g}", price, earned, "reproduced", low=earned - 2 * error,
                high=earned + 2 * error,
            ),
        ]
    return Plot(
        "No price earns more than another", "price (share of the valuation)",
        "profit a customer in the market (share of the valuation)", tuple(curves),
    )


def remarks() -> tuple[str, ...]:
    """What to know when reading the numbers."""
    return (
        "More informed customers do not make prices more alike: the standard deviation of prices "
        "rises up to about nine informed customers in ten and falls only then, and the coefficient "
        "of variation rises all the way. 'Price dispersion falls with information' is no law; the "
        "level of prices falls, for informed and uninformed customers alike.",
        "With sequential search nobody looks a second time in equilibrium, because no price "
        "exceeds the reservation price; level and spread scale with the search cost, and the "
        "coefficient of variation stays.",
        "The share of informed customers is drawn customer by customer, so that the realized share "
        "differs from the stated one by about its standard error, "
        f"at most {0.5 / CUSTOMERS**0.5:.3f}; the errors of profits count that in.",
    )
