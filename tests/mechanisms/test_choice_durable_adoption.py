"""Durable adoption: who is demanding waits, and what she foresees counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds

from sim.mechanisms.base import Mechanism


def world(n, *, expectation=0.5, **parameters):
    """A durable in each of two categories, of which everybody expects the same."""
    made = worlds.changed(
        worlds.plain(n, offers={"one": {"initial_expectation": expectation}}),
        categories__tool={"attributes": {"force": {}}}, firms__Ftwo={"offers": {"two": {
            "category": "tool", "quality": {"force": 0.5}, "price": 5.0, "unit_cost": 1.0,
            "initial_awareness": 1.0, "initial_expectation": expectation,
        }}},
    )
    return worlds.with_mechanism(made, "choice", "durable_adoption", **parameters)


def owns(made):
    return made.tables.customers.purchase_count > 0


def test_demands_are_spread_evenly_and_stay_what_they_are():
    made = worlds.lived(world(20_000, lowest_demand=0.2, highest_demand=1.0, expectation=0.4))
    share = owns(made).mean(axis=0)
    # Five standard errors of a share of a quarter; twelve weeks change no demand.
    assert np.abs(share - 0.25).max() < 5 * math.sqrt(0.25 * 0.75 / 20_000)


def test_who_is_demanding_in_one_category_need_not_be_in_another():
    made = worlds.lived(world(20_000, highest_demand=1.0), weeks=1)
    both = owns(made).all(axis=1).mean()
    # Independent: a quarter owns both; five standard errors.
    assert abs(both - 0.25) < 5 * math.sqrt(0.25 * 0.75 / 20_000)


class Foreseen(Mechanism):
    """Everybody foresees so much more or less of everything."""

    family = "foreseen"

    def __init__(self, foreseen):
        super().__init__()
        self.value = foreseen

    def weigh(self, market, options):
        options.foreseen[:] = self.value


@pytest.mark.parametrize(("foreseen", "adopts"), [(0.0, False), (0.05, False), (0.2, True)])
def test_what_is_foreseen_is_added_to_what_is_expected(foreseen, adopts):
    made = worlds.market(world(5, lowest_demand=0.6, highest_demand=0.6))
    made.weighing.append(Foreseen(foreseen))
    made.step()
    assert owns(made).all() == owns(made).any() == adopts


def test_what_is_foreseen_may_keep_her_from_adopting():
    made = worlds.market(world(5, lowest_demand=0.4, highest_demand=0.4))
    made.weighing.append(Foreseen(-0.2))
    made.step()
    assert not owns(made).any()
