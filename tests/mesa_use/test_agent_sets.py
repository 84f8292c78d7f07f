"""``market.customers`` and ``market.agents`` do what Mesa's AgentSet does with plain agents."""

from __future__ import annotations

import contextlib
import gc
import warnings

import mesa
import numpy as np
import pytest
import worlds
from mesa.agent import AgentSet

from sim.agents.community import Community
from sim.agents.customer import Customer
from sim.agents.firm import Firm
from sim.errors import RequestError
from sim.tables import CustomerTable

SCALARS = (
    "segment", "price_sensitivity", "talkativeness", "spend_cents", "voice_propensity", "row",
)


class Plain(mesa.Agent):
    """A customer as any Mesa model would have her."""

    def __init__(self, model, customer):
        super().__init__(model)
        self.row = customer.row
        self.segment_name = customer.segment_name
        for name in SCALARS[:-1]:
            setattr(self, name, getattr(customer, name))

    def double(self, extra=0):
        return 2 * self.row + extra


class Reporter(mesa.Agent):
    """An agent that the market does not know."""


class Doubling(Customer):
    def double(self, extra=0):
        return 2 * self.row + extra


@pytest.fixture(scope="module")
def market():
    made = worlds.lived(worlds.busy(50), weeks=6)
    made.customers.assign(range(50), Doubling)
    return made


@pytest.fixture(scope="module")
def plain(market):
    """The same customers as plain agents of a plain model, in a plain AgentSet."""
    model = mesa.Model(rng=1)
    agents = [Plain(model, customer) for customer in market.customers]
    return AgentSet(agents, random=model.random), agents


def rows(agents):
    return [agent.row for agent in agents]


# Reading ---------------------------------------------------------------------------------------


def test_a_set_has_length_iteration_and_membership(market, plain):
    customers, other = market.customers, plain[0]
    assert len(customers) == len(other) == 50
    assert rows(customers) == rows(other) == list(range(50))
    assert customers[3] in customers
    assert customers[3] in customers.select(lambda c: c.row < 4)
    assert customers[3] not in customers.select(lambda c: c.row < 3)
    assert market.firms[0] not in customers
    assert worlds.market(worlds.busy(50)).customers[3] not in customers
    assert isinstance(customers, AgentSet)


def test_a_set_can_be_indexed_and_sliced(market, plain):
    customers, agents = market.customers, plain[1]
    for item in (0, 7, -1, np.int64(4)):
        assert customers[item].row == agents[item].row
    for item in (slice(2, 5), slice(None, None, -1), slice(-3, None), slice(40, 99)):
        assert rows(customers[item]) == rows(agents[item])
    with pytest.raises(IndexError):
        customers[50]
    assert rows(customers.to_list()) == rows(agents)


@pytest.mark.parametrize("names", [
    "row", "unique_id", "price_sensitivity", ["segment"], ["spend_cents", "row"], "segment_name",
    ["row", "segment_name"],
])
def test_get_gives_what_mesa_gives(market, plain, names):
    ours, theirs = market.customers.get(names), plain[0].get(names)
    if names == "unique_id":
        theirs = [number + 4 for number in theirs]  # three firms and a community come first
    assert ours == theirs
    assert type(ours) is type(theirs) is list


def test_get_handles_what_is_missing_as_mesa_does(market, plain):
    for agents in (market.customers, plain[0]):
        with pytest.raises(AttributeError):
            agents.get("height")
        assert agents.get("height", handle_missing="default", default_value=3) == [3] * 50
        mixed = agents.get(["row", "height"], handle_missing="default")
        assert mixed == [[row, None] for row in range(50)]
        with pytest.raises(ValueError, match="handle_missing"):
            agents.get("row", handle_missing="ignore")


@pytest.mark.parametrize("name", SCALARS)
def test_agg_gives_what_mesa_gives(market, plain, name):
    for function in (min, max, sum, np.mean):
        ours, theirs = market.customers.agg(name, function), plain[0].agg(name, function)
        assert ours == pytest.approx(theirs)
    several = market.customers.agg(name, [min, max])
    assert several == pytest.approx(plain[0].agg(name, [min, max]))


def test_agg_works_on_attributes_that_are_no_columns(market, plain):
    assert market.customers.agg("segment_name", max) == plain[0].agg("segment_name", max)
    friends = market.customers.agg("friends", lambda sets: sum(len(each) for each in sets))
    assert friends == len(market.network.indices)


