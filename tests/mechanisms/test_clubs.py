"""Clubs of fans: who joins, who turns, what fans buy, say and forgive."""

from __future__ import annotations

import math

import beside
import numpy as np
import pytest
import worlds
from properties.test_symmetry import different_by_name, reordered
from reference import twin

from sim import market as market_module
from sim.biography import tell
from sim.mechanisms.response.exit_voice_loyalty import ExitVoiceLoyalty
from sim.scenario import Scenario
from sim.tables import Response, Trigger

WEEKS = 12


def with_club(n=60, weeks=WEEKS, **parameters):
    return worlds.with_mechanism(worlds.busy(n, weeks), "clubs", "fan_club", **parameters)


# Twins -----------------------------------------------------------------------------------------


def weeks_out(world, offer, week, funded):
    """Weeks since the latest release or launch, None for none."""
    o, levers = world.offers, world.levers[world.offers.firm[offer]]
    found = []
    if o.launch_week[offer] > 1 and week >= o.launch_week[offer] - 1:
        found.append(week - (int(o.launch_week[offer]) - 1))
    cadence = levers["release_cadence"]
    if funded and levers["development_budget"] > 0 and week >= cadence:
        found += [week % cadence] if o.launch_week[offer] <= week else []
    return min(found, default=None)


def hear(world, i, offer):
    c = world.customers
    if not c.aware[i, offer]:
        c.aware[i, offer] = 1
        c.trigger[i, offer] = c.trigger[i, offer] or Trigger.COMMUNITY


def keep_club(world, mechanism):
    """Join or turn, then hear the news."""
    p, c, o, bought = mechanism.parameters, world.customers, world.offers, world.purchases
    key = world.streams.key("clubs.join", world.week)

    def sold(firm):
        return [
            x for x in range(len(o.label))
            if o.firm[x] == firm and o.launch_week[x] <= world.week + 1
        ]

    for number, offer in enumerate(bought["offer"]):
        i = int(bought["customer"][number])
        if offer < 0:
            continue
        firm, felt = int(o.firm[offer]), float(bought["satisfaction"][number])
        x = world.levers[firm]["club_investment"]
        enough = twin.own(world, mechanism, i, "joining_satisfaction")
        if c.fan[i, firm]:
            if felt < twin.own(world, mechanism, i, "turning_point"):
                c.fan[i, firm] = 0
                c.telling[i] = offer + 1
            continue
        rate = twin.own(world, mechanism, i, "join_rate") * x / (p.half_saturation + x)
        rate *= float(c.loyalty[i, offer]) * max(felt - enough, 0) / (1 - enough)
        serial = int(bought["serial"][number])
        luck = twin.stream(key, c.label[i], int(o.label[offer]) * 256 + serial)
        if twin.uniform(luck, 0) < 1 - math.exp(-rate):
            c.fan[i, firm] = 1
            for other in sold(firm):
                hear(world, i, other)
    for firm, levers in enumerate(world.levers):
        world.firms.clubs_cents[firm] = round(levers["club_investment"] * world.n / 10)
        own = np.flatnonzero(o.firm == firm)
        if any(weeks_out(world, x, world.week, True) == 0 for x in own):
            for i in np.flatnonzero(c.fan[:, firm]):
                for other in sold(firm):
                    hear(world, i, other)


def busy_clubs():
    return worlds.changed(
        with_club(join_rate=2.0, release_weeks=2), firms__Ana__offers__trip__launch_week=6,
        firms__Ana__offers__trip__initial_awareness=0.0, firms__Ana__levers__release_cadence=5,
        customers__segments__expert__behavior={
            "clubs": {"turning_point": 0.45, "join_rate": 20.0, "release_utility": 3.0},
        },
    )


