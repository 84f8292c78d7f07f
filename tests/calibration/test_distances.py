"""What simulated markets are measured by, and how far they are, against tables worked by hand."""

import numpy as np
import pytest
from small_markets import IMITATION, REACH, durable, shelves, table

from sim import Market
from sim.calibration.data import read_data
from sim.calibration.distance import Block, Target, live_and_measure
from sim.calibration.naming import owners, parse_names
from sim.calibration.space import space_of
from sim.calibration.targets import target_of
from sim.errors import DataError


def blocks(*sizes):
    return tuple(
        Block(str(number), "x", "y", np.arange(float(size)), naive_from=2)
        for number, size in enumerate(sizes)
    )


def plain(observed, fitted, sizes, *, is_scaled=False):
    return Target(
        "sales", 1, blocks(*sizes), np.array(observed, dtype=float), np.array(fitted, dtype=bool),
        live_and_measure, {}, is_scaled, durable(),
    )


def test_the_distance_is_the_error_relative_to_the_mean_of_each_block():
    # Errors of 1 around a mean of 2, and of 5 around a mean of 20: 0.5 and 0.25.
    target = plain([1, 3, 20, 20], [1, 1, 1, 1], (2, 2))
    assert target.distance(np.array([2.0, 2, 25, 15])) == pytest.approx(
        np.sqrt((0.5**2 + 0.25**2) / 2)
    )


def test_held_out_and_unknown_numbers_count_nothing():
    target = plain([1, 3, 7, np.nan], [1, 1, 0, 0], (4,))
    assert target.distance(np.array([1.0, 3, 99, 99])) == 0
    assert target.is_held_out.tolist() == [False, False, True, False]


def test_the_scale_makes_the_distance_least():
    target = plain([2, 4, 6], [1, 1, 1], (3,), is_scaled=True)
    simulated = np.array([10.0, 20, 31])
    best = target.scale(simulated)
    assert best == pytest.approx((20 + 80 + 186) / (100 + 400 + 961))
    fixed = [
        np.sqrt((target.weight * (target.observed - c * simulated) ** 2).sum())
        for c in (0.99 * best, best, 1.01 * best)
    ]
    assert min(fixed) == fixed[1] == pytest.approx(target.distance(simulated))
    assert target.scale(np.zeros(3)) == 0 and target.distance(np.zeros(3)) > 0


def test_adopters_are_new_owners_by_period(tmp_path):
    data = read_data(table(tmp_path, "week,adopters\n1,5\n2,7\n3,9\n4,4\n"))
    target = target_of(durable(), None, data, names={}, period=3, holdout=1)
    assert target.weeks == 12 and target.is_fitted.tolist() == [True, True, True, False]
    measured = live_and_measure(target, Market(durable(), seed=1, observe=False))
    market, owned = Market(durable(), seed=1, observe=False), [0]
    for _ in range(12):
        market.step()
        owned.append(int((market.tables.customers.last_offer[:, 0] >= 0).sum()))
    assert measured.tolist() == np.diff(owned[::3]).tolist()
    assert measured.sum() > 100


def test_sales_are_units_a_week_of_the_offers_named(tmp_path):
    rows = "".join(f"{w},us,{w}\n{w},They,{w}\n" for w in range(1, 7))
    data = read_data(table(tmp_path, "week,firm,units\n" + rows))
    target = target_of(shelves(), None, data, names={"us": "We"}, holdout=0)
    measured = live_and_measure(target, Market(shelves(), seed=2, observe=False))
    market = Market(shelves(), seed=2, observe=("units",))
    sold = []
    for _ in range(6):
        market.step()
        sold.append([market.outcome("units", firm) for firm in ("We", "They")])
    assert measured.reshape(2, 6).tolist() == np.array(sold).T.tolist()


def test_prices_of_the_data_are_charged_in_their_weeks(tmp_path):
    prices = [2.0, 2.0, 1.5, 1.5, 3.25, 2.0]
    rows = "".join(f"{w},ours,5,{price}\n" for w, price in enumerate(prices, start=1))
    data = read_data(table(tmp_path, "week,offer,units,price\n" + rows))
    market = Market(target_of(shelves(), None, data, names={}).scenario, observe=False)
    charged = []
    for _ in prices:
        charged.append(market.tables.offers.price_cents[0] / 100)
        market.step()
    assert charged == prices


def test_brands_are_shares_penetrations_and_frequencies(tmp_path):
    text = "brand,share,penetration,frequency\nours,0.5,0.4,2\ngear,,0.9,\n"
    target = target_of(shelves(), None, read_data(table(tmp_path, text)), names={}, period=6)
    share, all_, penetration, any_, frequency, rate = live_and_measure(
        target, Market(shelves(), seed=3, observe=False)
    )
    market, buyers = Market(shelves(), seed=3, observe=False), []
    for week in range(1, 17):
        market.step()
        bought = market.purchases
        buyers += [
            (int(c), int(o)) for c, o in zip(bought.customer, bought.offer, strict=True)
            if week > 10 and o >= 0
        ]
    ours = [c for c, o in buyers if o == 0]
    assert share == len(ours) / len(buyers) and all_ == 1
    assert penetration == len(set(ours)) / 600 and any_ == len({c for c, _ in buyers}) / 600
    assert frequency == len(ours) / len(set(ours))
    assert rate == len(buyers) / len({c for c, _ in buyers})


