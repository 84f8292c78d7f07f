"""What a mechanism contributes is what is lost without it; shares follow Shapley's axioms."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import RunError, ScenarioError
from sim.results import ablation, combinations
from sim.results.ablation import (
    DISTINCT,
    INERT,
    NOT_DISTINCT,
    UNDEFINED,
    UNKNOWN,
    ablate,
    plan,
)
from sim.results.quantity import choose, per_replication, weeks_of
from sim.results.run import run
from sim.results.shapley import Game, lay_out, sampled_orders, shares, summarize
from sim.results.statistics import ratio
from sim.scenario import Scenario, load_scenario

# Shares of a game --------------------------------------------------------------------------------


def exact(players, worth):
    found = shares(Game(tuple(players), None), worth)
    return {player: own[0] for player, own in found.items()}


def test_the_glove_game_by_hand():
    """One left glove, two right ones; only a pair is worth something (2 and 6 in two markets)."""
    def worth(coalition):
        return np.array([2.0, 6.0]) * ("left" in coalition and len(coalition) > 1)

    found = exact(["left", "right", "other"], worth)
    np.testing.assert_allclose(found["left"], [4 / 3, 4])
    np.testing.assert_allclose(found["right"], [1 / 3, 1])
    np.testing.assert_allclose(found["other"], [1 / 3, 1])


def test_the_airport_game_by_hand():
    """A runway costs what the largest plane needs: 1, 2 and 4 (Littlechild and Owen 1973)."""
    costs = {"small": 1.0, "middle": 2.0, "large": 4.0}
    found = exact(costs, lambda c: np.array([max((costs[p] for p in c), default=0.0)]))
    np.testing.assert_allclose(
        [found[name][0] for name in costs], [1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 2]
    )


PLAYERS = ("a", "b", "c", "d")
GAMES = st.lists(st.floats(-1e3, 1e3), min_size=16, max_size=16)


def of(numbers):
    """A game of four whose coalitions have these worths."""
    ranks = {player: 2**i for i, player in enumerate(PLAYERS)}
    return lambda coalition: np.array([numbers[sum(ranks[p] for p in coalition)]])


@given(GAMES)
def test_shares_add_up_to_the_whole(numbers):
    found = exact(PLAYERS, of(numbers))
    assert sum(own[0] for own in found.values()) == pytest.approx(
        numbers[15] - numbers[0], abs=1e-9
    )


@given(GAMES, st.floats(-1e3, 1e3))
def test_who_always_adds_the_same_gets_just_that(numbers, always):
    worth = of(numbers)

    def with_e(coalition):
        return worth(coalition - {"e"}) + always * ("e" in coalition)

    found, before = exact([*PLAYERS, "e"], with_e), exact(PLAYERS, worth)
    assert found["e"][0] == pytest.approx(always, abs=1e-9)
    for player in PLAYERS:
        assert found[player][0] == pytest.approx(before[player][0], abs=1e-9)


@given(GAMES)
def test_two_who_are_alike_get_the_same(numbers):
    worth = of(numbers)

    def alike(coalition):
        turned = frozenset({"a": "b", "b": "a"}.get(p, p) for p in coalition)
        return worth(coalition) + worth(turned)

    found = exact(PLAYERS, alike)
    assert found["a"][0] == pytest.approx(found["b"][0], abs=1e-9)


@given(GAMES, GAMES)
def test_shares_of_two_games_add_up(first, second):
    both = exact(PLAYERS, lambda c: of(first)(c) + of(second)(c))
    one, other = exact(PLAYERS, of(first)), exact(PLAYERS, of(second))
    for player in PLAYERS:
        assert both[player][0] == pytest.approx(one[player][0] + other[player][0], abs=1e-8)


EIGHT = tuple("abcdefgh")


def entangled(coalition):
    """Links of chains, one of them with three links, and replications that differ."""
    chains = ({"a", "b", "c"} <= coalition, {"c", "d"} <= coalition, {"e", "f"} & coalition)
    base = sum(size * bool(chain) for size, chain in zip((6, 4, 3), chains, strict=True))
    return (base + 0.5 * len(coalition)) * np.array([0.9, 1.0, 1.1, 1.05])


def sampled(n, seed):
    game = Game(EIGHT, tuple(sampled_orders(EIGHT, n, seed)))
    return game, shares(game, entangled)


def test_sampled_shares_agree_with_exact_ones_within_their_error():
    truth, (_, found) = exact(EIGHT, entangled), sampled(2000, 3)
    for player in EIGHT:
        share = summarize(found[player])
        gap = abs(share.estimate.value - truth[player].mean())
        assert gap <= 4 * share.error_of_orders + 1e-12
        assert share.error_of_orders < 0.1


def test_sampling_errors_are_honest():
    """Over 60 seeds the gap to the truth is as large as the stated standard error."""
    truth = exact(EIGHT, entangled)["c"].mean()
    found = [summarize(sampled(40, seed)[1]["c"]) for seed in range(60)]
    gaps = np.array([share.estimate.value - truth for share in found])
    stated = math.sqrt(np.mean([share.error_of_orders**2 for share in found]))
    assert 0.7 < math.sqrt(np.mean(gaps**2)) / stated < 1.4


@pytest.mark.parametrize("n", [4, 10, 64])
def test_sampled_shares_add_up_too(n):
    _, found = sampled(n, 1)
    total = entangled(frozenset(EIGHT)) - entangled(frozenset())
    np.testing.assert_allclose(sum(own.mean(axis=0) for own in found.values()), total)


def test_orders_come_in_opposite_pairs_and_depend_on_seed_and_names_only():
    orders = list(sampled_orders(EIGHT, 40, 7))
    assert all(after == before[::-1] for before, after in zip(*[iter(orders)] * 2, strict=True))
    assert orders == list(sampled_orders(EIGHT[::-1], 40, 7)) != list(sampled_orders(EIGHT, 40, 8))
    fewer = list(sampled_orders(EIGHT[1:], 40, 7))
    assert fewer == [tuple(p for p in order if p != "a") for order in orders]


def test_every_player_comes_first_as_often():
    firsts = [order[0] for order in list(sampled_orders(EIGHT, 8000, 0))[::2]]
    counts = np.array([firsts.count(player) for player in EIGHT])
    chi2 = ((counts - 500) ** 2 / 500).sum()
    assert chi2 < 24.3  # 7 degrees of freedom, 0.1% error


def test_few_players_are_asked_exactly_and_many_by_orders():
    assert lay_out("abcdef", 4, 0).orders is None
    assert len(lay_out("abcdef", 4, 0).coalitions) == 64
    many = lay_out(EIGHT, 10, 0)
    assert many.orders is not None and len(many.orders) == 10
    assert len(many.coalitions) == len(set(many.coalitions)) <= 10 * 7 + 2
    assert lay_out(EIGHT, 40, 0).orders is None  # 40 orders may ask more than all 256


def test_a_share_covers_the_truth_as_often_as_it_says():
    """Rows and columns vary by themselves and together; 95% nominal, 500 trials."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(500):
        rows, columns = rng.normal(size=(12, 1)), rng.normal(size=(1, 10))
        found = summarize(5 + rows + columns + 0.5 * rng.normal(size=(12, 10))).estimate
        hits += found.low <= 5 <= found.high
    assert 0.93 <= hits / 500 <= 0.995


