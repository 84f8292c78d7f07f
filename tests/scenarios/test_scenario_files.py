"""Every shipped scenario names its sources and its limits, and every strategy of it lives."""

import pytest

from sim import Market, load_scenario
from sim.results.verdicts import SHOWN
from sim.scenario.shipped import scenario_folder, scenario_ids

SHIPPED = scenario_ids()
STRATEGIES = [
    (name, strategy) for name in SHIPPED for strategy in load_scenario(name).strategies
]

ONE_KIND = {  # customers differ in their traits, but belong to one segment
    "customer_share", "direct_supplier", "online_florist", "perception_gap", "shared_sales_data",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_scenario_explains_itself(name):
    document = load_scenario(name).document
    assert document.id == name
    assert document.sources and document.question and document.represents
    assert len(document.does_not_represent) > 20
    assert document.carried_by and document.claims and document.uncertain


@pytest.mark.parametrize("name", SHIPPED)
def test_editors_find_the_schema(name):
    first = (scenario_folder() / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema.json"


@pytest.mark.parametrize("name", SHIPPED)
def test_claims_and_ranges_name_their_source(name):
    document = load_scenario(name).document
    assert all(claim.source for claim in document.claims)
    assert all(setting.source for setting in document.uncertain.values())


@pytest.mark.parametrize("name", SHIPPED)
def test_the_file_itself_lies_within_its_uncertain_ranges(name):
    scenario = load_scenario(name)
    for path, setting in scenario.document.uncertain.items():
        found = scenario.resolved()
        for part in path.split("."):
            found = found[part]
        assert setting.low <= found <= setting.high, path


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "first_lesson"])
def test_a_case_has_rivals_kinds_of_customers_and_named_strategies(name):
    document = load_scenario(name).document
    assert len(document.firms) >= 2
    assert len(document.customers.segments) >= 2 or name in ONE_KIND
    assert len(document.strategies) >= 2
    assert all(strategy.title for strategy in document.strategies.values())
    assert 2 <= len(document.claims) <= 7
    assert 4 <= len(document.uncertain) <= 9


@pytest.mark.parametrize("name, strategy", STRATEGIES)
def test_every_strategy_lives(name, strategy):
    market = Market(name, strategy, seed=1)
    for _ in range(3):
        market.step()
    assert market.week == 3


@pytest.mark.evidence
@pytest.mark.parametrize("name", SHIPPED)
def test_every_claim_is_shown(name):
    """With other luck than that of seed 0, which authors and readers see."""
    from sim import run

    for verdict in run(name, replications=20, seed=1).verdicts():
        assert verdict.verdict == SHOWN, f"{verdict.claim.id}: {verdict.estimate}"