# Selecting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [
    {"filter_func": lambda c: c.segment == 1},
    {"filter_func": lambda c: c.price_sensitivity > 0.08, "at_most": 5},
    {"at_most": 7}, {"at_most": 0.5}, {"at_most": 1.0}, {"at_most": 0}, {},
    {"filter_func": lambda c: c.segment_name == "expert", "at_most": 0.1},
    {"filter_func": lambda c: False},
])
def test_select_chooses_whom_mesa_chooses(market, plain, options):
    chosen = market.customers.select(**options)
    assert rows(chosen) == rows(plain[0].select(**options))
    assert len(market.customers) == 50


def test_select_takes_an_array_of_truth_values(market):
    mask = market.customers.column("segment") == 1
    assert rows(market.customers.select(mask)) == np.flatnonzero(mask).tolist()


def test_select_by_type_and_in_place(market, plain):
    assert len(market.customers.select(agent_type=Customer)) == 50
    assert len(market.customers.select(agent_type=Firm)) == 0
    for agents in (market.customers.copy(), AgentSet(plain[1], random=plain[0].random)):
        result = agents.select(lambda c: c.row < 10, inplace=True)
        assert result is agents
        assert rows(agents) == list(range(10))


def test_selections_can_be_chained(market, plain):
    ours, theirs = (
        agents.select(lambda c: c.segment == 0).sort("price_sensitivity").select(at_most=4)
        for agents in (market.customers, plain[0])
    )
    assert rows(ours) == rows(theirs)


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("key", [
    "price_sensitivity", "voice_propensity", "row", lambda c: -c.talkativeness,
    "segment_name", lambda c: (c.segment, c.price_sensitivity),
], ids=["price", "voice", "row", "function", "text", "pair"])
def test_sort_orders_as_mesa_orders(market, plain, key, ascending):
    ours, theirs = (
        agents.sort(key, ascending=ascending) for agents in (market.customers, plain[0])
    )
    assert rows(ours) == rows(theirs)


def test_shuffle_keeps_everybody_and_follows_the_seed(market):
    first, other = (worlds.market(worlds.busy(50), seed=4).customers.shuffle() for _ in range(2))
    assert rows(first) == rows(other)
    assert rows(first) != list(range(50))
    assert sorted(rows(first)) == list(range(50))
    assert rows(market.customers) == list(range(50))


# Acting ----------------------------------------------------------------------------------------


def test_map_and_do_call_methods_and_functions(market, plain):
    for agents in (market.customers, plain[0]):
        assert agents.map("double", extra=1) == [2 * row + 1 for row in range(50)]
        assert agents.map(lambda c, a: c.row + a, 5) == list(range(5, 55))
        seen = []
        assert agents.do(lambda c, seen=seen: seen.append(c.row)) is agents
        assert seen == list(range(50))
        assert agents.do("step") is agents
        seen.clear()
        assert agents.shuffle_do(lambda c, seen=seen: seen.append(c.row)) is agents
        assert sorted(seen) == list(range(50))
        assert seen != list(range(50))


def test_set_writes_a_column_and_a_view_writes_its_row():
    made = worlds.market(worlds.busy(50))
    table = made.tables.customers
    some = made.customers.select(lambda c: c.segment == 1)
    assert some.set("talkativeness", 7.0) is some
    assert ((table.talkativeness == 7.0) == (table.segment == 1)).all()
    made.customers.set("price_sensitivity", np.arange(50))
    assert table.price_sensitivity.tolist() == list(range(50))
    made.customers.do(lambda c: setattr(c, "price_sensitivity", c.price_sensitivity + 1))
    assert table.price_sensitivity.tolist() == list(range(1, 51))
    made.customers[3].trust = [0.0, 0.5, 0.0]
    assert table.trust[3].tolist() == [0.0, 0.5, 0.0]
    made.customers[3].trust[1] = 0.75
    assert table.trust[3].tolist() == [0.0, 0.75, 0.0]
    made.customers[4].trust = 0.25
    assert table.trust[4].tolist() == [0.25, 0.25, 0.25]
    with pytest.raises(AttributeError):
        made.customers.set("hieght", 1)
    for wrong in ("high", [0.5, 0.5]):
        with pytest.raises(RequestError, match=r"satisfaction is a column of float32, here of"):
            made.customers.set("satisfaction", wrong)


def test_what_is_written_to_a_customer_is_kept_or_refused():
    made = worlds.market(worlds.busy(50))
    try:
        made.customers[3].nickname = "Kim"
    except AttributeError:
        return
    assert made.customers[3].nickname == "Kim"


# Grouping --------------------------------------------------------------------------------------

GROUPINGS = {
    "column": "segment", "attribute": "segment_name", "function": lambda c: c.row % 3,
    "text": lambda c: c.segment_name, "pair": lambda c: (c.segment, c.row % 2),
    "truth": lambda c: c.price_sensitivity > 0.08,
}


