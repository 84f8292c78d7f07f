"""Commands that run nothing: what there is, what a file says, new files."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sim import __version__
from sim.mechanisms.base import families
from sim.observers.base import outcomes
from sim.scenario import load_scenario
from sim.scenario.shipped import scenario_ids
from tests.cli.conftest import environment


def test_version_and_help(call):
    assert call("--version").stdout == f"counterpoise {__version__}\n"
    told = call("--help").stdout
    for command in ("run", "list", "show", "validate", "new", "schema", "explain", "verify"):
        assert f"\n  {command} " in told
        assert call(command, "--help").exit_code == 0
    assert "..." not in told.split("Commands:")[1]


def test_list_names_every_shipped_scenario_with_its_question(call):
    told = call("list").stdout
    for name in scenario_ids():
        assert f"{name} " in told or f"{name}\n" in told
    words = load_scenario("first_lesson").document.question.split()
    assert " ".join(words) in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize("name", scenario_ids())
def test_show_says_what_a_reader_needs(call, name):
    ended = call("show", name)
    told, document = " ".join(ended.stdout.split()), load_scenario(name).document
    assert ended.exit_code == 0
    texts = [
        document.title, document.question, document.represents, document.does_not_represent,
        *document.sources, *document.strategies, *document.uncertain,
        *(claim.text for claim in document.claims), *(claim.id for claim in document.claims),
        *(path for each in document.strategies.values() for path in each.set),
    ]
    for text in texts:
        assert " ".join(text.split()) in told
    assert max(map(len, ended.stdout.splitlines())) <= 80


def test_show_says_what_strategies_change(call):
    told = call("show", "first_lesson").stdout
    assert "firms.Nova.offers.nova_box.advertising: 200 instead of 100" in told
    assert "firms.Nova.levers.voice_openness: 0.8 instead of 0.3" in told


def test_show_outcomes_names_all_of_them(call):
    told = call("show", "outcomes").stdout
    for name, declared in outcomes().items():
        assert f"\n{name} " in f"\n{told}" and declared.doc.split()[0] in told


@pytest.mark.parametrize("name", [
    f"{family}/{variant}" for family, variants in families().items() for variant in variants
])
def test_every_mechanism_can_be_shown(call, name):
    family, variant = name.split("/")
    told = " ".join(call("show", "mechanism", name).stdout.split())
    parameters = families()[family][variant].Parameters.model_fields
    for parameter, info in parameters.items():
        assert f"{parameter} default" in told or f"{parameter} required" in told
        assert " ".join((info.description or "").split()) in told
    assert "Source:" in told or not parameters


def test_show_mechanisms_names_all_of_them(call):
    told = call("show", "mechanisms").stdout
    for family, variants in families().items():
        assert f"{family}\n" in told
        assert all(f"\n  {variant} " in told for variant in variants)


def test_validate_says_valid_or_all_faults(call, scenario):
    good, bad = scenario("good"), scenario("bad", weeks="none", currency="[1]")
    ended = call("validate", good, bad, "first_lesson")
    assert ended.exit_code == 2
    assert ended.stdout == f"{good}: valid\nfirst_lesson: valid\n"
    assert "weeks" in ended.stderr and "currency" in ended.stderr and "2 problems" in ended.stderr
    assert call("validate", good).exit_code == 0


def test_new_writes_a_valid_scenario_and_never_over_one(call, place):
    ended = call("new", "my_market", "--out", "work")
    path = place / "work" / "my_market.yaml"
    assert ended.exit_code == 0 and "counterpoise validate" in ended.stdout
    assert call("validate", path).exit_code == 0
    schema = place / "work" / "schema.json"
    assert json.loads(schema.read_text(encoding="utf-8"))["title"] == "Counterpoise scenario"
    path.write_text("mine", encoding="utf-8")
    schema.write_text("mine too", encoding="utf-8")
    assert call("new", "my_market", "--out", "work").exit_code == 2
    assert call("new", "another", "--out", "work").exit_code == 0
    assert path.read_text(encoding="utf-8") == "mine"
    assert schema.read_text(encoding="utf-8") == "mine too"


def test_the_schema_goes_to_stdout_or_a_file(call, place):
    told = call("schema").stdout
    assert call("schema", "--out", "schema.json").exit_code == 0
    written = (place / "schema.json").read_text(encoding="utf-8")
    assert json.loads(told) == json.loads(written)


def test_a_file_cannot_command_the_terminal(call, scenario):
    path = scenario("sly", title='"Red \\e[31m alert\\u202e"', question='"A\\_B?"')
    told = call("show", path).stdout
    assert "\x1b" not in told and "\u202e" not in told
    assert "Red \ufffd[31m alert" in told and "A B?" in told


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_any_encoding_of_stdout_will_do(encoding):
    for words in (("show", "first_lesson"), ("schema",)):
        ended = subprocess.run(
            [sys.executable, "-m", "sim", *words], env=environment(PYTHONIOENCODING=encoding),
            capture_output=True, check=False,
        )
        assert ended.returncode == 0 and not ended.stderr
        assert ended.stdout.decode(encoding)
