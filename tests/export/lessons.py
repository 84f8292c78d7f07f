"""Small runs to export from, and tables of what was exported."""

from __future__ import annotations

import worlds

from sim.export.replay import setting_of
from sim.results.run import run
from sim.scenario import Scenario, load_scenario


def setting(world, *, strategy=None, replication=0, replications=1):
    """The market of a run of a scenario, to export from."""
    source = world if isinstance(world, Scenario) else Scenario.from_dict(world)
    lived = run(source, replications=replications, seed=5, workers=1)
    return setting_of(lived, strategy, replication)


def sheet(export, part, name):
    """One table of an export."""
    (found,) = [one for one in export.sheets if (one.part, one.name) == (part, name)]
    return found.frame


def small_lesson():
    """The first lesson with few customers and weeks, and with nothing to claim."""
    raw = worlds.changed(
        load_scenario("first_lesson").raw, customers__n=120, weeks=16, claims=[],
    )
    del raw["lesson"]  # its weeks are later
    return run(Scenario.from_dict(raw), replications=2, seed=7, workers=1)