@pytest.mark.parametrize("by", GROUPINGS)
def test_groupby_groups_as_mesa_groups(market, plain, by):
    ours, theirs = (agents.groupby(GROUPINGS[by]) for agents in (market.customers, plain[0]))
    assert ours.count() == theirs.count()
    assert ours.agg("price_sensitivity", np.mean) == pytest.approx(
        theirs.agg("price_sensitivity", np.mean))
    found = [{key: rows(group) for key, group in groups} for groups in (ours, theirs)]
    assert found[0] == found[1]
    lists = market.customers.groupby(GROUPINGS[by], result_type="list")
    assert {key: rows(group) for key, group in lists} == found[0]
    assert all(isinstance(group, list) for _, group in lists)
    assert ours.map(len) == theirs.map(len)


def test_groupby_can_do(market):
    seen = []
    market.customers.groupby("segment").do(lambda group: seen.append(len(group)))
    assert sum(seen) == 50


# All agents ------------------------------------------------------------------------------------


def test_all_agents_are_firms_communities_and_customers(market):
    assert len(market.agents) == 54
    assert [type(a) for a in market.agents][:3] == [Firm] * 3
    assert market.firms[1] in market.agents
    assert market.customers[7] in market.agents
    assert market.agents[0] is market.firms[0]
    assert market.agents[3] is market.communities[0]
    assert market.agents[4] == market.customers[0]
    assert market.agents[-1] == market.customers[49]
    assert market.agents[2:5] == [
        market.firms[2], market.communities[0], market.customers[0],
    ]


ON_ALL = {
    "select": lambda agents: len(agents.select(lambda a: isinstance(a, Customer))) == 50,
    "select by type": lambda agents: len(agents.select(agent_type=Firm)) == 3,
    "select at most": lambda agents: len(agents.select(at_most=5)) == 5,
    "get": lambda agents: agents.get("unique_id") == list(range(1, 55)),
    "get with default": lambda agents: agents.get(
        "row", handle_missing="default")[:6] == [None] * 4 + [0, 1],
    "agg": lambda agents: agents.agg("unique_id", max) == 54,
    "map": lambda agents: agents.map(lambda a: a.unique_id) == list(range(1, 55)),
    "do": lambda agents: agents.do("step") is not None,
    "shuffle_do": lambda agents: agents.shuffle_do("step") is not None,
    "shuffle": lambda agents: sorted(a.unique_id for a in agents.shuffle()) == list(range(1, 55)),
    "sort": lambda agents: agents.sort("unique_id").to_list()[0].unique_id == 54
    if hasattr(agents, "to_list") else next(iter(agents.sort("unique_id"))).unique_id == 54,
    "groupby": lambda agents: agents.groupby(
        lambda a: isinstance(a, Firm)).count() == {True: 3, False: 51},
    "set": lambda agents: agents.select(agent_type=Firm).set("mood", 1).get("mood") == [1, 1, 1],
    "contains": lambda agents: "Ana" not in agents,
}


@pytest.mark.parametrize("what", ON_ALL)
def test_all_agents_work_as_a_set_of_mesa(market, what):
    assert ON_ALL[what](market.agents)


def test_agents_by_type_partition_the_agents():
    made = worlds.market(worlds.busy(50))
    by_type = made.agents_by_type
    counts = {kind: len(agents) for kind, agents in by_type.items()}
    assert counts == {Firm: 3, Community: 1, Customer: 50}
    assert set(made.agent_types) == {Firm, Community, Customer}
    assert [firm.name for firm in by_type[Firm]] == ["Ana", "Bo", "Cy"]
    assert rows(by_type[Customer]) == list(range(50))


def test_agents_by_type_know_customers_of_an_assigned_class():
    made = worlds.market(worlds.busy(50))
    made.customers.assign([3, 4], Doubling)
    assert rows(made.agents_by_type[Doubling]) == [3, 4]
    assert len(made.agents_by_type[Customer]) == 48


def test_unique_ids_are_unique(market):
    numbers = [agent.unique_id for agent in market.agents]
    assert len(set(numbers)) == len(numbers) == 54
    assert market.customers.get("unique_id") == numbers[4:]


def test_an_agent_of_ones_own_is_an_agent_of_the_market():
    made = worlds.market(worlds.busy(50))
    reporter = Reporter(made)
    numbers = [agent.unique_id for agent in (*made.firms, *made.customers, reporter)]
    assert len(set(numbers)) == 54  # all but the community
    assert reporter in made.agents_by_type[Reporter]
    assert reporter in made.agents
    assert len(made.agents) == 55


# Nothing is lost by accident -------------------------------------------------------------------


