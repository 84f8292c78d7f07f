"""Money is conserved to the cent."""

from __future__ import annotations

import numpy as np
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.tables import FirmTable


def books(world, seed=1):
    """The firm table's money, week by week, and what this week's purchases say."""
    made = worlds.market(world, seed=seed, observe=False)
    weeks = []
    for _ in range(made.world.weeks):
        made.step()
        _, offers, firms = made.tables
        sold = made.purchases.offer[made.purchases.offer >= 0]
        paid = made.purchases.price_cents[made.purchases.offer >= 0]
        week = {name: values for name, values in firms.state().items() if name.endswith("_cents")}
        by_firm = offers.firm[sold]
        week["paid"] = np.array([paid[by_firm == f].sum() for f in range(made.n_firms)])
        week["made"] = np.array([
            offers.unit_cost_cents[sold[by_firm == f]].sum() for f in range(made.n_firms)
        ])
        week["spent"] = made.tables.customers.spend_cents.sum()
        weeks.append(week)
    return weeks


def check(weeks):
    revenue = cash = 0
    for week in weeks:
        revenue, cash = revenue + week["revenue_cents"], cash + week["profit_cents"]
        assert np.array_equal(week["revenue_cents"], week["paid"])
        assert np.array_equal(week["production_cents"], week["made"])
        assert np.array_equal(
            week["profit_cents"],
            week["revenue_cents"] - week["production_cents"] - week["advertising_cents"]
            - week["selling_cents"] - week["support_cents"] - week["development_cents"],
        )
        assert np.array_equal(week["cash_cents"], cash)
        assert week["spent"] == revenue.sum()
    assert revenue.sum() > 0


@settings(max_examples=12)
@given(
    price=st.floats(0.005, 60), cost=st.just(0.0) | st.floats(0.005, 60), contact=st.floats(0, 3),
    spending=st.floats(0, 1e4), seed=st.integers(0, 2**63 - 1),
)
def test_money_is_conserved_to_the_cent(price, cost, contact, spending, seed):
    world = worlds.changed(
        worlds.busy(), firms__Cy__offers__bus__price=price, firms__Ana__offers__tea__unit_cost=cost,
        firms__Cy__offers__bus__advertising=spending, mechanisms__selling__contact_cost=contact,
    )
    check(books(world, seed))


def test_money_is_conserved_at_prices_of_a_billion():
    world = worlds.plain(50, offers={"yacht": {"price": 1e9, "unit_cost": 999_999_999.99}})
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    weeks = books(world)
    check(weeks)
    assert weeks[-1]["spent"] >= 12 * 20 * 10**11


def test_every_kind_of_cost_occurs_in_the_busy_market():
    weeks = books(worlds.busy())
    for kind in ("production", "advertising", "selling", "support", "development"):
        assert sum(week[f"{kind}_cents"].sum() for week in weeks) > 0, kind
    assert weeks[0]["development_cents"][0] == 100 * 60 // 1000 * 100


def test_a_subtotal_of_costs_is_what_rates_say():
    # Spending is per week and 1,000 customers: 250 customers pay a quarter of it.
    world = worlds.plain(250, offers={"one": {"advertising": 40.0}})
    world = worlds.with_mechanism(world, "advertising", "adstock")
    assert books(world)[0]["advertising_cents"].tolist() == [1000]


def test_in_the_full_market_all_revenue_has_a_source_and_all_spending_a_receiver():
    made, spent, supplied = worlds.market(worlds.full(200), observe=False), 0, 0
    sources = {name: c.books for name, c in FirmTable.columns.items() if c.books}
    for _ in range(made.world.weeks):
        made.step()
        customers, offers, firms = made.tables
        sold = made.purchases.offer[made.purchases.offer >= 0]
        paid, wholesale, made_for = np.zeros((3, made.n_firms), dtype=np.int64)
        np.add.at(paid, offers.firm[sold], made.purchases.price_cents[made.purchases.offer >= 0])
        bought_in = sold[offers.supplier[sold] >= 0]
        np.add.at(wholesale, offers.supplier[bought_in], offers.wholesale_price_cents[bought_in])
        np.add.at(made_for, offers.firm[bought_in], offers.wholesale_price_cents[bought_in])
        other = {
            side: sum(getattr(firms, name) for name, books in sources.items() if books == side)
            for side in ("revenue", "cost")
        }
        assert np.array_equal(firms.revenue_cents, paid + wholesale + other["revenue"])
        assert np.array_equal(
            firms.profit_cents, firms.revenue_cents - firms.production_cents - other["cost"]
        )
        assert made_for.sum() == wholesale.sum()
        assert (firms.production_cents >= made_for).all()
        spent += int(paid.sum() + firms.tariff_cents.sum())
        assert customers.spend_cents.sum() == spent
        supplied = bought_in.size or supplied
    assert supplied
