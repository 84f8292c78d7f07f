"""Luck of policies that try things out: of the firm and the week, and nobody else's."""

import json

import numpy as np
import pytest
import worlds

from sim.market import Market
from sim.results.run import run
from sim.scenario import load_scenario

TRYING = '''
from sim.policies.base import Decision, Policy


class Trying(Policy):
    """Tries another capacity each week."""

    def decide(self, observation):
        return Decision(levers={"support_capacity": 100 * observation.luck().random()})
'''


WORLD = worlds.changed(
    worlds.busy(), firms__Ana__policy="trying:Trying", firms__Bo__policy="trying:Trying",
)


def written(folder, world=WORLD):
    file = folder / "a_test.yaml"
    file.write_text(json.dumps(world), encoding="utf-8")
    (folder / "trying.py").write_text(TRYING, encoding="utf-8")
    return load_scenario(file, allow_code=True)


@pytest.fixture
def scenario(tmp_path):
    return written(tmp_path)


def tried(market, weeks):
    lived = []
    for _ in range(weeks):
        market.step()
        firms = [firm for firm in market.firms if firm.policy_name != "fixed"]
        lived.append([firm.levers["support_capacity"] for firm in firms])
    return np.array(lived)


def test_every_firm_and_week_has_its_own_luck(scenario):
    capacities = tried(Market(scenario, seed=3, observe=False), 8)
    assert len(np.unique(capacities)) == capacities.size
    assert (tried(Market(scenario, seed=4, observe=False), 8) != capacities).all()


def test_luck_is_the_same_straight_and_from_a_checkpoint(scenario):
    straight = tried(Market(scenario, seed=3, observe=False), 8)
    begun = Market(scenario, seed=3, observe=False)
    tried(begun, 5)
    np.testing.assert_array_equal(tried(Market.resume(begun.checkpoint()), 3), straight[5:])


def test_luck_belongs_to_the_name_of_the_firm(tmp_path):
    first = Market(written(tmp_path), seed=3, observe=False)
    turned = {**WORLD, "firms": dict(reversed(WORLD["firms"].items()))}
    again = Market(written(tmp_path, turned), seed=3, observe=False)
    assert again.firm_names == first.firm_names[::-1]
    np.testing.assert_array_equal(tried(again, 4)[:, ::-1], tried(first, 4))


def test_asking_twice_begins_anew(scenario):
    market = Market(scenario, seed=3, observe=False)
    market.step()
    seen = market.firms[0].observe()
    assert seen.luck().random() == seen.luck().random()


def test_workers_do_not_matter(scenario):
    one, two = (run(scenario, replications=3, weeks=6, workers=n).firms for n in (1, 2))
    assert one.equals(two)
