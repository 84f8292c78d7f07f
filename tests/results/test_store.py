"""The run folder: complete or absent, restored bit for bit, and clear about what is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from sim import load_scenario, run
from sim.errors import RunError
from sim.results.run import RunResult
from sim.results.store import load, next_folder, save
from sim.results.summary import summary_data
from sim.results.text import claim_unit, data_unit
from sim.scenario.schema import Claim

FILES = {
    "scenario/first_lesson.yaml", "resolved.json", "manifest.json", "firms.parquet",
    "offers.parquet", "market.parquet", "summary.json", "report.html",
}


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run(
        "first_lesson", replications=2, weeks=6, workers=1, overrides={"customers.n": 150}
    )


@pytest.fixture(scope="module")
def saved(result, tmp_path_factory) -> Path:
    return save(result, tmp_path_factory.mktemp("runs") / "one")


@pytest.fixture
def folder(saved, tmp_path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "copy"))


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_folder_holds_everything(saved):
    assert set(contents(saved)) == FILES
    assert [path.name for path in saved.parent.iterdir()] == ["one"]


def test_loaded_run_equals_the_saved_one_bit_for_bit(result, saved):
    loaded = load(saved)
    assert loaded.series.keys() == result.series.keys()
    for name, values in result.series.items():
        assert loaded.series[name].dtype == values.dtype
        assert loaded.series[name].shape == values.shape
        known = np.isfinite(values)
        assert np.array_equal(np.isfinite(loaded.series[name]), known)
        assert loaded.series[name][known].tobytes() == values[known].tobytes()
    assert loaded.provenance == result.provenance
    assert loaded.scenario.text == result.scenario.text
    assert loaded.scenario.overrides == result.scenario.overrides
    assert (loaded.strategies, loaded.seed) == (result.strategies, result.seed)
    assert (loaded.replications, loaded.weeks) == (result.replications, result.weeks)
    assert loaded.firms.equals(result.firms) and loaded.market.equals(result.market)
    assert loaded.offers.equals(result.offers)


def test_a_result_saves_and_loads_itself(result, saved, tmp_path):
    home = result.save(str(tmp_path / "runs" / "own"))
    assert home == tmp_path / "runs" / "own"
    assert contents(home) == contents(saved)
    loaded = RunResult.load(str(home))
    assert loaded.series.keys() == result.series.keys()
    assert all(
        np.array_equal(loaded.series[name], values, equal_nan=True)
        for name, values in result.series.items()
    )
    assert loaded.provenance == result.provenance
    with pytest.raises(RunError, match="something stands there already"):
        loaded.save(home)
    with pytest.raises(RunError, match="there is no such run folder"):
        RunResult.load(tmp_path / "nowhere")


def test_saving_again_writes_the_same_bytes(result, saved, tmp_path):
    assert contents(save(result, tmp_path / "again")) == contents(saved)
    assert contents(save(load(saved), tmp_path / "loaded")) == contents(saved)


def test_scenario_is_kept_byte_for_byte(result, tmp_path):
    source = result.scenario.path.read_bytes().replace(b"\n", b"\r\n")
    home = tmp_path / "windows"
    home.mkdir()
    (home / "first_lesson.yaml").write_bytes(b"\xef\xbb\xbf" + source)
    kept = save(run(home / "first_lesson.yaml", replications=1, weeks=1, workers=1), tmp_path / "r")
    assert (kept / "scenario/first_lesson.yaml").read_bytes() == b"\xef\xbb\xbf" + source
    assert load(kept).weeks == 1


def test_scenario_changed_after_the_run_is_kept_as_it_ran(tmp_path):
    path = tmp_path / "first_lesson.yaml"
    text = load_scenario("first_lesson").text
    path.write_text(text, encoding="utf-8")
    ran = run(path, replications=1, weeks=1, workers=1)
    path.write_text(text.replace("price: 60", "price: 70"), encoding="utf-8")
    kept = save(ran, tmp_path / "run")
    assert (kept / "scenario/first_lesson.yaml").read_text(encoding="utf-8") == text


def test_network_file_is_kept(tmp_path):
    text = load_scenario("first_lesson").text
    kind = "{kind: watts_strogatz, neighbors: 8, rewiring_prob: 0.1}"
    home = tmp_path / "home"
    (home / "ties").mkdir(parents=True)
    (home / "ties/small.csv").write_text("source,target\n0,1\n1,2\n2,3\n", encoding="utf-8")
    changed = text.replace(kind, "{file: ties/small.csv}").replace("n: 1000", "n: 4")
    (home / "first_lesson.yaml").write_text(changed, encoding="utf-8")
    ran = run(home / "first_lesson.yaml", replications=1, weeks=2, workers=1)
    kept = save(ran, tmp_path / "run")
    (home / "ties/small.csv").write_text("source,target\n0,1\n", encoding="utf-8")
    with pytest.raises(RunError, match="a network file or one of customers changed after the run"):
        save(ran, tmp_path / "late")
    shutil.rmtree(home)
    with pytest.raises(RunError, match=r"no such file .*; mend that and run again"):
        save(ran, tmp_path / "too late")
    assert {path.name for path in tmp_path.iterdir()} == {"run"}
    assert load(kept).scenario.document.customers.network.file == "ties/small.csv"
    (kept / "scenario/ties/small.csv").write_text("source,target\n0,1\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"small\.csv: the file is damaged or was changed"):
        load(kept)


def test_scenario_made_in_python_is_kept(tmp_path):
    from sim import Scenario

    made = Scenario.from_dict(load_scenario("first_lesson").raw)
    loaded = load(save(run(made, replications=1, weeks=1, workers=1), tmp_path / "run"))
    assert loaded.scenario.document == made.document


def test_parquet_says_units(saved):
    schema = pyarrow.parquet.read_schema(saved / "firms.parquet")
    assert schema.field("revenue").metadata[b"unit"] == b"currency/week"
    assert json.loads(schema.metadata[b"units"])["market_share"] == "share of units"
    assert schema.metadata[b"currency"] == b"euro"
    names = ["run", "strategy", "replication", "week", "firm"]
    assert schema.names[:5] == names
    assert "concentration" in pyarrow.parquet.read_schema(saved / "market.parquet").names


def test_summary_is_plain_json_without_nan(result, saved):
    data = summary_data(result)
    assert json.loads((saved / "summary.json").read_bytes()) == data
    json.dumps(data, allow_nan=False)
    assert data["claims"][0]["verdict"] == "not run"
    assert data["claims"][0]["value"] is None
    rows = [row for row in data["outcomes"] if row["outcome"] == "units"]
    assert {(row["strategy"], row["firm"]) for row in rows} == {
        (strategy, firm) for strategy in ("shout", "listen") for firm in ("Nova", "Orbit")
    }
    assert data["baseline"] == "shout" and data["answer"].endswith(".")


def test_data_do_not_call_a_share_percentage_points(result):
    claim = Claim(
        id="c", text="t", outcome="market_share", firm="Nova", strategy="listen", by="difference",
        against="shout", at_least=0.02,
    )
    assert claim_unit(result, claim) == "percentage points"  # where it is shown times 100
    assert data_unit(result, claim) == "share of units"
    ratio = claim.model_copy(update={"by": "ratio"})
    assert data_unit(result, ratio) == claim_unit(result, ratio)


def test_resolved_scenario_is_kept_by_strategy(saved):
    resolved = json.loads((saved / "resolved.json").read_bytes())
    offers = {name: world["firms"]["Nova"]["offers"] for name, world in resolved.items()}
    assert offers["shout"]["nova_box"]["advertising"] == 200
    assert offers["listen"]["nova_box"]["advertising"] == 100
    assert resolved["listen"]["customers"]["n"] == 150


@pytest.mark.parametrize("stage", [
    "sim.report.html.render", "sim.results.store.summary_data", "sim.results.store._manifest",
])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_failure_in_the_middle_leaves_nothing(result, tmp_path, monkeypatch, stage, error):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(stage, fail)
    with pytest.raises(RunError if isinstance(error, OSError) else KeyboardInterrupt):
        save(result, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_empty_folder_is_taken_and_a_full_one_refused(result, tmp_path):
    empty, full, file = tmp_path / "empty", tmp_path / "full", tmp_path / "file"
    empty.mkdir()
    full.mkdir()
    (full / "precious.txt").write_text("mine", encoding="utf-8")
    file.write_text("mine", encoding="utf-8")
    assert load(save(result, empty)).weeks == 6
    for taken in (full, file, empty):
        with pytest.raises(RunError, match="something stands there already"):
            save(result, taken)
    assert (full / "precious.txt").read_text(encoding="utf-8") == "mine"


def test_folders_are_numbered(tmp_path):
    base = tmp_path / "runs"
    assert next_folder(base, "a").name == "a-001"
    for name in ("a-001", "a-007", "a-x", "ab-009", "a-008.partial"):
        (base / name).mkdir(parents=True)
    assert next_folder(base, "a") == base / "a-008"
    assert next_folder(base, "ab").name == "ab-010"
    assert next_folder(base, "b").name == "b-001"


def one_line(folder: Path) -> str:
    with pytest.raises(RunError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_missing_and_foreign_folders_are_refused(tmp_path, folder):
    assert "there is no such run folder" in one_line(tmp_path / "nowhere")
    assert "not a run folder (no manifest.json)" in one_line(tmp_path)
    (folder / "manifest.json").write_text('{"format": "else"}', encoding="utf-8")
    assert "another program wrote this" in one_line(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"format": "counterpoise run"}',
                                     b"[" * 100_000])
def test_broken_manifest_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    assert "manifest.json" in one_line(folder)


@pytest.mark.parametrize(("key", "value"), [
    ("scenario", "../../etc"), ("scenario", ["a"]), ("scenario", "a" * 1000),
    ("seed", "0"), ("seed", -1), ("seed", 10**30), ("replications", 3), ("replications", -2),
    ("replications", 0), ("replications", 10**9), ("weeks", True), ("weeks", -6),
    ("strategies", "shout"), ("strategies", ["other"]), ("strategies", ["shout"]),
    ("strategies", [{}, []]), ("strategies", ["shout", "shout"]), ("strategies", []),
    ("overrides", []), ("overrides", {"": {}}), ("run_id", None), ("run_id", {}),
    ("engine", None), ("engine", 5), ("scenarios", None), ("scenarios", {}),
    ("versions", None), ("versions", 5), ("versions", {"python": 3}), ("commit", None),
    ("commit", 5), ("mechanisms", None), ("mechanisms", "some"), ("mechanisms", {"a/b": {}}),
    ("mechanisms", {"a/b": {"strategies": [1], "cites": []}}),
    ("mechanisms", {"a/b": {"strategies": [], "cites": 5}}),
    ("engine", "\ud800"),
])
def test_changed_manifest_is_refused_or_harmless(folder, key, value):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    if value is None:
        del manifest["provenance"][key]
    else:
        manifest["provenance"][key] = value
    path.write_text(json.dumps(manifest), encoding="utf-8")
    told = one_line(folder)
    assert "damaged" in told or "this version cannot read the scenario" in told


def test_negative_counts_do_not_cancel(folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["provenance"] |= {"replications": -2, "weeks": -6}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "manifest.json: the file is damaged" in one_line(folder)


@pytest.mark.parametrize(("part", "value"), [
    ("outcomes", {}), ("outcomes", []), ("outcomes", {"per": []}), ("outcomes", {"per": "market"}),
    ("outcomes", {"unit": None}), ("outcomes", None), ("firms", ["Nova", "Nova"]),
    ("firms", [{}]), ("firms", 5), ("offers", ["nova_box"]), ("offers", 5), ("files", []),
    ("files", {"scenario/first_lesson.yaml": 5}), ("provenance", []),
], ids=str)
def test_changed_parts_of_a_manifest_are_refused(folder, part, value):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    if part == "outcomes" and value:
        manifest[part]["units"].update(value)
    elif part == "outcomes" and value is None:
        del manifest[part]["units"]
    else:
        manifest[part] = value
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "manifest.json: the file is damaged" in one_line(folder)


def test_some_outcomes_of_power_are_not_enough(folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    del manifest["outcomes"]["power_exit"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "manifest.json: the file is damaged" in one_line(folder)


@pytest.mark.parametrize("values", [
    lambda n: ["text"] * n, lambda n: [[1.0]] * n, lambda n: [{"a": 1.0}] * n,
    lambda n: [b"\xff"] * n, lambda n: [None] * n, lambda n: [True] * n, None,
], ids=["text", "lists", "structs", "binary", "nothing", "truth", "twice"])
def test_a_column_that_holds_no_numbers_is_refused(folder, values):
    import hashlib

    path = folder / "firms.parquet"
    table = pyarrow.parquet.read_table(path)
    if values is None:
        table = table.append_column("units", table["units"])
    else:
        at = table.column_names.index("units")
        table = table.set_column(at, "units", [values(len(table))])
    pyarrow.parquet.write_table(table, path)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "firms.parquet: the file is damaged" in one_line(folder)


def test_newer_format_is_refused(folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes()) | {"version": 2}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "the format is version 2" in one_line(folder)


@pytest.mark.parametrize("name", ["firms.parquet", "market.parquet", "scenario/first_lesson.yaml"])
def test_missing_or_changed_file_is_refused(folder, name):
    path = folder / name
    content = path.read_bytes()
    path.write_bytes(content[:-20] + b" " + content[-19:])
    assert f"{path}: the file is damaged or was changed after the run" in one_line(folder)
    path.unlink()
    assert f"{path}: the file is missing" in one_line(folder)


def test_scenario_that_this_version_cannot_read_is_named(folder):
    import hashlib

    path = folder / "scenario/first_lesson.yaml"
    changed = path.read_bytes().replace(b"weeks: 78", b"weeks: 78\nnovelty: 1")
    path.write_bytes(changed)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["scenario/first_lesson.yaml"] = hashlib.sha256(changed).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert "this version cannot read the scenario" in one_line(folder)


def test_report_is_written_as_rendered(result, saved):
    from sim.report.html import render

    page = (saved / "report.html").read_text(encoding="utf-8")
    assert page == render(result)
    assert "150 customers" in page and "Changed for every strategy of this run" in page
