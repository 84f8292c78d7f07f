"""Policies of one's own: never without permission, found beside the scenario, and well told."""

from __future__ import annotations

import copy
import json
import pickle
import textwrap

import pytest
import worlds
from typer.testing import CliRunner

from sim.calibration.folder import _copy_beside
from sim.cli import app
from sim.errors import CounterpoiseError, MechanismError, RunError, ScenarioError
from sim.market import Market
from sim.results.jobs import Job, Workers, live
from sim.results.run import run
from sim.results.store import load, save
from sim.scenario import Scenario, load_scenario
from sim.scenario.faults import Fault, FaultyScenarioError

PATIENT = '''
from pathlib import Path

from sim.parameters import Declared, param
from sim.policies.base import Decision, Policy

(Path(__file__).parent / "ran.txt").write_text("the module ran")


class Patient(Policy):
    """Adds support each week, and remembers how often."""

    class Parameters(Declared):
        step: float = param(5.0, unit="1", bounds=(0, 100), doc="Capacity added a week.")

    def __init__(self, parameters=None):
        super().__init__(parameters)
        self.n_times = []

    def decide(self, observation):
        self.n_times.append(observation.week)
        capacity = observation.levers["support_capacity"] + self.parameters.step
        return Decision(levers={"support_capacity": capacity})
'''


@pytest.fixture
def place(tmp_path):
    """Writes a scenario of the busy world, and modules, into a folder of its own."""

    def write(policy="patient:Patient", code=PATIENT, module="patient", **changes):
        changes.setdefault("firms__Bo__policy", "fixed")
        world = worlds.changed(worlds.busy(), firms__Ana__policy=policy, **changes)
        (tmp_path / "a_test.yaml").write_text(json.dumps(world, indent=1), encoding="utf-8")
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(code), encoding="utf-8")
        return tmp_path / "a_test.yaml"

    return write


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def has_run(file):
    return (file.parent / "ran.txt").exists()


def line_of(file, text):
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


# Without permission --------------------------------------------------------------------------


def test_a_scenario_alone_runs_nothing(place, tmp_path):
    file = place()
    scenario = load_scenario(file)
    scenario.world("base"), scenario.resolved("base"), scenario.digest("base")
    pickle.loads(pickle.dumps(scenario)).world("loud")
    for attempt in (
        lambda: Market(file), lambda: Market(scenario), lambda: run(file, replications=1),
        lambda: run(scenario, replications=1, overrides={"customers.n": 40}),
        lambda: live(scenario, Job("base", 0, 0, 3)),
    ):
        with pytest.raises(FaultyScenarioError, match="--allow-code"):
            attempt()
    for words in (
        ("run", file, "--out", tmp_path / "out"), ("verify", file), ("verify", file, "--worlds", 2),
    ):
        ended = call(*words)
        assert ended.exit_code == 2, ended.output
        assert "--allow-code" in ended.stderr
        assert "Traceback" not in ended.output
    assert call("show", file).exit_code == 0
    assert not has_run(file)
    assert not (tmp_path / "out").exists()


def test_the_refusal_is_one_line_with_its_place(place):
    file = place()
    first, *rest = call("run", file).stderr.splitlines()
    line = line_of(file, "patient:Patient")
    assert first.startswith(f"{file}:{line}:")
    assert "firms.Ana.policy = 'patient:Patient': it names code of your own" in first
    assert first.endswith("add --allow-code (in Python: load_scenario(..., allow_code=True))")
    assert rest[-1] == "1 problem in a_test.yaml; nothing was run."


@pytest.mark.parametrize("where", ["strategy", "part", "event", "--set", "overrides", "mapping"])
def test_every_place_that_names_code_is_refused(place, where):
    world, name = worlds.busy(), "patient:Patient"
    changes, words = {}, []
    if where in ("strategy", "part"):
        path = "firms.Bo.policy" + (".name" if where == "part" else "")
        changes["strategies"] = {**world["strategies"], "own": {"set": {path: name}}}
    elif where == "event":
        late = {"name": "late", "week": 9, "set": {"firms.Cy.policy": name}}
        changes["events"] = [*world["events"], late]
    elif where == "--set":
        words = ["--set", f"firms.Bo.policy={name}"]
    policy = {"name": name, "step": 1.0} if where == "mapping" else "fixed"
    file = place(policy, **changes)
    if where == "overrides":
        with pytest.raises(ScenarioError, match="--allow-code"):
            Market(file, overrides={"firms.Bo.policy": name})
    else:
        ended = call("run", file, *words)
        assert ended.exit_code == 2
        assert "--allow-code" in ended.stderr
        assert "patient:Patient" in ended.stderr
    assert not has_run(file)