def test_replications_without_a_value_drop_out_of_a_share():
    values = np.array([[1.0, np.nan, 3.0], [3.0, 2.0, 5.0]])
    share = summarize(values)
    assert share.estimate.value == 3.0 and share.estimate.n == 2
    assert summarize(np.full((1, 3), np.nan)).estimate.n == 0


# Which quantity ----------------------------------------------------------------------------------


def lesson(**changes):
    """The first lesson, small."""
    raw = copy.deepcopy(dict(load_scenario("first_lesson").raw))
    raw["customers"]["n"], raw["weeks"] = 300, 12
    raw["claims"] = [{**raw["claims"][0], "weeks": [5, 10]}]
    raw["uncertain"] = {}
    del raw["lesson"]  # its weeks are later
    return Scenario.from_dict({**raw, **changes})


def test_the_first_claim_is_explained_unless_something_else_is_named():
    scenario = lesson()
    claim = scenario.document.claims[0]
    assert choose(scenario) == choose(scenario, claim=claim.id) == claim
    assert weeks_of(scenario, claim) == 10
    other = choose(scenario, weeks=(2, 3))
    assert (other.by, other.against, other.weeks) == ("ratio", "shout", (2, 3))
    assert other.at_least is None and other.at_most is None
    plain = choose(scenario, outcome="units")
    assert (plain.by, plain.firm, plain.weeks) == ("value", "Nova", None)
    assert weeks_of(scenario, plain) == 12
    gap = choose(scenario, outcome="units", strategy="listen", against="shout", firm="Nova")
    assert gap.by == "difference"
    assert choose(scenario, outcome="market_units").firm is None


