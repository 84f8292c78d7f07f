"""The numbers of the cases, worked out a second time from the cases, against what the files say."""

import pytest

from sim import load_scenario, run
from sim.results.verdicts import SHOWN, direction_holds

WEEKS_A_YEAR = 52
WEEKS_A_QUARTER = WEEKS_A_YEAR // 4
MONTHS_A_YEAR = 12


def claims(document):
    return {claim.id: claim for claim in document.claims}


def set_apart(document, one, other):
    """What two strategies set differently."""
    first, second = document.strategies[one].set, document.strategies[other].set
    return {path for path in first | second if first.get(path) != second.get(path)}


# C23: a bowl costs 7,000 won; the guest comes four times a month for twenty years.

PRICE, VISITS_A_MONTH, YEARS = 7000, 4, 20
WORTH = PRICE * VISITS_A_MONTH * MONTHS_A_YEAR * YEARS


def test_seolleongtang_guest_comes_as_often_as_the_case_says():
    world = load_scenario("seolleongtang").world("one_guest")
    assert WORTH == 6_720_000
    assert world.weeks == YEARS * WEEKS_A_YEAR
    assert world.firms["House"].offers["house_soup"].price == PRICE
    regulars = world.customers.segments["regulars"]
    assert regulars.purchase_rate * WEEKS_A_YEAR == pytest.approx(VISITS_A_MONTH * MONTHS_A_YEAR)
    assert regulars.regular_purchases
    assert regulars.outside_utility is None


def test_seolleongtang_claim_names_the_sum_and_no_other():
    claim = claims(load_scenario("seolleongtang").document)["worth_of_a_guest"]
    assert claim.at_least == claim.at_most == WORTH
    assert claim.outcome == "revenue_per_customer"
    assert claim.weeks is None


def test_seolleongtang_guest_is_worth_the_sum_to_the_won():
    result = run("seolleongtang", strategies=["one_guest"], replications=3, seed=5, workers=1)
    assert result.values("revenue_per_customer", "one_guest", "House").tolist() == [WORTH] * 3
    verdict = next(v for v in result.verdicts() if v.claim.id == "worth_of_a_guest")
    assert verdict.verdict == SHOWN


# C16: battery complaints went to the people who build the device; revenue then grew by 71 percent.

GROWTH = 1 + 71 / 100


def test_treo_claim_compares_the_following_year_and_states_the_reported_factor():
    claim = claims(load_scenario("treo_battery").document)["revenue_grows_with_routing"]
    assert f"{GROWTH:.2f}" in claim.text
    assert claim.against_weeks == (1, WEEKS_A_YEAR)
    assert claim.weeks == (WEEKS_A_YEAR + 1, 2 * WEEKS_A_YEAR)
    assert claim.outcome == "revenue"
    assert 1 < claim.at_least <= GROWTH


def test_treo_strategies_differ_by_where_complaints_end():
    scenario = load_scenario("treo_battery")
    assert set_apart(scenario.document, "development", "desk") == {
        "firms.Treo.levers.complaint_routing"
    }
    desk, development = (scenario.world(s).firms["Treo"] for s in ("desk", "development"))
    assert (desk.levers.complaint_routing, development.levers.complaint_routing) == (0, 1)


def test_treo_believes_in_strengths_and_lacks_battery():
    document = load_scenario("treo_battery").document
    treo = document.firms["Treo"]
    quality = treo.offers["treo"].quality
    assert "battery" not in treo.beliefs
    assert min(quality, key=quality.get) == "battery"
    for segment in document.customers.segments.values():
        lack = {a: weight * (1 - quality[a]) for a, weight in segment.needs.items()}
        assert max(lack, key=lack.get) == "battery"


def test_treo_spends_the_same_in_every_strategy():
    scenario = load_scenario("treo_battery")
    firms = [scenario.world(strategy).firms["Treo"] for strategy in scenario.strategies]
    spending = {
        firm.levers.development_budget + firm.offers["treo"].advertising for firm in firms
    }
    assert len(spending) == 1


# C24: a release a week against one in 18 months, for the same development money.


def test_xiaomi_cycles_are_18_months_and_a_week():
    scenario = load_scenario("xiaomi_miui")
    levers = {s: scenario.world(s).firms["Xiaomi"].levers for s in scenario.strategies}
    months = 18 * WEEKS_A_YEAR / MONTHS_A_YEAR
    assert levers["cycle"].release_cadence == levers["cycle_with_fans"].release_cadence == months
    assert levers["weekly_alone"].release_cadence == 1
    assert levers["weekly_with_fans"].release_cadence == 1
    assert len({lever.development_budget for lever in levers.values()}) == 1


def test_xiaomi_claims_look_beyond_one_long_cycle():
    document = load_scenario("xiaomi_miui").document
    assert document.weeks == 2 * 18 * WEEKS_A_YEAR / MONTHS_A_YEAR


# C26: to conceal or to disclose, in societies that differ in ties only.


def test_no_place_to_hide_compares_only_disclosure_at_equal_density():
    document = load_scenario("no_place_to_hide").document
    lever = "firms.Haneul.offers.haneul_pack.defect.disclosed"
    densities = {name.rsplit("_", 1)[1] for name in document.strategies}
    for density in densities:
        assert set_apart(document, f"conceal_{density}", f"disclose_{density}") == {lever}
        written = document.strategies[f"conceal_{density}"].set
        assert written.get("customers.network.neighbors", 0) == int(density)


# C27: the quarter against the years.


def test_servant_salesmanship_speaks_of_a_quarter_and_of_years():
    document = load_scenario("servant_salesmanship").document
    assert set_apart(document, "push", "serve") == {"firms.Aqua.levers.sales_pressure"}
    found = claims(document)
    assert found["pressure_wins_the_quarter"].weeks == (1, WEEKS_A_QUARTER)
    assert found["pressure_loses_the_years"].weeks == (WEEKS_A_YEAR + 1, 3 * WEEKS_A_YEAR)


def test_pressure_loses_the_years_already_in_few_replications():
    result = run("servant_salesmanship", replications=2, seed=3, workers=1)
    assert direction_holds(result, claims(result.scenario.document)["pressure_loses_the_years"])
