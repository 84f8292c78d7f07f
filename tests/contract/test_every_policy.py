"""What every registered policy must keep, found by discovery."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect

import numpy as np
import pytest
import worlds

from sim.agents.checking import problem
from sim.errors import MechanismError
from sim.market import Market
from sim.parameters import declaration
from sim.policies.base import Decision, Observation, Page, policies
from sim.tables import Tariff

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
        self.sees_communities = policy.sees_communities

    def decide(self, *args, **kwargs):
        self.seen.append((args, kwargs))
        decision = self.policy.decide(*args, **kwargs)
        for observation in args:
            for page in observation.communities.values():
                page.ratings.clear()
            for quality in observation.rival_quality.values():
                quality.clear()
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
    for section in ("References\n----------\n", "Not modeled\n-----------\n"):
        head, _, body = inspect.getdoc(cls).partition(section)
        assert len(head) > 10
        assert len(body) > 10
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


def is_plain(value):
    if isinstance(value, Page):
        return all(is_plain(inner) for inner in vars(value).values())
    if isinstance(value, dict):
        return all(type(k) is str and is_plain(v) for k, v in value.items())
    if isinstance(value, tuple):
        return all(is_plain(inner) for inner in value)
    return type(value) in (int, float, str)


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
            else:
                assert is_plain(value)
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
    names = made.attribute_names
    assert problem(decisions[0], offers=firm.offers, attributes=names) is None


@pytest.mark.parametrize("name", policies())
@pytest.mark.parametrize("week", [1, 4, 8])
def test_a_policy_goes_on_from_a_checkpoint_as_if_nothing_had_been(name, week):
    quick = {
        "sleeper": {"threshold": 0.3, "delay": 5}, "product_first": {"review_weeks": 3},
        "community_builder": {"review_weeks": 3},
    }
    world = world_of({"name": name, **quick.get(name, {})})
    straight = worlds.lived(world)
    resumed = Market.resume(worlds.lived(world, weeks=week).checkpoint())
    resumed.run_model()
    assert worlds.differing(straight, resumed) == set()
    for one, other in zip(straight.firms, resumed.firms, strict=True):
        assert one.levers == other.levers
        assert one.policy.state() == other.policy.state()
        assert one.development_focus.tolist() == other.development_focus.tolist()


@pytest.mark.parametrize("name", policies())
def test_the_order_of_firms_and_offers_does_not_show(name):
    quick = {"sleeper": {"threshold": 0.2, "delay": 1}, "product_first": {"review_weeks": 3}}
    world = world_of({"name": name, **quick.get(name, {})})
    turned = {
        firm: {**content, "offers": dict(reversed(content["offers"].items()))}
        for firm, content in reversed(world["firms"].items())
    }
    one, other = worlds.lived(world), worlds.lived(worlds.changed(world, firms=turned))
    assert other.offer_names == one.offer_names[::-1]
    for made in (one, other):
        made.by_name = {firm.name: firm for firm in made.firms}
    for firm in one.firms:
        assert firm.levers == other.by_name[firm.name].levers
        same = other.by_name[firm.name].development_focus
        assert firm.development_focus.tolist() == same.tolist()
    for column in ("quality", "list_price_cents", "advertising"):
        straight, back = (getattr(made.tables.offers, column) for made in (one, other))
        assert straight.tolist() == back[::-1].tolist()


@pytest.mark.parametrize("name", [name for name in policies() if name != "fixed"])
def test_a_policy_other_than_fixed_makes_a_difference(name):
    world = worlds.changed(worlds.busy(), firms__Ana__policy="fixed", firms__Bo__policy="fixed")
    quick = {
        "sleeper": {"threshold": 0.2, "delay": 1}, "product_first": {"review_weeks": 3},
    }
    other = worlds.changed(world, firms__Ana__policy={"name": name, **quick.get(name, {})})
    assert worlds.differing(worlds.lived(world), worlds.lived(other))


@pytest.mark.parametrize("name", policies())
def test_a_policy_lives_without_rivals_customers_or_communities(name):
    world = worlds.changed(worlds.plain(0), firms__Fone__policy=name, mechanisms={})
    assert worlds.lived(world).week == worlds.WEEKS


def test_a_fixed_policy_decides_nothing():
    seen = worlds.lived(worlds.busy(), weeks=5).firms[0].observe()
    assert policies()["fixed"]().decide(seen) == Decision.nothing()


BROKEN = {
    "no decision": (None, "must return a Decision. Got NoneType instead"),
    "a lever that does not exist": (
        Decision(levers={"voice_opennes": 0.5}), "no lever 'voice_opennes'; did you mean "
        "'voice_openness'?",
    ),
    "a lever out of bounds": (
        Decision(levers={"voice_openness": 1.5}), "must be a number from 0 to 1",
    ),
    "a lever that is no number": (
        Decision(levers={"support_capacity": float("nan")}), "support_capacity of the firm = nan",
    ),
    "half a week": (Decision(levers={"release_cadence": 2.5}), "must be a whole number"),
    "a rival's price": (Decision(prices={"bus": 1.0}), "it sells no offer 'bus'"),
    "a price below 0": (Decision(prices={"tea": -1.0}), "price of offer 'tea' = -1.0"),
    "a rival's advertising": (Decision(advertising={"cola": 0.0}), "no offer 'cola'"),
    "what is no lever of an offer": (
        Decision(offers={"tea": {"unit_cost": 1.0}}), "offer 'tea' has no lever 'unit_cost'",
    ),
    "a word that is none of a lever's": (
        Decision(offers={"tea": {"tariff": "gratis"}}), "tariff of offer 'tea' = 'gratis': must be",
    ),
    "an attribute that does not exist": (
        Decision(development_focus={"tast": 1.0}), "did you mean 'taste'?",
    ),
    "a weight below 0": (Decision(development_focus={"taste": -1.0}), "a number from 0 on"),
    "no mapping": (Decision(levers=[1]), "levers of a decision must be a mapping"),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_decision_that_cannot_be_is_refused_and_changes_nothing(mistake):
    decision, said = BROKEN[mistake]
    made = worlds.lived(worlds.busy(), weeks=2)
    firm = made.firms[0]
    firm.follow("price_fighter")
    firm.policy.decide = lambda observation: decision
    levers, before = dict(firm.levers), worlds.state(made)
    with pytest.raises(MechanismError) as caught:
        firm.decide()
    assert said in str(caught.value)
    assert str(caught.value).startswith("policy 'price_fighter' of firm 'Ana', week 2: ")
    assert firm.levers == levers
    assert worlds.differing(before, worlds.state(made)) == set()


def test_a_decision_reaches_every_kind_of_lever():
    made = worlds.lived(worlds.busy(), weeks=2)
    firm, offers = made.firms[0], made.tables.offers
    firm.follow("price_fighter")
    firm.policy.decide = lambda observation: Decision(
        levers={"voice_openness": 0.25}, prices={"tea": 7.5}, advertising={"trip": 33},
        offers={"tea": {"personalization": 0.5, "data_required": True, "tariff": "free"}},
        development_focus={"charm": 2},
    )
    firm.decide()
    tea, trip = made.offer_number("tea"), made.offer_number("trip")
    assert firm.levers["voice_openness"] == 0.25
    assert offers.list_price_cents[tea] == 750
    assert offers.advertising[trip] == 33
    assert offers.personalization[tea] == 0.5
    assert offers.data_required[tea] == 1
    assert offers.tariff[tea] == Tariff.FREE
    assert dict(zip(made.attribute_names, firm.development_focus, strict=True))["charm"] == 2
    firm.follow("fixed")
    assert not firm.development_focus.any()
