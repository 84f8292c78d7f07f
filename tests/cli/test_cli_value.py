"""``value``: for, of and by customers, of a scenario or of a run, in words and as JSON."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from sim.results.value_by import QUANTITIES, talkers, value_by
from sim.scenario import load_scenario
from sim.terminal.valuing import _counts

FEW = ("--replications", 2, "--quiet")


def test_value_tells_for_of_and_by_for_each_firm(call, scenario):
    ended = call("value", scenario("small"), "--talkers", 6, *FEW)
    assert ended.exit_code == 0
    told = ended.stdout
    assert told.startswith("The 6 with most talk to give under “shout”\n")
    for words in ("value for them", "value of them", "value by them", "expansion", "acceleration"):
        assert told.count(words) == 2
    assert "\nNova, euro\n" in told
    assert "\nOrbit, euro\n" in told
    assert max(map(len, told.splitlines())) <= 80


def test_value_as_json_is_what_the_library_finds(call, scenario):
    path = scenario("small")
    ended = call(
        "value", path, "--talkers", 6, "--strategy", "listen", "--since", 3, "--json", *FEW
    )
    data = json.loads(ended.stdout)
    found = value_by(
        load_scenario(str(path)), talkers(6), since=3, strategy="listen", replications=2
    )
    assert (data["strategy"], data["customers"]) == ("listen", [6, 6])
    assert data["firms"].keys() == {"Nova", "Orbit"}
    for firm, quantities in data["firms"].items():
        assert quantities.keys() == QUANTITIES.keys()
        for name, estimate in quantities.items():
            assert estimate["mean"] == found.estimate(name, firm).value


def test_value_does_not_depend_on_workers(call, scenario):
    path, few = scenario("small"), ("--replications", 3, "--quiet", "--json")
    told = [call("value", path, "--talkers", 6, *few, "--workers", n).stdout for n in (1, 2)]
    assert json.loads(told[0]) == json.loads(told[1])
    assert told[0] == call("value", path, "--talkers", 6, *few).stdout


def test_value_of_one_customer_of_a_run(call, scenario, place):
    path = scenario("small")
    call("run", path, "--replications", 3, "--seed", 7, "--out", place / "kept", "--quiet")
    ended = call("value", place / "kept", "--customer", 5, "--customer", 2, "--replication", 2)
    assert ended.exit_code == 0
    assert ended.stdout.startswith("Customers 2, 5 under “shout”\n")
    assert "replication 2" in ended.stdout
    whole = call("value", place / "kept", "--customer", 5, "--json")
    assert json.loads(whole.stdout)["replications"] == [0, 1, 2]
    same = call("value", path, "--customer", 5, "--seed", 7, "--replications", 3, "--json")
    assert json.loads(whole.stdout)["firms"] == json.loads(same.stdout)["firms"]
    for words, said in (
        (("--replication", 3), "replications 0 to 2, so no 3"),
        (("--replications", 4), "replications 0 to 2, so no 3"),
        (("--seed", 1), "a run has its own settings and seed"),
        (("--replication", 1, "--replications", 2), "not both"),
    ):
        ended = call("value", place / "kept", "--customer", 5, *words)
        assert ended.exit_code == 2
        assert said in ended.stderr


@pytest.mark.parametrize(("words", "said"), [
    ((), "say whose value"),
    (("--customer", 1, "--talkers", 2), "say whose value"),
    (("--customer", 60), "there is no customer 60"),
    (("--talkers", 61), "there are 60 customers, not 61"),
    (("--segment", "everyone"), "there is no segment 'everyone'; did you mean 'everyday'?"),
    (("--talkers", 1, "--since", 13), "week 13 must be from 1 to 12"),
    (("--talkers", 1, "--strategy", "lisen"), "did you mean 'listen'?"),
])
def test_value_refuses_what_is_not_there(call, scenario, words, said):
    ended = call("value", scenario("small"), *words, *FEW)
    assert ended.exit_code == 2
    assert said in " ".join(ended.stderr.split())
    assert ended.stdout == ""


@pytest.mark.parametrize(("units", "said"), [
    (-97.5, "; 97.5 units fewer"), (97.5, "; 97.5 units more"), (0.0, "; 0 units more"),
])
def test_units_lost_are_fewer_and_not_less_than_no_more(units, said):
    found = SimpleNamespace(
        estimate=lambda name, firm: SimpleNamespace(value=units if name == "units" else 0.0)
    )
    assert _counts(found, "Nova").endswith(said)
