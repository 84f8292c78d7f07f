"""True part-worths of households and true price elasticities, at once and in the long run."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.export.replay import Counts, Levers, Numbers, Report, Setting, weeks_of
from sim.export.sheets import Columns, frame_of
from sim.export.utility import Weighed, Weights
from sim.market import Market

DEARER = 0.01
LEAST_UNITS = 1e-12

ELASTICITIES: Columns = {
    "offer": ("", "whose units change"),
    "dearer": ("", "offer that costs one percent more"),
    "elasticity_now": ("1", "at once, from the true utilities of the panel's occasions"),
    "elasticity_run": ("1", "over the whole run, from the market lived again"),
    "elasticity_run_error": ("1", "its standard error, from differences between customers"),
    "units": ("units", "units of `offer` in the market as it was"),
    "units_dearer": ("units", "units of `offer` in the market with the dearer offer"),
    "price_change": ("1", "by which share `dearer` really was dearer; prices are whole cents"),
}
WORTHS: Columns = {
    "household": ("", "number of the household"), "segment": ("", "its segment"),
    "purchase_rate": ("1/week", "purchase occasions in the category"),
    "price_sensitivity": ("utility/currency", "utility lost per unit of price"),
    "experience_weight": ("utility", "weight of the experience that she expects, 0 to 1"),
    "loyalty_weight": ("utility", "weight of Guadagni-Little loyalty"),
    "loyalty_memory": ("1", "share of loyalty kept at each purchase"),
    "trust_weight": ("utility", "weight of trust in the firm"),
    "reactance_weight": ("utility", "utility lost to full reactance"),
    "push_weight": ("utility", "utility added by full sales pressure"),
    "defect_aversion": ("utility", "utility lost per severity of a known defect"),
    "stealing_thunder": ("1", "share of that loss when the firm told her itself"),
    "switching_cost": ("utility", "utility lost by another offer than last time"),
    "outside_utility": ("utility", "utility of buying nothing; empty where she always buys"),
}


def part_worths(
    market: Market, households: Counts, category: int, weights: Weights
) -> tuple[Columns, Any]:
    """Columns and table of what each household weighs."""
    customers = market.tables.customers
    segment = customers.segment[households]
    outside = weights.outside[segment]
    columns = {
        "household": households,
        "segment": np.array(market.segment_names, dtype=object)[segment],
        "purchase_rate": customers.purchase_rate[households, category].astype(np.float64),
        "price_sensitivity": customers.price_sensitivity[households].astype(np.float64),
        **{name: values[segment] for name, values in weights.by_name.items()},
        "switching_cost": weights.switching[segment],
        "outside_utility": np.where(np.isfinite(outside), outside, np.nan),
    }
    return WORTHS, frame_of(WORTHS, columns)


def elasticities_now(weighed: list[Weighed]) -> Numbers:
    """Own and cross price elasticities of expected units, (n_options, n_options).

    E_ab = sum P_a (1[a = b] - P_b) * -sensitivity * price_b / sum P_a, over occasions.
    """
    width = weighed[0].price.shape[1]
    units, slope = np.zeros(width), np.zeros((width, width))
    for one in weighed:
        chance = one.probability
        push = -one.sensitivity[:, None] * one.price
        units += chance.sum(axis=0)
        slope += np.diag((chance * push).sum(axis=0)) - chance.T @ (chance * push)
    found: Numbers = np.where(
        units[:, None] > LEAST_UNITS, slope / np.maximum(units, LEAST_UNITS)[:, None], np.nan
    )
    return found


def units_bought(
    setting: Setting, market: Market, offers: Counts, levers: Levers | None
) -> Numbers:
    """Units by customer and offer over the run, (n_customers, n_options)."""
    units = np.zeros((market.n_customers, market.n_offers + 1))
    for lived in weeks_of(market, setting.weeks, levers):
        np.add.at(units, (lived.purchases.customer, lived.purchases.offer), 1.0)
    return units[:, offers]


def elasticities_run(
    setting: Setting, market: Market, offers: Counts, levers: Levers, report: Report
) -> dict[str, Numbers]:
    """Elasticities by living the market again with each offer dearer; ``[a, b]``: a, b dearer."""
    network = market.network
    base = units_bought(setting, setting.market(network), offers, levers)
    report(1)
    shape = (offers.size, offers.size)
    found = {name: np.full(shape, np.nan) for name in ("elasticity", "error", "changed")}
    share = np.zeros(offers.size)
    for b, o in enumerate(offers):
        dearer = levers.dearer(int(o), DEARER)
        share[b] = _share(levers.price_cents[:, o], dearer.price_cents[:, o])
        other = units_bought(setting, setting.market(network), offers, dearer)
        report(1)
        found["changed"][:, b] = other.sum(axis=0)
        found["elasticity"][:, b], found["error"][:, b] = _response(other - base, base, share[b])
    return {**found, "units": base.sum(axis=0), "share": share}


def _share(before: Counts, after: Counts) -> float:
    total = float(before.sum())
    return float(after.sum()) / total - 1.0 if total > 0 else 0.0


def _response(moved: Numbers, base: Numbers, share: float) -> tuple[Numbers, Numbers]:
    """Elasticity of each offer and its error from customers, who differ independently."""
    units = base.sum(axis=0)
    scale = np.where((units > 0) & (share > 0), units * share, np.nan)
    spread = moved.std(axis=0, ddof=1) if len(moved) > 1 else np.full(units.shape, np.nan)
    return moved.sum(axis=0) / scale, spread * np.sqrt(len(moved)) / scale


def effects_of(
    names: list[str], now: Numbers, run: dict[str, Numbers]
) -> tuple[Columns, Any]:
    """Columns and table of all elasticities."""
    width = len(names)
    pairs = np.array(names, dtype=object)
    return ELASTICITIES, frame_of(ELASTICITIES, {
        "offer": np.repeat(pairs, width), "dearer": np.tile(pairs, width),
        "elasticity_now": now.ravel(), "elasticity_run": run["elasticity"].ravel(),
        "elasticity_run_error": run["error"].ravel(), "units": np.repeat(run["units"], width),
        "units_dearer": run["changed"].ravel(), "price_change": np.tile(run["share"], width),
    })
