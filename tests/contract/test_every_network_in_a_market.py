"""Every kind of network carries a market; what it is made of is tested in tests/network."""

from __future__ import annotations

import pytest
import worlds

from sim.network import kinds, parameters_of
from sim.parameters import declaration


def world_of(kind, n=60):
    return worlds.changed(worlds.busy(n), customers__network={"kind": kind}, events=[])


@pytest.mark.parametrize("kind", kinds())
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(kind):
    first, again, other = (worlds.lived(world_of(kind), seed=seed) for seed in (1, 1, 2))
    assert worlds.differing(first, again) == set()
    assert first.network.indices.tobytes() == again.network.indices.tobytes()
    assert first.network.strong.tobytes() == again.network.strong.tobytes()
    assert {"customers.needs", "customers.expectation"} <= worlds.differing(first, other)


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("kind", kinds())
def test_a_network_carries_hardly_anybody(kind, n):
    made = worlds.lived(world_of(kind, n), observe=False)
    assert made.network.n == n
    assert made.network.n_ties <= n // 2


@pytest.mark.parametrize("kind", kinds())
def test_every_parameter_of_a_network_says_what_it_is(kind):
    group = parameters_of(kind)
    for name, field in group.model_fields.items():
        declared = declaration(group, name)
        assert field.description, name
        assert declared["unit"], name
        assert declared["source"], name
    assert group.__doc__
