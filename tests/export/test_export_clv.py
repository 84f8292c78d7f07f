"""Lifetime value: transactions that agree with the books, and futures known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import worlds
from lessons import setting, sheet

from sim.errors import CounterpoiseError
from sim.export.clv import export_clv
from sim.results.value_by import customers, value_by
from sim.scenario import Scenario


@pytest.fixture(scope="module")
def nova(lesson_setting):
    return export_clv(lesson_setting, firm="Nova", horizon=8, futures=3, referrals=4)


def test_transactions_sum_to_the_books_to_the_cent(nova, lesson):
    bought, books = sheet(nova, "data", "transactions"), sheet(nova, "truth", "books")
    cents = (bought["amount"] * 100).round().astype(int)
    by_week = cents.groupby(bought["week"]).sum().reindex(range(1, 17), fill_value=0)
    recorded = lesson.series["revenue"][1, 1, :, 0]
    assert by_week.tolist() == (books["revenue_books"] * 100).round().astype(int).tolist()
    assert by_week.tolist() == np.rint(recorded * 100).astype(int).tolist()
    assert books["revenue_books"].tolist() == books["revenue_transactions"].tolist()
    assert books["transactions"].sum() == len(bought) == lesson.series["units"][1, 1, :, 0].sum()


def test_times_lie_in_their_week_and_in_order(nova):
    bought = sheet(nova, "data", "transactions")
    assert bought["time"].is_monotonic_increasing
    assert ((bought["time"] > bought["week"] - 1) & (bought["time"] < bought["week"])).all()
    own = bought.groupby("customer")["time"]
    assert (own.diff().dropna() > 0).all()
    assert bought["date"].iloc[0].startswith("2024-01-0")


def test_customers_are_those_who_bought(nova):
    bought, who = sheet(nova, "data", "transactions"), sheet(nova, "data", "customers")
    first = bought.groupby("customer")[["week", "offer"]].first()
    assert who["customer"].tolist() == first.index.tolist()
    assert who["acquisition_week"].tolist() == first["week"].tolist()
    assert who["first_offer"].tolist() == first["offer"].tolist()
    assert set(who["heard_through"]) <= {"before week 1", "advertising", "friend"}


def test_data_tell_no_truth(nova):
    told = {name for one in nova.sheets if one.part == "data" for name in one.frame.columns}
    assert not told & {"segment", "purchase_rate", "active", "truth", "referral_revenue"}


def test_the_market_goes_on_as_a_longer_one_does(nova, lesson_setting):
    longer = export_clv(
        replace(
            lesson_setting, weeks=24, units=_units(lesson_setting, 24)
        ), firm="Nova", horizon=1, futures=1, referrals=0,
    )
    bought = sheet(longer, "data", "transactions")
    later = bought[bought["week"] > 16].groupby("customer")["amount"].agg(["count", "sum"])
    truth = sheet(nova, "truth", "customers").set_index("customer")
    expected = later.reindex(truth.index, fill_value=0)
    assert truth["actual_purchases"].tolist() == expected["count"].tolist()
    assert truth["actual_revenue"].tolist() == pytest.approx(expected["sum"].tolist())


def _units(made, weeks):
    market = made.market()
    units = np.zeros((weeks, market.n_firms))
    while market.week < weeks:
        market.step()
        offer = market.purchases.offer[market.purchases.offer >= 0]
        units[market.week - 1] = np.bincount(market.tables.offers.firm[offer], minlength=2)
    return units


def test_who_buys_each_week_goes_on_to_do_so(certain):
    made = export_clv(certain, horizon=7, futures=2, referrals=6)
    truth = sheet(made, "truth", "customers")
    assert len(truth) == 6
    exact = {
        "purchases": 7, "purchases_error": 0, "revenue": 70, "buys_again": 1, "active": 1,
        "purchase_rate": 1, "actual_purchases": 7, "actual_revenue": 70, "referral_units": 0,
        "referral_revenue": 0,
    }
    for name, value in exact.items():
        assert (truth[name] == value).all(), name


def test_renewals_and_penalties_are_charges_in_data_and_revenue_in_truth(nova):
    made = export_clv(setting(worlds.bought_in_subscription(6, 5)), horizon=1, futures=2)
    charges, books = sheet(made, "data", "charges"), sheet(made, "truth", "books")
    own = charges[charges["customer"] == 3]
    assert own["week"].tolist() == [1, 2, 5]
    assert own["amount"].tolist() == [1, 8, 1]
    assert set(charges["offer"]) == {"film"}
    assert books["revenue_transactions"].tolist() == [48, 0, 0, 0, 48]
    assert books["revenue_charges"].tolist() == [6, 48, 0, 0, 6]
    truth = sheet(made, "truth", "customers")
    # In week 6 she uses what she paid for, and pays a penalty and the next renewal.
    assert (truth[["revenue", "actual_revenue"]] == 9).all(axis=None)
    assert (truth["referral_revenue"] == 0).all()
    assert "charges" not in [one.name for one in nova.sheets]


def test_futures_have_the_mean_of_a_poisson_buyer():
    # 200 customers at 0.5 a week for 10 weeks: 5 purchases each; mean over 40 futures has a
    # standard error of sqrt(5 / 8000) = 0.025, so 5 of them are passed once in a million.
    world = worlds.with_mechanism(
        worlds.plain(200, 4, purchase_rate=0.5), "choice", "multinomial_logit"
    )
    made = export_clv(setting(world), horizon=10, futures=40, referrals=0)
    truth = sheet(made, "truth", "customers")
    assert truth["purchases"].mean() == pytest.approx(5, abs=5 * np.sqrt(5 / (40 * len(truth))))
    assert truth["purchases_error"].mean() == pytest.approx(np.sqrt(5 / 40), rel=0.1)
    assert truth["purchases"].std() > 0
    assert truth["referral_revenue"].isna().all()


def test_who_dropped_out_buys_no_more():
    world = worlds.with_mechanism(
        worlds.plain(150, 10), "choice", "buy_till_you_die", dropout_a=1.0, dropout_b=2.0
    )
    truth = sheet(export_clv(setting(world), horizon=6, futures=4, referrals=0),
                  "truth", "customers")
    gone = truth["active"] == 0
    assert 20 < gone.sum() < len(truth) - 20
    assert (truth.loc[gone, "purchases"] == 0).all()
    assert (truth.loc[gone, "actual_purchases"] == 0).all()
    # Who has a high probability to drop out keeps it in every future.
    assert (truth.loc[~gone, "purchases"] > 0).mean() > 0.5


def test_referral_value_is_what_muting_finds(nova, lesson, lesson_setting):
    truth = sheet(nova, "truth", "customers")
    sampled = truth[truth["referral_revenue"].notna()]
    assert len(sampled) == 4
    for row in sampled.itertuples():
        found = value_by(
            lesson.scenario, customers([row.customer]), strategy="listen", discount=0.0,
            replications=[1], seed=7, weeks=16,
        )
        assert row.referral_revenue == pytest.approx(found.series["revenue"][0, 0])
        assert row.referral_units == found.series["units"][0, 0]


def test_a_bridge_brings_what_lies_behind_it():
    # Only customer 0 knows it; 1 hears of it through her in week 2, then both buy each week.
    world = worlds.plain(
        2, 6, offers={"one": {"initial_awareness": 0.5}}, regular_purchases=True
    )
    world["customers"]["network"] = {"kind": "complete"}
    world["mechanisms"] |= {
        "choice": {"variant": "multinomial_logit"},
        "word_of_mouth": {"variant": "cascade", "contact_prob": 1.0, "base_propensity": 1.0,
                          "recency_half_life": None},
        "experience": {"variant": "expectancy_disconfirmation", "noise_sd": 0.0},
    }
    for replication in range(20):
        made = setting(world, replication=replication, replications=20)
        if made.market().tables.customers.aware[:, 0].tolist() == [1, 0]:
            break
    truth = sheet(export_clv(made, horizon=3, futures=1, referrals=2), "truth", "customers")
    assert truth["referral_units"].tolist() == [5, 0]
    assert truth["referral_revenue"].tolist() == [50, 0]


def test_a_sample_is_a_part_of_all(nova, lesson_setting):
    made = export_clv(
        lesson_setting, firm="Nova", customers=30, horizon=8, futures=3, referrals=0
    )
    part, all_of_them = (sheet(one, "data", "transactions") for one in (made, nova))
    assert set(part["customer"]) <= set(range(0, 120, 4))
    same = all_of_them[all_of_them["customer"] % 4 == 0].reset_index(drop=True)
    assert part.equals(same)
    truth = sheet(nova, "truth", "customers").set_index("customer")
    mine = sheet(made, "truth", "customers").set_index("customer")
    assert mine["purchases"].equals(truth.loc[mine.index, "purchases"])
    assert sheet(made, "truth", "books").equals(sheet(nova, "truth", "books"))


def test_what_cannot_be_exported_is_said(lesson_setting):
    with pytest.raises(CounterpoiseError, match=r"no firm 'Nov'.*Nova"):
        export_clv(lesson_setting, firm="Nov")
    nobody = setting(Scenario.from_dict(worlds.plain(5, 2)))
    with pytest.raises(CounterpoiseError, match="nobody in the sample bought from Fone"):
        export_clv(nobody)
