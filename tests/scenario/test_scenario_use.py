"""A valid scenario: its strategies, its overrides, its digest, and what loading it costs."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import Scenario, load_scenario
from sim.scenario.faults import Fault
from sim.scenario.json_schema import DIALECT, json_schema, write_schema
from sim.scenario.mechanisms import chosen_mechanisms
from sim.scenario.overrides import Setting, apply, find, parse_assignment
from sim.scenario.reading import read_yaml
from sim.scenario.shipped import (
    experiment_folder,
    headings,
    scenario_folder,
    scenario_ids,
)
from sim.scenario.statements import Condition, parse_condition
from sim.scenario.template import template

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
RAW = read_yaml(SMALL, "small.yaml")[0]
FORBIDDEN = ("mesa", "numba", "pandas", "scipy", "matplotlib", "SALib", "networkx", "pyarrow")


def test_strategies_change_what_they_set_and_nothing_else(small: Path) -> None:
    scenario = load_scenario(small)
    assert scenario.strategies == ("as_is", "open", "quiet")
    assert scenario.world() == scenario.document == scenario.world("as_is")
    world = scenario.world("open")
    assert world.firms["Treo"].levers.voice_openness == 0.9
    assert world.customers == scenario.document.customers
    assert scenario.world("open") is world


def test_layers_set_in_order(small: Path) -> None:
    lever = "firms.Treo.levers.voice_openness"
    scenario = load_scenario(small, {lever: 0.1, "customers.n": 50})
    assert scenario.document.customers.n == 1000
    assert scenario.world().customers.n == 50
    assert scenario.world("as_is").firms["Treo"].levers.voice_openness == 0.1
    assert scenario.world("open").firms["Treo"].levers.voice_openness == 0.9
    assert scenario.world("open", {lever: 0.2}).firms["Treo"].levers.voice_openness == 0.2


def test_overrides_from_outside_are_told_without_a_line(small: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(small, {"customers.n": -1, "wekks": 3})
    assert [line.split(": ", 1)[1] for line in str(caught.value).split("\n")[:-1]] == [
        "given customers.n: customers.n = -1: must be a whole number from 0 to 20,000,000. "
        "Got -1 instead.",
        "given wekks: 'wekks' cannot be set; did you mean 'weeks'?",
    ]


def test_what_given_settings_break_elsewhere_is_told_once_and_of_them(small: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(small, {"weeks": 5})
    told = [line for line in str(caught.value).split("\n") if '"open_wins"' in line]
    assert len(told) == 1
    assert "given weeks: claims" in told[0]


def test_a_setting_that_every_strategy_replaces_is_refused(small: Path) -> None:
    small.write_text(SMALL.replace("  as_is: {}\n", "").replace("as_is", "quiet").replace(
        "{mechanisms.gossip: none}", "{firms.Treo.levers.voice_openness: 0.1}"))
    with pytest.raises(ScenarioError, match="every strategy sets it too"):
        load_scenario(small, {"firms.Treo.levers.voice_openness": 0.5})


def test_unknown_strategy(small: Path) -> None:
    with pytest.raises(ScenarioError, match="no strategy 'opem'; did you mean 'open'"):
        load_scenario(small).world("opem")


def test_chosen_mechanisms(small: Path) -> None:
    scenario = load_scenario(small)
    variant, parameters = chosen_mechanisms(scenario.document)["gossip"]
    assert (variant, parameters.model_dump()) == ("loud", {"volume": 0.5, "echoes": 3})
    assert chosen_mechanisms(scenario.world("quiet"))["gossip"][0] == "none"
    left_out = Scenario.from_dict({**RAW, "mechanisms": {}})
    assert chosen_mechanisms(left_out.document)["gossip"][0] == "loud"


def test_an_uncertain_parameter_of_a_replaced_mechanism_is_left_out(small: Path) -> None:
    scenario = load_scenario(small)
    path = "mechanisms.gossip.volume"
    assert scenario.world("quiet", {path: 0.2}) == scenario.world("quiet")
    assert chosen_mechanisms(scenario.world("open", {path: 0.2}))["gossip"][1].volume == 0.2  # type: ignore[attr-defined]
    with pytest.raises(ScenarioError, match="has no 'echoes'"):
        scenario.world("quiet", {"mechanisms.gossip.echoes": 2})


def test_resolved_fills_in_every_default_and_loads_again(small: Path) -> None:
    scenario = load_scenario(small)
    plain = json.loads(json.dumps(scenario.resolved("open")))
    assert plain["mechanisms"]["gossip"] == {"variant": "loud", "volume": 0.5, "echoes": 3}
    assert plain["customers"]["network"]["strong_share"] >= 0
    assert plain["firms"]["Palm"]["levers"]["release_cadence"] == 26
    for strategy in scenario.strategies:
        again = Scenario.from_dict(scenario.resolved(strategy))
        assert again.digest() == scenario.digest(strategy)
        assert again.resolved() == scenario.resolved(strategy)


def test_the_digest_hears_what_matters_and_not_the_prose(small: Path) -> None:
    digest = load_scenario(small).digest()
    small.write_text(SMALL.replace("A small market", "Another title").replace("  n: ", "  n:  "))
    assert load_scenario(small).digest() == digest
    assert load_scenario(small, {"customers.n": 999}).digest() != digest
    assert load_scenario(small).digest("open") != digest


def test_a_scenario_pickles_small(small: Path) -> None:
    scenario = load_scenario(small, {"customers.n": 50})
    packed = pickle.dumps(scenario)
    assert len(packed) < 8 * len(SMALL)
    again = pickle.loads(packed)
    assert again.world("open") == scenario.world("open")
    with pytest.raises(ScenarioError, match=r"small\.yaml:62:1: there is no strategy"):
        again.world("none")


def test_a_scenario_made_in_python_names_paths() -> None:
    raw = copy.deepcopy(RAW)
    raw["firms"]["Palm"]["offers"]["Palm One"]["price"] = -1
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(raw)
    assert str(caught.value) == (
        "the scenario: firms.Palm.offers.Palm One.price = -1: must be a number from 0 to "
        "1,000,000,000. Got -1 instead.\n1 problem in the scenario; nothing was run."
    )


def test_faults_survive_pickling(small: Path) -> None:
    small.write_text(SMALL.replace("weeks: 52", "weeks: 0"))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(small)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("firms.Palm.levers.release_cadence", 4, ("firms", "Palm", "levers", "release_cadence")),
        ("firms.Palm.offers.Palm One.advertising", 5,
         ("firms", "Palm", "offers", "Palm One", "advertising")),
        ("firms.Palm.beliefs.style", 2, ("firms", "Palm", "beliefs", "style")),
        ("customers.segments.Eager.needs.weight", 2,
         ("customers", "segments", "Eager", "needs", "weight")),
        ("customers.segments.Calm.price_sensitivity.spread", 0.1,
         ("customers", "segments", "Calm", "price_sensitivity", "spread")),
        ("customers.segments.Eager.purchase_rate.cases.mean", 0.2,
         ("customers", "segments", "Eager", "purchase_rate", "cases", "mean")),
        ("customers.segments.Eager.behavior.gossip.volume", 0.1,
         ("customers", "segments", "Eager", "behavior", "gossip", "volume")),
        ("customers.network.rewiring_prob", 0.2, ("customers", "network", "rewiring_prob")),
        ("mechanisms.gossip.volume", 0.1, ("mechanisms", "gossip", "volume")),
        ("mechanisms.gossip", "none", ("mechanisms", "gossip")),
    ],
)
@pytest.mark.parametrize("mechanisms", [{}, {"gossip": "loud"}, {"gossip": {"echoes": 1}}])
def test_settings_at_their_default_can_be_set(
    path: str, value: float, where: tuple[str, ...], mechanisms: dict[str, object]
) -> None:
    raw = {**copy.deepcopy(RAW), "mechanisms": mechanisms}
    raw["customers"]["segments"]["Calm"]["behavior"] = {}
    before = copy.deepcopy(raw)
    changed = apply(raw, {path: value})
    assert raw == before
    found: object = changed
    for part in where:
        assert isinstance(found, dict)
        found = found[part]
    assert found == value
    Scenario.from_dict({**changed, "uncertain": {}, "carried_by": []})


def test_a_number_becomes_the_center_of_its_spread() -> None:
    changed = apply(RAW, {"customers.segments.Calm.price_sensitivity.spread": 0.1})
    sensitivity = changed["customers"]["segments"]["Calm"]["price_sensitivity"]
    assert sensitivity == {"median": 0.02, "spread": 0.1}


def test_wider_overrides_come_first_whatever_their_order() -> None:
    paths = {"mechanisms.gossip.distance": 2.0, "mechanisms.gossip": "whisper"}
    for order in (paths, dict(reversed(paths.items()))):
        changed = apply(RAW, order)
        assert changed["mechanisms"]["gossip"] == {"variant": "whisper", "distance": 2.0}


PATHS = st.sampled_from([
    "weeks", "customers.n", "firms.Palm.levers.markup", "mechanisms.gossip.volume",
    "firms.Treo.offers.Treo One.price", "customers.segments.Calm.needs.style",
])
ANY_PATH = st.lists(
    st.sampled_from([
        "weeks", "customers", "n", "firms", "Treo", "offers", "Treo One", "levers", "markup",
        "mechanisms", "gossip", "volume", "needs", "segments", "Calm", "network", "", "x",
        "quality", "behavior", "purchase_rate", "phones", "mean", "beliefs", "defect", "price",
        "variant",
    ]), min_size=1, max_size=7,
).map(".".join)


@given(st.dictionaries(PATHS, st.floats(0, 1), max_size=6))
def test_overrides_change_only_their_paths_in_any_order(overrides: dict[str, float]) -> None:
    before = copy.deepcopy(RAW)
    changed = apply(RAW, overrides)
    assert before == RAW
    assert changed == apply(RAW, dict(reversed(overrides.items())))
    assert apply(changed, overrides) == changed
    for path in overrides:
        setting = find(changed, path)
        assert isinstance(setting, Setting)
        assert setting.value == overrides[path]


@given(ANY_PATH)
def test_any_path_is_a_setting_or_a_fault(path: str) -> None:
    found = find(RAW, path)
    assert isinstance(found, (Setting, Fault))
    if isinstance(found, Setting):
        same = find(apply(RAW, {path: found.value}), path)
        assert isinstance(same, Setting)
        assert (same.path, same.value) == (found.path, found.value)


@settings(deadline=None)
@given(st.dictionaries(
    PATHS | ANY_PATH, st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    max_size=3,
))
def test_any_override_gives_a_world_or_a_fault(overrides: dict[str, object]) -> None:
    scenario = Scenario.from_dict(RAW)
    for strategy in scenario.strategies:
        try:
            scenario.world(strategy, overrides)  # type: ignore[arg-type]
        except ScenarioError as error:
            assert str(error).endswith("nothing was run.")


def test_assignments_are_read_as_in_a_file() -> None:
    assert parse_assignment("a.b=0.3") == ("a.b", 0.3)
    assert parse_assignment("firms.Treo.policy= fixed") == ("firms.Treo.policy", "fixed")
    assert parse_assignment("a=1e3") == ("a", 1000.0)
    assert parse_assignment("a=true") == ("a", True)
    assert parse_assignment("a=NO") == ("a", "NO")
    assert parse_assignment("a='x = y'") == ("a", "x = y")
    for wrong in ("a", "=3", "a=[1]", "a={b: 1}", "a='", "a=!!int 3"):
        with pytest.raises(ScenarioError):
            parse_assignment(wrong)


def test_yaml_is_read_as_version_1_2() -> None:
    text = "[NO, yes, 12:30:00, 010, 1e3, 0x1F, 0o17, 1_000, 2026-01-05, ~, True, '3', .5, -.inf]"
    assert read_yaml(text, "x")[0] == [
        "NO", "yes", "12:30:00", 10, 1000.0, 31, 15, "1_000", "2026-01-05", None, True, "3", 0.5,
        float("-inf"),
    ]


def test_conditions() -> None:
    assert parse_condition("market_share.Treo One<= 2e-1") == Condition(
        "market_share", "Treo One", "<=", 0.2
    )
    assert parse_condition(" noise>3 ") == Condition("noise", None, ">", 3.0)
    for wrong in ("", "noise", "noise = 3", "noise < Treo", "noise < 3 < 4", "a.b.c", "< 3"):
        with pytest.raises(ScenarioError, match="must read"):
            parse_condition(wrong)


PIECES = st.sampled_from([
    "", ":", " ", "\n", "- ", "{", "}", "[", "]", "'", '"', "&a ", "*a", "!!x ", "|", ">", "#",
    "\t", "null", "-1", "1e9", "true", "[[]]", "{a: {b: 1}}", "---\n", "%", "? ", "<<: ", "\x00",
    "é", "\u2028",
])


@settings(deadline=None, max_examples=150, suppress_health_check=[
    HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(
    st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 30), PIECES), min_size=1, max_size=3))
def test_no_damage_breaks_the_loader(
    small: Path, damages: list[tuple[int, int, str]]
) -> None:
    text = SMALL
    for start, length, piece in damages:
        text = text[:start] + piece + text[start + length :]
    small.write_text(text, encoding="utf-8")
    try:
        load_scenario(small)
    except ScenarioError as error:
        assert str(error).endswith("in small.yaml; nothing was run.")
        assert all(char.isprintable() or char == "\n" for char in str(error))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else (
        enumerate(value) if isinstance(value, list) else ())
    return [path, *(leaf for key, part in items for leaf in leaves(part, (*path, key)))]


@settings(deadline=None, max_examples=200)
@given(st.sampled_from([path for path in leaves(RAW) if path]), VALUES)
def test_no_value_breaks_the_checks(path: tuple[str | int, ...], value: object) -> None:
    raw = copy.deepcopy(RAW)
    owner = raw
    for part in path[:-1]:
        owner = owner[part]
    owner[path[-1]] = value
    try:
        Scenario.from_dict(raw)
    except ScenarioError as error:
        assert str(error).endswith("nothing was run.")


def test_shipped_scenarios_load_and_are_listed() -> None:
    assert experiment_folder().name == "experiments"
    listed = headings()
    assert [heading.id for heading in listed] == list(scenario_ids())
    for heading in listed:
        scenario = load_scenario(heading.id)
        assert (heading.title, heading.question) == (
            scenario.document.title, scenario.document.question
        )
        assert scenario.text.startswith("# yaml-language-server: $schema=schema.json\n")


def test_the_template_is_a_complete_scenario(tmp_path: Path) -> None:
    path = tmp_path / "my_market.yaml"
    path.write_text(template("my_market"), encoding="utf-8")
    scenario = load_scenario(path)
    document = scenario.document
    pairs = (document.firms, document.customers.segments, document.strategies)
    assert [len(pair) for pair in pairs] == [2] * 3
    assert [len(document.claims), len(document.events), len(document.uncertain)] == [1] * 3
    assert max(map(len, scenario.text.split("\n"))) <= 100
    with pytest.raises(ScenarioError, match="cannot name a scenario"):
        template("My market")


def test_the_json_schema_knows_the_registered_names(tmp_path: Path) -> None:
    write_schema(tmp_path / "schema.json")
    schema = json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))
    assert schema == json_schema()
    assert schema["$schema"] == DIALECT
    gossip = schema["properties"]["mechanisms"]["properties"]["gossip"]
    assert gossip["anyOf"][0] == {"enum": ["loud", "whisper", "none"]}
    assert gossip["anyOf"][1]["properties"]["volume"]["maximum"] == 1
    assert "listeners" in schema["$defs"]["Claim"]["properties"]["outcome"]["enum"]
    assert schema["properties"]["mechanisms"]["properties"]["books"]["description"] == (
        "Revenue, costs and profit."
    )
    assert "Unit: currency." in schema["$defs"]["Offer"]["properties"]["price"]["description"]


def test_valid_files_fit_the_json_schema_and_broken_ones_do_not(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    checker = jsonschema.Draft202012Validator(json_schema())
    jsonschema.Draft202012Validator.check_schema(json_schema())
    texts = [SMALL, template("new")]
    texts += [(scenario_folder() / f"{name}.yaml").read_text() for name in scenario_ids()]
    for text in texts:
        assert [*checker.iter_errors(read_yaml(text, "x")[0])] == []
    for old, new in (
        ("price: 300", "prise: 300"), ("kind: watts_strogatz", "kind: smallworld"),
        ("echoes: 3", "echoes: 30"), ("variant: loud", "variant: lout"),
        ("neighbors: 6", "neighbours: 6"), ("{volume: 0.2}", "{volume: 2}"),
        ("outcome: listeners", "outcome: listener"), ("  Palm:\n", "  Palm.Inc:\n"),
        ("policy: fixed", "policy: fixd"), ("2026-01-05", "[5]"), ("[27, 52]", "[27]"),
    ):
        assert [*checker.iter_errors(read_yaml(SMALL.replace(old, new), "x")[0])], new


def test_loading_imports_nothing_heavy(tmp_path: Path) -> None:
    path = tmp_path / "my_market.yaml"
    path.write_text(template("my_market"), encoding="utf-8")
    code = (
        "import sys\n"
        "from sim.scenario import load_scenario\n"
        "from sim.scenario.json_schema import json_schema\n"
        f"load_scenario({str(path)!r}).resolved('listen')\n"
        "json_schema()\n"
        f"print([name for name in {FORBIDDEN} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_numbers_of_numpy_are_numbers(small: Path) -> None:
    given = {"customers.n": np.int64(50), "weeks": np.int32(52), "customers.network.rewiring_prob":
             np.float64(0.25)}
    scenario = load_scenario(small, given)
    assert scenario.overrides == {
        "customers.n": 50, "weeks": 52, "customers.network.rewiring_prob": 0.25
    }
    assert scenario.world("open", {"customers.n": np.int64(60)}).customers.n == 60
    assert json.loads(json.dumps(scenario.overrides)) == scenario.overrides


def test_more_segments_or_channels_than_can_be_told_apart_are_refused(small: Path) -> None:
    raw = load_scenario(small).raw
    segment = next(iter(raw["customers"]["segments"].values()))
    many = {**raw, "customers": {**raw["customers"], "segments": {
        f"s{i}": {**segment, "share": 1 / 257} for i in range(257)
    }}, "channels": [f"c{i}" for i in range(128)]}
    with pytest.raises(ScenarioError) as caught:
        Scenario.from_dict(many)
    assert "there are 257 segments; at most 256 are possible" in str(caught.value)
    assert "there are 128 channels; at most 127 are possible" in str(caught.value)
