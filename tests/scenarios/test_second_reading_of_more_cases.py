"""What twelve more cases demand, worked out from the cases, against what the files say."""

import math

import pytest

from sim import load_scenario, run
from sim.results.verdicts import direction_holds
from sim.scenario.mechanisms import chosen_mechanisms

LEVERS_THAT_COST = ("development_budget", "reward_budget", "club_investment")


def claims(document):
    return {claim.id: claim for claim in document.claims}


def set_apart(document, one, other):
    """What two strategies set differently."""
    first, second = document.strategies[one].set, document.strategies[other].set
    return {path for path in first | second if first.get(path) != second.get(path)}


def by_world(scenario, firm):
    return {strategy: scenario.world(strategy).firms[firm] for strategy in scenario.strategies}


def spending(firm, weeks):
    """What a firm sets aside a week, advertising only for what goes on sale within the run."""
    on_sale = [offer for offer in firm.offers.values() if offer.launch_week <= weeks]
    advertising = sum(offer.advertising for offer in on_sale)
    return advertising + sum(getattr(firm.levers, name) for name in LEVERS_THAT_COST)


def says_more(claim):
    """Whether a claim puts its strategy above the baseline: True, False, or None for neither."""
    neutral = {"ratio": 1.0, "difference": 0.0}[claim.by]
    if claim.at_least is not None and claim.at_most is None and claim.at_least >= neutral:
        return True
    if claim.at_most is not None and claim.at_least is None and claim.at_most <= neutral:
        return False
    return None


def compares(claim, strategy, against):
    return (claim.strategy, claim.against) == (strategy, against)


