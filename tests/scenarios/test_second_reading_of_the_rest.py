"""What the cases C19 to C29 demand, worked out from the cases, against what the files say."""

from readings import by_world, claims, compares, says_more, set_apart, spending

from sim import load_scenario, run
from sim.results.verdicts import direction_holds
from sim.scenario.mechanisms import chosen_mechanisms

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
