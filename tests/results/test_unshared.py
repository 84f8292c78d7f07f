"""What a script or notebook registered is named before workers start that would not know it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import ClassVar

import numpy as np
import pytest
import worlds

from sim import run
from sim.errors import RunError
from sim.experiment import executors
from sim.experiment.asked import Column
from sim.experiment.executors import Processes
from sim.experiment.loader import load_experiment
from sim.experiment.sweep import How, sweep
from sim.experiment.working import Laboratory
from sim.mechanisms.base import Mechanism, families, mechanism
from sim.network.registry import TieParameters, _generators, find, generator
from sim.observers.base import Observer, Outcome, observer, observers
from sim.policies.base import Decision, Policy
from sim.results import jobs
from sim.results.unshared import unknown_to_workers
from sim.scenario import Scenario, load_scenario

PRICES = """\
id: prices
title: Prices
question: Which price?
scenario: a_test.yaml
factors:
  mechanisms.pricing: {levels: [fixed, charm]}
design: {kind: grid}
replications: 4
outcomes:
  - {name: units, firm: Fone}
"""


@pytest.fixture(autouse=True)
def empty_workers(monkeypatch):
    """Registries of a test's own, and no worker that may be a copy, or start at all."""
    own = {family: dict(variants) for family, variants in families().items()}
    monkeypatch.setattr("sim.mechanisms.base.REGISTRY", own)
    monkeypatch.setattr("sim.observers.base.REGISTRY", dict(observers()))
    monkeypatch.setattr(jobs, "can_copy", lambda: False)

    def refused(*_):
        raise AssertionError("a worker was started")

    monkeypatch.setattr(jobs, "Workers", refused)


@pytest.fixture
def strangers():
    @observer
    class Strangers(Observer):
        """As in the guide."""

        outcomes: ClassVar = {
            "strangers": Outcome("0 to 1", "last", "Who knows none.", per="market")
        }

        def measure(self, market):
            return {"strangers": 0.5}


def small(**settings):
    return Scenario.from_dict(worlds.changed(worlds.plain(20, 3), **settings))


def own_price():
    @mechanism(family="pricing", variant="charm")
    class Charm(Mechanism):
        """Does nothing."""

        def step(self, market):
            pass


@pytest.mark.usefixtures("strangers")
def test_an_observer_of_a_notebook_is_named_and_how_to_go_on():
    with pytest.raises(RunError) as caught:
        run(small(), replications=4, workers=2)
    told = str(caught.value)
    assert "the observer test_unshared.strangers.<locals>.Strangers is known to this" in told
    assert "use workers=1, or put its file into the folder sim/observers" in told
    assert "\n" not in told


@pytest.mark.usefixtures("strangers")
def test_where_nobody_asked_for_workers_the_run_stays_here(monkeypatch):
    monkeypatch.setattr(jobs, "SECONDS_WORTH_WORKERS", -1.0)
    monkeypatch.setattr(jobs, "SECONDS_WORTH_EARLY_WORKERS", -1.0)
    monkeypatch.setattr(jobs, "cores", lambda: 2)
    assert run(small(), replications=4).market["strangers"].eq(0.5).all()
    with pytest.raises(AssertionError, match="a worker was started"):
        jobs.live_all(small(), [jobs.Job(None, r, 0, 3, observe=("units",)) for r in range(4)])


def test_a_mechanism_counts_where_a_strategy_takes_it():
    own_price()
    assert unknown_to_workers(small(), ()) is None
    told = unknown_to_workers(
        small(strategies={"as_is": {}, "charming": {"set": {"mechanisms.pricing": "charm"}}}), ()
    )
    assert told.startswith("the mechanism pricing/charm is known to this process only")
    assert told.endswith("use workers=1, or put its file into the folder sim/mechanisms/pricing")


@pytest.mark.parametrize("setting", [
    ("mechanisms.pricing", "charm"), ("mechanisms.pricing.variant", "charm"),
    ("mechanisms.pricing", {"variant": "charm"}),
])
def test_a_mechanism_counts_where_only_a_level_of_a_factor_takes_it(setting):
    own_price()
    told = unknown_to_workers(small(), (), [("customers.n", 30), setting])
    assert told.startswith("the mechanism pricing/charm is known to this process only")
    assert unknown_to_workers(small(), (), [("mechanisms.pricing", "fixed")]) is None


def test_a_sweep_over_a_mechanism_of_a_notebook_stays_here(tmp_path, monkeypatch):
    own_price()
    (tmp_path / "a_test.yaml").write_text(json.dumps(worlds.plain(20, 3)), encoding="utf-8")
    file = tmp_path / "prices.yaml"
    file.write_text(PRICES, encoding="utf-8")
    study = load_experiment(file)
    monkeypatch.setattr(executors, "ProcessPoolExecutor", None)
    done = sweep(study, tmp_path / "here")
    assert (done.done, done.failed) == (8, 0)
    with pytest.raises(RunError, match="pricing/charm is known to this process only"):
        sweep(study, tmp_path / "there", How(workers=2))


@pytest.mark.parametrize("setting", [
    (), ("customers.network.kind", "own_ring"), ("customers.network", {"kind": "own_ring"}),
])
def test_ties_that_a_notebook_draws_are_named(setting, monkeypatch):
    find("ring")
    monkeypatch.setitem(_generators, "own_ring", None)
    del _generators["own_ring"]

    @generator("own_ring", TieParameters, expect=lambda n, parameters: n)
    def ring(n, parameters, streams):
        rows = np.arange(n)
        return rows, (rows + 1) % n

    scenario = small() if setting else small(customers__network={"kind": "own_ring"})
    told = unknown_to_workers(scenario, (), [setting] if setting else ())
    assert told.startswith("the network kind own_ring is known to this process only")
    assert told.endswith("or put its file into the folder sim/network/generators")


def test_a_policy_of_the_script_itself_is_named(monkeypatch):
    class Waiting(Policy):
        """Waits."""

        def decide(self, observation):
            return Decision.nothing()

    monkeypatch.setattr(sys.modules["__main__"], "Waiting", Waiting, raising=False)
    scenario = load_scenario(
        "first_lesson", {"firms.Nova.policy": "__main__:Waiting"}, allow_code=True
    )
    assert "the policy __main__:Waiting" in unknown_to_workers(scenario, ())
    assert "a file beside the scenario" in unknown_to_workers(scenario, ())


def test_a_scenario_class_of_ones_own_is_named():
    class Mine(Scenario):
        """Another one."""

    assert "the class" in unknown_to_workers(Mine.from_dict(worlds.plain(20, 3)), ())


@pytest.mark.usefixtures("strangers")
def test_sweeps_refuse_workers_too_but_only_where_it_is_asked_for():
    kept = Column("strangers", None, None, series=False)
    with pytest.raises(RunError, match="Strangers is known to this process only"):
        Processes(Laboratory(small(), (kept,), 0), 2)
    Processes(Laboratory(small(), (), 0), 2)


def test_a_script_with_a_thread_is_told_in_one_line(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("""
import threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
from sim import load_scenario, run
from sim.mechanisms.base import Mechanism, mechanism

@mechanism(family="pricing", variant="charm")
class Charm(Mechanism):
    def step(self, market):
        pass

run(load_scenario("first_lesson", {"mechanisms.pricing": "charm"}), replications=2, workers=2)
""", encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("sim.errors.RunError: the mechanism pricing/charm is known to this")