def test_a_week_of_the_clubs_is_what_its_twin_says():
    made, weeks, turned = worlds.market(busy_clubs(), observe=False), [], []

    def beside(market, stage, after):
        if stage == "clubs" and not after:
            weeks.append(twin.snapshot(market))
            turned.append(weeks[-1].customers.fan.copy())
        elif stage == "clubs":
            keep_club(weeks[-1], market.mechanisms["clubs"])
            turned[-1] = int(((turned[-1] == 1) & (market.tables.customers.fan == 0)).sum())
            for table in ("customers", "firms"):
                for name, values in getattr(market.tables, table).state().items():
                    expected = getattr(getattr(weeks[-1], table), name)
                    np.testing.assert_array_equal(values, expected, err_msg=name)

    made.listeners.append(beside)
    made.run_model()
    assert len(weeks) == WEEKS
    assert sum(turned) > 2
    assert made.tables.customers.fan.sum() > 10
    assert (made.tables.customers.trigger == Trigger.COMMUNITY).any()


@pytest.mark.parametrize("week", [5, 6, 7, 8, 11, 12])
def test_fans_want_what_is_fresh(week):
    world = busy_clubs()
    made = worlds.lived(world, weeks=week - 1)
    made.week = week  # in which they choose now
    c, o = made.tables.customers, made.tables.offers
    options = beside.options_of_week(made)
    made.mechanisms["clubs"].weigh(made, options)
    snapshot, wanted = twin.snapshot(made), 0
    for e in range(made.purchases.n):
        i = int(options.customer[e])
        expert = made.segment_names[c.segment[i]] == "expert"
        for offer in range(made.n_offers):
            if o.category[offer] != options.category[e]:
                continue
            out = weeks_out(snapshot, offer, week - 1, True)
            fresh = out is not None and out < 2 and c.fan[i, o.firm[offer]]
            assert options.utility[e, offer] == ((3.0 if expert else 2.0) if fresh else 0.0)
            wanted += bool(fresh)
    # trip is launched in week 6, Ana releases in weeks 5 and 10 for those who buy afterwards.
    assert (wanted > 0) == (week in (6, 7, 11, 12))


@pytest.mark.parametrize("budgets, fresh", [
    ([0, 0, 0, 0], False), ([1000, 1000, 0, 0], True), ([0, 0, 0, 1000], True),
])
def test_fans_want_what_development_has_released(budgets, fresh):
    """Four weeks to a release, worked at in some of them; co-creation is on and gives nothing."""
    world = worlds.with_mechanism(with_club(30), "co_creation", "lead_users")
    made = worlds.market(worlds.changed(
        world, firms__Ana__levers__release_cadence=4, firms__Ana__policy="fixed",
        firms__Ana__levers__openness_to_contributions=0.0,
    ))
    ana = made.firms[made.firm_names.index("Ana")]
    own = made.tables.offers.firm == ana.number
    before = made.tables.offers.quality[own].copy()
    for budget in budgets:
        ana.levers["development_budget"] = float(budget)
        made.step()
    assert (made.tables.offers.quality[own] > before).any() == fresh
    made.week += 1
    options = beside.options_of_week(made)
    made.tables.customers.fan[:] = 1
    made.mechanisms["clubs"].weigh(made, options)
    assert options.utility[:, own].any() == fresh


# Stories ---------------------------------------------------------------------------------------


def one_fan():
    """One firm with a club, one fan, one who is not; both bought, and were let down."""
    world = worlds.plain(2, 4, outside_utility=0.0, purchase_rate=1e-9)
    world["firms"]["Fone"]["levers"] = {"club_investment": 50}
    world["mechanisms"]["clubs"] = {"variant": "fan_club"}
    world["mechanisms"]["choice"] = "multinomial_logit"
    made = worlds.market(world)
    made.step()
    c = made.tables.customers
    c.fan[:, 0], c.aware[:], c.loyalty[:] = [1, 0], 1, 0.8
    return made


def bought_by_all(made, *, expected, experienced, satisfaction):
    bought = type(made.purchases).allocate(np.array([0, 2], dtype=np.int64))
    bought.customer[:], bought.offer[:] = [0, 1], 0
    bought.expected[:], bought.experienced[:] = expected, experienced
    bought.satisfaction[:] = satisfaction
    made.purchases = bought


