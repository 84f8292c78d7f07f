"""Increasing returns: who comes later sees more owners; urns, barriers, and a plain-Python twin."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from reference.twin import gumbel, own, stream, uniform

from sim.biography import tell
from sim.mechanisms.base import Mechanism
from sim.scenario import Scenario
from sim.streams import BLOCK
from sim.tables import Purchases

TWO = {"a": {}, "b": {}}
PURE = {"liking_weight": 0.0, "exponent": 0.0, "returns": 0.0, "luck": 0.0}


def world(n=40, weeks=worlds.WEEKS, *, offers=TWO, segment=None, **parameters):
    made = worlds.plain(n, weeks, offers=offers, **{"price_sensitivity": 0.0, **(segment or {})})
    return worlds.with_mechanism(made, "choice", "increasing_returns", **parameters)


def owners(made):
    return np.bincount(made.tables.customers.last_offer[:, 0] + 1, minlength=3)[1:]


def purchases_of(rows, n):
    """The purchases of rows (customer, offer, serial, price, expected), as a dictionary."""
    blocks = np.arange(-(-n // BLOCK) + 1) * BLOCK
    customer = [row[0] for row in rows]
    made = Purchases.allocate(np.searchsorted(customer, blocks).astype(np.int64)).state()
    for at, row in enumerate(rows):
        for name, value in zip(
            ("customer", "offer", "serial", "price_cents", "expected"), row, strict=True
        ):
            made[name][at] = value
    return made


def increasing_returns(world, mechanism):
    """Who owns nothing chooses in the order of her draw, and counts for who comes after."""
    c, o, p = world.customers, world.offers, mechanism.parameters
    arrival, luck = (world.streams.key(f"choice.{n}", world.week) for n in ("arrival", "luck"))
    c.n_occasions[:] = 0
    inside, serial, rows = {}, {}, {}
    for k in range(c.n_occasions.shape[1]):
        for i in range(world.n):
            known = [
                x for x in range(len(o.label)) if o.category[x] == k and c.aware[i, x]
                and o.launch_week[x] <= world.week and c.avoid_until_week[i, x] < world.week
            ]
            if known and c.last_offer[i, k] < 0:
                inside[i, k] = known

    def turn(at):
        return uniform(stream(arrival, c.label[at[0]]), at[1])

    queue = []
    for k in range(c.n_occasions.shape[1]):
        queue += sorted((at for at in inside if at[1] == k), key=turn)[: p.arrivals_per_week]
    for i, k in sorted(queue):
        serial[i, k] = sum(j == i for j, _ in serial)
    base = [p.starting_base + np.sum(c.last_offer == x) for x in range(len(o.label))]
    for i, k in sorted(queue, key=turn):
        value = {}
        for x in inside[i, k]:
            draw = gumbel(stream(luck, c.label[i], serial[i, k]), int(o.label[x]) + 1)
            u = own(world, mechanism, i, "liking_weight") * float(c.expectation[i, x])
            u -= float(c.price_sensitivity[i]) * o.price_cents[x] / 100
            u += own(world, mechanism, i, "exponent") * math.log(base[x])
            u += own(world, mechanism, i, "returns") * base[x]
            value[x] = (u + own(world, mechanism, i, "luck") * draw, draw)
        best = max(value, key=value.get)
        base[best] += 1
        rows[i, k] = (i, best, serial[i, k], o.price_cents[best], float(c.expectation[i, best]))
    for i, k in rows:
        best = rows[i, k][1]
        c.n_occasions[i, k] = 1
        c.last_offer[i, k] = best
        c.purchase_count[i, best] += 1
        c.last_purchase_week[i, best] = world.week
        c.spend_cents[i] += o.price_cents[best]
    world.purchases = purchases_of([rows[at] for at in sorted(rows)], world.n)


@pytest.mark.parametrize("parameters", [
    {"arrivals_per_week": 5, "exponent": 1.7, "starting_base": 0.5},
    {"returns": 0.3, "luck": 0.4, "exponent": 0.5},
])
def test_choices_leave_behind_what_their_twin_says(parameters):
    busy = worlds.with_mechanism(worlds.busy(), "choice", "increasing_returns", **parameters)
    assert beside.live_beside(busy, "choice", increasing_returns) >= 3


def test_threads_and_the_order_of_firms_change_nothing():
    def of(n=60):
        return worlds.with_mechanism(
            worlds.busy(n), "choice", "increasing_returns", arrivals_per_week=n // 3
        )

    assert beside.threads_change_nothing(of)
    assert beside.order_changes_nothing(of())


def test_equals_are_parted_by_luck_and_not_by_their_row():
    one, other = (
        worlds.lived(world(400, offers=offers, **PURE), weeks=1)
        for offers in (TWO, dict(reversed(TWO.items())))
    )
    assert (owners(one) == owners(other)[::-1]).all()
    # Five standard errors of a fair coin.
    assert abs(owners(one)[0] - 200) < 50


def test_with_strong_returns_all_follow_the_first():
    made = worlds.lived(world(**{**PURE, "returns": 1.0}), weeks=1)
    assert sorted(owners(made)) == [0, 40]


def test_the_first_owners_count():
    made = worlds.market(world(**{**PURE, "returns": 1.0}))
    made.tables.customers.last_offer[:1, 0] = 1
    made.step()
    assert owners(made).tolist() == [0, 40]


def test_a_price_is_overcome_by_a_lead_and_not_by_less():
    # A costs 3.5 more: at sensitivity 1 a lead of three owners does not make up for it, four do.
    dear = {"a": {"price": 3.5}, "b": {"price": 0.0}}
    for lead, winner in ((3, 1), (4, 0)):
        made = worlds.market(world(
            offers=dear, segment={"price_sensitivity": 1.0}, **{**PURE, "returns": 1.0}
        ))
        made.tables.customers.last_offer[:lead, 0] = 0
        made.step()
        assert owners(made)[winner] == 40 - (0 if winner == 0 else lead)


def test_only_so_many_come_a_week_and_nobody_twice():
    made = worlds.market(world(25, arrivals_per_week=10))
    sold = []
    for _ in range(4):
        made.step()
        sold.append(made.purchases.n)
    assert sold == [10, 10, 5, 0]
    assert (made.tables.customers.purchase_count.sum(axis=1) == 1).all()


def test_an_urn_without_a_first_ball_gives_nothing():
    made = worlds.lived(world(starting_base=0.0), weeks=2)
    assert owners(made).tolist() == [0, 0]
    assert (made.purchases.offer == -1).all()


class Taken(Mechanism):
    """The first offer cannot be had, and what is bought costs a cent less."""

    family = "taken"

    def weigh(self, market, options):
        options.utility[:, 0] = -np.inf
        options.discount_cents[:] = 1
        options.foreseen[:] = 0.25


def test_terms_of_other_families_count():
    made = worlds.market(world())
    made.weighing.append(Taken())
    made.step()
    assert owners(made).tolist() == [0, 40]
    assert (made.purchases.price_cents == 999).all()
    assert (made.purchases.expected == 0.75).all()
    assert (made.tables.customers.spend_cents == 999).all()


class Better(Mechanism):
    """The second offer is to be half of a full experience better, the first costs less."""

    family = "better"

    def __init__(self, discount_cents):
        super().__init__()
        self.discount_cents = discount_cents

    def weigh(self, market, options):
        options.foreseen[:, 1] = 0.5
        options.discount_cents[:, 0] = self.discount_cents


@pytest.mark.parametrize(("discount_cents", "winner"), [(0, 1), (190, 1), (210, 0)])
def test_what_she_foresees_counts_as_liking_and_a_discount_as_money(discount_cents, winner):
    # 4 * 0.5 of a full experience stands against the discount at sensitivity 1.
    made = worlds.market(world(
        segment={"price_sensitivity": 1.0}, **{**PURE, "liking_weight": 4.0}
    ))
    made.weighing.append(Better(discount_cents))
    made.step()
    assert owners(made)[winner] == 40


def test_the_moment_of_lock_in_can_be_read_off_the_end():
    """Arrival by arrival, a race is locked in 2 n + D choices after its start."""
    kinds = {"one": {"needs": {"x": 1}, "price_sensitivity": 0, "purchase_rate": 0},
             "two": {"needs": {"y": 1}, "price_sensitivity": 0, "purchase_rate": 0}}
    race = world(600, arrivals_per_week=1, liking_weight=4.5, exponent=0.0, returns=1.0, luck=0.0)
    race = worlds.changed(race, categories={"thing": {"attributes": {"x": {}, "y": {}}}})
    for firm, x in (("Fa", 1.0), ("Fb", 0.0)):
        race["firms"][firm]["offers"][firm[1]]["quality"] = {"x": x, "y": 1.0 - x}
    race["customers"]["segments"] = kinds
    made = worlds.market(race)
    made.tables.customers.expectation[:] = made.tables.customers.needs @ [[1, 0], [0, 1]]
    lead = [0]
    for _ in range(600):
        made.step()
        lead.append(int(owners(made) @ [1, -1]))
    locked = next(t for t, by in enumerate(lead) if abs(by) == 5)
    assert locked < 500
    assert locked == 2 * owners(made).min() + 5
    assert abs(lead[-1]) == 5 + 600 - locked


def test_the_biography_tells_her_turn_and_what_others_owned():
    told = tell(Scenario.from_dict(world(1)), strategy=None, seed=1, customer=0).sentences()
    line = next(line for line in told if "as number 1 of the week" in line)
    assert line.endswith("when the installed base was a 1, b 1")
