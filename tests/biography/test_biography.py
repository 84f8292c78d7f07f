"""A biography is true: what it tells agrees with the market it replays."""

import numpy as np
import pytest
import worlds

from sim import Market, load_scenario
from sim.biography import tell
from sim.errors import RunError
from sim.scenario import Scenario

PLACES = (0, 7, 41, 133, 400)
"""Customers by how much they buy and whom they know, the most first."""


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("first_lesson")


@pytest.fixture(scope="module")
def busiest(scenario):
    """Rows of customers who have something to tell, in the market of seed 5."""
    market = Market(scenario, strategy="listen", seed=5, observe=False)
    rate = market.tables.customers.purchase_rate[:, 0]
    return np.argsort(-rate * market.network.degrees(), kind="stable")


@pytest.mark.parametrize("place", PLACES)
def test_she_always_takes_the_option_with_the_highest_utility(scenario, busiest, place):
    customer = int(busiest[place])
    story = tell(scenario, strategy="listen", seed=5, customer=customer, weeks=80)
    choices = [h.details for _, stage, h in story.happenings if stage == "choice"]
    assert choices
    for choice in choices:
        totals = {name: sum(terms.values()) for name, terms in choice["options"].items()}
        assert totals[choice["chosen"]] == pytest.approx(max(totals.values()), abs=1e-4)


@pytest.mark.parametrize("customer", range(8))
def test_switching_costs_her_from_the_second_offer_of_a_category_on(customer):
    # Two categories, several occasions a week, and a cost of switching that tells itself.
    world = worlds.changed(
        worlds.busy(), customers__segments__everyday__purchase_rate=2.5,
        customers__segments__everyday__switching_cost=0.2,
        customers__segments__expert__purchase_rate={"drink": 2.5, "ride": 2.5},
        customers__segments__expert__switching_cost=0.2,
    )
    story = tell(Scenario.from_dict(world), strategy=None, seed=5, customer=customer)
    choices = [h.details for _, stage, h in story.happenings if stage == "choice"]
    kind = {"tea": "drink", "cola": "drink", "trip": "ride", "bus": "ride"}
    last, switched = {}, 0
    for choice in choices:
        options = {name: terms for name, terms in choice["options"].items() if name in kind}
        for name, terms in options.items():
            before = last.get(kind[name])
            expected = -0.2 if before not in (None, name) else 0.0
            assert terms.get("switching", 0.0) == pytest.approx(expected)
            switched += expected < 0
        totals = {name: sum(terms.values()) for name, terms in choice["options"].items()}
        if totals:
            assert totals[choice["chosen"]] == pytest.approx(max(totals.values()), abs=1e-4)
        if choice["chosen"] in kind:
            last[kind[choice["chosen"]]] = choice["chosen"]
    assert switched > 5
    assert len(last) == 2


@pytest.mark.parametrize("place", PLACES)
def test_the_tellings_she_heard_explain_how_her_expectation_moved(scenario, busiest, place):
    customer = int(busiest[place])
    """Applying the told messages one by one gives the expectation of the table."""
    story = tell(scenario, strategy="listen", seed=5, customer=customer, weeks=80)
    market = Market(scenario, "listen", seed=5, observe=False)
    heard = {}
    for week, stage, happening in story.happenings:
        if stage == "word_of_mouth" and "friend" in happening.details:
            heard.setdefault(week, []).append(happening.details)
    checked = []

    def listener(lived, stage, after):
        if stage != "word_of_mouth":
            return
        table = lived.tables.customers
        if not after:
            checked.append(table.expectation[customer].copy())
            return
        expected = checked[-1].astype(float)
        p = lived.mechanisms["word_of_mouth"].parameters
        for telling in heard.get(lived.week, []):
            o = lived.offer_names.index(telling["offer"])
            weight = p.influence * (1 - p.commitment * table.loyalty[customer, o])
            weight *= p.strong_influence_factor if telling["strong"] else 1
            gap = telling["goodness"] - expected[o]
            expected[o] += min(weight * (p.negativity if gap < 0 else 1), 1) * gap
        np.testing.assert_allclose(table.expectation[customer], expected, atol=1e-5)

    market.listeners.append(listener)
    for _ in range(80):
        market.step()
    assert len(checked) == 80
    assert heard


def test_a_story_begins_with_who_she_is_and_runs_in_order_of_weeks(scenario):
    story = tell(scenario, strategy="listen", seed=5, customer=7, weeks=60)
    sentences = story.sentences()
    assert sentences[0].startswith("customer 7 belongs to")
    weeks = [week for week, _, _ in story.happenings]
    assert weeks == sorted(weeks) and weeks[0] >= 1


def test_telling_a_story_changes_nothing(scenario):
    plain = Market(scenario, "listen", seed=5, observe=False)
    plain.run_model()
    again = tell(scenario, strategy="listen", seed=5, customer=3)
    watched = tell(scenario, strategy="listen", seed=5, customer=3)
    assert again.sentences() == watched.sentences()
    price = dict(zip(plain.offer_names, plain.tables.offers.price_cents, strict=True))
    chosen = [h.details["chosen"] for _, stage, h in again.happenings if stage == "choice"]
    assert plain.tables.customers.spend_cents[3] == sum(price.get(name, 0) for name in chosen)


def test_a_customer_who_is_not_there_is_named_with_the_range(scenario):
    with pytest.raises(RunError, match=r"there is no customer 1000; .* from 0 to 999"):
        tell(scenario, strategy="listen", seed=5, customer=1000)


def test_a_market_that_sold_other_units_is_not_told(scenario):
    market = Market(scenario, strategy="listen", seed=5, observe=("units",))
    for _ in range(10):
        market.step()
    units = market.recorder.recorded()["units"].copy()
    said = {"strategy": "listen", "seed": 5, "customer": 3, "weeks": 10}
    assert tell(scenario, **said, units=units).sentences() == tell(scenario, **said).sentences()
    units[4, 0] += 1
    with pytest.raises(RunError, match="does not live the market as the run did"):
        tell(scenario, **said, units=units)