def test_a_fan_turns_only_on_a_strong_disappointment_and_tells_for_certain():
    made = one_fan()
    c, club = made.tables.customers, made.mechanisms["clubs"]
    bought_by_all(made, expected=0.9, experienced=0.5, satisfaction=0.3)
    club.step(made)
    assert c.fan[:, 0].tolist() == [1, 0]
    assert c.telling.tolist() == [0, 0]
    bought_by_all(made, expected=0.9, experienced=0.3, satisfaction=0.2)
    club.step(made)
    assert c.fan[:, 0].tolist() == [0, 0]
    assert c.telling.tolist() == [1, 0]
    told = club.explain(made, 0, {"fan": np.array([1]), "aware": c.aware[0].copy()})
    assert [h.text for h in told] == [
        "turned from a fan of Fone into a critic: she left the club and will tell others"
    ]


def test_a_fan_forgives_what_others_do_not():
    made = one_fan()
    response = ExitVoiceLoyalty(ExitVoiceLoyalty.Parameters(tolerance=0.1, fan_tolerance=0.1))
    bought_by_all(made, expected=0.65, experienced=0.5, satisfaction=0.4)
    response.step(made)
    assert made.purchases.response[0] == Response.NONE
    assert made.purchases.response[1] != Response.NONE
    bought_by_all(made, expected=0.75, experienced=0.5, satisfaction=0.4)
    response.step(made)
    assert (made.purchases.response != Response.NONE).all()


