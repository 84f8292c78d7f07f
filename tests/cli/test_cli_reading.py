"""Commands that run nothing: what there is, what a file says, new files."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import jsonschema
import pytest

from sim import __version__
from sim.cli import ORDER, app
from sim.experiment.loader import load_experiment
from sim.mechanisms.base import families
from sim.observers.base import outcomes
from sim.parameters import declaration
from sim.scenario import load_scenario
from sim.scenario.idle import ACTS_THROUGH
from sim.scenario.reading import read_yaml
from sim.scenario.schema import Levers, Offer
from sim.scenario.shipped import (
    experiment_folder,
    experiment_ids,
    lesson_headings,
    scenario_ids,
)
from tests.cli.conftest import environment


def test_version_and_help(call):
    assert call("--version").stdout == f"counterpoise {__version__}\n"
    told = call("--help").stdout
    for command in ("run", "list", "show", "validate", "new", "schema", "explain", "verify"):
        assert f"\n  {command} " in told
        assert call(command, "--help").exit_code == 0
    assert "..." not in told.split("Commands:")[1]


def test_lessons_are_listed_as_one_document_too(call):
    found = json.loads(call("lesson", "--json").stdout)
    assert found == [vars(one) for one in lesson_headings()] and len(found) == 13


def test_list_names_every_shipped_scenario_with_its_question(call):
    told = call("list").stdout
    for name in scenario_ids():
        assert f"{name} " in told or f"{name}\n" in told
    words = load_scenario("first_lesson").document.question.split()
    assert " ".join(words) in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 80


def test_list_names_every_shipped_experiment_in_a_section_of_its_own(call):
    scenarios, _, told = call("list").stdout.partition("\nExperiments\n")
    assert scenarios.startswith("Scenarios\n")
    for name in experiment_ids():
        assert f"\n{name} " in told and f"\n{name} " not in scenarios
        document = load_experiment(name).document
        for text in (document.title, document.question):
            assert " ".join(text.split()) in " ".join(told.split())


@pytest.mark.parametrize("name", experiment_ids())
def test_show_says_what_an_experiment_varies_and_keeps(call, name):
    ended, study = call("show", name), load_experiment(name)
    told = " ".join(ended.stdout.split())
    assert ended.exit_code == 0
    texts = [
        study.document.title, study.document.question, study.scenario.id, *study.strategies,
        *study.document.set, *(factor.path for factor in (*study.factors, *study.levers)),
        *(one.name for one in study.asked), f"counterpoise sweep {name}",
    ]
    for text in texts:
        assert " ".join(text.split()) in told
    assert ("counterpoise optimize" in told) == (study.document.optimize is not None)
    assert max(map(len, ended.stdout.splitlines())) <= 80
    path = experiment_folder() / f"{name}.yaml"
    assert call("show", path).stdout.split("\nNext\n")[0] == ended.stdout.split("\nNext\n")[0]


def test_show_counts_the_runs_of_an_experiment(call):
    told = call("show", "density").stdout
    assert "grid of 42 rows x 1 strategy x 10 replications, 420 runs; seed 0" in told
    assert "2, 4, 6, 8, 12, 16, 24; here 4" in told
    assert "revenue of Haneul, weeks 105 to 156" in told
    assert "market_share of Haneul, week by week" in told


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


def test_validate_takes_experiments_by_id_and_file_and_says_all_faults(call, place):
    text = (experiment_folder() / "treo_sweep.yaml").read_text(encoding="utf-8")
    (place / "treo_sweep.yaml").write_text(text, encoding="utf-8")
    bad = text.replace("n: 64", "n: 63").replace("replications: 2", "replications: none")
    (place / "bad.yaml").write_text(bad.replace("id: treo_sweep", "id: bad"), encoding="utf-8")
    ended = call("validate", "treo_sweep", "treo_sweep.yaml", "bad.yaml")
    assert ended.exit_code == 2
    assert ended.stdout == "treo_sweep: valid\ntreo_sweep.yaml: valid\n"
    assert "bad.yaml:18:26:" in ended.stderr and "power of 2" in ended.stderr
    assert "replications = 'none'" in ended.stderr and "2 problems in bad.yaml" in ended.stderr


def test_validate_says_of_an_experiment_which_code_it_would_run(call, place, scenario):
    path = scenario("coded")
    text = path.read_text(encoding="utf-8").replace("Nova:", "Nova:\n    policy: own:Policy", 1)
    path.write_text(text, encoding="utf-8")
    study = (experiment_folder() / "lesson_levers.yaml").read_text(encoding="utf-8")
    study = study.split("optimize:")[0].replace("scenario: first_lesson", "scenario: coded.yaml")
    study = study.replace(", weeks: [53, 78]", "")
    (place / "lesson_levers.yaml").write_text(study, encoding="utf-8")
    ended = call("validate", "coded.yaml", "./lesson_levers.yaml")
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.count("valid, but not imported: own:Policy; to run it, read that") == 2
    assert call("sweep", "./lesson_levers.yaml").exit_code == 2


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


def test_new_writes_a_valid_experiment_beside_a_scenario(call, place):
    assert call("new", "my_market").exit_code == 0
    ended = call("new", "my_study", "--experiment")
    assert ended.exit_code == 0
    assert ended.stdout.endswith("next: counterpoise validate my_study.yaml\n")
    text = (place / "my_study.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=experiment_schema.json\n")
    schemas = [
        json.loads((place / name).read_text(encoding="utf-8"))
        for name in ("experiment_schema.json", "schema.json")
    ]
    assert [one["title"] for one in schemas] == ["Counterpoise experiment", "Counterpoise scenario"]
    jsonschema.validate(read_yaml(text, "my_study")[0], schemas[0])
    assert call("validate", "my_study.yaml").stdout == "my_study.yaml: valid\n"
    assert max(map(len, text.splitlines())) <= 100
    called = {line.split()[1] for line in re.findall(r"counterpoise \w+", text)}
    assert {"validate", "show", "sweep", "decide"} <= called
    assert all(call(command, "--help").exit_code == 0 for command in called)


def test_show_says_whether_customers_come_from_a_table(call, scenario):
    path = scenario("asked")
    assert "respondents" not in json.loads(call("show", path, "--json").stdout)
    text = path.read_text(encoding="utf-8").replace("  n: 60", "  n: 60\n  file: survey.csv", 1)
    path.write_text(text, encoding="utf-8")
    table = path.with_name("survey.csv")
    table.write_text("segment,needs.taste\neveryday,3\n,2\n", encoding="utf-8")
    told = " ".join(call("show", path).stdout.split())
    assert "from survey.csv: 2 respondents with segment, needs.taste; each customer is" in told
    assert json.loads(call("show", path, "--json").stdout)["respondents"] == {
        "file": "survey.csv", "n": 2, "traits": ["segment", "needs.taste"],
    }
    table.write_text("expertise\n" + "0.5\n" * 60, encoding="utf-8")
    told = " ".join(call("show", path).stdout.split())
    assert "60 respondents with expertise; each is one customer" in told


def test_the_schema_goes_to_stdout_or_a_file(call, place):
    told = call("schema").stdout
    assert call("schema", "--out", "schema.json").exit_code == 0
    written = (place / "schema.json").read_text(encoding="utf-8")
    assert json.loads(told) == json.loads(written)
    shipped = (experiment_folder() / "schema.json").read_text(encoding="utf-8")
    assert call("schema", "--experiment").stdout == shipped


def test_what_is_shown_is_there_as_json_too(call):
    listed = json.loads(call("list", "--json").stdout)
    assert [one["id"] for one in listed["scenarios"]] == list(scenario_ids())
    assert [one["id"] for one in listed["experiments"]] == list(experiment_ids())
    known = json.loads(call("show", "outcomes", "--json").stdout)
    assert {one["name"] for one in known} == outcomes().keys()
    kinds = json.loads(call("show", "mechanisms", "--json").stdout)
    assert {name: kind["variants"].keys() for name, kind in kinds.items()} == {
        name: variants.keys() for name, variants in families().items()
    }
    shown = json.loads(call("show", "mechanism", "choice/multinomial_logit", "--json").stdout)
    assert call("show", "mechanisms", "choice/multinomial_logit", "--json").stdout == json.dumps(
        shown, indent=2, ensure_ascii=False
    ) + "\n"
    assert shown["is_default"] and shown["parameters"]["experience_weight"]["description"]


@pytest.mark.parametrize("name", scenario_ids())
def test_a_scenario_as_json_is_what_it_says(call, name):
    data = json.loads(call("show", name, "--json").stdout)
    assert data.pop("kind") == "scenario"
    assert data == load_scenario(name).document.model_dump(mode="json")


def test_an_experiment_as_json_says_what_varies_and_how_much_is_lived(call):
    data = json.loads(call("show", "treo_sweep", "--json").stdout)
    assert (data["kind"], data["rows"], data["runs"]) == ("experiment", 64, 256)
    assert data["strategies"] == ["desk", "development"]
    first, *_, last = data["factors"]
    assert first == {"path": "mechanisms.word_of_mouth.contact_prob", "low": 0.08, "high": 0.25,
                     "scale": "linear"}
    assert last["path"] == "firms.Rival.levers.development_budget"


def test_validate_says_as_json_what_is_wrong_and_where(call, scenario):
    ended = call("validate", "density", scenario("bad", weeks="none"), "nowhere.yaml", "--json")
    assert ended.exit_code == 2 and not ended.stderr
    good, bad, missing = json.loads(ended.stdout)
    assert (good["valid"], good["kind"], good["code"]) == (True, "experiment", [])
    (fault,) = bad["faults"]
    assert not bad["valid"] and fault["line"] > 1 and "weeks = 'none'" in fault["message"]
    assert missing["faults"] == [
        {"line": None, "column": None, "message": "there is no such file"},
    ]


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


def test_every_command_has_its_place_in_the_help():
    names = [one.name or one.callback.__name__ for one in app.registered_commands]
    assert names == list(ORDER)


def test_show_lists_what_there_is_and_all_of_it_can_be_shown(call):
    ended = call("show")
    assert ended.exit_code == 0
    topics = json.loads(call("show", "--json").stdout)
    for topic in topics:
        assert f"\n  {topic['what']} " in ended.stdout
        if topic["what"].islower():
            assert call("show", topic["what"]).exit_code == 0
    assert {"levers", "mechanisms", "outcomes"} <= {topic["what"] for topic in topics}


def test_show_levers_names_all_of_them_with_bounds_units_and_family(call):
    ended = call("show", "levers")
    told = " ".join(ended.stdout.split())
    assert ended.exit_code == 0 and max(map(len, ended.stdout.splitlines())) <= 100
    of_firms, _, of_offers = ended.stdout.partition("\nLevers of an offer")
    for name in Levers.model_fields:
        assert f"\n  levers.{name} " in of_firms
        assert f"Acts through {' or '.join(ACTS_THROUGH[name])}." in told
    for name in Offer.model_fields:
        is_lever = bool(declaration(Offer, name).get("lever"))
        assert (f"\n  {name} " in of_offers or f"\n  {name}.CHANNEL " in of_offers) == is_lever
    assert "\n  defect.disclosed  default false; true or false\n" in of_offers
    assert "levers.reward_budget default 0; a number from 0 to 1,000,000,000, in currency/" in told
    entries = {one["path"]: one for one in json.loads(call("show", "levers", "--json").stdout)}
    assert entries["firms.FIRM.levers.release_cadence"] == {
        "path": "firms.FIRM.levers.release_cadence", "unit": "weeks", "low": 1, "high": 520,
        "default": 26, "required": False, "expected": "a whole number from 1 to 520",
        "doc": "Weeks between releases.", "source": "M11", "acts_through": ["development"],
    }
    assert entries["firms.FIRM.offers.OFFER.price"]["required"]
    assert entries["firms.FIRM.offers.OFFER.channels.CHANNEL"]["high"] == 1


@pytest.mark.parametrize(("name", "hint"), [
    ("choice/logit", "did you mean 'choice/multinomial_logit'?"),
    ("choise/voter", "did you mean 'choice/voter'?"),
    ("multinomial_logit", "did you mean 'choice/multinomial_logit'?"),
    ("wom/cascade", "did you mean 'word_of_mouth/cascade'?"),
    ("loyalty/points", "did you mean 'response/exit_voice_loyalty'?"),
    ("response/", "there is 'response/exit_voice_loyalty', 'response/none'"),
    ("advertizing", "there is 'advertising/adstock', 'advertising/none'"),
    ("retention/", "there are the families 'advertising', 'books', 'channels', "),
])
def test_a_misspelt_mechanism_is_answered_with_the_nearest(call, name, hint):
    ended = call("show", "mechanism", name)
    assert ended.exit_code == 2
    assert f"there is no mechanism '{name}'; {hint}" in " ".join(ended.stderr.split())


@pytest.mark.parametrize(("typed", "meant"), [
    ("lever", "levers"), ("Mechanism", "mechanisms"), ("outcome", "outcomes"),
])
def test_a_topic_that_is_misspelt_is_suggested(call, typed, meant):
    ended = call("show", typed)
    assert ended.exit_code == 2
    assert ended.stderr == f"there is no '{typed}' to show; did you mean '{meant}'?\n"


def test_show_does_not_call_a_repeated_setting_a_change(call, tmp_path):
    file = tmp_path / "again.yaml"
    file.write_text(
        "id: again\ntitle: A\nquestion: B?\nscenario: first_lesson\n"
        "set: {customers.n: 1000, customers.network.neighbors: 4}\n"
        "factors:\n  mechanisms.word_of_mouth.contact_prob:\ndesign: {kind: grid, levels: 2}\n"
        "outcomes:\n  - {name: units, firm: Nova}\n", encoding="utf-8",
    )
    told = call("show", str(file)).stdout
    assert "customers.n: 1000\n" in told and "neighbors: 4 instead of" in told


def test_export_names_the_folder_that_it_writes_to(call):
    from sim.terminal.exporting import DEFAULT

    assert f"numbered one in {DEFAULT}." in " ".join(call("export", "--help").stdout.split())
