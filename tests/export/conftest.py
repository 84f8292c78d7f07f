"""Runs that several tests export from, lived once."""

from __future__ import annotations

import pytest
import worlds
from lessons import setting, small_lesson

from sim.export.replay import setting_of


@pytest.fixture(scope="session")
def lesson():
    """A small first lesson."""
    return small_lesson()


@pytest.fixture(scope="session")
def lesson_setting(lesson):
    """Its second strategy and replication."""
    return setting_of(lesson, "listen", 1)


@pytest.fixture(scope="session")
def certain():
    """Everybody knows the one offer and buys it each week."""
    return setting(worlds.with_mechanism(
        worlds.plain(6, 5, regular_purchases=True), "choice", "multinomial_logit"
    ))
