"""Team rounds without a web page: who may do what, who sees what, and what decisions were worth."""

import numpy as np
import pytest

from sim import Market, load_scenario
from sim.errors import ScenarioError
from sim.studio.game import Game, GameError
from sim.studio.seats import seated
from sim.studio.steering import Change, Steering

NOVA_PRICE = "firms.Nova.offers.nova_box.price"
NOVA_ADVERTISING = "firms.Nova.offers.nova_box.advertising"
ORBIT_PRICE = "firms.Orbit.offers.orbit_box.price"


def small():
    return load_scenario("first_lesson", {
        "customers.n": 200, NOVA_PRICE: 6.0, ORBIT_PRICE: 6.0, NOVA_ADVERTISING: 100.0,
    })


def game(teams=2, rounds=3, weeks=4, **more):
    return Game(small(), teams=teams, rounds=rounds, weeks=weeks, **more)


@pytest.fixture
def two():
    playing = game()
    return playing, playing.join(playing.code, "Reds"), playing.join(playing.code, "Blues")


def test_teams_join_with_the_code_and_sit_on_firms(two):
    playing, reds, blues = two
    assert reds != blues
    assert [(seat.team, seat.firm) for seat in playing.seats] == [
        ("Reds", "Nova"), ("Blues", "Orbit"),
    ]
    assert playing.view(reds)["firm"] == "Nova"


@pytest.mark.parametrize("code, name, told", [
    ("WRONG1", "Greens", "not the join code"),
    (None, "reds", "already"),
    (None, "  ", "from 1 to 40"),
    (None, "x" * 41, "from 1 to 40"),
    (None, "a\x1b[31m", "from 1 to 40"),
    (None, "Greens", "all 2 seats are taken"),
])
def test_who_cannot_join_is_told_in_one_sentence(two, code, name, told):
    playing, *_ = two
    with pytest.raises(GameError, match=told) as caught:
        playing.join(code or playing.code, name)
    assert "\n" not in str(caught.value)


def test_a_team_that_lost_its_page_is_let_in_again_by_its_name(two):
    playing, reds, blues = two
    playing.submit(reds, 1, {NOVA_PRICE: 4.0})
    with pytest.raises(GameError, match="let it in again"):
        playing.join(playing.code, "REDS")
    playing.let_in_again("Nova")
    with pytest.raises(GameError, match="does not know your team"):
        playing.view(reds)
    with pytest.raises(GameError, match="no team steers 'Nova'"):
        playing.let_in_again("Nova")
    again = playing.join(playing.code, " reds ")
    assert again != reds
    assert playing.view(again)["decided"] == {NOVA_PRICE: 4.0}
    assert playing.view(blues)["firm"] == "Orbit"
    playing.advance(1)
    assert playing.log == (Change(1, NOVA_PRICE, 4.0),)


def test_a_seat_that_is_kept_for_a_team_is_the_last_that_others_get():
    playing = game()
    playing.join(playing.code, "Reds")
    playing.let_in_again("Nova")
    blues = playing.join(playing.code, "Blues")
    assert playing.view(blues)["firm"] == "Orbit"
    greens = playing.join(playing.code, "Greens")  # Reds did not come back
    assert playing.view(greens)["firm"] == "Nova"


def test_a_team_may_withdraw_a_claim():
    playing = game()
    reds = playing.join(playing.code, "Reds")
    claim = "firms.Nova.offers.nova_box.advertised_claim"
    entry = {lever["path"]: lever for lever in playing.view(reds)["levers"]}
    assert (entry[claim]["optional"], entry[NOVA_PRICE]["optional"]) == (True, False)
    playing.submit(reds, 1, {claim: 0.9})
    playing.advance(1)
    playing.submit(reds, 2, {claim: None})
    playing.advance(2)
    assert np.isnan(playing.market.tables.offers.advertised_claim[0])


def test_a_code_may_be_typed_in_small_letters():
    playing = game()
    assert playing.join(f" {playing.code.lower()} ", "Reds")


