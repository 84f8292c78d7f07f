"""What the cases C01 to C17 demand, worked out from the cases, against what the files say."""

import math

import pytest
from readings import by_world, claims, compares, numbers, says_more, set_apart, spending

from sim import load_scenario, run
from sim.scenario.mechanisms import chosen_mechanisms

# C01: 650,000 testers gave more than 500 million dollars.

A_TESTER = 500_000_000 / 650_000


def test_beta_claim_is_of_the_order_that_two_reported_numbers_give():
    assert round(A_TESTER, -1) == 770
    claim = claims(load_scenario("open_beta").document)["worth_of_a_tester"]
    assert A_TESTER / math.sqrt(10) < claim.at_least < A_TESTER < claim.at_most
    assert claim.at_most < A_TESTER * math.sqrt(10)
    assert (claim.strategy, claim.outcome, claim.by) == (
        "open_beta", "value_per_contributor", "value"
    )


def test_beta_worth_of_a_tester_is_not_typed_in():
    document = load_scenario("open_beta").document
    claim = claims(document)["worth_of_a_tester"]
    typed = numbers(document.mechanisms) + numbers(
        {name: strategy.set for name, strategy in document.strategies.items()}
    )
    assert not [n for n in typed if claim.at_least <= n <= claim.at_most]


def test_beta_and_laboratory_differ_by_who_tests_and_what_that_costs():
    scenario = load_scenario("open_beta")
    assert set_apart(scenario.document, "open_beta", "laboratory") == {
        "firms.Maker.levers.openness_to_contributions", "firms.Maker.levers.development_budget"
    }
    makers = by_world(scenario, "Maker")
    assert makers["laboratory"].levers.openness_to_contributions == 0
    assert makers["open_beta"].levers.openness_to_contributions == 1


def test_beta_and_laboratory_cost_the_same_until_the_launch():
    launch = load_scenario("open_beta").document.firms["Maker"].offers["new_system"].launch_week
    result = run("open_beta", replications=2, seed=4, workers=1, weeks=launch - 1)
    beta = result.values("costs", "open_beta", "Maker")
    laboratory = result.values("costs", "laboratory", "Maker")
    assert beta == pytest.approx(laboratory, rel=0.05)
    assert (beta <= laboratory).all()
    assert (result.values("contributors", "open_beta", "Maker") > 0).all()
    assert (result.values("contributors", "laboratory", "Maker") == 0).all()


def test_beta_testers_are_the_few_experts_who_lack_what_the_maker_overlooks():
    document = load_scenario("open_beta").document
    segments, maker = document.customers.segments, document.firms["Maker"]
    experts = {name for name, segment in segments.items() if segment.expertise != 0}
    assert experts == {"administrators"}
    expert = segments["administrators"]
    assert expert.share < 0.1 * sum(segment.share for segment in segments.values())
    quality = maker.offers["new_system"].quality
    lack = {a: need * (1 - quality[a]) for a, need in expert.needs.items()}
    most_lacked = sorted(lack, key=lack.get)[-2:]
    assert set(most_lacked) == set(sorted(lack, key=maker.beliefs.get)[:2])


def test_beta_claims_higher_quality_at_the_launch():
    document = load_scenario("open_beta").document
    claim = claims(document)["better_at_launch"]
    launch = document.firms["Maker"].offers["new_system"].launch_week
    assert (claim.outcome, claim.weeks) == ("quality", (launch, launch))
    assert compares(claim, "open_beta", "laboratory") and says_more(claim)


# C07: a free plan for data, a paid one, or both.

PLANS = {"free_only": {"free_box"}, "paid_only": {"paid_box"}, "both": {"free_box", "paid_box"}}


def test_mailer_has_the_plans_that_each_strategy_names_for_the_same_money():
    scenario = load_scenario("free_for_data")
    weeks, mailers = scenario.document.weeks, by_world(scenario, "Mailer")
    for strategy, plans in PLANS.items():
        offers = mailers[strategy].offers
        assert {name for name in offers if offers[name].launch_week <= weeks} == plans
    assert len({spending(mailers[strategy], weeks) for strategy in PLANS}) == 1


def test_mailer_takes_data_for_the_one_plan_and_money_for_the_other():
    offers = load_scenario("free_for_data").document.firms["Mailer"].offers
    free, paid = offers["free_box"], offers["paid_box"]
    assert (free.tariff, free.data_required, free.data_ask) == ("free", True, 1)
    assert paid.tariff != "free" and paid.price > 0
    assert (paid.data_ask, paid.ad_load) == (0, 0)
    assert free.quality == paid.quality


