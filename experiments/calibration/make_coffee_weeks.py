"""Makes coffee_weeks.csv: weekly sales and prices that the simulator itself lived through.

Run it in the folder of the project: ``python -m experiments.calibration.make_coffee_weeks``.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from sim import Market

HERE = Path(__file__).parent
WEEKS = 60
SEED = 2_026
TRUTH = {
    "customers.segments.everyday.price_sensitivity": 0.8,
    "customers.segments.everyday.purchase_rate": 0.25,
    "mechanisms.advertising.reach_rate": 0.02,
}
PROMOTIONS = {range(9, 12): 4.99, range(24, 26): 4.49, range(37, 41): 4.99, range(53, 56): 4.49}
"""Weeks in which nova_box costs less."""


def prices() -> dict[str, list[float]]:
    """Price of each offer in each week."""
    nova = [6.0] * WEEKS
    for weeks, price in PROMOTIONS.items():
        for week in weeks:
            nova[week - 1] = price
    return {"nova_box": nova, "orbit_box": [6.0] * (WEEKS // 2) + [5.8] * (WEEKS - WEEKS // 2)}


def write(path: Path) -> None:
    """Live the market at its known settings and write what was sold."""
    market = Market(HERE / "coffee_weeks.yaml", seed=SEED, overrides=TRUTH, observe=False)
    charged = prices()
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("week", "offer", "units", "price"))
        for week in range(WEEKS):
            for o, name in enumerate(market.offer_names):
                market.tables.offers.price_cents[o] = round(charged[name][week] * 100)
                market.tables.offers.list_price_cents[o] = round(charged[name][week] * 100)
            market.step()
            sold = np.bincount(market.purchases.offer + 1, minlength=market.n_offers + 1)[1:]
            for o, name in enumerate(market.offer_names):
                rows.writerow((week + 1, name, sold[o], f"{charged[name][week]:g}"))


if __name__ == "__main__":
    write(HERE / "coffee_weeks.csv")