def test_a_scenario_cannot_permit_itself(place):
    file = place()
    text = json.loads(file.read_text(encoding="utf-8"))
    for wrong in ({"allow_code": True}, {"allow-code": True}):
        file.write_text(json.dumps({**text, **wrong}), encoding="utf-8")
        with pytest.raises(ScenarioError, match="has no setting"):
            load_scenario(file)
    assert not has_run(file)


def test_validate_imports_nothing_but_says_what_it_needs(place):
    file = place()
    ended = call("validate", file)
    assert ended.exit_code == 0
    assert "valid" in ended.stdout
    assert "patient:Patient" in ended.stdout
    assert "--allow-code" in ended.stdout.replace("\n", " ")
    assert not has_run(file)


@pytest.mark.parametrize("name", [
    "os:system", "..patient:Patient", "/elsewhere/patient:Patient", "patient.py:", ":Patient",
    "patient:Patient:More", "patient:Pat ient", "patient:Patient()", "pat-ient:Patient",
])
def test_only_a_policy_in_a_module_can_be_named(place, name):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(place(name), allow_code=True)
    assert "a_test.yaml:" in str(caught.value)
    assert "write module:Class" in str(caught.value) or "is no policy" in str(caught.value)


# With permission -----------------------------------------------------------------------------


def test_it_runs_from_the_command_line_and_from_a_run_folder(place, tmp_path):
    file = place({"name": "patient:Patient", "step": 2})
    out = tmp_path / "out"
    ended = call(
        "run", file, "--allow-code", "--replications", 1, "--workers", 1, "--out", out, "--quiet"
    )
    assert ended.exit_code == 0, ended.output
    assert has_run(file)
    kept = out / "scenario" / "patient.py"
    assert kept.read_bytes() == (file.parent / "patient.py").read_bytes()
    assert not (kept.parent / "ran.txt").exists()
    # What was run is told again from the folder itself, with permission only.
    file.unlink()
    (file.parent / "patient.py").unlink()
    ended = call("explain", out, "--customer", 1)
    assert ended.exit_code == 2
    assert "--allow-code" in ended.stderr
    assert not (kept.parent / "ran.txt").exists()
    assert call("explain", out, "--customer", 1, "--allow-code").exit_code == 0
    kept.write_text(kept.read_text() + "\n# changed\n")
    ended = call("explain", out, "--customer", 1, "--allow-code")
    assert ended.exit_code == 2
    assert "changed" in ended.stderr


def test_parameters_are_those_that_the_scenario_gives(place):
    scenario = load_scenario(place({"name": "patient:Patient", "step": 2}), allow_code=True)
    made = Market(scenario)
    made.run_model()
    assert made.firms[0].levers["support_capacity"] == 30 + 2 * worlds.WEEKS
    other = Market(scenario, overrides={"firms.Ana.policy.step": 3.5})
    other.step()
    assert other.firms[0].levers["support_capacity"] == 33.5


@pytest.mark.parametrize(("policy", "said"), [
    ({"name": "patient:Patient", "stepp": 2}, "no setting 'stepp'; did you mean 'step'?"),
    ({"name": "patient:Patient", "step": 200}, "must be a number from 0 to 100"),
    ("patient:Patent", "the module 'patient' has no class 'Patent'"),
    ("patient:Path", "'Path' is no policy"),
    ("patient:Declared", "'Declared' is no policy"),
    ("patient:Policy", "'Policy' has no 'decide(self, observation)'"),
    ("impatient:Patient", "there is no module 'impatient' in the scenario's folder"),
    ("far.away:Patient", "there is no module 'far.away' in the scenario's folder"),
])
def test_mistakes_in_the_scenario_are_told_before_week_0(place, policy, said):
    file = place(policy)
    ended = call("run", file, "--allow-code")
    assert ended.exit_code == 2
    assert said in ended.stderr
    head = "stepp" if "stepp" in said else '"step"' if "number" in said else "policy"
    assert f"a_test.yaml:{line_of(file, head)}:" in ended.stderr
    assert ended.stderr.count("a_test.yaml:") == 1
    assert "Traceback" not in ended.output


@pytest.mark.parametrize(("code", "said"), [
    ("class Patient(:\n", "cannot be imported: SyntaxError"),
    ("\n\nx = 1 / 0\n", "ZeroDivisionError: division by zero (patient.py, line 3)"),
    ("import not_there_at_all\n", "No module named 'not_there_at_all' (patient.py, line 1)"),
    ("raise SystemExit(0)\n", "cannot be imported: SystemExit: 0 (patient.py, line 1)"),
    ("Patient = 3\n", "'Patient' is no policy"),
])
def test_a_module_that_breaks_is_told_in_one_line(place, code, said):
    ended = call("run", place(code=code), "--allow-code")
    assert ended.exit_code == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.output
    assert "defect" not in ended.stderr


