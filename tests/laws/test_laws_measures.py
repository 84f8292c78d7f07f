"""Each measure on hand-made data, among them markets that were built to break the law."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.estimators.bass_curve import bass_increments
from sim.laws.base import laws
from sim.laws.customers.referrals import acquired
from sim.laws.customers.tenure import retention
from sim.laws.probes.entry import Entered
from sim.laws.probes.flat_rates import Subscribed
from sim.laws.probes.informed import Informed
from sim.laws.probes.launch import Launched, first_purchases
from sim.laws.probes.life import Answered, Life, Log
from sim.laws.probes.migration import Forced
from sim.laws.probes.nudges import Nudged, Twin
from sim.laws.probes.openness import Opened
from sim.laws.probes.popularity import Popular
from sim.laws.probes.reverse import Reversed, Standing
from sim.laws.probes.weak_ties import Spread
from sim.results.cascades import Cascades
from sim.tables import Response, Trigger


def measured(name, seen):
    return laws()[name].measure(seen).value


def log(*rows):
    """Purchases (week, customer, offer[, satisfaction, response]) in order of weeks."""
    full = [(w, c, o, 100, s, r) for w, c, o, s, r in (
        (*row, 0.5, 0)[:5] if len(row) == 3 else row for row in sorted(rows)
    )]
    columns = [np.array(column) for column in zip(*full, strict=True)]
    return Log(*columns[:4], columns[4].astype(float), columns[5])


def life(purchases=None, **changed):
    nothing = np.zeros(0, dtype=np.int64)
    plain = Life(
        weeks=60, n_customers=10, firm=np.array([0, 1]), margin_cents=np.array([100, 100]),
        log=purchases or Log.of([]), answered=Answered(nothing, nothing, nothing, np.zeros(0)),
        said=np.zeros(10, dtype=np.int64), good=0.0, bad=0.0,
        trigger=np.zeros((10, 2), dtype=np.uint8), trees=trees([], []), delivery_gap=np.zeros(0),
    )
    return replace(plain, **changed)


def trees(sizes, virality):
    size = np.array(sizes, dtype=np.int64)
    return Cascades(np.arange(len(size)), size, np.ones_like(size), np.array(virality, dtype=float))


def launched(adopters, sizes=(), virality=()):
    return Launched(np.asarray(adopters, dtype=float), 1000, trees(sizes, virality))


# Diffusion ----------------------------------------------------------------------------------------


def test_a_bass_curve_is_found_again():
    seen = launched(bass_increments(104, 0.0005, 0.01 * 15, 800))
    assert measured("s_curve", seen) == pytest.approx(1.0, abs=1e-6)
    assert measured("innovation", seen) == pytest.approx(52 * 0.0005, rel=1e-3)
    assert measured("imitation", seen) == pytest.approx(52 * 0.15, rel=1e-3)
    assert measured("inflection", seen) == pytest.approx((1 - 0.0005 / 0.15) / 2, rel=1e-3)
    ratio = laws()["imitation_ratio"].measure(seen)
    assert ratio.value / ratio.over == pytest.approx(300, rel=1e-2)


def test_first_purchases_in_two_bursts_are_no_s_curve():
    bursts = np.zeros(104)
    bursts[[2, 90]] = 400
    assert measured("s_curve", launched(bursts)) < 0.95


def test_adoptions_that_only_fall_have_no_inflection():
    assert measured("inflection", launched(800 * 0.9 ** np.arange(104))) == 0.0


def test_too_few_adopters_tell_nothing():
    said = laws()["s_curve"].measure(launched(np.full(104, 0.5)))
    assert np.isnan(said.value) and "fewer than 100" in said.reason


def test_virality_by_hand():
    seen = launched(np.zeros(3), [12, 5, 2, 1], [3.0, 1.0, 1.0, np.nan])
    assert measured("broadcasts", seen) == 2.0  # a pair says nothing about depth


@pytest.mark.parametrize(("slope", "low", "high"), [(0.0, -0.5, 0.5), (1.0, 0.99, 1.0)])
def test_virality_that_grows_with_size_is_seen(slope, low, high):
    size = np.arange(40, 10, -1)
    wobble = 0.01 * np.tile([1.0, -1.0, -1.0, 1.0, 1.0, -1.0], 5)
    seen = launched(np.zeros(3), size, slope * np.log(size) + wobble)
    found = measured("virality_and_size", seen)
    assert low < found <= high


def test_weak_ties_quicken_one_and_block_the_other():
    slow, fast = np.array([0.1, 0.2]), np.array([0.3, 0.6])
    seen = Spread(slow, fast, fast, slow)
    assert measured("weak_ties_simple", seen) == pytest.approx(0.3)
    assert measured("weak_ties_complex", seen) == pytest.approx(-0.3)


# Talk ---------------------------------------------------------------------------------------------


def test_signs_are_counted():
    mix = laws()["sign_mix"].measure(life(good=30.0, bad=10.0))
    assert (mix.value, mix.over) == (30.0, 10.0)
    assert np.isnan(measured("sign_mix", life()))


@pytest.mark.parametrize(("said", "share"), [(np.ones(100), 0.1), (np.r_[91, np.ones(9)], 0.91)])
def test_the_top_tenth_of_talkers(said, share):
    silent = np.zeros(50)  # who never talks is no talker
    assert measured("top_talkers", life(said=np.r_[said, silent].astype(int))) == pytest.approx(
        share
    )


def nudged(**changed):
    plain = Twin(np.full(26, 100.0), np.full(26, 50.0), np.full(26, 0.6))
    return Nudged(**{
        name: changed.get(name, plain)
        for name in ("plain", "advertising", "price", "volume", "valence")
    })


def test_elasticities_by_hand():
    dearer = Twin(np.full(26, 100 * 1.1**-2.5), np.full(26, 50.0), np.full(26, 0.6))
    louder = Twin(np.full(26, 100 * 1.2**0.3), np.full(26, 60.0), np.full(26, 0.6))
    better = Twin(np.full(26, 100 * 1.1**0.4), np.full(26, 55.0), np.full(26, 0.66))
    assert measured("price_elasticity", nudged(price=dearer)) == pytest.approx(-2.5)
    assert measured("volume_elasticity", nudged(volume=louder)) == pytest.approx(0.3)
    assert measured("valence_elasticity", nudged(valence=better)) == pytest.approx(0.4)
    assert measured("price_elasticity", nudged()) == 0.0  # customers who mind no price


def test_advertising_now_and_later():
    units = np.full(26, 100.0)
    units[:4] *= 1.1**0.1
    units[-13:] *= 1.1**0.2
    seen = nudged(advertising=Twin(units, np.zeros(26), np.zeros(26)))
    assert measured("advertising_now", seen) == pytest.approx(0.1)
    ratio = laws()["advertising_later"].measure(seen)
    assert ratio.value / ratio.over == pytest.approx(2.0)


# Customers ----------------------------------------------------------------------------------------


def test_first_purchases_count_each_customer_once():
    found = first_purchases(log((1, 3, 0), (2, 3, 0), (2, 4, 0), (2, 5, 1), (3, 5, 0)), 0, 4)
    assert found.tolist() == [1, 1, 1, 0]


def test_one_time_buyers_by_hand():
    often = [(w, c, 0) for c in (0, 1) for w in range(1, 7)]  # 6 times each by week 6
    once = [(1, 2, 0), (2, 3, 0), (1, 4, 1)]  # customer 4 bought elsewhere
    # After weeks 1 to 6: 3, 6, 8, 10, 12 and 14 purchases of 3 and then 4 buyers: 3.5 in week 6.
    seen = life(log(*often, *once, (9, 2, 0), (9, 3, 0)))
    assert measured("one_time_buyers", seen) == 0.5  # both buy again, but later than one looks


def test_one_time_buyers_are_not_told_before_buyers_bought_often_enough():
    assert np.isnan(measured("one_time_buyers", life(log((1, 0, 0), (2, 1, 0), (3, 1, 0)))))
    assert np.isnan(measured("one_time_buyers", life(log((1, 0, 1)))))


def loyal_and_fickle():
    """60 customers buy every fourth week for a year, 60 once in week 1."""
    return log(*((w, c, 0) for c in range(60) for w in range(1, 60, 4)),
               *((1, c, 0) for c in range(60, 120)))


def test_retention_rises_when_the_fickle_are_gone():
    seen = life(loyal_and_fickle(), n_customers=120)
    kept = retention(seen)
    assert kept[0] == 0.5 and kept[1] == 1.0
    assert measured("tenure", seen) == 0.5


def test_retention_falls_where_customers_tire():
    """100 customers buy every fourth week, and 6 of them stop after each purchase."""
    rows = ((1 + 4 * k, c, 0) for c in range(100) for k in range(15) if c >= 6 * k * (k > 3))
    assert measured("tenure", life(log(*rows), n_customers=100)) < 0


def test_referred_customers_by_hand():
    trigger = np.zeros((10, 2), dtype=np.uint8)
    trigger[:, 0] = [Trigger.FRIEND] * 2 + [Trigger.ADVERTISING] * 2 + [Trigger.START] * 6
    seen = life(log(
        (1, 0, 0), (20, 0, 0), (1, 1, 0), (25, 1, 0),  # referred: both still buy
        (1, 2, 0), (22, 2, 0), (1, 3, 0), (5, 3, 0),  # advertised: one is gone
        (1, 4, 0),  # knew it from the start: neither
        (50, 5, 0),  # too late to follow
    ), trigger=trigger)
    new = acquired(seen)
    assert new.referred.tolist() == [True, True, False, False]
    assert new.gone.tolist() == [False, False, False, True]
    assert measured("referred_stay", seen) == -0.5
    swapped = np.where(trigger == Trigger.FRIEND, Trigger.ADVERTISING,
                       np.where(trigger == Trigger.ADVERTISING, Trigger.FRIEND, trigger))
    assert measured("referred_stay", replace(seen, trigger=swapped)) == 0.5


def test_the_lead_of_the_referred_closes():
    trigger = np.zeros((10, 2), dtype=np.uint8)
    trigger[:2, 0] = Trigger.FRIEND, Trigger.ADVERTISING
    seen = life(log((1, 0, 0), (3, 0, 0), (4, 0, 0), (25, 0, 0), (1, 1, 0), (3, 1, 0), (25, 1, 0)),
                trigger=trigger)
    assert measured("referred_margin", seen) == pytest.approx(2.0 - 1.0)


def test_recovery_by_hand():
    answered = Answered(np.array([3]), np.array([0]), np.array([0]), np.array([0.9]))
    seen = life(log(
        (2, 0, 0, 0.2, Response.VOICE), (9, 0, 0, 0.6, Response.NONE),
        (2, 1, 0, 0.6, Response.NONE), (20, 1, 1, 0.6, Response.NONE),
    ), answered=answered)
    assert measured("recovery_satisfaction", seen) == pytest.approx(0.9 - 0.6)
    # Bought again: the answered one; of three uses without fault none within eight weeks.
    assert measured("recovery_repurchase", seen) == pytest.approx(1.0)
    assert np.isnan(measured("recovery_satisfaction", life(log((1, 0, 0)))))


def test_the_perception_gap_is_that_of_the_last_quarter():
    gap = np.r_[np.zeros(45), np.full(15, 0.72)]
    assert measured("perception_gap", life(delivery_gap=gap)) == pytest.approx(0.72)
    assert measured("perception_gap_opens", Opened(closed=0.7, opened=0.4)) == pytest.approx(-0.3)


def test_forced_migration_by_hand():
    seen = Forced(np.array([0.1, 0.2, 0.8, 0.9]), np.array([-0.2, -0.2, 0.0, 0.0]),
                  np.array([0.6, 0.6, 0.2, 0.2]))
    assert measured("forced_migration", seen) == pytest.approx(-0.1)
    assert measured("forced_migration_loyal", seen) == pytest.approx(-0.4)
    worse = replace(seen, reactance=seen.reactance[::-1])
    assert measured("forced_migration_loyal", worse) == pytest.approx(0.4)


def test_flat_rates_by_hand():
    assert measured("flat_rates", Subscribed(0.5, 0.3)) == pytest.approx(0.2)
    assert measured("flat_rates", Subscribed(0.1, 0.3)) == pytest.approx(-0.2)


# Markets ------------------------------------------------------------------------------------------


def test_prices_and_information_by_hand():
    seen = Informed(np.array([10.0, 9, 8, 7, 6]), np.array([1.0, 2, 3, 2, 1]), dear=10, cheap=8)
    assert measured("informed_prices", seen) == pytest.approx(-0.4)
    assert measured("informed_spread", seen) == 2.0
    assert measured("search_cost", seen) == pytest.approx(-0.2)
    falling = replace(seen, spread=np.array([3.0, 2, 1, 0.5, 0]))
    assert measured("informed_spread", falling) == -1.0


def test_reverse_market_by_hand():
    seen = Reversed(Standing(0.5, 0.4, 0.2), Standing(0.4, 0.6, -0.1), Standing(0.7, 0.3, 0.0))
    assert measured("reverse_margins", seen) == pytest.approx(-0.1)
    assert measured("reverse_surplus", seen) == pytest.approx(0.2)
    assert measured("reverse_asymmetry", seen) == pytest.approx(-0.3)
    assert measured("reverse_lock_in", seen) == pytest.approx(0.2)


def test_monopoly_is_counted_by_firm_and_late():
    even = log(*((w, 0, w % 2) for w in range(1, 61)))
    taken = log(*((w, 0, w % 2) for w in range(1, 41)), *((w, 0, 1) for w in range(41, 61)))
    assert measured("no_monopoly", life(even)) == 0.0
    assert measured("no_monopoly", life(taken)) == 1.0
    assert measured("lock_in", life(taken)) == 0.0  # not of all units
    assert measured("lock_in", life(log((1, 0, 1)))) == 1.0


def test_first_entrant_by_hand():
    assert measured("first_entrant", Entered(np.array([5, 9]), first=1)) == 1.0
    assert measured("first_entrant", Entered(np.array([5, 9]), first=0)) == 0.0


def test_popularity_by_hand():
    unequal, even = np.array([[0.8, 0.2], [0.2, 0.8]]), np.array([[0.5, 0.5], [0.5, 0.5]])
    seen = Popular(talking=unequal, silent=even)
    assert measured("popularity_inequality", seen) == pytest.approx(0.18)
    assert measured("popularity_luck", seen) == pytest.approx(0.6)
    assert measured("popularity_luck", Popular(even, unequal)) == pytest.approx(-0.6)