def test_repeat_purchases_are_counted_from_each_customers_first(tmp_path):
    # 22 customers begin in week 1 or 2; all are followed for 8 weeks. Customer 0 buys again after
    # 1 and 8 weeks, and after 9, which is too late to count; customer 1 after 2.
    first = "".join(f"{c},1997-01-{1 if c % 2 == 0 else 8:02}\n" for c in range(22))
    more = "0,1997-01-09\n0,1997-02-27\n0,1997-03-06\n1,1997-01-22\n1,1997-01-22\n"
    target = target_of(
        shelves(), None, read_data(table(tmp_path, "customer,date\n" + first + more)), names={},
        holdout=2,
    )
    histogram, curve = target.observed[:8], target.observed[8:]
    assert target.settings["joining"] == 2 and target.settings["follow"] == 8
    # Within the 6 fitted weeks one repeat each.
    assert histogram.tolist() == pytest.approx([20 / 22, 2 / 22, 0, 0, 0, 0, 0, 0])
    assert (22 * curve).tolist() == pytest.approx([1, 2, 2, 2, 2, 2, 2, 3])
    measured = live_and_measure(target, Market(shelves(), seed=4, observe=False))
    weeks: dict[int, list[int]] = {}
    market = Market(shelves(), seed=4, observe=False)
    for week in range(10):
        market.step()
        for c in market.purchases.customer[market.purchases.offer >= 0]:
            weeks.setdefault(int(c), []).append(week)
    cohort = [own for own in weeks.values() if own[0] < 2]
    repeats = [min(sum(w - own[0] <= 6 for w in own) - 1, 7) for own in cohort]
    assert measured[:8].tolist() == pytest.approx(
        [repeats.count(n) / len(cohort) for n in range(8)]
    )
    lags = [w - own[0] for own in cohort for w in own[1:]]
    assert measured[8:].tolist() == pytest.approx(
        [sum(lag <= k for lag in lags) / len(cohort) for k in range(1, 9)]
    )


def test_names_of_the_data_find_their_offers(tmp_path):
    text = "brand,share\nours,0.5\nThey,0.4\ngear,1\n".replace(",0.4\ngear,1", ",0.4\ngear,")
    data, world = read_data(table(tmp_path, text)), shelves().world()
    assert owners(world, data, {}) == ((0,), (1,), (0, 1))
    with pytest.raises(DataError, match="'ours' and 'They' stand for the same offers"):
        owners(world, data, {"They": "ours"})
    with pytest.raises(DataError, match="no offer, firm or category of the scenario; did you mean"):
        owners(world, data, {"They": "theirz"})
    with pytest.raises(DataError, match="the data have no 'Them'; did you mean 'They'"):
        owners(world, data, {"Them": "theirs"})
    series = read_data(table(tmp_path, "year,adopters\n1,5\n2,7\n3,9\n4,4\n"))
    with pytest.raises(DataError, match="the scenario has 2 offers; name the one by --as OFFER"):
        owners(world, series, {})
    assert owners(world, series, parse_names(["theirs"])) == ((1,),)


@pytest.mark.parametrize("written, said", [
    ("reach=1", "must read PATH=LOW..HIGH"),
    (f"{REACH}=1..0.5", "1 must be below 0.5"),
    (f"{REACH}=0.1..99", "99 is not possible: must be a number from 0 to 10"),
    (f"{REACH}z=0.1..0.2", "has no 'reach_ratez'; did you mean 'reach_rate'"),
    ("mechanisms.word_of_mouth=0..1", "not one number"),
    ("customers.n=100.5..200", "100.5 is not possible: must be a whole number"),
])
def test_ranges_that_cannot_be_are_refused(written, said):
    with pytest.raises(DataError, match="--fit") as refused:
        space_of(durable(), None, [written])
    assert said in str(refused.value)


def test_ranges_over_orders_of_magnitude_are_searched_by_factors():
    space = space_of(durable(), None, [])
    assert space.paths == (REACH, IMITATION)
    assert [one.is_log for one in space.dimensions] == [True, False]
    assert space.values([0.5, 0.5]) == pytest.approx({REACH: 0.02, IMITATION: 0.55})
    assert space.point({REACH: 0.02, IMITATION: 0.55}) == pytest.approx([0.5, 0.5])
    whole = space_of(durable(), None, ["customers.n=100..104"]).dimensions[0]
    assert {whole.value(place) for place in np.linspace(0, 1, 50)} == {100, 101, 102, 103, 104}


@pytest.mark.parametrize("text, asked, said", [
    ("year,adopters\n1,5\n2,7\n3,9\n4,4\n", {"holdout": 2}, "3 must be left, so hold out 1"),
    ("year,adopters\n1,5\n2,7\n3,9\n4,4\n", {"period": 2000}, "the data take 8,000 weeks"),
    ("brand,share\nbox,1\n", {"holdout": 2}, "no later weeks to hold out"),
    ("brand,share\nbox,1\n", {"scale": 2.0}, "not counted by size"),
    ("brand,share\nbox,1\n", {"period": 17}, "17 weeks are more than the 16"),
    ("week,offer,units\n1,box,1\n2,box,1\n3,box,1\n4,box,1\n", {"period": 2}, "leave it out"),
])
def test_what_the_data_cannot_give_is_refused(tmp_path, text, asked, said):
    with pytest.raises(DataError, match=said):
        target_of(durable(), None, read_data(table(tmp_path, text)), names={}, **asked)
