"""Shelves of a scanner panel: drawn promotions, a panel replayed, and files that are refused."""

from __future__ import annotations

import numpy as np
import pytest
import worlds
from ruamel.yaml import YAML

from sim.errors import ScenarioError
from sim.market import Market
from sim.mechanisms.pricing.scanner_panel import show_shelves
from sim.mechanisms.pricing.shelves import NOT_THERE
from sim.scenario import load_scenario
from sim.streams import address, uniform

WEEKLY = {"purchase_rate": 1.0, "regular_purchases": True}
TWO = {"one": {}, "two": {}}
HEADER = "household,week,offer,price,featured\n"


def world(n=200, weeks=6, *, offers=TWO, panel=None, **parameters):
    made = worlds.plain(n, weeks, offers=offers, **WEEKLY)
    made = worlds.with_mechanism(made, "choice", "multinomial_logit")
    given = {**parameters, **({"panel": panel} if panel else {})}
    return worlds.with_mechanism(made, "pricing", "scanner_panel", **given)


def beside(folder, text, **options):
    """A market whose scenario lies in a folder beside a panel of this text."""
    (folder / "panel.csv").write_text(HEADER + text, encoding="utf-8")
    with (folder / "a_test.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(world(panel="panel.csv", **options), file)
    return Market(load_scenario(folder / "a_test.yaml"), seed=1, observe=False)


def test_every_offer_on_promotion_costs_less_for_everybody():
    made = worlds.lived(world(promotion_prob=1.0, promotion_depth=0.2))
    customers = made.tables.customers
    assert (customers.spend_cents == 800 * customers.purchase_count.sum(axis=1)).all()


def test_promotions_come_as_often_as_they_should():
    # 1,200 customer weeks with one purchase each: five standard errors of a share of 0.3
    made = worlds.lived(
        world(promotion_prob=0.3, feature_weight=0.0, promotion_depth=0.5, offers={"one": {}})
    )
    full = made.tables.customers.purchase_count.sum() * 1000
    share = (full - made.tables.customers.spend_cents.sum()) / 500 / 1200
    assert share == pytest.approx(0.3, abs=0.067)


def test_no_promotion_is_the_fixed_price_list():
    made = world(promotion_prob=0.0)
    assert not worlds.differing(
        worlds.lived(made), worlds.lived(worlds.with_mechanism(made, "pricing", "fixed"))
    )


def test_features_that_repel_are_met_only_where_both_are_featured():
    # 1,200 purchases: five standard errors of a share of 1/4; without the weight it would be 3/4
    made = worlds.lived(world(promotion_prob=0.5, promotion_depth=0.5, feature_weight=-20.0))
    full = made.tables.customers.purchase_count.sum() * 1000
    share = (full - made.tables.customers.spend_cents.sum()) / 500 / 1200
    assert share == pytest.approx(0.25, abs=0.0625)


def test_households_find_their_own_shelves(tmp_path):
    panel = (
        "0,1,one,5.5,0\n0,1,two,9,0\n1,1,two,7.25,1\n"  # household 1 does not find one
        "0,2,one,10,0\n1,2,one,3,0\n"
    )
    made = beside(tmp_path, panel, n=4, weeks=3)
    made.step()
    paid, bought = made.purchases.price_cents, made.purchases.offer
    assert bought[[1, 3]].tolist() == [1, 1]
    assert paid[[1, 3]].tolist() == [725, 725]
    assert {(int(o), int(p)) for o, p in zip(bought[[0, 2]], paid[[0, 2]], strict=True)} <= {
        (0, 550), (1, 900)
    }
    made.step()
    assert made.purchases.offer.tolist() == [0] * 4
    assert made.purchases.price_cents.tolist() == [1000, 300, 1000, 300]
    made.step()  # the panel has ended: nothing is on any shelf
    assert made.purchases.offer.tolist() == [-1] * 4


def test_offers_that_the_panel_does_not_speak_of_have_promotions(tmp_path):
    made = beside(tmp_path, "0,1,one,99,0\n", n=50, promotion_prob=1.0, promotion_depth=0.1)
    made.step()
    assert made.purchases.price_cents[made.purchases.offer == 1].tolist() == [900] * int(
        (made.purchases.offer == 1).sum()
    )
    assert (made.purchases.offer == 1).sum() > 40  # one costs 99


def test_a_featured_offer_wins(tmp_path):
    made = beside(tmp_path, "0,1,one,10,1\n0,1,two,10,0\n", n=50, feature_weight=20.0)
    made.step()
    assert made.purchases.offer.tolist() == [0] * 50


@pytest.mark.parametrize(("text", "fault"), [
    ("", "no lines"),
    ("0,1,one,5\n", "line 2: featured must be"),
    ("0,1,one,5,0,1\n", "five fields"),
    ("0,1,one,5,0\n0,1,one,6,0\n", "line 3: offer must be listed once"),
    ("0,1,three,5,0\n", "line 2: offer must be one of one, two. Got 'three'"),
    ("0,0,one,5,0\n", "line 2: week must be a whole number from 1 to 6. Got '0'"),
    ("-1,1,one,5,0\n", "line 2: household must be a whole number"),
    ("0,1,one,nan,0\n", "line 2: price must be"),
    ("0,1,one,-2,0\n", "line 2: price must be"),
    ("0,1,one,5,2\n", "line 2: featured must be"),
    ("49999999,1,one,5,0\n", "more than 50,000,000"),
])
def test_files_that_make_no_sense_are_refused(tmp_path, text, fault):
    with pytest.raises(ScenarioError, match="panel = ") as refused:
        beside(tmp_path, text)
    assert fault in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("file", ["../panel.csv", "/etc/passwd", "a\\b.csv", "none.csv", "c:d"])
def test_files_outside_the_folder_are_refused(tmp_path, file):
    with (tmp_path / "a_test.yaml").open("w", encoding="utf-8") as written:
        YAML().dump(world(panel=file), written)
    with pytest.raises(ScenarioError, match="scenario's folder"):
        Market(load_scenario(tmp_path / "a_test.yaml"), observe=False)


def test_a_scenario_without_a_file_has_no_panel():
    with pytest.raises(ScenarioError, match="loaded from a file"):
        worlds.market(world(panel="panel.csv"))


def test_the_kernel_equals_its_twin():
    rng, n, week, key = np.random.default_rng(9), 25, 2, np.uint64(404)
    covered, offer_label = np.array([1, 0, 1], dtype=np.uint8), np.array([3, 14, 15])
    shelf = rng.integers(300, 900, (7, 2, 3)).astype(np.int32)
    shelf[rng.random(shelf.shape) < 0.2] = NOT_THERE
    featured = (rng.random(shelf.shape) < 0.4).astype(np.uint8)
    price, cut = np.array([800, 700, 600]), np.array([80, 70, 60])
    customer, label = np.arange(n, dtype=np.int32), np.arange(n, dtype=np.int32) * 2 + 1
    utility = np.full((n, 3), 0.25, dtype=np.float32)
    discount = np.zeros((n, 3), dtype=np.int32)
    show_shelves(
        0, n, key, week, np.array([0, n]), customer, label, offer_label, price, cut, 0.4,
        np.float32(0.5), covered, shelf, featured, utility, discount,
    )
    for i in range(n):
        h, state = int(label[i]) % 7, np.uint64(address(key, label[i]))
        for o in range(3):
            there = shelf[h, week - 1, o]
            if not covered[o]:
                hit = uniform(state, int(offer_label[o]) + 1) < 0.4
                expected = (0.75, cut[o]) if hit else (0.25, 0)
            elif there < 0:
                expected = (-np.inf, 0)
            else:
                bonus = 0.5 if featured[h, week - 1, o] else 0.0
                expected = (0.25 + bonus, price[o] - there)
            assert (utility[i, o], discount[i, o]) == expected
    assert np.isinf(utility).any()


def test_the_order_of_offers_changes_nothing():
    made = worlds.lived(world(promotion_prob=0.4))
    turned = worlds.lived(world(promotion_prob=0.4, offers=dict(reversed(TWO.items()))))
    assert (
        made.tables.customers.spend_cents == turned.tables.customers.spend_cents
    ).all()