@pytest.mark.parametrize(("words", "said"), [
    ({"outcome": "unit"}, "did you mean 'units'"),
    ({"outcome": "units", "claim": "x"}, "not both"),
    ({"claim": "listening_wins"}, "there is no claim"),
    ({"firm": "Nowa"}, "did you mean 'Nova'"),
    ({"outcome": "market_units", "firm": "Nova"}, "whole market"),
    ({"strategy": "lisen"}, "did you mean 'listen'"),
    ({"against": "shoot"}, "did you mean 'shout'"),
    ({"strategy": "shout"}, "compared with itself"),
    ({"weeks": (3, 13)}, "from 1 to 12"),
    ({"weeks": (4, 3)}, "in order"),
    ({"weeks": (0, 3)}, "from 1 to 12"),
])
def test_what_cannot_be_asked_for_is_refused(words, said):
    with pytest.raises(ScenarioError, match=said):
        choose(lesson(), **words)


def test_without_claims_an_outcome_must_be_named():
    with pytest.raises(ScenarioError, match="name an outcome"):
        choose(lesson(claims=[]))
    assert choose(lesson(claims=[]), outcome="units").firm == "Nova"


def test_values_a_replication_have_mean_and_error_of_the_ratio():
    scenario = lesson()
    result = run(scenario, replications=4, workers=1)
    claim = scenario.document.claims[0]
    found = ablation.estimate(per_replication(result, claim))
    values, baseline = (
        result.values("units", name, "Nova", (5, 10)) for name in ("listen", "shout")
    )
    expected = ratio(values, baseline)
    assert (found.value, found.low, found.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )


# Ablation of markets -----------------------------------------------------------------------------


def test_a_contribution_is_the_difference_of_two_runs():
    scenario = lesson()
    found = ablate(
        scenario, outcome="units", strategy="listen", against="shout",
        mechanisms=["word_of_mouth", "experience"], replications=3, seed=5, workers=1,
    )
    gaps = {}
    for name in ("advertising", "word_of_mouth", "experience"):
        off = {} if name == "advertising" else {f"mechanisms.{name}": "none"}
        result = run(scenario, replications=3, seed=5, overrides=off, workers=1)
        listen, shout = (result.values("units", s, "Nova") for s in ("listen", "shout"))
        gaps[name] = listen - shout
    assert found.value.value == gaps["advertising"].mean()
    assert {one.mechanism for one in found.contributions} == {"word_of_mouth", "experience"}
    for one in found.contributions:
        assert one.without.value == gaps[one.mechanism].mean()
        assert one.estimate.value == pytest.approx(
            (gaps["advertising"] - gaps[one.mechanism]).mean(), abs=1e-12
        )
    assert found.verdict is None


def test_a_mechanism_without_strength_contributes_exactly_nothing():
    found = ablate(
        lesson(), mechanisms=["word_of_mouth"], overrides={"mechanisms.word_of_mouth.influence": 0,
        "mechanisms.word_of_mouth.contact_prob": 0}, replications=3, workers=1, shapley=True,
    )
    (one,) = found.contributions
    assert one.status == INERT
    assert (one.estimate.value, one.estimate.low, one.estimate.high) == (0, 0, 0)
    assert found.shares is not None
    assert found.shares.by_mechanism["word_of_mouth"].estimate.value == 0


