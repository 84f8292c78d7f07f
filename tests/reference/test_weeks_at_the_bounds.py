"""Families leave behind what their equations say, with parameters at and between their bounds.

What is certain is compared column by column, what is luck by how often it happens: a right engine
would fail one such comparison in 10,000.
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
import worlds
from reference import week_twin

WEEKS, FAR = 9, NormalDist().inv_cdf(1 - 0.5e-4)
# What stays as it is, so that something happens; a search of one offer is one draw.
KEPT = {
    "rewards": {"interval": 2}, "search": {"n_inspected": 1},
    "clubs": {"half_saturation": 20.0, "turning_point": 0.25},
}


def busy_at(where, family):
    """The busy world with all parameters of a family at a bound, or as they are by default."""
    world = worlds.full(80)
    world["firms"]["Bo"]["offers"]["cola"]["supply"] = {
        "lead_time": 1, "safety_weeks": 0.0, "initial_demand": 0.0,
    }
    world["firms"]["Ana"]["offers"]["trip"]["supply"] = {
        "lead_time": 26, "safety_weeks": 2.0, "initial_demand": 2000.0, "supplier": "Bo",
    }
    world["firms"]["Cy"]["offers"]["bus"] |= {
        "launch_week": 4,
        "supply": {"lead_time": 3, "safety_weeks": 0.5, "initial_demand": 250.0},
    }
    variant = worlds.market(world).mechanisms[family]
    declared = type(variant.parameters).model_json_schema()["properties"]
    bounds = {"low": "minimum", "high": "maximum"}
    given = {
        name: bound[bounds[where]] for name, bound in declared.items() if where in bounds
    } | KEPT.get(family, {})
    return worlds.with_mechanism(world, family, variant.variant, **given)


class Beside:
    """A listener that keeps copies around the step of a family and hands them on."""

    def __init__(self, family, compare):
        self.family, self.compare, self.answered = family, compare, set()

    def __call__(self, market, stage, after):
        if stage not in ("dialogue", self.family):
            return
        if not after:
            self.before = week_twin.look(market)
        elif stage == "dialogue":
            self.answered = self._answered(self.before, week_twin.look(market))
        if after and stage == self.family:
            self.compare(self, market)

    @staticmethod
    def _answered(before, after):
        """Customers and firms whose complaint was closed and who are more satisfied by it."""
        return {
            (i, f) for i in range(before.n) for f, own in enumerate(before.own)
            if before.customers.complaining[i][f] > after.customers.complaining[i][f]
            and any(
                after.customers.satisfaction[i][o] > before.customers.satisfaction[i][o]
                for o in own
            )
        }


CERTAIN = {
    "supply": lambda week, p, beside: week_twin.supply(week, p, week.offers.unit_cost_cents),
    "tailoring": lambda week, p, beside: week_twin.tailoring(week, p),
    "disclosure": lambda week, p, beside: week_twin.disclosure(week, p),
    "trust": lambda week, p, beside: week_twin.trust(week, p, beside.answered),
    "rewards": lambda week, p, beside: week_twin.rewards(week, p),
}
# What another test holds against luck, and how trust remembers.
ELSEWHERE = {
    "disclosure": {"customers.trust"}, "trust": {"customers.awaiting", "customers.grievance"},
}


@pytest.mark.parametrize("where", ["low", "default", "high"])
@pytest.mark.parametrize("family", CERTAIN)
def test_a_week_is_its_equation(family, where):
    changes = []

    def compare(beside, market):
        mechanism = market.mechanisms[family]
        written = set(mechanism.writes) - ELSEWHERE.get(family, set())
        old = worlds.state(market)
        CERTAIN[family](beside.before, mechanism.parameters, beside)
        for column in sorted(written):
            table, name = column.split(".")
            expected = getattr(getattr(beside.before, table), name)
            np.testing.assert_allclose(
                old[column], expected, rtol=1e-5, atol=2e-6, err_msg=f"{market.week} {column}"
            )
        changes.append({name: old[name].tobytes() for name in written})

    made = worlds.market(busy_at(where, family), seed=5, observe=False)
    made.listeners.append(Beside(family, compare))
    for _ in range(WEEKS):
        made.step()
    assert len(changes) == WEEKS
    if where == "default":
        assert any(one != other for one, other in pairwise(changes))


LUCK = {
    "peer_support": week_twin.chances_of_solving,
    "co_creation": week_twin.chances_of_contributing,
    "search": week_twin.chances_of_inspecting,
    "clubs": week_twin.chances_of_being_a_fan,
    "cross_selling": week_twin.chances_of_hearing,
}


@pytest.mark.parametrize("where", ["low", "default", "high"])
@pytest.mark.parametrize("family", LUCK)
def test_luck_comes_as_often_as_its_equation_says(family, where):
    seen = []

    def compare(beside, market):
        p = market.mechanisms[family].parameters
        seen.extend(LUCK[family](beside.before, week_twin.look(market), p))

    for seed in range(3):
        made = worlds.market(busy_at(where, family), seed=seed, observe=False)
        made.listeners.append(Beside(family, compare))
        for _ in range(WEEKS):
            made.step()
    happened, expected = sum(h for h, _ in seen), sum(p for _, p in seen)
    spread = math.sqrt(sum(p * (1 - p) for _, p in seen))
    assert abs(happened - expected) <= FAR * spread + 1e-6
    assert all(h == round(p) for h, p in seen if p in (0, 1))
    assert happened or where == "low"
