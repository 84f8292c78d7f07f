"""Outcomes of a full market depend neither on threads nor on the order of firms and offers."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.observers.base import observers

OWN = ("power", "prices", "value", "baskets", "triggers", "trade_on")
NAMES = tuple(name for observer in OWN for name in observers()[observer].outcomes)


def reordered(world):
    """The same firms and offers, written the other way round."""
    firms = {
        name: {**firm, "offers": dict(reversed(firm["offers"].items()))}
        for name, firm in reversed(world["firms"].items())
    }
    return worlds.changed(world, firms=firms)


@pytest.mark.parametrize("kind", [worlds.busy, worlds.full], ids=["busy", "full"])
def test_the_order_of_firms_and_offers_changes_no_bit_of_a_firms_outcomes(kind):
    straight, other = (worlds.lived(w, observe=NAMES) for w in (kind(), reordered(kind())))
    assert straight.offer_names == other.offer_names[::-1]
    for name, values in straight.recorder.recorded().items():
        again = other.recorder.recorded()[name]
        if values.ndim == 2:
            assert values.tobytes() == again[:, ::-1].tobytes(), name
        else:
            assert np.allclose(values, again, rtol=1e-12, atol=1e-15, equal_nan=True), name


def test_threads_change_no_bit(monkeypatch):
    monkeypatch.setattr("sim.market.FEWEST_CUSTOMERS_FOR_THREADS", 1)
    one, three = (
        worlds.lived(worlds.full(7000), weeks=4, threads=threads, observe=NAMES)
        for threads in (1, 3)
    )
    assert one._team is None
    assert three._team is not None
    assert worlds.same_records(one, three)


def test_a_checkpoint_goes_on_with_the_same_outcomes():
    straight = worlds.lived(worlds.full(), observe=NAMES)
    half = worlds.lived(worlds.full(), weeks=5, observe=NAMES)
    resumed = type(half).resume(half.checkpoint())
    resumed.run_model()
    assert worlds.same_records(straight, resumed)
