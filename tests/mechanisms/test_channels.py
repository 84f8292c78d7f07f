"""Channels: what customers use, what losing a channel does to them, and what channels cost."""

from __future__ import annotations

import beside
import numpy as np
import pytest
import worlds
from properties.test_symmetry import different_by_name, reordered
from reference import twin

from sim import market as market_module
from sim.biography import tell
from sim.scenario import Scenario

WEEKS = 12
FLOAT32 = {"rtol": 4e-6, "atol": 4e-7}


def with_channels(n=60, **parameters):
    world = worlds.with_mechanism(worlds.busy(n), "channels", "channel_affinity", **parameters)
    # Reactance is this family's alone then.
    return worlds.with_mechanism(world, "selling", "none")


# Twins -----------------------------------------------------------------------------------------


def best(world, mechanism, i, offer, last):
    """The best open channel and its worth; (None, minus infinity) without one."""
    c, quality = world.customers, world.offers.channel_quality[offer]
    worth = {
        h: float(c.channel_affinity[i, h])
        + twin.own(world, mechanism, i, "quality_weight") * float(quality[h])
        + (twin.own(world, mechanism, i, "habit_weight") if h == last else 0.0)
        for h in range(len(quality)) if quality[h] > 0
    }
    h = max(worth, key=worth.get, default=None)
    return h, worth.get(h, -np.inf)


def go_shopping(world, mechanism, costs, before):
    """Resent what is gone to who used it ``before`` anybody chose, then note what was used."""
    c, o, bought = world.customers, world.offers, world.purchases
    for i in range(world.n):
        for k in range(c.last_offer.shape[1]):
            offer, h = int(before.last_offer[i, k]), int(c.last_channel[i, k])
            if min(offer, h) < 0 or not o.channel_open[offer, h] or o.channel_quality[offer, h]:
                continue
            f, loyalty = int(o.firm[offer]), float(before.loyalty[i, offer])
            gain = twin.own(world, mechanism, i, "forced_reactance")
            gain *= 1 - twin.own(world, mechanism, i, "loyalty_shield") * loyalty
            c.reactance[i, f] += gain * (1 - float(c.reactance[i, f]))
    o.channel_open[:] = o.channel_quality > 0
    habits = c.last_channel.copy()
    world.firms.channels_cents[:] = 0
    for number, offer in enumerate(bought["offer"]):
        if offer >= 0:
            i, k = int(bought["customer"][number]), int(o.category[offer])
            h, _ = best(world, mechanism, i, offer, habits[i, k])
            c.last_channel[i, k] = h
            world.firms.channels_cents[o.firm[offer]] += costs[offer].get(h, 0)


def busy_channels():
    return worlds.changed(
        with_channels(), customers__segments__expert__behavior={"channels": {
            "quality_weight": 3.0, "habit_weight": 1.5, "forced_reactance": 0.9,
            "loyalty_shield": 0.2,
        }},
        firms__Ana__offers__trip__initial_owners=0.4,
    )


def test_a_week_of_the_channels_is_what_its_twin_says():
    made, weeks, choosers = worlds.market(busy_channels(), observe=False), [], []
    costs = [{0: 31, 1: 7}, {}, {0: 23}, {}]
    assert made.offer_names == ["tea", "trip", "cola", "bus"]

    def beside(market, stage, after):
        if stage == "choice" and not after:
            choosers.append(twin.snapshot(market).customers)
        elif stage == "channels" and not after:
            weeks.append(twin.snapshot(market))
        elif stage == "channels":
            go_shopping(weeks[-1], market.mechanisms["channels"], costs, choosers[-1])
            for name, table in market.tables._asdict().items():
                for column, values in table.state().items():
                    np.testing.assert_allclose(
                        values, getattr(getattr(weeks[-1], name), column), **FLOAT32,
                        err_msg=f"{name}.{column}",
                    )

    made.listeners.append(beside)
    made.run_model()
    assert len(weeks) == WEEKS
    assert (made.tables.customers.reactance[:, 0] > 0).sum() > 5
    assert set(np.unique(made.tables.customers.last_channel)) == {-1, 0, 1}
    assert made.tables.firms.channels_cents[:2].all()


def test_an_offer_is_worth_its_best_open_channel():
    made = worlds.lived(busy_channels(), weeks=9)
    made.tables.offers.channel_quality[2] = 0.0  # cola is sold nowhere now
    options = beside.options_of_week(made)
    made.mechanisms["channels"].weigh(made, options)
    world, seen = twin.snapshot(made), set()
    for e in range(made.purchases.n):
        i, k = int(options.customer[e]), int(options.category[e])
        for o in np.flatnonzero(made.tables.offers.category == k):
            h, worth = best(
                world, made.mechanisms["channels"], i, o, world.customers.last_channel[i, k]
            )
            assert options.utility[e, o] == pytest.approx(worth, rel=1e-5, abs=1e-6)
            seen.add((int(o), h))
    assert {(0, 1), (1, 0), (1, 1), (2, None), (3, 0), (3, 1)} <= seen


# Stories ---------------------------------------------------------------------------------------


def bank(n=4, weeks=30, **channels):
    """A bank with a branch and a site, and a rival with both; customers who love the branch."""
    world = worlds.plain(
        n, weeks, offers={
            "account": {"channels": channels or {"branch": 0.6, "web": 0.6}},
            "rival": {"channels": {"branch": 0.6, "web": 0.6}},
        }, channel_affinity={"branch": 3.0},
    )
    world["channels"] = ["branch", "web"]
    world["mechanisms"] |= {"choice": "multinomial_logit", "channels": "channel_affinity"}
    return world


