"""What is shown and where: connected parts, layouts, and planes that say what tables say."""

from __future__ import annotations

import base64
import struct
import time

import numpy as np
import pytest

from sim.network import Network
from sim.network.layout import lay_out
from sim.network.shown import MOST_TIES, choose_shown
from sim.studio.frames import BAD_NEWS, FAN, OWNER, Camera
from sim.studio.scene import scene, set_stage
from sim.studio.story import name_of
from tests import worlds


def ring(n, reach=2):
    rows = np.arange(n)
    return Network.from_ties(
        n, np.tile(rows, reach), np.concatenate([(rows + d) % n for d in range(1, reach + 1)])
    )


def test_everybody_is_shown_up_to_the_limit_with_every_tie():
    network = ring(50)
    shown = choose_shown(network)
    source, target, strong = network.ties()
    assert shown.rows.tolist() == list(range(50))
    assert shown.source.tolist() == source.tolist()
    assert shown.target.tolist() == target.tolist()
    assert shown.strong.tolist() == strong.tolist()


def test_of_more_a_connected_part_is_shown_the_same_each_time():
    import networkx as nx

    network = Network.from_networkx(nx.random_regular_graph(6, 3000, seed=1))
    shown = choose_shown(network, most=400)
    assert shown.n == 400 and shown.of == 3000
    assert (np.diff(shown.rows) > 0).all()
    graph = nx.Graph(zip(shown.source.tolist(), shown.target.tolist(), strict=True))
    assert graph.number_of_nodes() == 400 and nx.is_connected(graph)
    whole = {(int(a), int(b)) for a, b in zip(*network.ties()[:2], strict=True)}
    ends = zip(shown.rows[shown.source], shown.rows[shown.target], strict=True)
    assert all((int(a), int(b)) in whole for a, b in ends)
    assert choose_shown(network, most=400).rows.tolist() == shown.rows.tolist()


def test_parts_that_are_not_tied_are_shown_side_by_side():
    shown = choose_shown(Network.from_ties(90, [0, 1], [1, 2]), most=40)
    assert shown.n == 40 and len(shown.source) <= 2


def test_of_a_dense_network_a_sample_of_ties_is_shown():
    n = 400
    first, second = np.triu_indices(n, 1)
    shown = choose_shown(Network.from_ties(n, first, second))
    assert shown.ties_of == n * (n - 1) // 2 > MOST_TIES == len(shown.source)
    assert shown.ties(shown.source, shown.target).tolist() == list(range(MOST_TIES))
    assert shown.ties(shown.target[:5], shown.source[:5]).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("n", [0, 1, 2, 30])
def test_a_layout_lies_in_the_square_and_is_the_same_each_time(n):
    network = ring(n, 1) if n > 2 else Network.from_ties(n, [0] * (n == 2), [1] * (n == 2))
    source, target, _ = network.ties()
    at = lay_out(n, source, target)
    assert at.shape == (n, 2) and ((at >= 0) & (at <= 1)).all()
    np.testing.assert_array_equal(at, lay_out(n, source, target))


