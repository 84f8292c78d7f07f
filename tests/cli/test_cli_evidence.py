"""``explain`` tells a life of a run; ``verify`` asks claims, in one world or in many."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from sim.cli import app
from tests.cli.conftest import small_copy


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """The folder of a run; look at it, change a copy."""
    home = tmp_path_factory.mktemp("lived")
    path = small_copy(home, "small")
    words = ["run", str(path), "--replications", "2", "--out", str(home / "run")]
    assert CliRunner().invoke(app, words).exit_code == 0
    return home / "run"


@pytest.fixture
def folder(lived, place):
    shutil.copytree(lived, place / "run")
    return place / "run"


def test_explain_tells_a_life_under_a_strategy(call, folder):
    ended = call("explain", folder, "--customer", 5)
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.startswith("Customer 5 under “shout”, replication 0, weeks 1 to 12")
    assert len(ended.stdout.splitlines()) >= 2
    data = json.loads(call("explain", folder, "--customer", 5, "--json").stdout)
    assert (data["customer"], data["strategy"], data["replication"]) == (5, "shout", 0)
    for text in (*data["traits"], *(one["text"] for one in data["happenings"])):
        assert " ".join(text.split()) in " ".join(ended.stdout.split())
    assert all(1 <= one["week"] <= data["weeks"] for one in data["happenings"])
    other = call("explain", folder, "--customer", 5, "--strategy", "listen", "--replication", 1)
    assert "under “listen”, replication 1" in other.stdout


@pytest.mark.parametrize(("words", "said"), [
    (("--customer", 60), "customers 0 to 59, so no 60"),
    (("--customer", 1, "--strategy", "lisen"), "did you mean 'listen'"),
    (("--customer", 1, "--replication", 2), "replications 0 to 1, so no 2"),
])
def test_explain_refuses_who_is_not_there(call, folder, words, said):
    ended = call("explain", folder, *words)
    assert ended.exit_code == 2 and said in ended.stderr and not ended.stdout


def test_explain_refuses_a_damaged_run(call, folder):
    (folder / "firms.parquet").write_bytes(b"broken")
    ended = call("explain", folder, "--customer", 5)
    assert ended.exit_code == 2 and "damaged" in ended.stderr


def test_verify_shows_one_line_a_claim(call, scenario):
    good, boast = scenario("good"), scenario("boast", at_least=50.0)
    ended = call("verify", good, boast, "--replications", 3)
    lines = ended.stdout.splitlines()
    assert ended.exit_code == 1
    assert len(lines) == 3
    assert lines[1].split()[:2] == ["refuted", "boast/listening_wins_later"]
    assert "needs at least 50.00 " in lines[1] and lines[1].endswith(" s")
    assert lines[2].startswith("2 claims: ") and "1 refuted" in lines[2]
    alone = call("verify", good, "--replications", 1).stdout.splitlines()
    assert alone[-1].startswith("1 claim: ") and "; 1 replication, seed 0" in alone[-1]


def test_verify_as_json(call, scenario):
    ended = call("verify", scenario("good"), "--replications", 2, "--json")
    told = json.loads(ended.stdout)
    assert told["claims"][0]["scenario"] == "good" and told["replications"] == 2
    assert sum(told["counts"].values()) == 1
    assert {"verdict", "value", "low", "high", "seconds"} <= set(told["claims"][0])


def test_verify_in_worlds_counts_where_the_direction_holds(call, scenario):
    path = scenario("good")
    asked = ("verify", path, "--worlds", 3, "--replications", 2, "--json")
    told = [json.loads(call(*asked, "--workers", 1).stdout)["claims"][0] for _ in range(2)]
    assert told[0]["worlds"] == 3 and 0 <= told[0]["holds"] <= 3
    assert told[0] | {"seconds": 0} == told[1] | {"seconds": 0}
    line = call("verify", path, "--worlds", 2, "--replications", 1).stdout
    assert "direction holds in" in line and "of 2 worlds" in line