def test_fans_talk_more_by_their_factor():
    """Two-sided binomial test of the share of talkers among fans, at an error rate of 1e-6."""
    n, chance = 40_000, 0.05
    world = worlds.plain(n, 2, offers={"one": {"initial_owners": 1.0}}, purchase_rate=0.0)
    world["mechanisms"] |= {
        "clubs": "fan_club",
        "word_of_mouth": {
            "variant": "cascade", "base_propensity": chance, "satisfied_propensity": 0.0,
            "dissatisfied_propensity": 0.0, "fan_factor": 3.0, "recency_half_life": None,
        },
    }
    made = worlds.market(world, observe=False)
    made.tables.customers.fan[: n // 2, 0] = 1
    made.step()
    talked = made.tables.customers.message >= 0
    for share, expected in (
        (talked[: n // 2].mean(), 3 * chance), (talked[n // 2 :].mean(), chance),
    ):
        error = math.sqrt(expected * (1 - expected) / (n // 2))
        assert abs(share - expected) < 4.9 * error
    without = worlds.market(
        worlds.changed(world, mechanisms__clubs="none"), observe=False
    )
    without.tables.customers.fan[: n // 2, 0] = 1
    without.step()
    same = made.tables.customers.message[n // 2 :] == without.tables.customers.message[n // 2 :]
    assert same.all()
    assert without.tables.customers.message[: n // 2].max() >= 0
    assert (without.tables.customers.message >= 0).mean() < 1.2 * chance


def test_joining_follows_its_rate():
    """Two-sided binomial test of the share who join, at an error rate of 1e-6."""
    n = 20_000
    world = worlds.plain(n, 1)
    world["firms"]["Fone"]["levers"] = {"club_investment": 60}
    made = worlds.market(worlds.with_mechanism(world, "clubs", "fan_club"), observe=False)
    made.tables.customers.loyalty[:] = 0.8
    bought = type(made.purchases).allocate(
        np.minimum(np.arange(made.n_blocks + 1, dtype=np.int64) * 2048, n)
    )
    bought.customer[:], bought.offer[:], bought.satisfaction[:] = np.arange(n), 0, 0.9
    made.purchases = bought
    made.mechanisms["clubs"].step(made)
    # Rate 0.5 * 60 / (20 + 60) * 0.8 * (0.9 - 0.5) / 0.5 a purchase.
    expected = 1 - math.exp(-0.5 * 0.75 * 0.8 * 0.8)
    error = math.sqrt(expected * (1 - expected) / n)
    assert abs(made.tables.customers.fan.mean() - expected) < 4.9 * error


# Off, and independence -------------------------------------------------------------------------


def test_a_club_that_nobody_pays_for_is_none():
    world = worlds.changed(
        with_club(), firms__Ana__levers__club_investment=0.0,
        firms__Cy__levers__club_investment=0.0,
    )
    off = worlds.with_mechanism(world, "clubs", "none")
    assert worlds.differing(worlds.lived(world), worlds.lived(off)) == set()


def test_what_fans_do_is_nothing_at_strength_zero():
    world = with_club(release_utility=0.0, turning_point=0.0)
    world["mechanisms"] |= {
        "word_of_mouth": {"variant": "cascade", "fan_factor": 1.0},
        "response": {"variant": "exit_voice_loyalty", "fan_tolerance": 0.0},
    }
    # Awareness is what is left of a club then: all offers are known from the start.
    for firm in world["firms"].values():
        for offer in firm["offers"].values():
            offer["initial_awareness"] = 1.0
    world = worlds.with_mechanism(world, "advertising", "none")
    off = worlds.with_mechanism(world, "clubs", "none")
    assert worlds.differing(worlds.lived(world), worlds.lived(off)) == {
        "customers.fan", "firms.clubs_cents", "firms.profit_cents", "firms.cash_cents",
    }


def test_threads_change_nothing(monkeypatch):
    monkeypatch.setattr(market_module, "FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, two = (worlds.lived(with_club(7000), weeks=9, threads=threads) for threads in (1, 3))
    assert worlds.differing(one, two) == set()
    assert worlds.same_records(one, two)
    assert one.tables.customers.fan.sum() > 100


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 2, 0]])
def test_the_order_of_firms_changes_nothing(order):
    straight, other = worlds.lived(with_club()), worlds.lived(reordered(with_club(), order, True))
    wrong = different_by_name(straight, other)
    assert [name for name in wrong if not name.startswith("recorded.")] == []


def test_a_biography_tells_of_clubs():
    scenario = Scenario.from_dict(busy_clubs())
    told = [
        h.text for customer in range(12)
        for _, stage, h in tell(scenario, strategy=None, seed=1, customer=customer).happenings
        if stage == "clubs"
    ]
    assert any(text.startswith("joined the club of ") for text in told)
    assert any("in the club" in text and text.startswith("heard of ") for text in told)
    assert any("into a critic" in text for text in told)


# What clubs are good for ------------------------------------------------------------------------


def launched(quality, investment):
    """A firm with a liked offer launches another in week 31; what followed in eight weeks."""
    world = worlds.plain(
        4000, 38, offers={"old": {"quality": {"worth": 0.8}}, "rival": {}}, outside_utility=0.0,
        purchase_rate=0.3, talkativeness=2.0,
    )
    world["firms"]["Fold"]["offers"]["new"] = {
        **world["firms"]["Fold"]["offers"]["old"], "quality": {"worth": quality},
        "launch_week": 31, "initial_awareness": 0.1, "initial_expectation": 0.6,
    }
    world["firms"]["Fold"]["levers"] = {"club_investment": investment}
    world["customers"]["network"] = {"kind": "watts_strogatz", "neighbors": 8}
    world["mechanisms"] |= {
        "choice": "multinomial_logit", "experience": "expectancy_disconfirmation",
        "word_of_mouth": "cascade", "response": "exit_voice_loyalty",
        "clubs": "fan_club",
    }
    made, bad = worlds.market(world, observe=False), 0
    for _ in range(38):
        made.step()
        bad += int(made.tables.offers.n_told_bad[made.offer_number("new")])
    sold = made.tables.customers.purchase_count[:, made.offer_number("new")].sum()
    return int(sold), bad, int(made.tables.customers.fan[:, 0].sum())


def test_a_club_lifts_a_launch_and_spreads_the_word_of_a_bad_one():
    (sold, _, fans), (sold_without, _, none) = launched(0.8, 100), launched(0.8, 0)
    assert none == 0
    assert fans > 400
    assert sold > 1.2 * sold_without
    (_, bad, fewer), (_, bad_without, _) = launched(0.1, 100), launched(0.1, 0)
    assert bad > 1.5 * bad_without
    assert fewer < fans