def test_mailer_customers_differ_in_privacy_concern_only():
    segments = load_scenario("free_for_data").document.customers.segments
    carefree, minded = segments["carefree"].model_dump(), segments["minded"].model_dump()
    assert minded.pop("privacy_concern") > carefree.pop("privacy_concern")
    assert minded == carefree


def test_mailer_claims_that_both_plans_serve_more_than_either_and_the_minded_pay():
    document = load_scenario("free_for_data").document
    found = claims(document)
    for name, other in (("free", "free_only"), ("paid", "paid_only")):
        claim = found[f"both_serve_more_than_{name}"]
        assert claim.outcome == "active_share"
        assert compares(claim, "both", other) and says_more(claim)
    pay = found["the_minded_pay"]
    assert compares(pay, "both_minded", "both_carefree") and says_more(pay)
    gone = {"carefree": "minded", "minded": "carefree"}
    for who, other in gone.items():
        assert document.strategies[f"both_{who}"].set == {
            f"customers.segments.{other}.share": 0
        }


# C08: everybody must go online, or both channels stay.


def test_bank_that_forces_differs_from_the_one_that_does_not_by_closing_the_branch_only():
    document = load_scenario("forced_banking").document
    assert not set_apart(document, "force", "both")
    (closing,) = document.events
    assert closing.strategies == ["force"]
    offers = document.firms["Wells"].offers
    assert closing.set == {f"firms.Wells.offers.{name}.channels.branch": 0 for name in offers}
    for offer in offers.values():
        assert set(offer.channels) == {"branch", "pc"}
        assert offer.channels["pc"] > offer.channels["branch"] > 0


def test_bank_loses_those_who_use_the_branch_as_a_club():
    document = load_scenario("forced_banking").document
    segments = document.customers.segments
    liking = {
        name: segment.channel_affinity["branch"].mean - segment.channel_affinity["pc"].mean
        for name, segment in segments.items()
    }
    assert max(liking, key=liking.get) == "wealthy"
    found = claims(document)
    lost, kept = found["force_loses_the_wealthy"], found["both_keeps_the_wealthy"]
    assert lost.firm == kept.firm
    sold = {offer.category for offer in document.firms[lost.firm].offers.values()}
    buyers = {name for name, segment in segments.items() if sold & set(segment.purchase_rate)}
    assert buyers == {"wealthy"}
    assert compares(lost, "force", "both") and says_more(lost)
    assert kept.strategy == "both" and kept.against_weeks is not None and kept.at_least is None


# C09: to design one's own, or to be remembered.


def test_florists_differ_in_their_way_to_tailor_only():
    firms = load_scenario("online_florist").document.firms
    ways = ("personalization", "customization", "data_ask")
    (memory,), (design,) = (
        [offer.model_dump() for offer in firms[name].offers.values()]
        for name in ("Concierge", "Scissors")
    )
    remembers, designs = ([offer.pop(way) for way in ways] for offer in (memory, design))
    assert memory == design
    assert remembers[0] > 0 and remembers[1] == 0 and remembers[2] > 0
    assert designs[0] == 0 and designs[1] > 0 and designs[2] == 0
    assert firms["Concierge"].levers == firms["Scissors"].levers


def test_florists_meet_worlds_that_differ_in_one_condition():
    scenario = load_scenario("online_florist")
    path = "customers.segments.givers."
    assert set_apart(scenario.document, "easy", "dear") == {f"{path}effort_cost.median"}
    assert set_apart(scenario.document, "easy", "alike") == {f"{path}taste.spread"}
    givers = {s: scenario.world(s).customers.segments["givers"] for s in scenario.strategies}
    assert givers["dear"].effort_cost.median > givers["easy"].effort_cost.median
    assert givers["dear"].taste == givers["easy"].taste
    assert givers["alike"].taste.spread < givers["easy"].taste.spread


def test_each_florist_is_claimed_to_win_where_its_condition_holds():
    found = claims(load_scenario("online_florist").document)
    design, memory = found["design_wins_where_easy"], found["memory_wins_where_dear"]
    assert (design.strategy, design.firm, design.against_firm) == ("easy", "Scissors", "Concierge")
    assert (memory.strategy, memory.firm, memory.against_firm) == ("dear", "Concierge", "Scissors")
    assert design.outcome == memory.outcome and design.weeks == memory.weeks
    assert says_more(design) and says_more(memory)
    scattered = found["design_needs_scattered_tastes"]
    assert scattered.firm == "Scissors"
    assert compares(scattered, "alike", "easy") and says_more(scattered) is False


