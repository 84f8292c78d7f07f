"""Marketing mix: effects of advertising known by hand, and media data that agree with the books."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from lessons import setting, sheet

from sim.export.mmm import export_mmm
from sim.export.mmm_truth import sales_of

N, WEEKS = 10, 6
EFFECT = ("incremental_units", "incremental_revenue", "units_of_10_percent",
          "incremental_units_rivals")


def advertised(reach_rate, retention=0.5, forget_prob=0.0, reminder=0.0, **offer):
    """One unknown offer; whoever knows it buys it each week at 10, cost 4."""
    world = worlds.plain(
        N, WEEKS, regular_purchases=True,
        offers={"one": {"initial_awareness": 0.0, "advertising": 50, **offer}},
    )
    world["mechanisms"] |= {
        "choice": {"variant": "multinomial_logit"},
        "advertising": {
            "variant": "adstock", "reach_rate": reach_rate, "retention": retention,
            "forget_prob": forget_prob, "reminder": reminder,
        },
    }
    return setting(world)


@pytest.fixture(scope="module")
def lesson_media(lesson_setting):
    return export_mmm(lesson_setting, pulses=2)


def test_advertising_that_reaches_nobody_has_no_effect():
    made = export_mmm(advertised(0.0, initial_awareness=1.0), pulses=2)
    effects = sheet(made, "truth", "effects")
    assert effects["units"].tolist() == [N * WEEKS]
    assert (effects[list(EFFECT)] == 0).all(axis=None)
    assert (sheet(made, "truth", "weekly")["incremental_units"] == 0).all()
    assert (sheet(made, "truth", "carry_over")["units_missing"] == 0).all()
    assert effects["carry_over"].isna().all()
    # 50 a week and 1,000 customers is half a unit of currency for 10.
    assert effects["spending"].tolist() == [0.5 * WEEKS]
    assert (effects["roas"].item(), effects["roi"].item()) == (0.0, -1.0)


def test_reminders_are_gone_in_the_market_without_advertising():
    world = advertised(0.0, reminder=3.0, initial_awareness=1.0)
    plain = dict(world.scenario.raw)
    plain["customers"]["segments"]["all"]["outside_utility"] = 1.0
    made = export_mmm(setting(plain), pulses=2)
    effects = sheet(made, "truth", "effects")
    assert 0.1 * effects["units"].item() < effects["incremental_units"].item()


def test_advertising_that_reaches_everybody_at_once_brings_all_sales():
    # A rate of 10 times a stock of at least 1/3 leaves one in 28 unaware each week; the seed of the
    # test leaves nobody.
    made = export_mmm(advertised(10.0), pulses=3)
    effects, weekly = sheet(made, "truth", "effects"), sheet(made, "truth", "weekly")
    units = effects["units"].item()
    assert units > N * (WEEKS - 1)
    assert effects["incremental_units"].item() == units
    assert effects["incremental_revenue"].item() == 10 * units
    assert effects["incremental_margin"].item() == 6 * units
    assert effects["roas"].item() == pytest.approx(10 * units / 3)
    assert effects["roi"].item() == pytest.approx((6 * units - 3) / 3)
    assert weekly["incremental_units"].tolist() == weekly["units"].tolist()
    assert effects["retention"].item() == 0.5
    # The stock by its equation: x / (x + 100) a week at 50.
    assert weekly["adstock"].tolist()[:3] == pytest.approx([1 / 3, 1 / 2, 7 / 12])


def test_a_first_week_without_advertising_is_missing_in_that_week_alone():
    # Nobody knows the offer until week 2 of the pulse world, in which all notice it at once.
    made = export_mmm(advertised(10.0), pulses=1)
    carried = sheet(made, "truth", "carry_over")
    weekly = sheet(made, "truth", "weekly")
    assert carried["lag"].tolist() == [0, 1, 2, 3]
    assert carried["units_missing"].iloc[0] == weekly["units"].iloc[0]
    assert carried["units_missing"].iloc[1:].abs().sum() <= 1
    assert carried["pulses"].tolist() == [1] * 4


def test_media_are_those_of_the_books(lesson_media, lesson):
    media = sheet(lesson_media, "data", "media")
    for number, firm in enumerate(("Nova", "Orbit")):
        own, rival = media[media["firm"] == firm], media[media["firm"] != firm]
        for column in ("units", "revenue"):
            assert own[column].tolist() == pytest.approx(
                lesson.series[column][1, 1, :, number].tolist(), abs=0.001
            )
        assert own["rival_advertising"].tolist() == rival["advertising"].tolist()
        assert own["rival_price"].tolist() == rival["price"].tolist()
    told = media["word_of_mouth_good"] + media["word_of_mouth_bad"]
    assert told.sum() > 0


def test_spending_is_what_the_ledger_booked(lesson_media, lesson_setting):
    media, market = sheet(lesson_media, "data", "media"), lesson_setting.market()
    for week in range(1, lesson_setting.weeks + 1):
        market.step()
        booked = market.tables.firms.advertising_cents / 100
        assert media.loc[media["week"] == week, "advertising"].tolist() == booked.tolist()


def test_weeks_add_up_to_the_whole(lesson_media):
    effects = sheet(lesson_media, "truth", "effects").set_index("firm")
    sums = sheet(lesson_media, "truth", "weekly").groupby("firm").sum()
    for name in ("spending", "units", "incremental_units", "units_of_10_percent"):
        assert sums[name].tolist() == pytest.approx(effects[name].tolist())
    assert (effects["incremental_units"] > 0).all()


def test_without_adstock_there_is_no_effect_and_no_retention():
    world = worlds.with_mechanism(
        worlds.plain(N, WEEKS, offers={"one": {"advertising": 50}}), "choice", "multinomial_logit"
    )
    made = export_mmm(setting(world))
    effects = sheet(made, "truth", "effects")
    assert (effects[["spending", *EFFECT]] == 0).all(axis=None)
    assert effects[["roas", "roi", "retention", "carry_over"]].isna().all(axis=None)
    assert not len(sheet(made, "truth", "carry_over"))
    asked = sheet(made, "data", "questions")["quantity"]
    assert "roas" not in set(asked)
    assert any("never changes" in note for note in made.data_notes)


def test_a_firm_is_all_its_offers():
    made = export_mmm(setting(worlds.full(60)), pulses=1)
    effects, media = sheet(made, "truth", "effects"), sheet(made, "data", "media")
    by_firm = media.groupby("firm")[["units", "advertising"]].sum()
    assert effects["units"].tolist() == by_firm.loc[effects["firm"], "units"].tolist()
    assert effects["spending"].tolist() == pytest.approx(
        by_firm.loc[effects["firm"], "advertising"].tolist()
    )
    assert np.isfinite(effects.loc[effects["spending"] > 0, "roi"]).all()


def test_margins_are_those_of_the_ledger_while_costs_fall():
    world = worlds.with_mechanism(worlds.plain(50, 8), "choice", "multinomial_logit")
    world["mechanisms"]["production"] = {"variant": "experience_curve", "reference_units": 500}
    made, booked, costs = setting(world), [], []

    def look(market):
        firms = market.tables.firms
        booked.append(int(firms.revenue_cents[0] - firms.production_cents[0]))
        costs.append(int(market.tables.offers.unit_cost_cents[0]))

    sales = sales_of(made, made.market(), None, look)
    assert sales.margin[:, 0].tolist() == booked
    assert costs[0] > costs[-1]


def test_money_is_what_customers_paid_and_margins_are_over_wholesale_prices():
    made = setting(worlds.bought_in_subscription())
    sales = sales_of(made, made.market(), None)
    assert sales.revenue[:, 0].tolist() == [5400, 4800, 0, 0, 5400, 5400]
    assert sales.margin[:, 0].tolist() == [2400, 4800, 0, 0, 2400, 2400]


def test_what_policies_decide_this_week_is_this_week_s_spending():
    world = worlds.full(60)
    policy = {"name": "community_builder", "review_weeks": 1}
    made = setting(worlds.changed(world, firms__Ana__policy=policy))
    media, market = sheet(export_mmm(made, pulses=0), "data", "media"), made.market()
    while market.week < made.weeks:
        market.step()
        spent = media[media["week"] == market.week].groupby("firm")["advertising"].sum()
        booked = market.tables.firms.advertising_cents / 100
        assert spent[market.firm_names].tolist() == pytest.approx(booked.tolist())
    trip = media[media["offer"] == "trip"]["advertising"]
    assert trip.nunique() > 3
