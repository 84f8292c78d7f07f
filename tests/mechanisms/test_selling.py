"""Sales contacts: who is reached, who listens, and what pressure leaves behind."""

from __future__ import annotations

import math

import beside
import pytest
import worlds
from reference.twin import own, stream, uniform

from sim.tables import Trigger

ALWAYS = {"sales_contact_rate": 10.0}  # all but one customer in 20,000, in a week


def selling(world, **parameters):
    return worlds.with_mechanism(world, "selling", "reactance", **parameters)


def sell(world, mechanism):
    """Fade, then contact by contact: listen or not, resent, lose trust."""
    c, f, o = world.customers, world.firms, world.offers
    key = world.streams.key("selling.contact", world.week)
    c.sales_push[:] = 0
    reached = [0] * len(world.levers)
    for i in range(world.n):
        def get(name, i=i):
            return own(world, mechanism, i, name)

        c.trust[i] *= get("trust_retention")
        c.reactance[i] *= get("reactance_retention")
        for firm, levers in enumerate(world.levers):
            state, index = stream(key, c.label[i]), 2 * int(f.label[firm])
            chance = 1 - math.exp(-levers["sales_contact_rate"])
            if uniform(state, index + 1) >= chance:
                continue
            reached[firm] += 1
            pressure = levers["sales_pressure"]
            trust, reactance = float(c.trust[i, firm]), float(c.reactance[i, firm])
            if uniform(state, index + 2) >= reactance:
                c.sales_push[i, firm] = pressure
                trust += get("trust_gain") * (1 - pressure) * (1 - trust)
                for x in range(len(o.label)):
                    if o.firm[x] == firm and o.launch_week[x] <= world.week and not c.aware[i, x]:
                        c.aware[i, x] = 1
                        c.trigger[i, x] = c.trigger[i, x] or Trigger.SALES
            c.reactance[i, firm] = reactance + get("reactance_gain") * pressure * (1 - reactance)
            c.trust[i, firm] = trust * (1 - get("trust_loss") * pressure)
    for firm, n in enumerate(reached):
        f.selling_cents[firm] = round(n * mechanism.parameters.contact_cost * 100)


@pytest.mark.parametrize("behavior", [{}, {
    "trust_gain": 0.4, "trust_loss": 0.6, "trust_retention": 0.7, "reactance_gain": 0.9,
    "reactance_retention": 0.8,
}])
def test_contacts_leave_behind_what_their_twin_says(behavior):
    world = worlds.changed(
        selling(worlds.busy(), contact_cost=0.37),
        customers__segments__expert__behavior={"selling": behavior},
        firms__Ana__offers__trip__launch_week=5, firms__Bo__levers__sales_contact_rate=1.0,
    )
    assert beside.live_beside(world, "selling", sell) == 10


def test_threads_and_the_order_of_firms_change_nothing():
    def of(n=60):
        return selling(worlds.busy(n))

    assert beside.threads_change_nothing(of)
    assert beside.order_changes_nothing(of())


def pressed(pressure, *, trust=0.4, reactance=0.0, weeks=1, offers=None, **parameters):
    """A market in which every customer is contacted every week, and nothing else happens."""
    kept = {"trust_retention": 1.0, "reactance_retention": 1.0}
    world = worlds.plain(200, offers=offers or {"one": {"initial_awareness": 0.0}})
    for firm in world["firms"].values():
        firm["levers"] = {**ALWAYS, "sales_pressure": pressure}
    made = worlds.market(selling(world, **{**kept, **parameters}))
    made.tables.customers.trust[:] = trust
    made.tables.customers.reactance[:] = reactance
    for _ in range(weeks):
        made.step()
    return made


def test_a_contact_that_serves_wins_trust_and_makes_nobody_reactant():
    customers = pressed(0.0, trust_gain=0.1, trust_loss=0.5).tables.customers
    assert customers.trust == pytest.approx(0.4 + 0.1 * 0.6)
    assert not customers.reactance.any()
    assert not customers.sales_push.any()


def test_half_the_pressure_wins_half_the_trust_and_costs_half_the_loss():
    customers = pressed(
        0.5, trust_gain=0.1, trust_loss=0.4, reactance_gain=0.3
    ).tables.customers
    assert customers.trust == pytest.approx((0.4 + 0.1 * 0.5 * 0.6) * (1 - 0.4 * 0.5))
    assert customers.reactance == pytest.approx(0.3 * 0.5)
    assert customers.sales_push == pytest.approx(0.5)


def test_who_is_all_reactance_closes_her_ears_and_resents_it_all_the_same():
    customers = pressed(1.0, reactance=1.0, trust_loss=0.5).tables.customers
    assert not customers.aware.any()
    assert not customers.sales_push.any()
    assert customers.trust == pytest.approx(0.2)


def test_trust_does_not_close_ears():
    customers = pressed(1.0, trust=1.0).tables.customers
    assert customers.aware.all()
    assert (customers.trigger == Trigger.SALES).all()


def test_what_is_not_on_sale_yet_is_not_offered():
    offers = {"one": {"initial_awareness": 0.0, "launch_week": 3}}
    assert not pressed(0.0, offers=offers, weeks=2).tables.customers.aware.any()
    assert pressed(0.0, offers=offers, weeks=3).tables.customers.aware.all()


def test_every_contact_costs_its_price():
    firms = pressed(0.0, contact_cost=1.25).tables.firms
    assert firms.selling_cents.tolist() == [200 * 125]
    assert firms.profit_cents.tolist() == [-200 * 125]


def test_trust_and_reactance_fade_at_rates_of_their_own():
    made = pressed(
        0.0, trust=0.8, reactance=0.5, weeks=3, trust_gain=0.0,
        trust_retention=0.9, reactance_retention=0.7,
    )
    customers = made.tables.customers
    assert customers.trust == pytest.approx(0.8 * 0.9**3, rel=1e-5)
    assert customers.reactance == pytest.approx(0.5 * 0.7**3, rel=1e-5)
