"""Talk of the network: the order of effects is reproduced, and rests on weak ties."""

from __future__ import annotations

import numpy as np
import pytest

from sim.market import Market
from sim.replications.base import replications
from sim.replications.talk_of_the_network import settings, standardized_effects


@pytest.mark.evidence
def test_the_order_of_effects_is_reproduced():
    found = replications()["talk_of_the_network"].carry_out(seed=0, workers=1)
    assert [finding for finding in found.findings if not finding.good] == []
    assert sum(finding.must_depart for finding in found.findings) == 1


@pytest.mark.parametrize("strong", [5, 17, 29])
def test_circles_are_of_the_size_asked_for(strong):
    world = replications()["talk_of_the_network"].world
    overrides = settings((strong, 5, 0.01, 0.07, 0.015))
    network = Market(world, overrides=overrides, observe=False).network
    degrees = network.degrees()
    assert abs(degrees.mean() - strong) < 0.1
    assert set(degrees) <= {strong - 1, strong, strong + 1}
    first = network.neighbors(0).tolist()  # a circle: friends of hers are friends of each other
    assert all(set(first) - {j} <= set(network.neighbors(j).tolist()) for j in first)


def test_effects_are_the_slopes_of_what_made_them():
    luck = np.random.default_rng(1)
    x = luck.normal(size=(4000, 2)) * [3.0, 50.0] + [7.0, -2.0]
    y = -2.0 * (x[:, 0] - 7) / 3 + luck.normal(size=4000)
    effects, errors = standardized_effects(x, np.column_stack([y, 5 * y + 1]))
    np.testing.assert_allclose(effects[:, 0], [-2 / 5**0.5, 0.0], atol=0.04)
    np.testing.assert_allclose(effects[:, 1], effects[:, 0])
    np.testing.assert_allclose(errors, 0.2**0.5 / 4000**0.5, rtol=0.05)