def test_levers_act_from_the_next_week_on(two):
    playing, reds, _ = two
    assert playing.submit(reds, 1, {NOVA_PRICE: 7.0, NOVA_ADVERTISING: 100.0}) == 1
    playing.advance(1)
    assert playing.log == (Change(1, NOVA_PRICE, 7.0),)
    assert playing.market.tables.offers.list_price_cents.tolist() == [700, 600]
    by_path = {entry["path"]: entry["value"] for entry in playing.view(reds)["levers"]}
    assert by_path[NOVA_PRICE] == 7.0


@pytest.mark.parametrize("levers, told", [
    ({ORBIT_PRICE: 1.0}, "your firm has no lever"),
    ({"firms.Nova.policy": "sleeper"}, "your firm has no lever"),
    ({"customers.n": 1}, "your firm has no lever"),
    ({NOVA_PRICE: -1.0}, "must be a number"),
    ({NOVA_PRICE: "cheap"}, "must be a number"),
    ({NOVA_PRICE: float("nan")}, "must be a number"),
])
def test_a_team_moves_only_its_own_levers_within_bounds(two, levers, told):
    playing, reds, _ = two
    with pytest.raises(GameError, match=told):
        playing.submit(reds, 1, {NOVA_ADVERTISING: 50.0, **levers})
    playing.advance(1)
    assert playing.log == ()  # nothing of a faulty decision acts


def test_late_repeated_and_early_decisions_are_refused_in_one_sentence(two):
    playing, reds, blues = two
    playing.submit(reds, 1, {NOVA_PRICE: 7.0})
    with pytest.raises(GameError, match="decided round 1 already"):
        playing.submit(reds, 1, {NOVA_PRICE: 5.0})
    playing.advance(1)
    with pytest.raises(GameError, match="too late: round 1 is played"):
        playing.submit(blues, 1, {ORBIT_PRICE: 5.0})
    with pytest.raises(GameError, match="round 3 is not open yet"):
        playing.submit(blues, 3, {ORBIT_PRICE: 5.0})
    with pytest.raises(GameError, match="not the next"):
        playing.advance(1)
    for number in (2, 3):
        playing.advance(number)
    with pytest.raises(GameError, match="the game is over"):
        playing.submit(blues, 3, {ORBIT_PRICE: 5.0})
    with pytest.raises(GameError, match="the game is over"):
        playing.advance(4)
    assert playing.log == (Change(1, NOVA_PRICE, 7.0),)


def test_a_stranger_sees_and_decides_nothing(two):
    playing, *_ = two
    for secret in ("", "x" * 24):
        with pytest.raises(GameError, match="does not know your team"):
            playing.view(secret)
        with pytest.raises(GameError, match="does not know your team"):
            playing.submit(secret, 1, {})
        with pytest.raises(GameError, match="instructor"):
            playing.check_instructor(secret)


def test_a_game_needs_a_team():
    with pytest.raises(GameError, match="no team has joined"):
        game().advance(1)


def test_a_team_sees_its_own_books_and_what_anybody_sees(two):
    playing, reds, _ = two
    playing.advance(1)
    view = playing.view(reds)
    recorded = playing.market.recorder.recorded()
    assert view["books"]["profit"] == recorded["profit"][:, 0].tolist()
    assert view["sight"]["rival_prices"] == {"orbit_box": 6.0}
    assert {entry["firm"] for entry in view["levers"]} == {"Nova"}
    assert "leaderboard" not in view and "code" not in view
    said = repr(view)
    for name in recorded:
        assert repr(recorded[name][:, 1].tolist()) not in said
    assert repr(playing.market.tables.firms.profit_cents[1] / 100) not in said


def test_the_leaderboard_adds_up_profit_best_first(two):
    playing, *_ = two
    playing.advance(1)
    playing.advance(2)
    profit = playing.market.recorder.recorded()["profit"].sum(axis=0)
    rows = playing.leaderboard()
    assert {row["firm"]: row["profit"] for row in rows} == pytest.approx(
        {"Nova": profit[0], "Orbit": profit[1]}
    )
    assert rows[0]["profit"] >= rows[1]["profit"]


