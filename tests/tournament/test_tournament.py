"""Policies in the same markets: fair seats, best replies, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from sim import load_scenario
from sim.cli import app
from sim.errors import ScenarioError
from sim.terminal.tournaments import sentence
from sim.tournament.arena import arena, seat
from sim.tournament.play import Tournament, matches, play

WEEKS = {"weeks": 20, "replications": 3, "workers": 1}


@pytest.fixture(scope="module")
def lesson():
    return load_scenario("first_lesson")


def test_seats_hold_equal_firms(lesson):
    raw = arena(lesson, 3, "Orbit").resolved()["firms"]
    assert list(raw) == [seat(0), seat(1), seat(2)]
    without_names = [
        {**firm, "offers": list(firm["offers"].values())} for firm in raw.values()
    ]
    assert without_names[0] == without_names[1] == without_names[2]
    offers = [name for firm in raw.values() for name in firm["offers"]]
    assert len(set(offers)) == 3


def test_policies_that_do_the_same_earn_the_same_to_the_cent(lesson):
    """Without communities a community builder and a sleeper leave all levers as they are."""
    found = play(lesson, ["fixed", "community_builder", "sleeper"], **WEEKS)
    assert np.ptp(found.pairs, axis=(0, 1)).max() < 1e-9
    assert np.ptp(found.all_at_once, axis=0).max() < 1e-9
    assert found.best_replies(0) == [0, 1, 2]
    assert len(found.equilibria()) == 6


def test_a_price_fighter_takes_share_from_who_stays_and_two_ruin_each_other(lesson):
    longer = {**WEEKS, "weeks": 52, "replications": 5}
    share = play(lesson, ["fixed", "price_fighter"], outcome="market_share", **longer)
    assert share.payoff(1, 0).low > share.payoff(0, 1).high
    money = play(lesson, ["fixed", "price_fighter"], outcome="profit", **longer)
    assert money.payoff(1, 1).high < money.payoff(0, 0).low
    assert money.all_at_once is None  # two policies meet all at once in every pair


def test_shares_of_a_pair_add_up_to_one(lesson):
    share = play(lesson, ["fixed", "customer_first"], outcome="market_share", **WEEKS)
    assert np.allclose(share.pairs + share.pairs.transpose(1, 0, 2), 1, atol=1e-9)


def test_best_replies_and_equilibria_of_a_hand_made_game():
    """Prisoner's dilemma: whatever the other does, the second policy earns more."""
    payoff = np.array([[3.0, 0.0], [5.0, 1.0]])
    luck = np.array([-0.1, 0.0, 0.1])
    game = Tournament(("keep", "cut"), payoff[..., None] + luck, None, "profit", "currency")
    assert [game.best_replies(b) for b in (0, 1)] == [[1], [1]]
    assert game.equilibria() == [(1, 1)]
    assert game.ranking == [1, 0]


def test_replies_that_chance_cannot_tell_apart_are_both_best():
    rng = np.random.default_rng(5)
    payoff = rng.normal(0, 1, (2, 2, 10))
    game = Tournament(("a", "b"), payoff, None, "profit", "currency")
    assert all(len(game.best_replies(b)) == 2 for b in (0, 1))


def test_a_policy_of_ones_own_takes_one_file(tmp_path, lesson):
    (tmp_path / "generous.py").write_text(
        "from sim.policies.base import Decision, Policy, policy\n\n\n"
        "@policy\nclass Generous(Policy):\n"
        "    def decide(self, observation):\n"
        "        prices = {o: 0.9 * p for o, p in observation.own_prices.items()}\n"
        "        return Decision(prices=prices if observation.week == 1 else {})\n"
    )
    copy = tmp_path / "first_lesson.yaml"
    copy.write_text(lesson.text)
    own = load_scenario(copy, allow_code=True)
    found = play(own, ["fixed", "generous:Generous"], outcome="units", **WEEKS)
    assert (found.pairs[1, 0] > found.pairs[0, 1]).all()