def test_all_but_the_books_and_what_is_off_is_switched_off():
    made = plan(lesson(), choose(lesson()), replications=2)
    assert "books" not in made.mechanisms and "selling" not in made.mechanisms
    assert {"choice", "word_of_mouth", "dialogue"} <= set(made.mechanisms)
    assert made.mechanisms["choice"] == "multinomial_logit"
    assert made.markets == 2 * 2 * (len(made.mechanisms) + 1)
    assert made.more_for_shares == 0
    assert list(plan(lesson(), choose(lesson()), mechanisms=["books"]).mechanisms) == ["books"]


def test_a_mechanism_that_only_the_baseline_has_can_be_switched_off():
    raw = dict(lesson().raw)
    raw["strategies"] = copy.deepcopy(raw["strategies"])
    raw["strategies"]["listen"]["set"]["mechanisms.dialogue"] = "none"
    scenario = Scenario.from_dict(raw)
    made = plan(scenario, choose(scenario))
    assert made.mechanisms["dialogue"] == "none or complaint_queue"


def test_neither_workers_nor_company_change_a_contribution():
    words = {"replications": 3, "mechanisms": ["word_of_mouth", "dialogue"], "shapley": True}
    alone = ablate(lesson(), workers=1, **words).table()
    beside = ablate(lesson(), workers=2, **words).table()
    assert alone.equals(beside)
    more = ablate(lesson(), workers=1, replications=3).table().set_index("mechanism")
    for name, row in alone.set_index("mechanism").iterrows():
        assert more.loc[name, "contribution"] == row["contribution"]


def test_a_mechanism_that_a_segment_lives_in_its_own_way_can_be_switched_off():
    raw = copy.deepcopy(dict(lesson().raw))
    segment = next(iter(raw["customers"]["segments"].values()))
    segment["behavior"] = {"word_of_mouth": {"contact_prob": 0.9}}
    (one,) = ablate(
        Scenario.from_dict(raw), mechanisms=["word_of_mouth"], replications=3, workers=1
    ).contributions
    assert one.status != INERT


def test_progress_counts_every_market_that_was_announced():
    finished = []
    words = {"mechanisms": ["word_of_mouth", "dialogue", "experience"], "replications": 2}
    scenario = lesson()
    made = plan(scenario, choose(scenario), orders=10, **words)
    ablation.carry_out(made, workers=1, progress=finished.append)
    assert made.more_for_shares == (8 - 4) * 2 * 2
    assert sum(finished) == made.markets + made.more_for_shares


@pytest.mark.parametrize(("words", "error", "said"), [
    ({"mechanisms": ["dialog"]}, ScenarioError, "did you mean 'dialogue'"),
    ({"mechanisms": ["selling"]}, ScenarioError, "'selling' is off already"),
    ({"replications": 0}, RunError, "replications must be"),
    ({"orders": 11}, RunError, "even number"),
    ({"orders": 8}, RunError, "at least 10"),
])
def test_what_cannot_be_planned_is_refused(words, error, said):
    with pytest.raises(error, match=said):
        plan(lesson(), choose(lesson()), **words)


# Hand-made markets -------------------------------------------------------------------------------


@pytest.fixture
def worlds(monkeypatch):
    """Let a function of what is off take the place of markets: one value a replication."""

    def install(worth):
        def live_all(scenario, jobs, **_):
            lived = []
            for job in jobs:
                off = frozenset(path.removeprefix("mechanisms.") for path in job.overrides)
                series = np.zeros((job.weeks, len(scenario.document.firms)))
                series[-1] = worth(off)[job.replication]
                lived.append({"units": series})
            return lived

        monkeypatch.setattr(combinations, "live_all", live_all)

    return install


NAMES = ["advertising", "dialogue", "experience", "sensing"]


def explain(**words):
    words = {"mechanisms": NAMES, "replications": 4, "outcome": "units", **words}
    return ablate(lesson(), **words)


def value_series(monkeypatch, worth):
    """Let a function of what is off take the place of the quantity, which then may have holes."""
    monkeypatch.setattr(
        combinations.Lived, "live",
        lambda self, offs: self.results.update(
            (off, lesson_result(self.plan)) for off in offs if off not in self.results
        ),
    )
    monkeypatch.setattr(combinations.Lived, "__getitem__", lambda self, off: worth(off))


def lesson_result(made):
    return combinations._result(made, [
        {"units": np.zeros((12, 2))} for _ in range(made.replications)
    ])