def test_who_loses_her_channel_resents_it_once_and_the_loyal_less():
    made = worlds.lived(bank(), weeks=1)
    c, quality = made.tables.customers, made.tables.offers.channel_quality
    c.last_offer[:, 0], c.last_channel[:, 0] = [0, 0, 0, 1], [0, 0, 1, 0]
    c.loyalty[:, 0] = [0.0, 0.8, 0.0, 0.0]
    made.purchases = type(made.purchases).none(1)
    quality[0, 0] = 0.0
    made.mechanisms["channels"].step(made)
    np.testing.assert_allclose(c.reactance[:, 0], [0.5, 0.5 * (1 - 0.5 * 0.8), 0, 0])
    assert not c.reactance[:, 1].any()
    felt = c.reactance.copy()
    made.mechanisms["channels"].step(made)
    assert np.array_equal(c.reactance, felt)


def test_who_moves_in_the_week_of_the_closing_was_forced_and_who_comes_was_not():
    made = worlds.lived(bank(), weeks=1)
    c, channels = made.tables.customers, made.mechanisms["channels"]
    # Two use the branch of the first offer, one that of the second; the branch of the first closes.
    c.last_offer[:, 0], c.last_channel[:, 0] = [0, 0, 1, 1], [0, 0, 0, 1]
    c.loyalty[:] = 0.0
    made.tables.offers.channel_quality[0, 0] = 0.0
    channels.weigh(made, beside.options_of_week(made))
    c.last_offer[:, 0] = [0, 1, 0, 1]  # one of the two goes, and who used the other branch comes
    c.loyalty[2, 0] = 0.25
    made.purchases = type(made.purchases).none(1)
    channels.step(made)
    np.testing.assert_allclose(c.reactance[:, 0], [0.5, 0.5, 0, 0])
    assert not c.reactance[:, 1].any()


def test_what_is_sold_in_no_channel_is_not_bought():
    made = worlds.lived(bank(300, 8, branch=0.0))
    bought = made.tables.customers.purchase_count.sum(axis=0)
    assert bought[0] == 0
    assert bought[1] > 1000


def closing(strategy):
    """A market in which the branch closes, or the better site is only offered beside it."""
    world = bank(3000, 30)
    world["customers"]["segments"] = {
        "branch lovers": {**world["customers"]["segments"]["all"], "share": 0.5},
        "others": {
            **world["customers"]["segments"]["all"], "share": 0.5, "channel_affinity": {"web": 1.0},
        },
    }
    better = {"firms.Faccount.offers.account.channels.web": 1.0}
    forced = {**better, "firms.Faccount.offers.account.channels.branch": 0.0}
    world["events"] = [
        {"name": "a new site", "week": 15, "set": {"keep": better, "force": forced}[strategy]}
    ]
    made = worlds.lived(world, weeks=14)
    before = made.tables.customers.purchase_count.copy()
    made.run_model()
    after = made.tables.customers.purchase_count - before
    lovers = made.tables.customers.segment == 0
    return made, after[lovers, 0].sum() / after[lovers].sum(), after[~lovers, 0].sum()


def test_forcing_drives_away_whoever_loved_the_branch_and_keeping_both_does_not():
    kept, share_kept, others_kept = closing("keep")
    forced, share_forced, others_forced = closing("force")
    assert share_kept > 0.4
    assert share_forced < 0.5 * share_kept
    assert not kept.tables.customers.reactance.any()
    assert (forced.tables.customers.reactance[forced.tables.customers.segment == 0, 0] > 0).any()
    # Who used the site anyway is not touched.
    assert others_kept == others_forced


# Off, and independence -------------------------------------------------------------------------


def test_without_channels_the_family_is_none():
    world = worlds.changed(with_channels(), channels=[], events=[])
    for firm in world["firms"].values():
        for offer in firm["offers"].values():
            offer.pop("channels", None)
            offer.pop("channel_costs", None)
    for segment in world["customers"]["segments"].values():
        segment.pop("channel_affinity")
    off = worlds.with_mechanism(world, "channels", "none")
    assert worlds.differing(worlds.lived(world), worlds.lived(off)) == set()


def test_channels_of_strength_zero_are_none_but_for_records_and_costs():
    world = with_channels(quality_weight=0.0, habit_weight=0.0, forced_reactance=0.0)
    for segment in world["customers"]["segments"].values():
        segment.pop("channel_affinity")
    off = worlds.with_mechanism(world, "channels", "none")
    assert worlds.differing(worlds.lived(world), worlds.lived(off)) == {
        "customers.last_channel", "offers.channel_open", "firms.channels_cents",
        "firms.profit_cents", "firms.cash_cents",
    }


def test_threads_change_nothing(monkeypatch):
    monkeypatch.setattr(market_module, "FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, two = (worlds.lived(with_channels(7000), weeks=9, threads=t) for t in (1, 3))
    assert worlds.differing(one, two) == set()
    assert worlds.same_records(one, two)


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 2, 0]])
def test_the_order_of_firms_and_offers_changes_nothing(order):
    world = with_channels()
    straight, other = worlds.lived(world), worlds.lived(reordered(world, order, True))
    wrong = different_by_name(straight, other)
    assert [name for name in wrong if not name.startswith("recorded.")] == []


def test_a_biography_tells_of_channels():
    scenario = Scenario.from_dict(busy_channels())
    told = [
        h.text for customer in range(12)
        for _, stage, h in tell(scenario, strategy=None, seed=1, customer=customer).happenings
        if stage == "channels"
    ]
    assert any(text == "now buys in drink through shop" for text in told)
    assert any(text == "now buys in drink through web instead of shop" for text in told)
    assert any(text.startswith("felt forced by Ana") for text in told)
