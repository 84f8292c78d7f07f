"""``ablate``: the answer, its two tables, JSON, exit codes and mistakes."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import small_copy
from tests.cli.test_cli_imports import HEAVY, imported

FEW = ("--replications", 3, "--workers", 1)
TWO = ("--mechanism", "experience", "--mechanism", "advertising")


def test_it_answers_with_a_sentence_and_a_table(call, scenario):
    ended = call("ablate", scenario("small"), *FEW)
    assert ended.exit_code == 0, ended.output
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("First lesson")
    assert lines[1] == (
        "10 mechanisms switched off in turn; 3 replications that share their luck; seed 0"
    )
    told = " ".join(ended.stdout.split())
    assert "Units sold of Nova, weeks 5 to 12: “listen” over “shout” is" in told
    assert "switched off value contribution 95% interval claim nothing" in told
    for family in ("experience", "choice"):
        assert any(line.startswith(f"{family} ") for line in lines)
    assert "choice no value not shown" in told
    assert "\nno effect at all: " in ended.stdout and "pricing" in ended.stdout
    assert max(map(len, lines)) <= 80
    assert not any(line.endswith(" ") for line in lines)
    assert "Shapley" not in ended.stdout and not ended.stdout.count("nan")


def test_it_says_beforehand_how_much_will_be_lived(call, scenario):
    path = scenario("small")
    ended = call("ablate", path, *FEW, *TWO, "--shapley")
    assert ended.stderr == (
        "small: 2 mechanisms off in turn, 18 markets; then all combinations for Shapley shares, "
        "at most 6 markets more\n"
    )
    assert call("ablate", path, *FEW, *TWO, "--quiet").stderr == ""


def test_shapley_shares_show_their_sum(call, scenario):
    ended = call("ablate", scenario("small"), *FEW, *TWO, "--shapley")
    assert ended.exit_code == 0, ended.output
    told = " ".join(ended.stdout.split())
    assert "Shapley shares of 2 mechanisms (all combinations)" in told
    assert "Check: the shares add up to what all of these do together" in told
    assert "\nsum " in ended.stdout and "s.e." not in told


def test_many_mechanisms_share_by_sampled_orders(call, scenario):
    ended = call(
        "ablate", scenario("small"), "--replications", 2, "--workers", 1, "--shapley",
        "--orders", 10,
    )
    assert ended.exit_code == 0, ended.output
    assert "Shapley shares of 9 mechanisms (10 sampled orders)" in ended.stdout
    assert "s.e. orders  s.e. luck" in ended.stdout
    assert "Not shared: choice, without which there is no value." in ended.stdout
    assert "the shares add up to" in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 80


def test_json_holds_all_numbers(call, scenario):
    ended = call(
        "ablate", scenario("small"), *FEW, *TWO, "--mechanism", "choice", "--shapley", "--json",
        "--seed", 4, "--set", "customers.n=50",
    )
    told = json.loads(ended.stdout)
    assert (told["scenario"], told["seed"], told["replications"]) == ("small", 4, 3)
    assert told["overrides"] == {"customers.n": 50}
    assert told["quantity"]["outcome"] == "units" and told["quantity"]["unit"] == "times"
    rows = {row["mechanism"]: row for row in told["mechanisms"]}
    assert set(rows) == {"experience", "advertising", "choice"}
    assert rows["choice"]["contribution"]["value"] is None
    gap = told["everything"]["value"] - rows["experience"]["without"]["value"]
    assert rows["experience"]["contribution"]["value"] == pytest.approx(gap)
    shapley = told["shapley"]
    assert shapley["exact"] and shapley["combinations"] == 4
    assert shapley["sum"] == pytest.approx(shapley["total"]["value"])
    assert [row["mechanism"] for row in shapley["mechanisms"]] == ["experience", "advertising"]


def test_an_outcome_of_ones_own_choice(call, scenario):
    path = scenario("small")
    ended = call("ablate", path, *FEW, *TWO, "--outcome", "market_share", "--weeks", "3-6")
    told = " ".join(ended.stdout.split())
    assert "Market share of Nova, weeks 3 to 6: “listen” is" in told
    assert "Contributions, in % of units" in told and "claim" not in told
    gap = call(
        "ablate", path, *FEW, *TWO, "--outcome", "market_share", "--firm", "Nova",
        "--strategy", "listen", "--against", "shout",
    )
    told = " ".join(gap.stdout.split())
    assert "all weeks: “listen” minus “shout” is" in told
    assert "Contributions, in percentage points" in told


def test_no_shares_where_no_mechanism_can_be_missed(call, scenario):
    ended = call("ablate", scenario("small"), *FEW, "--mechanism", "choice", "--shapley")
    assert ended.exit_code == 0, ended.output
    assert "There are none: without any one of these the quantity has no value." in ended.stdout


def test_one_replication_says_what_it_cannot_tell(call, scenario):
    ended = call("ablate", scenario("small"), *TWO, "--replications", 1, "--workers", 1)
    told = " ".join(ended.stdout.split())
    assert "one replication cannot tell an effect from luck" in told
    assert ended.exit_code == 0 and "nan" not in told and "interval" not in told


def test_narrow_terminals_get_everything_too(call, scenario, monkeypatch):
    path = scenario("small")
    words = ("ablate", path, *FEW, *TWO, "--mechanism", "choice", "--shapley")
    wide = call(*words).stdout
    monkeypatch.setenv("COLUMNS", "60")
    narrow = call(*words).stdout
    assert max(map(len, narrow.splitlines())) <= 60
    assert sorted(wide.split()) == sorted(narrow.split())


MISTAKES = {
    "unknown id": (("first_leson",), "did you mean 'first_lesson'"),
    "unknown outcome": (("first_lesson", "--outcome", "unit"), "did you mean 'units'"),
    "unknown claim": (("first_lesson", "--claim", "x"), "there is no claim 'x'"),
    "claim and outcome": (
        ("first_lesson", "--claim", "x", "--outcome", "units"), "a claim or an outcome",
    ),
    "unknown firm": (("first_lesson", "--firm", "Nowa"), "did you mean 'Nova'"),
    "unknown strategy": (("first_lesson", "--strategy", "lisen"), "did you mean 'listen'"),
    "unknown baseline": (("first_lesson", "--against", "shoot"), "did you mean 'shout'"),
    "with itself": (("first_lesson", "--against", "listen"), "compared with itself"),
    "unknown mechanism": (("first_lesson", "--mechanism", "dialog"), "did you mean 'dialogue'"),
    "off already": (("first_lesson", "--mechanism", "selling"), "'selling' is off already"),
    "weeks in words": (("first_lesson", "--weeks", "all"), "must read first-last"),
    "weeks too late": (("first_lesson", "--weeks", "60-80"), "from 1 to 78"),
    "odd orders": (("first_lesson", "--shapley", "--orders", "15"), "even number"),
    "few orders": (("first_lesson", "--shapley", "--orders", "8"), "--orders"),
    "bad setting": (("first_lesson", "--set", "custmers.n=5"), "did you mean 'customers'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained_and_nothing_is_run(call, mistake):
    words, said = MISTAKES[mistake]
    ended = call("ablate", *words)
    assert ended.exit_code == 2, ended.output
    assert said in ended.stderr and "Traceback" not in ended.output and not ended.stdout


@pytest.mark.parametrize(("words", "code"), [
    (["ablate", "--help"], 0), (["ablate", "nowhere"], 2),
    (["ablate", "first_lesson", "--outcome", "unit"], 2),
])
def test_what_runs_nothing_imports_nothing_heavy(words, code):
    assert imported(words, HEAVY) == (code, [])


def test_a_process_says_the_same(call, process, tmp_path):
    path = small_copy(tmp_path, "small")
    ended = process("ablate", path, *TWO, "--replications", 2, "--quiet", "--workers", 1)
    assert ended.returncode == 0 and not ended.stderr
    words = ("ablate", path, *TWO, "--replications", 2, "--workers", 1)
    assert ended.stdout == call(*words).stdout