def test_every_status(monkeypatch):
    noise = np.array([1.0, -1.0, 2.0, -2.0])
    lost = {"advertising": 3 + 0.1 * noise, "dialogue": noise + 0.5, "sensing": np.zeros(4),
            "experience": np.full(4, np.nan)}
    value_series(monkeypatch, lambda off: 10 + noise - sum((lost[n] for n in off), np.zeros(4)))
    found = explain(shapley=True)
    assert [(one.mechanism, one.status) for one in found.contributions] == [
        ("advertising", DISTINCT), ("dialogue", NOT_DISTINCT), ("experience", UNDEFINED),
        ("sensing", INERT),
    ]
    assert found.shares is not None
    assert set(found.shares.by_mechanism) == set(NAMES) - {"experience"}
    assert found.shares.by_mechanism["advertising"].estimate.value == pytest.approx(3)
    assert found.shares.sum == pytest.approx(3.5) == found.shares.total.value


def test_a_combination_without_a_value_is_named_and_no_share_is_made_up(monkeypatch):
    def worth(off):
        return np.full(4, np.nan if {"advertising", "dialogue"} <= off else 5.0 - len(off))

    value_series(monkeypatch, worth)
    found = explain(shapley=True).shares
    assert found.undefined == ("advertising", "dialogue") and not found.by_mechanism


def test_replications_with_a_hole_somewhere_have_no_share(monkeypatch):
    def worth(off):
        values = np.array([1.0, 2.0, 3.0, 4.0]) * (4 - len(off))
        values[0] = np.nan if len(off) == 3 else values[0]
        return values

    value_series(monkeypatch, worth)
    found = explain(shapley=True).shares
    assert found.total.n == 3 and found.total.value == pytest.approx(12)
    assert found.sum == pytest.approx(12)
    # Both ends of the check are of the same replications, or they would not add up.
    assert (found.all_on.value, found.all_off.value) == (pytest.approx(12), 0)


def test_shares_of_markets_by_hand(worlds):
    """Complaints answered and learned from: worth 12 together, nothing alone; 3 by advertising."""
    def worth(off):
        chain = 12.0 * (not {"dialogue", "sensing"} & off)
        return np.full(4, 20 + chain + 3 * ("advertising" not in off))

    worlds(worth)
    found = explain(shapley=True)
    losses = {one.mechanism: one.estimate.value for one in found.contributions}
    assert losses == {"dialogue": 12, "sensing": 12, "advertising": 3, "experience": 0}
    assert [share.estimate.value for share in found.shares.by_mechanism.values()] == (
        pytest.approx([3, 6, 0, 6])
    )
    assert found.shares.all_off.value == 20 and found.shares.total.value == 15


def test_one_replication_shows_a_value_and_no_interval(worlds):
    worlds(lambda off: np.full(1, 5.0 - len(off)))
    found = explain(replications=1)
    assert {one.status for one in found.contributions} == {UNKNOWN}
    assert all(math.isnan(one.estimate.low) for one in found.contributions)


def test_a_quantity_without_any_value_is_refused(monkeypatch):
    value_series(monkeypatch, lambda off: np.full(4, np.nan))
    with pytest.raises(ScenarioError, match="nothing to explain"):
        explain()


def test_each_combination_is_lived_once(worlds, monkeypatch):
    worlds(lambda off: np.full(4, 1.0))
    seen = []
    real = combinations.live_all

    def counted(scenario, jobs, **words):
        seen.extend((tuple(job.overrides), job.replication) for job in jobs)
        return real(scenario, jobs, **words)

    monkeypatch.setattr(combinations, "live_all", counted)
    explain(shapley=True)
    assert len(seen) == len(set(seen)) == 2**4 * 4


def test_the_table_is_tidy(worlds):
    worlds(lambda off: np.arange(4.0) + 10 - len(off) * np.array([1.0, 2.0, 1.0, 2.0]))
    table = explain(shapley=True).table()
    assert len(table) == 4 and table.attrs["quantity"]["outcome"] == "units"
    assert (table["low"] < table["contribution"]).all()
    assert (table["share"].sum(), table["n"].tolist()) == (pytest.approx(6), [4] * 4)