def test_friends_stand_near_each_other_and_groups_apart():
    luck = np.random.default_rng(1)
    group = np.arange(300) // 100
    pairs = luck.integers(300, size=(6000, 2))
    pairs = pairs[(group[pairs[:, 0]] == group[pairs[:, 1]]) | (luck.random(6000) < 0.01)]
    source, target, _ = Network.from_ties(300, pairs[:, 0], pairs[:, 1]).ties()
    at = lay_out(300, source, target)
    centers = np.array([at[group == g].mean(axis=0) for g in range(3)])
    spread = np.mean([at[group == g].std(axis=0).mean() for g in range(3)])
    apart = min(np.linalg.norm(centers[a] - centers[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    assert apart > 2 * spread


def test_2000_customers_are_laid_out_in_two_seconds_of_work():
    source, target, _ = ring(2000, 4).ties()
    began = time.process_time()
    lay_out(2000, source, target)
    assert time.process_time() - began < 2.0 * 2  # a slow machine may take twice as long


@pytest.fixture
def lived():
    market = worlds.market(worlds.full(), observe=False)
    stage = set_stage(market)
    camera = Camera(market, stage.shown)
    return market, stage, camera


def test_planes_say_what_the_tables_say(lived):
    market, _, camera = lived
    for _ in range(10):
        market.step()
        camera.listen(market)
    frame, customers = camera.frame(market), market.tables.customers
    last = customers.last_offer[:, 0].astype(int)
    assert frame.week == 10
    for row in range(market.n_customers):
        assert frame.brand[row] == (last[row] if last[row] >= 0 else 255)
        felt = 255 if last[row] < 0 else round(float(customers.satisfaction[row, last[row]]) * 254)
        assert frame.satisfaction[row] == felt
        assert bool(frame.membership[row] & FAN) == bool(customers.fan[row].any())
        assert bool(frame.membership[row] & OWNER) == bool((customers.last_offer[row] >= 0).any())
        for c in range(len(market.communities)):
            assert bool(frame.membership[row] >> c & 1) == bool(customers.member[row, c])
        assert (frame.talk[row] > 0) == (customers.message[row] >= 0)
    assert len(set(frame.brand.tolist())) > 1 and frame.talk.any() and frame.power.std() > 0


def test_every_telling_that_was_counted_lights_a_tie(lived):
    market, stage, camera = lived
    good = bad = 0
    for _ in range(10):
        market.step()
        camera.listen(market)
        heard, offers = camera._ear.heard, market.tables.offers
        assert (~heard.bad).sum() == offers.n_told_good.sum()
        assert heard.bad.sum() == offers.n_told_bad.sum()
        lit = camera.frame(market).lit
        ends = {
            (min(a, b), max(a, b))
            for a, b in zip(heard.listener.tolist(), heard.friend.tolist(), strict=True)
        }
        shown = stage.shown
        tie = (lit & ~np.uint32(BAD_NEWS)).astype(int)
        assert {(int(shown.source[t]), int(shown.target[t])) for t in tie} == ends
        good, bad = good + (~heard.bad).sum(), bad + (lit >= BAD_NEWS).sum()
    assert good and bad


@pytest.mark.parametrize("variant", ["bass", "threshold", "talk_of_the_network", "cascade",
                                     "complex_contagion", "opinion_averaging", "none"])
def test_every_way_of_telling_can_be_watched(variant):
    world = worlds.busy()
    world["mechanisms"]["word_of_mouth"] = variant
    market = worlds.market(world, observe=False)
    camera = Camera(market, set_stage(market).shown)
    told = 0
    for _ in range(20):
        before = (market.tables.customers.trigger == 2) & (market.tables.customers.teller >= 0)
        market.step()
        camera.listen(market)
        now = (market.tables.customers.trigger == 2) & (market.tables.customers.teller >= 0)
        told += len(camera._ear.heard.friend)
        if variant in ("bass", "threshold", "talk_of_the_network"):
            assert len(camera._ear.heard.friend) == (now & ~before).sum()
    assert bool(told) == (variant != "none")


def test_looking_changes_nothing(lived):
    market, _, camera = lived
    alone = worlds.market(worlds.full(), observe=False)
    for _ in range(6):
        market.step()
        camera.listen(market)
        camera.frame(market)
        alone.step()
    assert not worlds.differing(market, alone)


def test_power_is_what_she_knows_and_where_she_could_go():
    world = worlds.plain(n=3, offers={"one": {}, "two": {}}, purchase_rate=1e-9)
    world = worlds.with_mechanism(world, "choice", "multinomial_logit")
    market = worlds.lived(world, weeks=1, observe=False)
    camera = Camera(market, set_stage(market).shown)
    customers = market.tables.customers
    customers.aware[:] = [[1, 1], [1, 0], [0, 0]]
    customers.expectation[:] = [[0.5, 0.5], [0.25, 0.5], [0.5, 0.5]]
    power = camera.frame(market).power / 254
    # Knows both rightly and both are alike; knows one, wrong by 0.25, and no other; knows none.
    np.testing.assert_allclose(power, [1.0, (1 - (0.25 + 1) / 2) / 2, 0.0], atol=0.003)


def test_a_frame_is_packed_as_the_protocol_says(lived):
    market, stage, camera = lived
    market.step()
    camera.listen(market)
    frame = camera.frame(market)
    packed = frame.packed(7, side=1)
    n, lit = stage.shown.n, len(frame.lit)
    assert struct.unpack_from("<IHBBII", packed) == (7, 1, 1, 1, n, lit)
    assert len(packed) == 16 + 5 * n + 4 * lit
    assert packed[16 + 4 * n : 16 + 5 * n] == frame.talk.tobytes()
    assert np.frombuffer(packed[16 + 5 * n :], "<u4").tolist() == frame.lit.tolist()


def test_a_scene_is_json_of_a_size_that_any_network_takes():
    import json

    market = worlds.market(worlds.full(2000))
    stage = set_stage(market)
    said = scene(market, stage)
    assert len(json.dumps(said, allow_nan=False)) < 250_000
    at = np.frombuffer(base64.b64decode(said["positions"]), "<u2").reshape(-1, 2)
    assert (at == stage.positions).all() and said["shown"]["n"] == 2000
    ties = np.frombuffer(base64.b64decode(said["ties"]), f"<u{said['tie_bytes']}").reshape(-1, 2)
    assert (ties[:, 0] == stage.shown.source).all() and (ties[:, 1] == stage.shown.target).all()
    assert {"sales", "feelings", "talk", "power", "value", "community"} == {
        curve["group"] for curve in said["outcomes"]
    }


def test_names_are_invented_and_differ_among_many():
    names = [name_of(row) for row in range(5000)]
    assert len(set(names)) > 4500 and all(name[0].isupper() for name in names)
    assert len({name_of(row)[:2] for row in range(8)}) > 4
