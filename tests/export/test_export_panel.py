"""The panel: utilities that explain every choice, elasticities by hand and by living again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import worlds
from lessons import setting, sheet

from sim.errors import CounterpoiseError
from sim.export.panel import export_panel
from sim.export.panel_truth import elasticities_now
from sim.export.utility import TERMS, Weighed, Weights, Witness, weigh
from sim.results.value_by import customers, value_by
from sim.streams import address, gumbel


@pytest.fixture(scope="module")
def coffee(lesson_setting):
    return export_panel(lesson_setting)


@pytest.fixture(scope="module")
def two_offers():
    """Prices matter, everybody knows both offers, nothing else happens."""
    return setting(worlds.with_mechanism(
        worlds.plain(
            400, 6, offers={"one": {}, "two": {"price": 8.0}}, outside_utility=0.0,
            price_sensitivity=0.2,
        ),
        "choice", "multinomial_logit", loyalty_weight=0.0,
    ))


@pytest.mark.parametrize("made", [worlds.busy, worlds.full])
def test_utilities_with_their_luck_explain_every_choice(made):
    n_several = n_chosen = 0
    for k in range(2):
        market = worlds.market(made(120))
        offers = np.flatnonzero(market.tables.offers.category == k)
        witness = Witness(offers, k, np.ones(120, dtype=bool))
        market.weighing.append(witness)
        weights = Weights.of(market)
        while market.week < worlds.WEEKS:
            market.step()
            seen = witness.take()
            if seen is None:
                continue
            column = np.array([
                np.flatnonzero(offers == o)[0] if o >= 0 else -1
                for o in market.purchases.offer[seen.at]
            ], dtype=np.int64)
            weighed = weigh(market, seen, column, offers, weights)
            luck = _luck(market, seen, offers)
            best = np.column_stack([weighed.outside, weighed.utility]) + luck
            order = np.sort(best, axis=1)
            # The market works in single precision: where two are as good as equal, either may win.
            with np.errstate(invalid="ignore"):
                close = order[:, -1] - order[:, -2] < 1e-4
            assert (np.argmax(best, axis=1) - 1 == column)[~close & (best.max(1) > -np.inf)].all()
            assert (column[np.isinf(best.max(1))] == -1).all()
            assert close.mean() < 0.05
            n_several += int((seen.rank > 0).sum())
            n_chosen += int((column >= 0).sum())
    assert n_several > 100
    assert n_chosen > 500


def _luck(market, seen, offers):
    key, labels = market.streams.key("choice.luck", market.week), market.tables.customers.label
    serial = market.purchases.serial[seen.at]
    lucky = np.zeros((seen.at.size, offers.size + 1))
    for e, (i, number) in enumerate(zip(seen.customer, serial, strict=True)):
        state = np.uint64(address(np.uint64(address(key, int(labels[i]))), int(number)))
        lucky[e, 0] = gumbel(state, 0)
        for j, o in enumerate(offers):
            lucky[e, j + 1] = gumbel(state, int(market.tables.offers.label[o]) + 1)
    return lucky


def test_watching_changes_nothing():
    watched, alone = worlds.market(worlds.busy()), worlds.market(worlds.busy())
    watched.weighing.append(Witness(np.array([0]), 0, np.ones(60, dtype=bool)))
    for market in (watched, alone):
        market.run_model()
    assert worlds.differing(watched, alone) == set()


def _weighed(utility, price, sensitivity, outside=0.0):
    terms = {name: np.zeros((1, len(utility))) for name in TERMS}
    terms["others"] = np.array([utility], dtype=float)
    return Weighed(
        terms, np.isfinite(terms["others"]), np.array([outside]), np.array([sensitivity]),
        np.array([price], dtype=float), np.ones((1, len(utility)), dtype=bool),
    )


def test_elasticities_of_one_choice_by_hand():
    # Odds 2 : 1 : 1 for one, two, nothing: chances 1/2 and 1/4.
    one = _weighed([np.log(2), 0.0], [10, 20], 0.1)
    assert one.probability[0].tolist() == pytest.approx([0.5, 0.25])
    found = elasticities_now([one])
    expected = [[-0.1 * 10 * 0.5, 0.1 * 20 * 0.25], [0.1 * 10 * 0.5, -0.1 * 20 * 0.75]]
    assert found == pytest.approx(np.array(expected))


def test_who_knows_nothing_chooses_nothing():
    nothing = _weighed([-np.inf], [10], 0.1, outside=-np.inf)
    assert nothing.probability.tolist() == [[0.0]]
    always = _weighed([0.0, -np.inf], [10, 10], 0.1, outside=-np.inf)
    assert always.probability.tolist() == [[1.0, 0.0]]
    assert elasticities_now([always])[0].tolist() == [0.0, 0.0]


def test_known_odds_are_those_of_the_logit(two_offers):
    made = export_panel(two_offers)
    truth = sheet(made, "truth", "utilities")
    odds = np.exp(np.array([-2.0, -1.6]))
    expected = odds / (1 + odds.sum())
    for offer, chance in zip(("one", "two"), expected, strict=True):
        of_it = truth.loc[truth["offer"] == offer, "probability"]
        # experience counts alike for both: its weight times 0.5
        assert of_it.nunique() == 1
        assert of_it.iloc[0] > chance
    share = sheet(made, "data", "occasions")["choice"].value_counts(normalize=True)
    n = len(sheet(made, "data", "occasions"))
    for offer in ("one", "two"):
        p = truth.loc[truth["offer"] == offer, "probability"].iloc[0]
        # six standard errors: passed once in 500 million
        assert share[offer] == pytest.approx(p, abs=6 * np.sqrt(p * (1 - p) / n))


def test_living_again_finds_what_the_utilities_say(two_offers):
    # Nothing follows from a purchase here, so both elasticities are of the same thing; the replay
    # is within four of its own standard errors, and of the right sign.
    truth = sheet(export_panel(two_offers), "truth", "elasticities")
    gap = (truth["elasticity_run"] - truth["elasticity_now"]).abs()
    assert (gap < 4 * truth["elasticity_run_error"] + 1e-9).all()
    own = truth["offer"] == truth["dearer"]
    assert (truth.loc[own, ["elasticity_now", "elasticity_run"]] < 0).all(axis=None)
    assert (truth.loc[~own, "elasticity_now"] > 0).all()
    assert (truth.loc[~own, "elasticity_run"] >= 0).all()
    assert truth["price_change"].tolist() == pytest.approx([0.01] * 4)


def test_a_price_that_nobody_minds_moves_nobody():
    world = worlds.with_mechanism(
        worlds.plain(50, 5, price_sensitivity=0.0, offers={"one": {}, "two": {}}),
        "choice", "multinomial_logit",
    )
    truth = sheet(export_panel(setting(world)), "truth", "elasticities")
    assert (truth[["elasticity_now", "elasticity_run", "elasticity_run_error"]] == 0).all(axis=None)


def test_units_as_it_was_are_those_of_the_run(coffee, lesson):
    truth = sheet(coffee, "truth", "elasticities").drop_duplicates("offer")
    assert truth["units"].tolist() == lesson.series["units"][1, 1].sum(axis=0).tolist()


def test_the_panel_holds_all_purchases_and_occasions(coffee, lesson):
    occasions = sheet(coffee, "data", "occasions")
    units = occasions["choice"].value_counts()
    assert units[["nova_box", "orbit_box"]].tolist() == lesson.series["units"][1, 1].sum(
        axis=0
    ).tolist()
    cents = (occasions["price_paid"].dropna() * 100).round().astype(int)
    assert cents.sum() == round(lesson.series["revenue"][1, 1].sum() * 100)
    assert occasions["occasion"].tolist() == list(range(1, len(occasions) + 1))
    assert occasions["time"].is_monotonic_increasing
    assert (occasions["price_paid"].isna() == (occasions["choice"] == "none")).all()


def test_long_and_wide_say_the_same(coffee):
    long, wide = sheet(coffee, "data", "alternatives"), sheet(coffee, "data", "occasions_wide")
    for column in ("price", "on_sale", "advertising", "available"):
        pivoted = long.pivot_table(index="occasion", columns="offer", values=column)
        for offer in ("nova_box", "orbit_box"):
            assert pivoted[offer].tolist() == wide[f"{column}_{offer}"].tolist()
    chosen = long[long["chosen"] == 1].set_index("occasion")["offer"]
    bought = wide[wide["choice"] != "none"].set_index("occasion")["choice"]
    pd.testing.assert_series_equal(chosen, bought, check_names=False)


def test_what_was_chosen_was_considered(coffee):
    long, truth = sheet(coffee, "data", "alternatives"), sheet(coffee, "truth", "utilities")
    assert (long[["occasion", "offer"]] == truth[["occasion", "offer"]]).all(axis=None)
    assert (truth.loc[long["chosen"] == 1, "considered"] == 1).all()
    assert (truth["considered"] <= long["available"]).all()
    assert (truth["utility"].isna() == (truth["considered"] == 0)).all()
    sums = truth[list(TERMS)].sum(axis=1)[truth["considered"] == 1]
    assert truth["utility"].dropna().tolist() == pytest.approx(sums.tolist())


def test_a_promotion_is_on_sale_until_it_is_usual():
    world = worlds.with_mechanism(worlds.plain(20, 14), "choice", "multinomial_logit")
    world["mechanisms"]["pricing"] = {"variant": "fixed"}
    path = "firms.Fone.offers.one.price"
    world["events"] = [{"name": "cheaper", "week": 4, "set": {path: 9.0}}]
    shelf = sheet(export_panel(setting(world)), "data", "alternatives")
    by_week = shelf.groupby("week")[["price", "on_sale"]].first()
    # An event of week 4 is on the price list of week 5; week 12 is the eighth at that price.
    assert by_week["price"].tolist() == [10.0] * 4 + [9.0] * 10
    assert by_week["on_sale"].tolist() == [0] * 4 + [1] * 7 + [0] * 3


def test_a_sample_of_households_is_a_part_of_all(coffee, lesson_setting):
    part = export_panel(lesson_setting, households=40)
    some, everybody = (sheet(one, "data", "occasions") for one in (part, coffee))
    same = everybody[everybody["household"] % 3 == 0]
    assert some.drop(columns="occasion").equals(
        same.drop(columns="occasion").reset_index(drop=True)
    )
    assert len(sheet(part, "truth", "part_worths")) == 40
    worth = sheet(coffee, "truth", "part_worths").set_index("household")
    assert sheet(part, "truth", "part_worths").set_index("household").equals(worth.loc[::3])


def test_what_cannot_be_exported_is_said(lesson_setting):
    with pytest.raises(CounterpoiseError, match=r"no category 'cofee'.*coffee"):
        export_panel(lesson_setting, category="cofee")
    durable = setting(worlds.with_mechanism(worlds.plain(9, 2), "choice", "durable_adoption"))
    with pytest.raises(CounterpoiseError, match="this run has durable_adoption"):
        export_panel(durable)
    nobody = worlds.with_mechanism(
        worlds.plain(5, 2, purchase_rate=0.0), "choice", "multinomial_logit"
    )
    with pytest.raises(CounterpoiseError, match="no purchase occasion in thing"):
        export_panel(setting(nobody))


def test_replays_share_their_luck_with_value_by(lesson, lesson_setting):
    # Muting nobody is the market as it was: what value_by finds must be nothing, and our base the
    # same market to the unit.
    nobody = value_by(
        lesson.scenario, customers([]), strategy="listen", replications=[1], seed=7, weeks=16,
    )
    assert (nobody.series["units"] == 0).all()
    market = lesson_setting.market()
    market.run_model()
    last = market.purchases.offer[market.purchases.offer >= 0]
    assert np.bincount(last, minlength=2).tolist() == lesson_setting.units[-1].tolist()