# C10: the same desk, with and without a way over the top.


def test_mailbox_and_desk_have_the_same_capacity():
    stores = by_world(load_scenario("open_mailbox"), "Store")
    assert len({store.levers.support_capacity for store in stores.values()}) == 1
    assert len({store.levers.complaint_routing for store in stores.values()}) == 1
    assert len({spending(store, math.inf) for store in stores.values()}) == 1


def test_mailbox_alone_escalates_and_has_a_control_that_opens_as_wide():
    scenario = load_scenario("open_mailbox")
    stores = by_world(scenario, "Store")
    assert {s for s, store in stores.items() if store.levers.escalation_share > 0} == {"mailbox"}
    assert set_apart(scenario.document, "mailbox", "wide_door") == {
        "firms.Store.levers.escalation_share"
    }


def test_mailbox_is_claimed_to_lower_churn_against_the_desk():
    claim = claims(load_scenario("open_mailbox").document)["escalation_lowers_churn"]
    assert claim.outcome == "exits"
    assert compares(claim, "mailbox", "desk") and says_more(claim) is False


# C17: 80 percent of 362 firms, 8 percent of customers.

FIRMS_SAY, CUSTOMERS_SAY, TEN_POINTS = 80 / 100, 8 / 100, 10 / 100


def test_both_reported_shares_bound_the_claims_by_ten_points():
    found = claims(load_scenario("perception_gap").document)
    firms, customers = found["firms_believe"], found["customers_do_not_agree"]
    for claim, reported in ((firms, FIRMS_SAY), (customers, CUSTOMERS_SAY)):
        assert (claim.strategy, claim.by) == ("product_first", "value")
        assert claim.at_least == pytest.approx(max(0, reported - TEN_POINTS))
        assert claim.at_most == pytest.approx(reported + TEN_POINTS)
    assert (firms.outcome, customers.outcome) == ("superior_firms", "superior_by_customers")


def test_neither_share_is_a_setting_of_mechanisms_strategies_or_firms():
    document = load_scenario("perception_gap").document
    typed = numbers(document.mechanisms)
    for strategy in document.strategies.values():
        typed += numbers(strategy.set)
    for firm in document.firms.values():
        plain = firm.model_dump()
        for offer in plain["offers"].values():
            offer.pop("quality")  # Strengths are drawn, see below.
        typed += numbers(plain)
    assert typed
    assert FIRMS_SAY not in typed and CUSTOMERS_SAY not in typed


def test_strengths_scatter_and_no_share_stands_out_among_them():
    firms = load_scenario("perception_gap").document.firms.values()
    strengths = [q for f in firms for offer in f.offers.values() for q in offer.quality.values()]
    assert len(strengths) >= 100
    for reported in (FIRMS_SAY, CUSTOMERS_SAY):
        assert strengths.count(reported) <= len(strengths) / len(set(strengths))


def test_product_first_firms_believe_in_their_strengths_and_do_not_ask():
    scenario = load_scenario("perception_gap")
    product_first = scenario.world("product_first")
    assert chosen_mechanisms(product_first)["sensing"][0] == "crm"
    for firm in product_first.firms.values():
        assert not firm.beliefs
        assert firm.levers.complaint_routing == 0


def test_sensing_firms_ask_and_watch_and_differ_in_nothing_else():
    scenario = load_scenario("perception_gap")
    apart = set_apart(scenario.document, "sensing", "product_first")
    firms = scenario.document.firms
    routing = {f"firms.{name}.levers.complaint_routing" for name in firms}
    assert apart == {"mechanisms.sensing"} | routing
    sensing = scenario.world("sensing")
    assert chosen_mechanisms(sensing)["sensing"][0] == "experience_management"
    for firm in sensing.firms.values():
        levers = firm.levers
        assert min(levers.survey_share, levers.panel_size, levers.observation_share) > 0
        assert levers.complaint_routing == 1


def test_sensing_is_claimed_to_narrow_the_gap():
    claim = claims(load_scenario("perception_gap").document)["sensing_narrows_the_gap"]
    assert claim.outcome == "delivery_gap"
    assert compares(claim, "sensing", "product_first")
    assert says_more(claim) is False and claim.at_most < 0