def test_the_game_equals_the_market_with_the_same_levers_as_events(two):
    playing, reds, blues = two
    playing.submit(reds, 1, {NOVA_PRICE: 7.0})
    playing.advance(1)
    playing.submit(blues, 2, {ORBIT_PRICE: 5.0})
    playing.advance(2)
    scenario, _ = seated(small(), 2, weeks=12)
    twin = Steering(scenario, log=(
        Change(1, NOVA_PRICE, 7.0), Change(5, ORBIT_PRICE, 5.0),
    )).market(8, observe=("profit",))
    assert np.array_equal(
        twin.recorder.recorded()["profit"], playing.market.recorder.recorded()["profit"]
    )


def test_a_decision_is_worth_what_the_game_without_it_lacks():
    playing = game(rounds=3, weeks=4)
    reds = playing.join(playing.code, "Reds")
    decisions = [{NOVA_PRICE: 8.0}, {NOVA_ADVERTISING: 0.0}, {NOVA_PRICE: 6.0}]
    for number, levers in enumerate(decisions, start=1):
        playing.submit(reds, number, levers)
        playing.advance(number)
    found = playing.debrief()
    assert [(one.round, dict(one.changes)) for one in found.decisions] == [
        (1, decisions[0]), (2, decisions[1]), (3, decisions[2]),
        (0, {NOVA_PRICE: 6.0, NOVA_ADVERTISING: 0.0}),
    ]
    scenario, _ = seated(small(), 2, weeks=12)
    whole = [Change(1 + 4 * r, *item) for r, d in enumerate(decisions) for item in d.items()]
    profit = playing.market.recorder.recorded()["profit"][:, 0]
    for one in found.decisions:
        left = [c for r, c in enumerate(whole, start=1) if one.round not in (0, r)]
        twin = Steering(scenario, log=tuple(left)).market(12, observe=("profit", "market_share"))
        without = twin.recorder.recorded()["profit"][:, 0]
        assert one.without == tuple(np.cumsum(without).tolist())
        assert one.profit == pytest.approx((profit - without).sum(), abs=1e-9)
    assert any(abs(one.profit) > 1.0 for one in found.decisions)


def test_who_decided_nothing_has_nothing_to_debrief(two):
    playing, *_ = two
    with pytest.raises(GameError, match="nothing to look back at"):
        playing.debrief()
    playing.advance(1)
    assert playing.debrief().decisions == ()


def test_each_team_sees_the_worth_of_its_own_decisions_only(two):
    playing, reds, blues = two
    playing.submit(reds, 1, {NOVA_PRICE: 7.0})
    playing.submit(blues, 1, {ORBIT_PRICE: 5.0})
    playing.advance(1)
    playing.debrief()
    for secret, firm in ((reds, "Nova"), (blues, "Orbit")):
        told = playing.view(secret)["debrief"]
        assert {one["firm"] for one in told["decisions"]} == {firm}
        assert list(told["played"]) == [firm]
    assert len(playing.overview()["debrief"]["decisions"]) == 2


def test_more_teams_than_firms_play_with_equal_firms():
    playing = game(teams=3)
    assert [seat.firm for seat in playing.seats] == ["Seat 1", "Seat 2", "Seat 3"]
    offers = playing.market.tables.offers
    assert len(set(offers.list_price_cents.tolist())) == 1


def test_firms_without_a_team_go_on_by_their_own_policy():
    scenario, firms = seated(load_scenario("sleeping_incumbent"), 1, weeks=26)
    policies = {name: firm.policy for name, firm in scenario.document.firms.items()}
    assert firms == ["Apex"] and policies["Apex"] == "fixed"


def test_events_move_no_lever_of_a_team():
    scenario = load_scenario("forced_banking")
    assert len(scenario.document.events) == 1
    made, _ = seated(scenario, 2, weeks=156, strategy="force")
    assert made.document.events == []


@pytest.mark.parametrize("teams", [0, 9])
def test_so_many_teams_cannot_play(teams):
    with pytest.raises(ScenarioError, match="from 1 to 8 teams"):
        game(teams=teams)


def test_the_market_of_a_game_is_an_ordinary_one(two):
    playing, *_ = two
    assert type(playing.market) is Market and playing.market.world.weeks == 12