@pytest.mark.parametrize(("policies", "settings", "says"), [
    (["fixed"], {}, "at least two"),
    (["fixed", "fixed"], {}, "at least two"),
    (["fixed", "no_such"], {}, "^no policy is called 'no_such'; there is"),
    (["fixd"], {}, "^no policy is called 'fixd'; did you mean 'fixed'?"),
    (["fixed", "sleeper"], {"outcome": "profits"}, "no outcome by firm"),
    (["fixed", "sleeper"], {"outcome": "customer_power"}, "no outcome by firm"),
    (["fixed", "sleeper"], {"firm": "Nobody"}, "Nobody"),
    (["fixed", "own:Policy"], {}, "allow-code"),
])
def test_what_cannot_be_played_is_refused_in_one_sentence(lesson, policies, settings, says):
    with pytest.raises(ScenarioError, match=says):
        play(lesson, policies, **settings, **WEEKS)


def test_matches_are_counted():
    assert [matches(n) for n in (2, 3, 8, 9)] == [4, 12, 72, 81]


def test_who_has_no_value_in_some_replications_is_ranked_by_the_others():
    payoff = np.array([[2.0, 1.0, np.nan], [3.0, 3.0, 3.0], [np.nan] * 3])
    game = Tournament(("a", "b", "c"), payoff[:, None] * np.ones((3, 1)), None, "x", "1")
    assert game.ranking == [1, 0, 2]
    assert [game.against_all(p).value for p in (0, 1)] == [1.5, 3.0]
    assert game.best_replies(0) == [1, 0]
    assert sentence(game).startswith("b earns most on average, but not distinguishably more than a")
    nobody = Tournament(("a", "b"), np.full((2, 2, 3), np.nan), None, "x", "1")
    assert nobody.best_replies(0) == nobody.equilibria() == []
    assert sentence(nobody).startswith("No replication has a value")
    same = Tournament(("a", "b"), np.ones((2, 2, 3)), None, "x", "1")
    assert sentence(same) == "a and b are equal, and before all others on average."
    once = Tournament(("a", "b"), np.arange(4.0).reshape(2, 2, 1), None, "x", "1")
    assert "cannot tell it from chance" in sentence(once)


def test_one_value_among_many_replications_wins_nothing():
    luck = np.linspace(-0.1, 0.1, 10)
    pairs = np.array([10.0, 5.0, np.nan])[:, None, None] + np.tile(luck, (3, 3, 1))
    pairs[2, :, 0] = 11.0
    game = Tournament(("a", "b", "c"), pairs, None, "x", "1")
    assert game.ranking[:2] == [0, 1]
    assert game.best_replies(0) == [0]
    assert game.equilibria() == [(0, 0)]
    assert sentence(game) == "a earns most on average over all opponents, ahead of b."


def test_who_plays_for_less_is_ranked_and_answered_by_less():
    """Complaints, say: of the hand-made game above all is turned round."""
    payoff = np.array([[3.0, 0.0], [5.0, 1.0]])
    luck = np.array([-0.1, 0.0, 0.1])
    policies, pairs = ("keep", "cut"), payoff[..., None] + luck
    game = Tournament(policies, pairs, None, "complaints", "1", "minimize")
    assert [game.best_replies(b) for b in (0, 1)] == [[0], [0]]
    assert game.equilibria() == [(0, 0)]
    assert game.ranking == [0, 1]
    assert sentence(game) == "keep has least on average over all opponents, ahead of cut."


def test_one_replication_names_no_best_reply():
    command = ["tournament", "--policy", "fixed", "--policy", "customer_first", "--weeks", "2",
               "--replications", "1", "--workers", "1", "--quiet"]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    assert "One replication cannot tell best replies from chance" in told.stdout
    assert "*" not in told.stdout
    assert "best is" not in told.stdout
    found = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert found["best_replies"] is None is found["equilibria"]


def test_a_goal_that_is_none_is_refused():
    told = CliRunner().invoke(app, ["tournament", "--goal", "most"])
    assert told.exit_code == 2
    assert "--goal most: must be maximize or minimize" in told.stderr
