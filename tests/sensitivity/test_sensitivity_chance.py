"""What chance does is told from what settings do: by hand, and on tables of known make."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.sensitivity.chance import Parts, parts


def test_luck_that_all_rows_share_is_not_the_settings_doing():
    found = parts(np.array([[1.0, 3.0], [5.0, 7.0]]))
    assert (found.settings, found.common_luck, found.own_luck) == (8.0, 2.0, 0.0)
    assert found.noise_share == 0.0 and found.share(found.settings) == 0.8


def test_a_table_by_hand():
    # Rows 2, 6, 10; columns 7, 5; what is left is 1 or 0 either way.
    table = np.array([[4.0, 0.0], [6.0, 6.0], [11.0, 9.0]])
    found = parts(table)
    # rest: +1 -1, -1 +1, 0 0: four over (3 - 1)(2 - 1) = 2
    assert found.own_luck == pytest.approx(2.0)
    assert found.settings == pytest.approx(16.0 - 2.0 / 2)
    assert found.common_luck == pytest.approx(2.0 - 2.0 / 3)
    assert found.noise_share == pytest.approx((2 / 2) / (15 + 2 / 2))


def test_known_components_are_found():
    # 300 tables of 40 rows and 5 replications: means lie within 4 standard errors, an error rate
    # below 1 in 5,000 for all three together.
    rng = np.random.default_rng(3)
    truth = np.array([4.0, 1.0, 0.5])
    seen = []
    for _ in range(300):
        rows, shared = rng.normal(0, 2, 40), rng.normal(0, 1, 5)
        found = parts(rows[:, None] + shared + rng.normal(0, math.sqrt(0.5), (40, 5)))
        seen.append([found.settings, found.common_luck, found.own_luck])
    error = np.std(seen, axis=0, ddof=1) / math.sqrt(len(seen))
    assert (np.abs(np.mean(seen, axis=0) - truth) < 4 * error).all()


def test_one_replication_cannot_tell():
    found = parts(np.array([[1.0], [3.0]]))
    assert found.settings == 2.0 and math.isnan(found.own_luck) and math.isnan(found.noise_share)


def test_nothing_varies():
    found = parts(np.full((4, 3), 2.0))
    assert found.total == 0 and math.isnan(found.share(0.0)) and math.isnan(found.noise_share)


def test_chance_that_indices_would_speak_of_is_said_and_what_would_help():
    rng = np.random.default_rng(8)
    level = rng.normal(0, 1, (400, 1))
    noisy = parts(level + rng.normal(0, 2, (400, 3)))
    assert noisy.is_noisy
    # Of row means at most a tenth is chance: 4 / r <= (1 + 4 / r) / 10, so r is 36.
    assert noisy.enough_replications == pytest.approx(36, rel=0.25)
    assert not parts(level + rng.normal(0, 0.1, (400, 3))).is_noisy
    only = parts(np.array([[1.0, -1.0], [-1.0, 1.0], [2.0, -2.0]]))
    assert only.is_noisy
    assert only.enough_replications is None
    assert replace(noisy, settings=1e-9).enough_replications is None  # more than can be lived
    assert not parts(level).is_noisy  # one replication cannot tell


def test_enough_replications_are_as_many_as_leave_a_tenth_to_chance():
    # Chance of 2 against settings of 1: in means of 18 it is 1 / 9 of theirs, a tenth of both.
    told = Parts(1.0, 5.0, 2.0, 3)
    assert told.is_noisy and told.enough_replications == 18
    assert Parts(1.0, 5.0, 2.0, 18).noise_share == pytest.approx(0.1)
    assert not Parts(1.0, 5.0, 2.0, 19).is_noisy
