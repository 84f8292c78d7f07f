"""What every registered policy must keep, found by discovery."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect

import numpy as np
import pytest
import worlds

from sim.parameters import declaration
from sim.policies.base import Decision, Observation, policies
from sim.scenario.schema import Levers

HIDDEN = (
    "aware", "expectation", "satisfaction", "loyalty", "trust", "reactance", "knows_defect",
    "price_sensitivity", "purchase_rate", "needs", "avoid_until_week",
)


def world_of(name):
    return worlds.changed(worlds.busy(), firms__Bo__policy=name, firms__Ana__policy=name)


class Spy:
    """A policy that writes down all that it is given and then spoils it."""

    def __init__(self, policy):
        self.policy, self.seen = policy, []

    def decide(self, *args, **kwargs):
        self.seen.append((args, kwargs))
        decision = self.policy.decide(*args, **kwargs)
        for observation in args:
            for value in vars(observation).values():
                if isinstance(value, dict):
                    value.clear()
                elif isinstance(value, np.ndarray):
                    value[:] = -1
        return decision


def test_fixed_and_one_that_decides_are_found():
    assert {"fixed", "price_fighter"} <= set(policies())


@pytest.mark.parametrize("name", policies())
def test_a_policy_goes_by_the_name_of_its_file_and_says_what_it_is(name):
    cls = policies()[name]
    assert cls.__module__ == f"sim.policies.{name}"
    assert inspect.getdoc(cls)
    for parameter, field in cls.Parameters.model_fields.items():
        declared = declaration(cls.Parameters, parameter)
        assert field.description
        assert declared["unit"]
        assert declared["source"]


@pytest.mark.parametrize("name", [name for name in policies() if name != "fixed"])
def test_a_policy_sees_only_an_observation(name):
    straight = worlds.lived(world_of(name))
    made = worlds.market(world_of(name))
    spies = [Spy(firm.policy) for firm in made.firms[:2]]
    for firm, spy in zip(made.firms, spies, strict=False):
        firm.policy = spy
    made.run_model()
    for spy in spies:
        assert len(spy.seen) == worlds.WEEKS
        assert all(len(args) == 1 and not kwargs for args, kwargs in spy.seen)
        assert all(type(args[0]) is Observation for args, _ in spy.seen)
    # What a policy does to its observation stays with it.
    assert worlds.differing(straight, made) == set()


@pytest.mark.parametrize("name", policies())
def test_a_policy_takes_nothing_but_the_observation_and_imports_no_table(name):
    cls = policies()[name]
    assert list(inspect.signature(cls.decide).parameters) == ["self", "observation"]
    tree = ast.parse(inspect.getsource(importlib.import_module(cls.__module__)))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {"sim.market", "sim.tables", "sim.agents.firm", "sim.agents.customer"} & modules


def test_an_observation_holds_plain_values_and_copies():
    made = worlds.lived(worlds.busy(), weeks=5)
    for firm in made.firms:
        seen = firm.observe()
        for value in vars(seen).values():
            if isinstance(value, np.ndarray):
                assert not any(
                    np.shares_memory(value, column)
                    for table in made.tables for column in vars(table).values()
                    if isinstance(column, np.ndarray)
                )
            elif isinstance(value, dict):
                assert all(isinstance(v, float) and isinstance(k, str) for k, v in value.items())
            else:
                assert type(value) in (int, float)
        assert set(seen.own_prices) == set(seen.own_unit_costs) == set(firm.offers)
        assert not set(seen.rival_prices) & set(seen.own_prices)
        with pytest.raises(dataclasses.FrozenInstanceError):
            seen.week = 0


def test_what_customers_feel_does_not_show_in_an_observation():
    made = worlds.lived(worlds.busy(), weeks=5)
    before = [repr(firm.observe()) for firm in made.firms]
    for name in HIDDEN:
        column = getattr(made.tables.customers, name)
        column[:] = column.max() - column
    assert [repr(firm.observe()) for firm in made.firms] == before


def test_offers_not_yet_on_sale_do_not_show_to_rivals():
    world = worlds.changed(worlds.busy(), firms__Cy__offers__bus__launch_week=4)
    made = worlds.lived(world, weeks=3)
    assert "bus" not in made.firms[0].observe().rival_prices
    made.step()
    assert made.firms[0].observe().rival_prices["bus"] == 10.0


@pytest.mark.parametrize("name", policies())
def test_a_policy_decides_the_same_on_the_same_sight_and_only_on_its_own(name):
    made = worlds.lived(world_of(name), weeks=5)
    firm = made.firms[1]
    decisions = [policies()[name]().decide(firm.observe()) for _ in range(2)]
    assert decisions[0] == decisions[1]
    assert isinstance(decisions[0], Decision)
    assert set(decisions[0].prices) | set(decisions[0].advertising) <= set(firm.offers)
    assert set(decisions[0].levers) <= set(Levers.model_fields)


def test_a_fixed_policy_decides_nothing():
    seen = worlds.lived(worlds.busy(), weeks=5).firms[0].observe()
    assert policies()["fixed"]().decide(seen) == Decision.nothing()


def test_a_price_fighter_undercuts_the_cheapest_rival_by_two_percent_but_never_its_cost():
    seen = worlds.lived(worlds.busy(), weeks=5).firms[1].observe()
    fighter = policies()["price_fighter"]()
    for cheapest, own in ((9.0, 8.82), (3.9, 3.9), (0.5, 3.9)):
        rivals = {"x": cheapest, "y": 11.0}
        decision = fighter.decide(dataclasses.replace(seen, rival_prices=rivals))
        assert decision.prices == {"cola": pytest.approx(own)}
    alone = fighter.decide(dataclasses.replace(seen, rival_prices={}))
    assert alone == Decision.nothing()