def numbers(value):
    """All numbers in plain data, however deep."""
    if isinstance(value, dict):
        return [n for part in value.values() for n in numbers(part)]
    if isinstance(value, list):
        return [n for part in value for n in numbers(part)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


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


def test_bank_that_forces_differs_from_the_one_that_does_not_only_by_channels():
    document = load_scenario("forced_banking").document
    apart = set_apart(document, "force", "both")
    for event in document.events:
        apart |= set(event.set)
    assert apart
    assert all(path.startswith("firms.Wells.offers.") for path in apart)
    assert all(".channels." in path for path in apart)


def test_bank_serves_alike_until_it_closes_the_branch_for_one_strategy_only():
    scenario = load_scenario("forced_banking")
    closed = {path for event in scenario.document.events for path in event.set}
    banks = by_world(scenario, "Wells")
    for name, kept in banks["both"].offers.items():
        forced = banks["force"].offers[name]
        assert sorted(kept.channels.values()) == sorted(forced.channels.values())
        after = {c for c in forced.channels if f"firms.Wells.offers.{name}.channels.{c}" in closed}
        assert after == set(forced.channels) - {"pc"}
        assert not any(f"firms.Wells.offers.{name}.channels.{c}" in closed for c in kept.channels)
        assert forced.channels["pc"] > max(kept.channels[c] for c in kept.channels if c != "pc")
        assert {kept.channel_costs[c] for c in kept.channels} == {
            forced.channel_costs[c] for c in forced.channels
        }


def test_bank_loses_those_who_use_the_branch_as_a_club():
    document = load_scenario("forced_banking").document
    segments = document.customers.segments
    liking = {
        name: segment.channel_affinity["branch"].mean - segment.channel_affinity["pc"].mean
        for name, segment in segments.items()
    }
    assert max(liking, key=liking.get) == "wealthy"
    for segment in segments.values():
        assert segment.channel_affinity["branch"] == segment.channel_affinity["branch_to_close"]
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


# C19: communities take power from firms; where customers are bound, the sign may turn.


def test_reverse_market_worlds_differ_by_membership_only():
    document = load_scenario("reverse_market").document
    joining = {"mechanisms.community.join_rate", "mechanisms.community.friend_join_rate"}
    for strategy in ("few", "many"):
        assert set_apart(document, strategy, "isolated") == joining
    few, many = document.strategies["few"].set, document.strategies["many"].set
    isolated = document.mechanisms["community"]
    for path in joining:
        assert isolated[path.rsplit(".", 1)[1]] == 0 < few[path] < many[path]


def test_reverse_market_claims_every_part_of_the_case():
    found = claims(load_scenario("reverse_market").document)
    demanded = {
        "price_paid_by_all": False, "power_price": True, "power_surplus": True,
        "offer_error": False,
    }
    for outcome, more in demanded.items():
        claim = next(c for c in found.values() if c.outcome == outcome)
        assert compares(claim, "many", "isolated") and says_more(claim) is more
    first = found["members_gain_first"]
    assert (first.outcome, first.by, first.at_least) == ("member_advantage", "value", 0)
    later = max(claim.weeks[0] for claim in found.values())
    assert first.weeks[1] < later


def test_reverse_market_loser_is_the_known_firm_with_the_lowest_real_quality():
    document = load_scenario("reverse_market").document
    claim = claims(document)["name_without_quality_loses"]
    assert claim.outcome == "profit"
    assert compares(claim, "many", "isolated") and says_more(claim) is False
    offers = {name: next(iter(firm.offers.values())) for name, firm in document.firms.items()}
    for segment in document.customers.segments.values():
        worth = {
            name: sum(need * offer.quality[a] for a, need in segment.needs.items())
            for name, offer in offers.items()
        }
        assert min(worth, key=worth.get) == claim.firm
    for measure in ("initial_awareness", "initial_owners", "initial_expectation"):
        known = {name: getattr(offer, measure) for name, offer in offers.items()}
        assert max(known, key=known.get) == claim.firm


def test_reverse_market_takes_most_from_the_firm_with_the_lowest_quality():
    result = run(
        "reverse_market", strategies=["isolated", "many"], replications=2, seed=4, workers=1
    )
    weeks = claims(result.scenario.document)["name_without_quality_loses"].weeks
    kept = {
        firm: result.values("profit", "many", firm, weeks).sum()
        / result.values("profit", "isolated", firm, weeks).sum()
        for firm in result.firm_names
    }
    assert min(kept, key=kept.get) == "Apex"
    assert kept["Apex"] < 1


def test_bound_customers_turn_the_sign():
    free = claims(load_scenario("reverse_market").document)
    document = load_scenario("lock_in").document
    bound = claims(document)
    for outcome in ("price_paid_by_all", "power_price"):
        one = next(c for c in free.values() if c.outcome == outcome)
        other = next(c for c in bound.values() if c.outcome == outcome)
        assert compares(one, "many", "isolated") and compares(other, "bound_club", "bound")
        assert {says_more(one), says_more(other)} == {True, False}
    control = bound["free_customers_do_not_pay_for_it"]
    assert compares(control, "free_club", "free") and says_more(control) is False
    club = set_apart(document, "bound_club", "bound")
    assert club == set_apart(document, "free_club", "free")
    for path in club:
        assert len({document.strategies[s].set[path] for s in ("bound_club", "free_club")}) == 1
    assert all(path.startswith("mechanisms.community.") for path in club)


# C21: never < late < early.


def test_sleeping_incumbent_wakes_at_different_times_and_never():
    scenario = load_scenario("sleeping_incumbent")
    policies = {s: apex.policy for s, apex in by_world(scenario, "Apex").items()}
    never, late, early, awake = (
        policies[s]["threshold"] for s in ("never", "late", "early", "awake")
    )
    assert never == 1 > late > early > awake == 0
    for one in ("never", "late", "early"):
        apart = set_apart(scenario.document, one, "awake")
        assert apart <= {"firms.Apex.policy.threshold", "firms.Apex.policy.delay"}
    assert set_apart(scenario.document, "early", "late") == {"firms.Apex.policy.threshold"}
    costs = {(p["cost_of_answer"], p["name"]) for p in policies.values()}
    assert len(costs) == 1


def test_sleeping_incumbent_claims_little_at_first_and_a_lot_in_the_end():
    found = claims(load_scenario("sleeping_incumbent").document)
    first, last = found["costs_little_at_first"], found["costs_a_lot_in_the_end"]
    assert compares(first, "never", "awake") and compares(last, "never", "awake")
    assert first.outcome == last.outcome == "market_share"
    assert last.at_most < first.at_least <= 1
    assert first.weeks[1] < last.weeks[0]
    earlier = found["earlier_recovers_more"]
    assert compares(earlier, "early", "late") and says_more(earlier)
    assert earlier.weeks == last.weeks


def test_sleeping_incumbent_recovers_less_the_later_it_wakes():
    result = run(
        "sleeping_incumbent", strategies=["never", "late", "early"], replications=2, seed=4,
        workers=1,
    )
    weeks = claims(result.scenario.document)["earlier_recovers_more"].weeks
    never, late, early = (
        result.values("market_share", s, "Apex", weeks).mean() for s in ("never", "late", "early")
    )
    assert never < late < early


# C22: wider scope against wider reach.

HOUSE = "firms.Greenhouse."


def test_scope_and_reach_are_set_alike_with_and_without_community():
    document = load_scenario("customer_share").document
    for way in ("reach", "scope"):
        assert set_apart(document, f"{way}_alone", f"{way}_community") == {"mechanisms.community"}
        assert document.strategies[f"{way}_alone"].set["mechanisms.community"] == "none"


def test_reach_is_advertising_and_scope_is_none_of_it():
    document = load_scenario("customer_share").document
    reach, scope = (document.strategies[f"{way}_community"].set for way in ("reach", "scope"))
    assert {path.rsplit(".", 1)[1] for path in reach} == {"advertising"}
    assert {path.rsplit(".", 1)[1] for path in scope} == {
        "recommendation_rate", "data_ask", "personalization"
    }
    assert all(path.startswith(HOUSE) for path in reach | scope)
    offers = document.firms["Greenhouse"].offers
    assert all(offer.advertising == 0 for offer in offers.values())
    assert len(reach) == len(offers)


def test_scope_never_costs_more_than_reach_and_does_not_win_by_thrift():
    result = run("customer_share", replications=2, seed=4, workers=1)
    offers = result.scenario.document.firms["Greenhouse"].offers.values()
    (goods,) = {offer.unit_cost / offer.price for offer in offers}
    revenue, beside = {}, {}
    for strategy in result.strategies:
        revenue[strategy] = result.values("revenue", strategy, "Greenhouse")
        costs = result.values("costs", strategy, "Greenhouse")
        beside[strategy] = costs - goods * revenue[strategy]
    for world in ("alone", "community"):
        assert (beside[f"scope_{world}"] <= beside[f"reach_{world}"]).all()
    assert revenue["scope_community"].mean() > revenue["reach_community"].mean()
    assert revenue["scope_alone"].mean() < revenue["reach_alone"].mean()


def test_scope_is_claimed_to_win_once_communities_carry_information():
    found = claims(load_scenario("customer_share").document)
    wins, without = found["scope_wins_with_community"], found["no_clear_win_without"]
    assert compares(wins, "scope_community", "reach_community") and says_more(wins)
    assert compares(without, "scope_alone", "reach_alone")
    assert without.at_most is not None and without.at_least is None
    assert (wins.outcome, wins.weeks) == (without.outcome, without.weeks)
    share = found["scope_sells_more_to_each"]
    assert share.outcome == "customer_share"
    assert compares(share, "scope_community", "reach_community") and says_more(share)


# C25: a good and a disappointing product, each with a club and with advertising instead.


def test_club_and_advertising_cost_the_same():
    scenario = load_scenario("fan_club")
    assert set(scenario.strategies) == {
        f"{product}_{way}" for product in ("good", "poor") for way in ("advertised", "club")
    }
    firms = by_world(scenario, "Baemin")
    assert len({spending(firm, scenario.document.weeks) for firm in firms.values()}) == 1
    for name, firm in firms.items():
        assert (firm.levers.club_investment > 0) is name.endswith("club")


def test_club_worlds_differ_by_the_same_product_and_the_same_money():
    document = load_scenario("fan_club").document
    money = {
        "firms.Baemin.levers.club_investment", "firms.Baemin.offers.baemin_meals.advertising"
    }
    for product in ("good", "poor"):
        assert set_apart(document, f"{product}_club", f"{product}_advertised") == money
    for way in ("advertised", "club"):
        apart = set_apart(document, f"good_{way}", f"poor_{way}")
        assert apart
        assert all(p.startswith("firms.Baemin.offers.baemin_mart.quality.") for p in apart)


def test_club_product_keeps_or_breaks_what_was_expected_of_it():
    scenario = load_scenario("fan_club")
    for name, firm in by_world(scenario, "Baemin").items():
        launched = firm.offers["baemin_mart"]
        kept = min(launched.quality.values()) >= launched.initial_expectation
        broken = max(launched.quality.values()) < launched.initial_expectation
        assert (kept, broken) == (name.startswith("good"), name.startswith("poor"))


def test_club_claims_lift_advocacy_and_backfire():
    document = load_scenario("fan_club").document
    found = claims(document)
    launch = document.firms["Baemin"].offers["baemin_mart"].launch_week
    lift, turn = found["club_lifts_the_launch"], found["fans_turn"]
    assert compares(lift, "good_club", "good_advertised") and says_more(lift)
    assert compares(turn, "poor_club", "poor_advertised") and says_more(turn)
    assert (lift.outcome, turn.outcome) == ("units", "bad_news")
    assert lift.weeks[0] == turn.weeks[0] == launch
    advocacy = found["fans_advocate"]
    assert advocacy.outcome == "good_news"
    assert compares(advocacy, "good_club", "good_advertised") and says_more(advocacy)
    assert "opposite" in found["sales_survive"].source


def test_club_lifts_what_the_launch_adds_and_not_only_what_sold_before():
    launch = load_scenario("fan_club").document.firms["Baemin"].offers["baemin_mart"].launch_week
    pair = ["good_advertised", "good_club"]
    result = run("fan_club", strategies=pair, replications=2, seed=4, workers=1, weeks=launch + 3)
    month, before = (launch, launch + 3), (launch - 4, launch - 1)
    advertised, club = (
        result.values("units", s, "Baemin", month).sum()
        - result.values("units", s, "Baemin", before).sum()
        for s in pair
    )
    assert club > advertised


# C28: the same budget for the best, or for all alike.


def test_best_first_and_evenly_spend_the_same_and_differ_in_focus_only():
    scenario = load_scenario("best_customers_first")
    assert set_apart(scenario.document, "best_first", "evenly") == {
        "firms.Maru.levers.reward_focus"
    }
    chains = by_world(scenario, "Maru")
    assert chains["best_first"].levers.reward_focus == 1
    assert chains["evenly"].levers.reward_focus == 0
    budgets = {chains[s].levers.reward_budget for s in ("best_first", "evenly")}
    assert len(budgets) == 1 and min(budgets) > 0
    assert chains["no_program"].levers.reward_budget == 0


def test_best_first_is_claimed_to_beat_evenly_in_sales_and_profit():
    found = claims(load_scenario("best_customers_first").document)
    for name, outcome in (("sells", "revenue"), ("earns", "profit")):
        claim = found[f"best_first_{name}_more"]
        assert claim.outcome == outcome
        assert compares(claim, "best_first", "evenly") and says_more(claim)


def test_best_first_has_a_rival_as_good_that_rewards_nobody():
    firms = load_scenario("best_customers_first").document.firms
    (maru,), (rival,) = (firms[name].offers.values() for name in ("Maru", "Rival"))
    assert maru == rival
    assert firms["Rival"].levers.reward_budget == 0


# C29: the supplier sees the tills; the supplier sells itself.


def test_tills_and_orders_differ_by_sharing_only():
    scenario = load_scenario("shared_sales_data")
    document = scenario.document
    assert set_apart(document, "tills", "orders") == {"firms.Walmart.levers.shares_sales_data"}
    shares = {s: w.levers.shares_sales_data for s, w in by_world(scenario, "Walmart").items()}
    assert shares["orders"] == 0 < shares["half"] < shares["tills"] == 1
    assert document.firms["Walmart"].offers["pampers"].supply.supplier == "PG"
    assert chosen_mechanisms(document)["supply"][1].information_delay > 0


def test_tills_are_claimed_to_cut_stock_outs():
    claim = claims(load_scenario("shared_sales_data").document)["fewer_stock_outs"]
    assert (claim.outcome, claim.firm) == ("stock_out_rate", "Walmart")
    assert compares(claim, "tills", "orders") and says_more(claim) is False


def test_known_and_unknown_supplier_differ_by_being_known_at_the_same_spending():
    scenario = load_scenario("direct_supplier")
    offer = "firms.Supplier.offers.own_brand."
    assert set_apart(scenario.document, "known", "unknown") == {
        f"{offer}initial_awareness", f"{offer}initial_expectation"
    }
    suppliers = by_world(scenario, "Supplier")
    weeks = scenario.document.weeks
    assert spending(suppliers["known"], weeks) == spending(suppliers["unknown"], weeks) > 0
    assert spending(suppliers["supplies_only"], weeks) == 0
    known, unknown = (suppliers[s].offers["own_brand"] for s in ("known", "unknown"))
    assert known.initial_awareness > 0 == unknown.initial_awareness


def test_direct_sale_is_claimed_to_pay_for_the_known_only():
    found = claims(load_scenario("direct_supplier").document)
    gains, loses = found["known_supplier_gains"], found["unknown_supplier_loses"]
    assert gains.outcome == loses.outcome == "profit"
    assert compares(gains, "known", "supplies_only") and says_more(gains)
    assert compares(loses, "unknown", "supplies_only") and says_more(loses) is False


def test_tills_cut_stock_outs_already_in_few_replications():
    result = run(
        "shared_sales_data", strategies=["orders", "tills"], replications=2, seed=3, workers=1
    )
    assert direction_holds(result, claims(result.scenario.document)["fewer_stock_outs"])
