"""Shops and their suppliers order up to what they expect to sell, and learn of demand late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, uniform
from sim.tables import MOST_LEAD_WEEKS, Array, Options

if TYPE_CHECKING:
    from sim.market import Market

SLOTS = MOST_LEAD_WEEKS + 1
LEAST_ON_SHELF = 1.0


@mechanism
class OrderUpTo(Mechanism):
    """Shops order from a supplier, the supplier from production, each up to a target.

    Equation
    --------
    Supply begins in the week of the launch with what a steady demand of F = initial_demand would
    have left everywhere, and learns from the week after. Demand of last week is what was sold and,
    for shelves that were empty, the forecast: d = sold + (1 - availability) * F. Shops: F moves
    towards d by forecast_smoothing; they order up to at least one unit,
    q = max(max(F * (lead_time + 1 + safety_weeks), 1) - (stock + on the way + owed to them), 0).
    The supplier delivers what it has, to arrive lead_time weeks later, and owes the rest. Its
    forecast G moves by forecast_smoothing towards
    share * d + (1 - share) * (q of information_delay weeks ago), with share = shares_sales_data of
    the selling firm; it produces max(G * (production_weeks + safety_weeks) -
    (stock - owed + in production), 0), ready production_weeks later. A customer finds an offer on
    the shelf with probability availability = min(stock / F, 1), by a draw on each occasion; what is
    sold beyond the stock is owed and delivered first. Stock costs holding_rate of the unit cost a
    week: the seller pays for that of the shops, the supplier for its own.

    Reads / Writes
    --------------
    market.purchases of last week, offers' supply settings, firms' shares_sales_data ->
    offers.stock, demand_forecast, availability, depot_stock, depot_forecast, supplied_since_week
    (n_offers,), pipeline, orders, depot_pipeline (n_offers, n_slots), firms.holding_cents
    (n_firms,).

    References
    ----------
    Lee, Padmanabhan and Whang (1997), the bullwhip effect; Cachon and Fisher (2000), the value of
    shared information; Nahmias (1994), demand estimation in lost sales systems.

    Not modeled
    -----------
    Batches, rationing among shops, prices that react to shortage, waste.
    """

    class Parameters(Declared):
        """How shops and suppliers plan."""

        forecast_smoothing: float = param(
            0.3, unit="1", bounds=(0, 1), doc="Share of the way that a forecast moves to demand.",
            source="Chen et al. (2000): .1-.3 is usual",
        )
        information_delay: int = param(
            2, unit="weeks", bounds=(0, MOST_LEAD_WEEKS),
            doc="Weeks until a supplier without shared data plans with an order.",
        )
        production_weeks: int = param(
            2, unit="weeks", bounds=(1, MOST_LEAD_WEEKS),
            doc="Weeks from a supplier's decision to produce to its stock.",
        )
        holding_rate: float = param(
            0.005, unit="1/week", bounds=(0, 1), doc="Cost of stock over its unit cost.",
            source="a quarter of its value a year, a rule of thumb of inventory management",
        )

    reads = (
        "offers.launch_week", "offers.lead_time", "offers.safety_weeks", "offers.supplier",
        "offers.unit_cost_cents", "customers.purchase_rate",
    )
    writes = (
        "offers.stock", "offers.pipeline", "offers.demand_forecast", "offers.availability",
        "offers.orders", "offers.depot_stock", "offers.depot_pipeline", "offers.depot_forecast",
        "offers.supplied_since_week", "firms.holding_cents",
    )
    cites = (
        "Lee, Padmanabhan and Whang (1997)", "Cachon and Fisher (2000)", "Nahmias (1994)",
    )

    def step(self, market: Market) -> None:
        """Book last week's sales, receive goods, order, deliver, and fill the shelves."""
        offers = market.tables.offers
        begins = (offers.lead_time > 0) & (offers.supplied_since_week == 0)
        begins &= offers.launch_week <= market.week
        for o in np.flatnonzero(begins):
            self._open(market, int(o))
        rows = np.flatnonzero(offers.supplied_since_week > 0)
        demand = self._learn_demand(market, rows)
        owed = np.maximum(-offers.depot_stock[rows], 0.0)
        self._receive(market, rows)
        self._order(market, rows, owed)
        self._produce(market, rows, demand)
        expected = np.maximum(offers.demand_forecast[rows], 1e-9)
        on_shelf = np.maximum(offers.stock[rows], 0.0)
        offers.availability[rows] = np.minimum(on_shelf / expected, 1.0)
        self._pay_for_stock(market, rows)

    def _open(self, market: Market, o: int) -> None:
        """Start with what a steady demand as expected would have left everywhere."""
        offers, p = market.tables.offers, self.parameters
        expected = self._expected_demand(market, o)
        offers.supplied_since_week[o] = market.week
        offers.demand_forecast[o] = offers.depot_forecast[o] = offers.orders[o] = expected
        offers.stock[o] = offers.depot_stock[o] = expected * offers.safety_weeks[o]
        for pipeline, weeks in (
            (offers.pipeline, int(offers.lead_time[o])), (offers.depot_pipeline, p.production_weeks)
        ):
            pipeline[o, (market.week + np.arange(weeks)) % SLOTS] = expected

    def _expected_demand(self, market: Market, o: int) -> float:
        """Units a week that the firm reckons with before it has sold any."""
        offers, name = market.tables.offers, market.offer_names[o]
        supply = market.world.firms[market.firm_names[offers.firm[o]]].offers[name].supply
        if supply is not None and supply.initial_demand is not None:
            return supply.initial_demand * market.n_customers / 1000.0
        k = offers.category[o]
        occasions = market.tables.customers.purchase_rate[:, k].sum(dtype=np.float64)
        return float(occasions) / int((offers.category == k).sum())

    def _learn_demand(self, market: Market, rows: Array) -> Array:
        """Take last week's sales off the stock; returns the demand that shops saw, (n_rows,)."""
        offers = market.tables.offers
        sold = np.bincount(market.purchases.offer + 1, minlength=market.n_offers + 1)[1:][rows]
        offers.stock[rows] -= sold
        forecast = offers.demand_forecast[rows]
        demand = sold + (1.0 - offers.availability[rows]) * forecast
        # In its first week there is nothing to learn from.
        demand = np.where(offers.supplied_since_week[rows] < market.week, demand, forecast)
        offers.demand_forecast[rows] += self.parameters.forecast_smoothing * (demand - forecast)
        return np.asarray(demand)

    def _receive(self, market: Market, rows: Array) -> None:
        offers, slot = market.tables.offers, market.week % SLOTS
        for stock, pipeline in (
            (offers.stock, offers.pipeline), (offers.depot_stock, offers.depot_pipeline)
        ):
            stock[rows] += pipeline[rows, slot]
            pipeline[rows, slot] = 0.0

    def _order(self, market: Market, rows: Array, owed: Array) -> None:
        """Shops order; the supplier sends what it has and owes the rest."""
        offers, slot = market.tables.offers, market.week % SLOTS
        weeks = offers.lead_time[rows] + 1.0 + offers.safety_weeks[rows]
        target = np.maximum(offers.demand_forecast[rows] * weeks, LEAST_ON_SHELF)
        position = offers.stock[rows] + offers.pipeline[rows].sum(axis=1) + owed
        order = np.maximum(target - position, 0.0)
        offers.orders[rows, slot] = order
        arrival = (market.week + offers.lead_time[rows]) % SLOTS
        at_hand = offers.depot_stock[rows] + owed
        offers.pipeline[rows, arrival] += np.minimum(owed + order, at_hand)
        offers.depot_stock[rows] -= order

    def _produce(self, market: Market, rows: Array, demand: Array) -> None:
        """The supplier looks at sales, as far as it is shown them, and else at old orders."""
        offers, p = market.tables.offers, self.parameters
        levers = [market.firms[f].levers["shares_sales_data"] for f in offers.firm[rows]]
        shown = np.array(levers, dtype=np.float64)
        heard = offers.orders[rows, (market.week - p.information_delay) % SLOTS]
        seen = shown * demand + (1.0 - shown) * heard
        forecast = offers.depot_forecast[rows]
        offers.depot_forecast[rows] = forecast + p.forecast_smoothing * (seen - forecast)
        # This week's order is served already: what is made now must last until what comes next.
        weeks = p.production_weeks + offers.safety_weeks[rows]
        position = offers.depot_stock[rows] + offers.depot_pipeline[rows].sum(axis=1)
        made = np.maximum(offers.depot_forecast[rows] * weeks - position, 0.0)
        offers.depot_pipeline[rows, (market.week + p.production_weeks) % SLOTS] += made

    def _pay_for_stock(self, market: Market, rows: Array) -> None:
        _, offers, firms = market.tables
        rate = self.parameters.holding_rate * offers.unit_cost_cents[rows]
        seller = offers.firm[rows]
        supplier = np.where(offers.supplier[rows] >= 0, offers.supplier[rows], seller)
        firms.holding_cents[:] = 0
        for firm, stock in ((seller, offers.stock), (supplier, offers.depot_stock)):
            cost = np.rint(rate * np.maximum(stock[rows], 0.0)).astype(np.int64)
            np.add.at(firms.holding_cents, firm, cost)

    def weigh(self, market: Market, options: Options) -> None:
        """Offers whose shelf is empty for her cannot be had."""
        customers, offers = market.tables.customers, market.tables.offers
        if (offers.availability >= 1.0).all():
            return
        market.sweep(
            find_shelves, market.streams.key("supply.shelf", market.week), options.starts,
            customers.label, offers.label, offers.category, offers.availability,
            options.customer, options.serial, options.category, options.utility,
        )


@kernel
def find_shelves(
    start: int, stop: int, key: np.uint64, starts: Array, label: Array, offer_label: Array,
    category: Array, availability: Array, customer: Array, serial: Array, kind: Array,
    utility: Array,
) -> None:
    """Draw for each occasion of customers of a range which shelves are empty."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        state = address(address(key, label[customer[e]]), serial[e])
        for o in range(category.size):
            if category[o] != kind[e] or availability[o] >= 1.0:
                continue
            if uniform(state, offer_label[o] + 1) >= availability[o]:
                utility[e, o] = -np.inf
