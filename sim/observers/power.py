"""Who has the power in the market: five components of customer power, and their mean.

Each component lies in [0, 1]; 1 means that power is with the customers. The reversal week, the
first in which the mean passes one half, is a statement about a whole run:
``sim.results.reversal``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.observers import till
from sim.observers.base import Measures, Observer, Outcome, Weeks, observer
from sim.observers.customers import share
from sim.observers.needs import by_firm, mean_needs
from sim.observers.panel import Panel
from sim.observers.prices import margins
from sim.observers.value import charged_value
from sim.tables import Array, Options, Tariff

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]

CENT = 0.01
HUGE = 500.0  # a utility whose exponential is near the largest number, beside which 1 is nothing
COMPONENTS = ("information", "price", "exit", "voice", "surplus")


def part_of(one: Values, other: Values, *, neither: float) -> Values:
    """``one / (one + other)``, and ``neither`` where both are zero."""
    both = one + other
    return np.where(both > 0, share(one, both), np.where(np.isnan(both), np.nan, neither))


def offer_errors(market: Market, panel: Panel, added: Options) -> Values:
    """Sum and number of customers' errors about offers: expectations against ``panel.lived``.

    Over the panel and the offers on sale in categories that she buys in; an offer that she does not
    know counts as a full error of 1.
    """
    customers, offers, _ = market.tables
    found = np.zeros(2)
    add_errors(
        panel.customer, panel.category, market.week, market.offer_order, offers.category,
        offers.launch_week, customers.aware, customers.expectation, panel.lived(market, added),
        found,
    )
    return found


@kernel
def add_errors(
    customer: Array, kind: Array, week: int, order: Array, category: Array, launch_week: Array,
    aware: Array, expectation: Array, lived: Array, found: Array,
) -> None:
    """Add errors about offers on sale over the occasions of a panel, and count them."""
    for e in range(customer.size):
        i = customer[e]
        for o in order:
            if category[o] != kind[e] or launch_week[o] > week:
                continue
            found[1] += 1.0
            error = abs(expectation[i, o] - lived[e, o])
            found[0] += error if aware[i, o] != 0 else 1.0


def firms_error(market: Market, needs: Values, believed: Values) -> Values:
    """Firms' error about customers: half the distance of believed to mean needs, where they sell.

    Mean over firms and the categories that each sells in, (n_weeks,), of beliefs (n_weeks, n_firms,
    n_attributes); who believes nothing errs fully.
    """
    offers = market.tables.offers
    errors = []
    for f, k in sorted({*zip(offers.firm.tolist(), offers.category.tolist(), strict=True)}):
        inside = market.attribute_category == k
        true, weights = needs[inside], np.ascontiguousarray(believed[:, f][:, inside])
        if true.sum() <= 0:
            continue
        total = weights.sum(axis=-1, keepdims=True)
        shares = np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)
        apart = np.abs(true / true.sum() - shares).sum(axis=-1) / 2
        errors.append(np.where(total[:, 0] > 0, apart, 1.0))
    if not errors:
        return np.full(len(believed), np.nan)
    return np.array([math.fsum(week) / len(errors) for week in zip(*errors, strict=True)])


def stand(market: Market, panel: Panel, added: Options) -> tuple[Values, Values]:
    """What leaving costs, and what buying is worth.

    Returns sum and weight of the odds of the next best known offer against the best, (2,), and
    consumer surplus a week by offer, currency, (n_offers,).

    Surplus of an occasion is the logsum over offers and nothing, minus the utility of nothing,
    over price sensitivity (Small and Rosen 1981), times her rate of occasions. It belongs to the
    offers in proportion to their choice probabilities: given that one is chosen, the expected
    utility is the same whichever it is.
    """
    utility = panel.utility(market, added)
    if utility is None:
        return np.zeros(2), np.full(market.n_offers, np.nan)
    surplus, odds = np.zeros(market.n_offers), np.zeros(2)
    add_up(
        utility, market.offer_order, panel.outside, panel.rate, panel.price_sensitivity, surplus,
        odds,
    )
    return odds, surplus * panel.scale


@kernel
def add_up(
    utility: Array, order: Array, outside: Array, rate: Array, price_sensitivity: Array,
    surplus: Array, odds: Array,
) -> None:
    """Add the surplus of each occasion to its offers, and the odds of second best offers."""
    weight = np.empty(order.size)
    for e in range(rate.size):
        best, second = -np.inf, -np.inf
        for o in range(order.size):
            value = utility[e, o]
            second = max(second, min(value, best))
            best = max(best, value)
        if best == -np.inf:
            continue
        total = 0.0
        next_best = 0.0
        for o in order:
            # Exponentials are what this costs: those of zero and of minus infinity are known.
            weight[o] = 0.0
            if utility[e, o] > -np.inf:
                weight[o] = np.exp(utility[e, o] - best) if utility[e, o] < best else 1.0
            if utility[e, o] == second:
                next_best = weight[o]
            total += weight[o]
        odds[0] += rate[e] * next_best
        odds[1] += rate[e]
        if price_sensitivity[e] <= 0.0:
            continue
        above = best - outside[e]
        if above < HUGE:
            gain = np.log(1.0 + total * np.exp(above))
        else:
            gain = above + np.log(total)
        worth = rate[e] * gain / price_sensitivity[e] / total
        for o in order:
            surplus[o] += worth * weight[o]


def first_fees(market: Market) -> Values:
    """Fees of subscriptions that began in the week just lived, in cents, (n_offers,).

    As ``charged_value``, of customers to whom prices matter.
    """
    bought, (customers, offers, _) = market.purchases, market.tables
    if market.mechanisms["tariffs"].variant == "none":
        return np.zeros(market.n_offers)
    sold = np.flatnonzero(bought.offer >= 0)
    begun = sold[offers.tariff[bought.offer[sold]] == Tariff.SUBSCRIPTION]
    begun = begun[customers.price_sensitivity[bought.customer[begun]] > 0.0]
    cents = bought.price_cents[begun].astype(np.float64)
    return np.asarray(np.bincount(bought.offer[begun], cents, market.n_offers), dtype=np.float64)


def voice(by_customers: Values, by_all: Values) -> Values:
    """Share of all improvement released so far that customers caused, (n_weeks,); 0 before any.

    Nothing that customers said has changed anything yet; leaving the component out instead would
    let the mean jump at the first release of a firm that listens to nobody.
    """
    released = by_all.sum(axis=-1)
    return np.where(released > 0, share(by_customers.sum(axis=-1), released), 0.0)


def mean_of_known(values: Values) -> float:
    """The mean of the numbers among ``values``, not a number if there is none."""
    known = values[~np.isnan(values)]
    return math.fsum(known) / len(known) if len(known) else math.nan


@observer
class Power(Observer):
    """Customer power, component by component."""

    outcomes: ClassVar[dict[str, Outcome]] = {
        "customer_power": Outcome(
            "0 to 1", "mean", "Mean of the components of customer power that have a value.",
            per="market",
        ),
        "power_information": Outcome(
            "0 to 1", "mean",
            "Firms' error about customers over that plus customers' error about offers.",
            per="market",
        ),
        "power_price": Outcome(
            "0 to 1", "mean",
            "One minus the Lerner index of all firms together: what stays above makers' unit costs "
            "of what customers paid, renewed fees and penalties included, each in the week in "
            "which it is paid; within 0 and 1.", per="market",
        ),
        "power_exit": Outcome(
            "0 to 1", "mean",
            "Mean odds of the next best offer that a customer knows against her best.",
            per="market",
        ),
        "power_voice": Outcome(
            "0 to 1", "mean",
            "Share of all improvement released so far that customers caused, 0 before any.",
            per="market",
        ),
        "power_surplus": Outcome(
            "0 to 1", "mean",
            "Consumer surplus over consumer plus producer surplus, which is what stays above "
            "makers' unit costs of what customers paid; each is 0 where it would be below.",
            per="market",
        ),
        "offer_error": Outcome(
            "0 to 1", "mean",
            "Customers' mean error about what offers bring them in use; not knowing one is 1.",
            per="market",
        ),
        "information_asymmetry": Outcome(
            "difference of errors", "mean",
            "Customers' error about offers minus firms' error about customers.", per="market",
        ),
        "consumer_surplus": Outcome(
            "currency/week", "sum",
            "What buying is expected to be worth beyond its price, from a panel of customers, "
            "minus the week's fees of subscriptions, first or renewed, and penalties.",
            per="market",
        ),
        "surplus_share": Outcome(
            "0 to 1", "mean",
            "Consumer surplus of its offers over that plus what stays above its own cost of a "
            "unit, the wholesale price where another firm delivers it, of what customers paid it; "
            "each is 0 where it would be below.",
        ),
    }

    def __init__(self) -> None:
        self._panel: Panel | None = None
        self._needs: Values = np.zeros(0)

    def measure(self, market: Market) -> Measures:
        """What power rests on at the end of the week just lived."""
        if self._panel is None:  # traits and rates stay as they are
            self._panel, self._needs = Panel(market), mean_needs(market)
        added = self._panel.terms_of_families(market)
        odds, surplus = stand(market, self._panel, added)
        bought, firms = market.purchases, market.tables.firms
        # In use a subscription costs nothing, and nobody foresees a penalty.
        charged = np.bincount(bought.charged_offer, charged_value(market), market.n_offers)
        return {
            "offer_errors": offer_errors(market, self._panel, added),
            "believed": firms.believed_needs.copy(),
            "odds": odds,
            "surplus": surplus - (charged + first_fees(market)) * CENT,
            "till": till.take(market),
            "unit_cost": market.tables.offers.unit_cost_cents.copy(),
            "cost_to_seller": market.cost_to_seller(),
            "released": firms.released_improvement.copy(),
            "by_customers": firms.released_by_customers.copy(),
        }

    def derive(self, market: Market, weeks: Weeks) -> Weeks:
        """Components of power, and their mean."""
        of_customers = share(weeks["offer_errors"][:, 0], weeks["offer_errors"][:, 1])
        believed = weeks["believed"].astype(np.float64)
        of_firms = firms_error(market, self._needs, believed)
        money, margin = margins(weeks["till"], weeks["unit_cost"])
        _, of_sellers = margins(weeks["till"], weeks["cost_to_seller"])
        kept = np.maximum(by_firm(market, of_sellers) * CENT, 0.0)
        by_firm_surplus = by_firm(market, weeks["surplus"])
        surplus = by_firm_surplus.sum(axis=-1)
        of_firm = np.maximum(by_firm_surplus, 0.0)
        all_kept = np.maximum(margin.sum(axis=-1) * CENT, 0.0)
        power = {
            "information": part_of(of_firms, of_customers, neither=0.5),
            "price": np.clip(1 - share(margin.sum(axis=-1), money.sum(axis=-1)), 0, 1),
            "exit": share(weeks["odds"][:, 0], weeks["odds"][:, 1]),
            "voice": voice(weeks["by_customers"], weeks["released"]),
            "surplus": part_of(np.maximum(surplus, 0.0), all_kept, neither=math.nan),
        }
        components = np.column_stack([power[name] for name in COMPONENTS])
        return {
            "customer_power": np.array([mean_of_known(week) for week in components]),
            **{f"power_{name}": power[name] for name in COMPONENTS},
            "offer_error": of_customers,
            "information_asymmetry": of_customers - of_firms,
            "consumer_surplus": surplus,
            "surplus_share": share(of_firm, of_firm + kept),
        }