BREAKS = """
from sim.policies.base import Decision, Policy

class Patient(Policy):
    def decide(self, observation):
        if observation.week < 3:
            return Decision.nothing()
        {}
"""


@pytest.mark.parametrize(("line", "said"), [
    ("return observation.satisfaction", "AttributeError: 'Observation' object has no attribute "
     "'satisfaction' (patient.py, line 8)"),
    ("return 1 / 0", "ZeroDivisionError: division by zero (patient.py, line 8)"),
    ("raise SystemExit(0)", "SystemExit: 0 (patient.py, line 8)"),
    ("return {}", "decide must return a Decision. Got dict instead."),
    ("return Decision(levers={'luck': 1.0})", "the firm has no lever 'luck'"),
])
def test_a_policy_that_breaks_during_a_run_is_told_in_one_line(place, line, said):
    ended = call("run", place(code=BREAKS.format(line)), "--allow-code", "--replications", 1)
    assert ended.exit_code == 2
    assert ended.stderr.strip().endswith(said) or said in ended.stderr
    assert "policy 'patient:Patient' of firm 'Ana', week 3: " in ended.stderr
    assert "Traceback" not in ended.output
    assert "defect" not in ended.stderr


def test_what_a_policy_prints_stands_not_among_answers(place):
    code = BREAKS.format("print('hello'); return Decision.nothing()")
    asked = ("--allow-code", "--replications", 1, "--workers", 1, "--json", "--quiet")
    ended = call("run", place(code=code), *asked)
    assert json.loads(ended.stdout)["scenario"] == "a_test"
    assert "hello" in ended.stderr


def test_a_policy_that_cannot_be_made_is_told_in_one_line(place):
    code = BREAKS.format("pass") + "    def __init__(self, parameters):\n        self.x = {}['x']\n"
    with pytest.raises(RunError, match=r"week 0: KeyError: 'x' \(patient.py, line 10\)"):
        Market(load_scenario(place(code=code), allow_code=True))


def test_an_error_of_a_shipped_policy_stays_an_error_of_the_program():
    made = worlds.lived(worlds.busy(), weeks=2)
    made.firms[1].policy.decide = lambda observation: 1 / 0
    with pytest.raises(ZeroDivisionError):
        made.step()


def test_workers_have_the_permission_too(place):
    scenario = load_scenario(place(), allow_code=True)
    jobs = [Job("base", 0, seed, 4, observe=("units", "profit")) for seed in (0, 1)]
    others = Workers(scenario, 1, jobs[0])
    there = others.share([*jobs, jobs[-1]], 0.1, lambda n: None)[:2]  # the last is lived here
    others.leave()
    for job, series in zip(jobs, there, strict=True):
        here = live(scenario, job)
        assert {name: values.tolist() for name, values in here.items()} == {
            name: values.tolist() for name, values in series.items()
        }


def test_what_it_remembers_survives_checkpoint_pickle_and_fork(place):
    scenario = load_scenario(place(), allow_code=True)
    straight, halfway = Market(scenario, "base", seed=3), Market(scenario, "base", seed=3)
    straight.run_model()
    for _ in range(5):
        halfway.step()
    taken = pickle.loads(pickle.dumps(halfway.checkpoint()))
    resumed = Market.resume(taken)
    assert resumed.firms[0].policy.n_times == [1, 2, 3, 4, 5]
    twin = Market.fork(taken, "loud")
    resumed.run_model(), twin.step()
    assert worlds.differing(straight, resumed) == set()
    assert resumed.firms[0].policy.n_times == list(range(1, worlds.WEEKS + 1))
    # Each has a memory of its own.
    assert twin.firms[0].policy.n_times == [1, 2, 3, 4, 5, 6]
    assert halfway.firms[0].policy.n_times == [1, 2, 3, 4, 5]
    assert twin.firms[0].levers["support_capacity"] == 30 + 5 * 6


def test_events_and_strategies_may_name_it(place):
    world = worlds.busy()
    strategies = {**world["strategies"], "own": {"set": {
        "firms.Cy.policy": "patient:Patient", "firms.Cy.policy.step": 4,
    }}}
    event = {"name": "late", "week": 9, "set": {"firms.Bo.policy": "patient:Patient"}}
    file = place("fixed", strategies=strategies, events=[event])
    made = Market(load_scenario(file, allow_code=True), "own")
    made.run_model()
    assert made.firms[1].policy.n_times == [9, 10, 11, 12]
    assert made.firms[2].levers["support_capacity"] == 1000 + 4 * worlds.WEEKS