def test_customers_cannot_be_removed_from_a_market():
    made = worlds.market(worlds.busy(50))
    someone = made.customers[3]
    for attempt in (
        someone.remove, lambda: made.customers.remove(someone), made.customers.clear,
        lambda: made.customers.discard(someone), made.customers.pop,
        lambda: made.customers.select(at_most=3, inplace=True),
        lambda: made.agents.remove(someone), lambda: made.deregister_agent(someone),
    ):
        with pytest.raises((TypeError, NotImplementedError, KeyError, AttributeError)):
            attempt()
        assert len(made.customers) == 50
        assert len(made.agents) == 54
    made.step()
    assert len(made.agents) == 54


def test_a_firm_cannot_be_half_removed():
    made = worlds.market(worlds.busy(50))
    with contextlib.suppress(TypeError, NotImplementedError):
        made.firms[0].remove()
    assert len(made.agents_by_type[Firm]) == len(made.firms) == 3


def test_members_of_a_selection_come_and_go():
    made = worlds.market(worlds.busy(50))
    some = made.customers.select(lambda c: c.row < 3)
    some.add(made.customers[9])
    some.add(made.customers[9])
    assert rows(some) == [0, 1, 2, 9]
    some.remove(made.customers[1])
    some.discard(made.customers[1])
    assert rows(some) == [0, 2, 9]
    with pytest.raises(KeyError):
        some.remove(made.customers[1])
    assert len(made.customers) == 50


def test_garbage_collection_takes_no_agents(market):
    some = market.customers.select(lambda c: c.row % 2 == 0)
    gc.collect()
    assert len(some) == 25
    assert rows(some) == list(range(0, 50, 2))
    assert len(market.agents) == 54


def test_friends_are_the_customers_of_the_network(market):
    for row in (0, 17, 49):
        friends = market.customers[row].friends
        assert rows(friends) == market.network.neighbors(row).tolist()
        assert all(market.customers[row] in friend.friends for friend in friends)


def test_a_customer_is_a_mesa_agent(market):
    someone = market.customers[5]
    assert isinstance(someone, mesa.Agent)
    assert someone.model is market
    assert someone == market.customers[5] != market.customers[6]
    assert len({market.customers[5], someone}) == 1
    assert someone.random is market.random
    with pytest.raises(AttributeError, match="height"):
        _ = someone.height


def test_completion_offers_the_columns_of_a_customer(market):
    offered = dir(market.customers[5])
    assert {*CustomerTable.columns, "friends", "segment_name", "row"} <= set(offered)
    assert all(hasattr(market.customers[5], name) for name in CustomerTable.columns)


def test_nothing_that_mesa_is_asked_for_is_deprecated_today():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = worlds.lived(worlds.busy(50), weeks=1)
        assert next(iter(made.customers)).row == 0


def test_sums_of_narrow_columns_do_not_wrap():
    market = worlds.market(worlds.busy(700))
    ones = market.customers.set("aware", 1)
    assert ones.agg("aware", sum).tolist() == [700] * market.n_offers
    expected = sum(customer.segment for customer in market.customers)
    assert market.customers.agg("segment", sum) == expected > 255
    talk = [customer.talkativeness for customer in market.customers]
    assert market.customers.agg("talkativeness", sum) == pytest.approx(sum(talk), rel=1e-12)


def test_several_values_a_customer_are_taken_each_by_itself_or_refused(market):
    customers = market.customers
    values = customers.column("satisfaction").astype(float)
    assert customers.agg("satisfaction", max).tolist() == values.max(axis=0).tolist()
    low, high = customers.select(at_most=7).agg("satisfaction", [min, max])
    assert low.tolist() == values[:7].min(axis=0).tolist()
    assert high.tolist() == values[:7].max(axis=0).tolist()
    assert customers.agg("satisfaction", np.mean) == pytest.approx(values.mean())
    with pytest.raises(ValueError) as caught:
        customers.agg("satisfaction", sorted)
    assert isinstance(caught.value, RequestError)
    assert str(caught.value).startswith("sorted cannot take 'satisfaction', several values a cust")
    for by in (customers.sort, customers.groupby):
        with pytest.raises(RequestError, match="'satisfaction' has several values a customer"):
            by("satisfaction")


def test_whom_somebody_silences_by_her_column_is_silent():
    made = [worlds.market(worlds.busy(200)) for _ in range(2)]
    made[0].mute(np.arange(200))
    made[1].customers.set("muted", 1)
    for market in made:
        market.run_model()
    assert worlds.differing(*made) == set()
    assert not made[1].recorder.recorded()["good_news"].any()


@pytest.mark.parametrize("row", [-1, 60])
def test_only_customers_that_there_are_can_be_assigned(row):
    with pytest.raises(IndexError, match=f"from 0 to 59. Got {row}"):
        worlds.market(worlds.busy()).customers.assign([row], Customer)
