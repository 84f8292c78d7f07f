"""Prints what replications found: published, reproduced, tolerance, verdict."""

from __future__ import annotations

import pytest

from sim.replications.base import Replicated, Replication
from sim.replications.gallery import row

FOUND: dict[str, Replicated] = {}


@pytest.fixture(autouse=True, scope="session")
def remembered():
    """Keep what every replication finds."""
    carried_out = Replication.carry_out

    def remember(self, **settings):
        FOUND[self.id] = carried_out(self, **settings)
        return FOUND[self.id]

    Replication.carry_out = remember
    yield
    Replication.carry_out = carried_out


def pytest_terminal_summary(terminalreporter, config):
    if not FOUND or "evidence" not in (config.option.markexpr or "").replace("not evidence", ""):
        return
    for name, found in FOUND.items():
        terminalreporter.section(name)
        for finding in found.findings:
            what, published, reproduced, tolerance, verdict = row(finding)
            terminalreporter.write_line(
                f"{what:70} {published:>12} {reproduced:>12} {tolerance:>16}  {verdict}"
            )
