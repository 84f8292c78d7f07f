"""What tests of single families share: a market lived beside its scalar twin, threads, order."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import worlds
from properties.test_symmetry import different_by_name, reordered
from reference import twin

from sim.mechanisms.base import default_variant, families
from sim.mechanisms.choice.occasions import list_all
from sim.tables import Options, Purchases

FLOAT32 = {"rtol": 4e-6, "atol": 4e-7}


def on(world, *names, **parameters):
    """The world with the real variant of some families; parameters are of the first."""
    for family in names:
        usual = default_variant(family)
        first = next(name for name in families()[family] if name != "none")
        variant = first if usual == "none" else usual
        own = parameters if family == names[0] else {}
        world = worlds.with_mechanism(world, family, variant, **own)
    return world


def options_of_week(made):
    """Options of the week just lived, to which no family has added anything."""
    bought, fresh = made.purchases, Purchases.allocate(made.purchases.starts)
    options = Options.allocate(bought, made.n_offers)
    made.sweep(
        list_all, bought.starts, *fresh.pages, made.tables.customers.n_occasions, options.customer,
        options.serial, options.category,
    )
    return options


def pages(market):
    """Copies of what communities keep."""
    return [
        SimpleNamespace(
            name=community.name, host=community.host, admits=community.admits.copy(),
            has_stalls=community.has_stalls, **community.state(),
        )
        for community in market.communities
    ]


def alike(found, expected, where):
    found, expected = np.asarray(found), np.asarray(expected)
    if found.dtype.kind == "f":
        np.testing.assert_allclose(found, expected, **FLOAT32, err_msg=where)
    else:
        np.testing.assert_array_equal(found, expected, err_msg=where)


def live_beside(world, family, live, *, weeks=10, seed=3, muted=()):
    """Live a market and compare each step of a family with its twin; returns how often it acted."""
    made, held = worlds.market(world, seed=seed, observe=False), SimpleNamespace(n=0)
    made.mute(np.array(muted, dtype=np.int64))

    def listener(market, stage, after):
        if stage != family:
            return
        if not after:
            held.expected, held.before = twin.snapshot(market), worlds.state(market)
            held.expected.communities = pages(market)
            return
        live(held.expected, market.mechanisms[family])
        where = f"week {market.week}, {family}: "
        for name, table in market.tables._asdict().items():
            for column, values in table.state().items():
                expected = getattr(getattr(held.expected, name), column)
                alike(values, expected, f"{where}{name}.{column}")
        for name, values in market.purchases.state().items():
            alike(values, held.expected.purchases[name], f"{where}purchases.{name}")
        for found, expected in zip(pages(market), held.expected.communities, strict=True):
            for name, value in vars(found).items():
                if not isinstance(value, str):
                    alike(value, getattr(expected, name), f"{where}{found.name}.{name}")
        held.n += bool(worlds.differing(held.before, market))

    made.listeners.append(listener)
    for _ in range(weeks):
        made.step()
    return held.n


def threads_change_nothing(world_of, weeks=3):
    """``world_of`` makes a world of n customers."""
    one, two = (worlds.lived(world_of(45_000), threads=t, weeks=weeks) for t in (1, 2))
    return two._team is not None and worlds.differing(one, two) == set()


def order_changes_nothing(world):
    straight, other = worlds.lived(world), worlds.lived(reordered(world, [2, 0, 1], True))
    wrong = different_by_name(straight, other)
    numbers_of_firms = ("offers.supplier",)
    return [
        name for name in wrong if not name.startswith("recorded.") and name not in numbers_of_firms
    ] == []
