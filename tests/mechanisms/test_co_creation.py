"""Lead users: who contributes, to what, and what it is worth."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds

from sim.biography import tell
from sim.market import FEWEST_CUSTOMERS_FOR_THREADS
from sim.scenario import Scenario
from sim.streams import BLOCK, address, uniform

NEVER = {"purchase_rate": 0.0}


def open_world(world, openness=1.0, **parameters):
    levers = {f"firms__{f}__levers": {"openness_to_contributions": openness, "release_cadence": 1}
              for f in world["firms"]}
    return worlds.with_mechanism(
        worlds.changed(world, **levers), "co_creation", "lead_users", **parameters
    )


def owners(n=20_000, satisfaction=0.5, weeks=1, offers=None, **parameters):
    """Experts who own offer ``one`` and are satisfied with it to the same degree."""
    offers = offers or {"one": {"initial_owners": 1.0, "initial_expectation": satisfaction}}
    return open_world(
        worlds.plain(n, weeks, offers=offers, expertise=1.0, **NEVER), **parameters
    )


def contributed(made):
    return int(made.tables.firms.n_contributed.sum())


# Who contributes -------------------------------------------------------------------------------


@pytest.mark.parametrize(("openness", "satisfaction", "expertise"), [
    (1.0, 0.5, 1.0), (0.5, 0.8, 1.0), (1.0, 0.5, 0.4),
])
def test_contributions_come_at_the_stated_rate(openness, satisfaction, expertise):
    """False alarm below 1e-5 a case: 4.5 standard deviations of a binomial count."""
    n, rate = 20_000, 0.3
    world = worlds.changed(
        owners(n, satisfaction, openness=openness, contribution_rate=rate),
        customers__segments__all__expertise=expertise,
    )
    p = 1 - math.exp(-rate * openness * satisfaction * expertise)
    found = contributed(worlds.lived(world))
    assert abs(found - n * p) < 4.5 * math.sqrt(n * p * (1 - p))


def test_trust_makes_up_for_a_lack_of_satisfaction():
    made = worlds.market(owners(satisfaction=0.0, contribution_rate=0.3))
    made.step()
    assert contributed(made) == 0
    made.tables.customers.trust[:] = 0.5
    made.step()
    p = 1 - math.exp(-0.3 * 0.5)
    assert abs(contributed(made) - 20_000 * p) < 4.5 * math.sqrt(20_000 * p * (1 - p))


def test_laymen_closed_firms_and_the_muted_give_nothing():
    assert contributed(worlds.lived(owners(openness=0.0))) == 0
    laymen = worlds.changed(owners(), customers__segments__all__expertise=0.0)
    assert contributed(worlds.lived(laymen)) == 0
    made = worlds.market(owners())
    made.mute(np.arange(20_000))
    made.step()
    assert contributed(made) == 0


def test_muting_some_takes_away_what_they_would_have_given_and_nothing_else():
    full, half = (worlds.market(owners(contribution_rate=0.3)) for _ in range(2))
    half.mute(np.arange(10_000))
    full.step()
    half.step()
    given = full.tables.customers.n_contributions[:, 0]
    assert not half.tables.customers.n_contributions[:10_000].any()
    assert np.array_equal(half.tables.customers.n_contributions[10_000:, 0], given[10_000:])
    assert given[:10_000].any()


def test_who_stopped_using_an_offer_stops_contributing():
    made = worlds.market(owners(weeks=12, use_weeks=3, contribution_rate=0.3))
    so_far = []
    for _ in range(6):
        made.step()
        so_far.append(contributed(made))
    assert so_far[0] < so_far[1] < so_far[2] == so_far[5]  # owned since before week 1


# To what ---------------------------------------------------------------------------------------


def two_needs(weights, **quality):
    world = owners(2000, contribution_rate=0.3)
    world["categories"]["thing"]["attributes"]["ease"] = {}
    world["customers"]["segments"]["all"]["needs"] = weights
    return worlds.changed(world, firms__Fone__offers__one__quality=quality)


def test_they_work_on_what_they_lack_most_not_on_what_the_firm_believes_in():
    # Lacks of worth and ease: .8 * .1 and .2 * .8, then .8 * .5 and .2 * .8.
    weights = {"worth": 4, "ease": 1}
    good, poor = (worlds.lived(two_needs(weights, worth=q, ease=0.2)) for q in (0.9, 0.5))
    ease = good.tables.offers.contributed_effort[0]
    worth = poor.tables.offers.contributed_effort[0]
    assert ease[0] == 0 < ease[1]
    assert worth[1] == 0 < worth[0]


def test_who_lacks_nothing_has_nothing_to_contribute():
    assert contributed(worlds.lived(two_needs({"worth": 4, "ease": 1}, worth=1.0, ease=1.0))) == 0


def beta(openness, budget=0.0, launch=9):
    offers = {
        "next": {"launch_week": launch, "quality": {"worth": 0.3}},
        "old": {"initial_owners": 1.0},
    }
    world = owners(2000, weeks=launch, offers=offers, contribution_rate=0.2)
    world["firms"]["Fnext"]["levers"].update(
        openness_to_contributions=openness, development_budget=budget
    )
    world["firms"]["Fold"]["levers"]["openness_to_contributions"] = 0.0
    return worlds.with_mechanism(world, "development", "diminishing_returns", productivity=1e-4)


def test_an_open_beta_ships_better_than_a_closed_laboratory_of_the_same_budget():
    laboratory, tested = (worlds.lived(beta(o, budget=200)) for o in (0.0, 1.0))
    quality = [made.tables.offers.quality[0, 0] for made in (laboratory, tested)]
    assert quality[1] > quality[0] + 0.1
    assert tested.tables.firms.released_by_customers[0] > 0
    spent = [made.tables.firms.development_cents.tolist() for made in (laboratory, tested)]
    assert spent[0] == spent[1]


def test_only_who_knows_of_an_offer_can_test_it_and_nobody_tests_after_the_launch():
    made = worlds.market(beta(1.0, launch=3))
    made.tables.customers.aware[:1000, 0] = 0
    for _ in range(2):
        made.step()
    before = contributed(made)
    assert before > 0
    assert not made.tables.customers.n_contributions[:1000].any()
    made.step()
    assert contributed(made) == before  # launched, and nobody has bought it yet


# What it is worth ------------------------------------------------------------------------------


def test_the_worth_is_reported_and_only_the_handling_is_paid():
    world = worlds.with_mechanism(
        owners(2000, contribution_rate=0.3), "co_creation", "lead_users", contribution_rate=0.3,
        contribution_value=77.5, handling_cost=1.25,
    )
    made = worlds.lived(world)
    n, firms = contributed(made), made.tables.firms
    assert n > 100
    assert firms.contribution_value_cents[0] == 7750 * n
    assert firms.co_creation_cents[0] == 125 * n
    assert firms.profit_cents[0] == -125 * n
    assert made.tables.offers.contributed_effort.sum() == pytest.approx(77.5 * n / 2)
    assert made.outcome("contribution_value", "Fone") == 77.5 * n


def test_who_contributes_again_is_paid_for_again():
    made = worlds.market(owners(2000, weeks=3, contribution_rate=2.0, handling_cost=1.25))
    for _ in range(3):
        before = contributed(made)
        made.step()
        now = contributed(made) - before
        assert now > 500
        assert made.tables.firms.co_creation_cents[0] == 125 * now


def test_contributors_are_counted_once_and_contributions_each_time():
    made = worlds.lived(owners(2000, weeks=8, contribution_rate=0.5))
    counts = made.tables.customers.n_contributions[:, 0]
    assert counts.max() > 1
    assert made.outcome("contributions", "Fone") == counts.sum()
    assert made.outcome("contributors", "Fone") == np.count_nonzero(counts)


# Segments that wait ----------------------------------------------------------------------------


def translated(entry, weeks=8, **parameters):
    """Fans at home contribute; abroad nobody buys before the firm has received enough."""
    world = worlds.plain(1000, weeks, expertise=1.0)
    home = world["customers"]["segments"].pop("all")
    abroad = {**home, "expertise": 0.0, "entry_contributions": entry}
    world["customers"]["segments"] = {"home": home, "abroad": abroad}
    for family, variant in (
        ("choice", "multinomial_logit"), ("experience", "expectancy_disconfirmation"),
    ):
        world = worlds.with_mechanism(world, family, variant)
    return open_world(world, **parameters)


def bought_abroad(made):
    customers = made.tables.customers
    return int(customers.purchase_count[customers.segment == 1].sum())


def test_a_market_opens_when_fans_have_translated_enough():
    made = worlds.market(translated(60.0, contribution_rate=0.05))
    opened = []
    for _ in range(8):
        ready = contributed(made) >= 60
        before = bought_abroad(made)
        made.step()
        assert (bought_abroad(made) > before) == ready
        opened.append(ready)
    assert opened[0] is False
    assert opened[-1] is True


@pytest.mark.parametrize(("received", "opens"), [(59, False), (60, True), (61, True)])
def test_a_market_opens_at_the_very_contribution_that_was_asked_for(received, opens):
    made = worlds.market(translated(60.0, contribution_rate=0.0))
    made.tables.firms.n_contributed[:] = received
    made.step()
    assert (bought_abroad(made) > 0) == opens


def test_what_is_localized_needs_no_contributions():
    world = translated(60.0, contribution_rate=0.0)
    for firm in world["firms"].values():
        for offer in firm["offers"].values():
            offer["localized"] = True
    made = worlds.market(world)
    made.step()
    assert bought_abroad(made) > 0


def test_a_market_stays_closed_without_contributions_and_open_without_a_condition():
    assert bought_abroad(worlds.lived(translated(1.0, openness=0.0))) == 0
    assert bought_abroad(worlds.lived(translated(0.0, openness=0.0))) > 0


# The kernel, threads, order --------------------------------------------------------------------


def twin(market, before):
    """The equation of the docstring, customer by customer."""
    customers, offers, _ = market.tables
    mechanism = market.mechanisms["co_creation"]
    p = mechanism.parameters
    rates = mechanism.by_segment(market, "contribution_rate")
    key = market.streams.key("co_creation.contribution", market.week)
    work = np.zeros((market.n_offers, market.n_attributes), dtype=int)
    for i in range(customers.n):
        parts = {}
        mine = [int(o) for o in customers.last_offer[i] if o >= 0]
        used = [o for o in mine
                if market.week - int(customers.last_purchase_week[i, o]) <= p.use_weeks]
        tests = [o for o in np.argsort(offers.label, kind="stable")
                 if offers.launch_week[o] > market.week and customers.aware[i, o]]
        for o, liking in [
            *((o, float(customers.satisfaction[i, o])) for o in used),
            *((o, float(customers.expectation[i, o])) for o in tests),
        ]:
            f = offers.firm[o]
            trust = float(customers.trust[i, f])
            open_to = market.firms[f].levers["openness_to_contributions"]
            parts[o] = open_to * (1 - (1 - liking) * (1 - trust))
        total = sum(parts.values())
        state = np.uint64(address(key, int(customers.label[i])))
        own = rates[customers.segment[i]] * float(customers.expertise[i])
        if uniform(state, 0) >= 1 - math.exp(-own * total):
            continue
        left, chosen = uniform(state, 1) * total, None
        for o, part in parts.items():
            if part > 0 and left >= 0:
                chosen, left = o, left - part
        latest = offers.development_quality if chosen in tests else offers.quality
        lacks = [
            float(customers.needs[i, a]) * (1 - float(latest[chosen, a]))
            * (market.attribute_category[a] == offers.category[chosen])
            for a in range(market.n_attributes)
        ]
        if max(lacks) > 0:
            work[chosen, int(np.argmax(lacks))] += 1
            before[i, offers.firm[chosen]] += 1
    return work


def busy_with_a_beta(n=400, **parameters):
    world = worlds.changed(worlds.busy(n), firms__Cy__offers__bus__launch_week=6)
    world["firms"]["Cy"]["levers"]["openness_to_contributions"] = 0.7
    return worlds.with_mechanism(world, "co_creation", "lead_users", **parameters)


def test_the_kernel_says_what_its_twin_says():
    made = worlds.market(busy_with_a_beta(contribution_rate=2.0, use_weeks=3), observe=False)
    found = []

    def beside(market, stage, after):
        customers, offers, _ = market.tables
        if stage != "co_creation":
            return
        if not after:
            made.expected_counts = customers.n_contributions.astype(int)
            made.expected_work = twin(market, made.expected_counts)
            return
        effort = made.expected_work * (50.0 * 1000 / customers.n)
        assert np.array_equal(offers.contributed_effort, effort)
        assert np.array_equal(customers.n_contributions, made.expected_counts)
        found.append(made.expected_work.sum(axis=1))

    made.listeners.append(beside)
    for _ in range(10):
        made.step()
    assert (np.sum(found, axis=0)[[0, 1, 2]] > 0).all()
    assert sum(week[3] for week in found[:5]) > 0  # the bus, tested before its launch


def test_no_rate_is_as_good_as_none():
    zero = worlds.lived(busy_with_a_beta(contribution_rate=0.0))
    off = worlds.lived(worlds.with_mechanism(busy_with_a_beta(), "co_creation", "none"))
    assert worlds.differing(zero, off) == set()


def test_threads_change_nothing():
    n = 45_000
    assert n > max(5 * BLOCK, FEWEST_CUSTOMERS_FOR_THREADS)
    world = busy_with_a_beta(n, contribution_rate=0.5)
    one, three = (worlds.lived(world, weeks=3, threads=threads) for threads in (1, 3))
    assert worlds.differing(one, three) == set()
    assert contributed(one) > 1000


def test_the_order_of_firms_and_offers_changes_nothing():
    world = busy_with_a_beta(200, contribution_rate=1.0)
    turned = {name: world["firms"][name] for name in reversed(world["firms"])}
    turned["Ana"] = {**turned["Ana"], "offers": dict(reversed(turned["Ana"]["offers"].items()))}
    one, other = worlds.lived(world), worlds.lived({**world, "firms": turned})
    place = [other.firm_names.index(name) for name in one.firm_names]
    for column in ("n_contributed", "n_contributors", "co_creation_cents"):
        first, second = (getattr(made.tables.firms, column) for made in (one, other))
        assert first.tolist() == second[place].tolist()
    assert np.array_equal(
        one.tables.customers.n_contributions, other.tables.customers.n_contributions[:, place]
    )


def test_a_biography_tells_of_contributions_and_tests():
    world = busy_with_a_beta(contribution_rate=2.0)
    made = worlds.lived(world, weeks=5)
    row = int(np.argmax(made.tables.customers.n_contributions.sum(axis=1)))
    told = tell(Scenario.from_dict(world), strategy=None, seed=1, customer=row, weeks=5).sentences()
    about = [sentence for sentence in told if "contributed to its" in sentence]
    assert len(about) == made.tables.customers.n_contributions[row].sum() > 0
    everybody = [
        sentence for i in range(12)
        for sentence in tell(
            Scenario.from_dict(world), strategy=None, seed=1, customer=i, weeks=5
        ).sentences()
    ]
    assert any("tested bus for Cy" in sentence for sentence in everybody)
