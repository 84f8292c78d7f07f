"""A biography is true: what it tells agrees with the market it replays."""

import numpy as np
import pytest

from sim import Market, load_scenario
from sim.biography import tell
from sim.errors import RunError

CUSTOMERS = (0, 7, 41, 133, 400)


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("first_lesson")


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_she_always_takes_the_option_with_the_highest_utility(scenario, customer):
    story = tell(scenario, strategy="listen", seed=5, customer=customer, weeks=80)
    choices = [h.details for _, stage, h in story.happenings if stage == "choice"]
    assert choices
    for choice in choices:
        totals = {name: sum(terms.values()) for name, terms in choice["options"].items()}
        assert totals[choice["chosen"]] == pytest.approx(max(totals.values()), abs=1e-4)


@pytest.mark.parametrize("customer", CUSTOMERS)
def test_the_tellings_she_heard_explain_how_her_expectation_moved(scenario, customer):
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
    assert heard or market.network.degrees()[customer] == 0


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