def test_two_folders_may_use_one_module_name_and_a_changed_file_counts(place, tmp_path):
    first = place()
    other = tmp_path / "other"
    other.mkdir()
    (other / "a_test.yaml").write_bytes(first.read_bytes())
    (other / "patient.py").write_text(PATIENT.replace("5.0", "7.0"))
    gained = []
    for file in (first, other / "a_test.yaml"):
        made = Market(load_scenario(file, allow_code=True))
        made.step()
        gained.append(made.firms[0].levers["support_capacity"] - 30)
    assert gained == [5, 7]
    before = load_scenario(first, allow_code=True).digest("base")
    (tmp_path / "patient.py").write_text(PATIENT.replace("5.0", "9.0"))
    made = Market(load_scenario(first, allow_code=True))
    made.step()
    assert made.firms[0].levers["support_capacity"] == 39
    assert load_scenario(first, allow_code=True).digest("base") != before


def test_code_that_changed_during_a_run_is_not_kept_as_what_was_run(place, tmp_path):
    file = place()
    result = run(load_scenario(file, allow_code=True), replications=1, weeks=2)
    (tmp_path / "patient.py").write_text(PATIENT + "\n# another\n")
    with pytest.raises(RunError, match="changed after the run"):
        save(result, tmp_path / "out")


def test_a_run_folder_is_read_without_running_anything(place, tmp_path):
    file = place()
    result = run(load_scenario(file, allow_code=True), replications=2, weeks=2)
    folder = save(result, tmp_path / "out")
    (file.parent / "ran.txt").unlink()
    again = load(folder)
    assert again.difference("units", "loud", "Ana") == result.difference("units", "loud", "Ana")
    assert not (folder / "scenario" / "ran.txt").exists()


def test_a_folder_keeps_policies_of_strategies_that_were_not_run(place, tmp_path, monkeypatch):
    strategies = {**worlds.busy()["strategies"], "own": {"set": {
        "firms.Cy.policy": "patient:Patient",
    }}}
    file = place("fixed", strategies=strategies)
    scenario = load_scenario(file, allow_code=True)
    folder = save(run(scenario, strategies=["base"], replications=2, weeks=2), tmp_path / "out")
    fitted = tmp_path / "fitted"
    fitted.mkdir()
    _copy_beside(scenario, fitted)
    code = file.with_name("patient.py")
    for kept in (folder / "scenario" / "patient.py", fitted / "patient.py"):
        assert kept.read_bytes() == code.read_bytes()
    file.unlink(), code.unlink()
    assert load(folder, allow_code=True).strategies == ["base"]
    assert call("explain", folder, "--customer", 1, "--allow-code").exit_code == 0


def test_settings_that_do_not_fit_a_strategy_leave_the_worlds_of_the_others(monkeypatch):
    scenario, real = Scenario.from_dict(worlds.busy()), Scenario.world

    def world(self, strategy=None, overrides=None):
        if strategy == "loud":
            raise FaultyScenarioError([Fault((), "it does not fit", 0, 0)], "a_test.yaml", "")
        return real(self, strategy, overrides)

    monkeypatch.setattr(Scenario, "world", world)
    assert len(scenario.worlds()) == len(scenario.strategies)  # one less, and one without any


def test_a_module_may_lie_on_the_import_path(monkeypatch, tmp_path):
    (tmp_path / "on_the_import_path.py").write_text(PATIENT)
    monkeypatch.syspath_prepend(tmp_path)
    world = worlds.changed(worlds.busy(), firms__Ana__policy="on_the_import_path:Patient")
    made = Market(Scenario.from_dict(world, allow_code=True))
    made.step()
    assert made.firms[0].levers["support_capacity"] == 35
    with pytest.raises(CounterpoiseError, match="--allow-code"):
        Market(Scenario.from_dict(world))


def test_the_example_of_the_documents_runs(place):
    import sim.policies

    text = sim.policies.__doc__
    code = text.partition("``patient.py``::")[2].partition("\nThe scenario names")[0]
    file = place({"name": "patient:Patient", "step": 8}, code, firms__Ana__levers={
        "support_capacity": 0, "voice_openness": 1.0,
    })
    made = Market(load_scenario(file, allow_code=True))
    made.run_model()
    assert made.firms[0].levers["support_capacity"] % 8 == 0
    assert made.firms[0].levers["support_capacity"] > 0


def test_a_decorated_policy_of_ones_own_does_not_replace_a_shipped_one(place):
    from sim.policies.base import policies

    before = copy.copy(policies())
    code = PATIENT.replace("import Decision, Policy", "import Decision, Policy, policy").replace(
        "class Patient(", "@policy\nclass Patient("
    )
    Market(load_scenario(place("fixed:Patient", code, "fixed"), allow_code=True))
    assert policies() == before


def test_a_lever_that_does_not_exist_raises(place):
    made = Market(load_scenario(place(code=BREAKS.format(
        "return Decision(levers={'voice_openess': 1.0})"
    )), allow_code=True))
    with pytest.raises(MechanismError, match="did you mean 'voice_openness'"):
        made.run_model()
