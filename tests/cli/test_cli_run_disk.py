"""A disk that is full is found out before anything runs, and costs no answer afterwards."""

from __future__ import annotations

import errno
import json
import shutil
from types import SimpleNamespace

import pytest

from sim import load_scenario, run
from sim.results.store import save, space_needed

FEW = ("--replications", "2", "--weeks", "4", "--workers", "1")


@pytest.fixture
def disk(monkeypatch):
    """Says how many bytes are free, and of which places that was asked."""
    asked = []

    def has(free):
        def usage(place):
            asked.append(place)
            if free is None:
                raise OSError(errno.ENOSYS, "Function not implemented")
            return SimpleNamespace(total=10**12, used=10**12 - free, free=free)

        monkeypatch.setattr(shutil, "disk_usage", usage)
        return asked

    return has


@pytest.fixture
def full_at_the_end(monkeypatch):
    def full(result, folder):
        (folder / "firms.parquet").write_bytes(b"as far as it went")
        raise OSError(errno.ENOSPC, "No space left on device", str(folder))

    monkeypatch.setattr("sim.results.store._write", full)


@pytest.mark.parametrize("words", [(), ("--out", "mine"), ("--json",)])
def test_too_small_a_disk_is_refused_before_anything_runs(
    call, place, scenario, disk, monkeypatch, words
):
    def ran(*_, **__):
        raise AssertionError("it ran")

    monkeypatch.setattr("sim.results.run.run", ran)
    asked = disk(40_000)
    ended = call("run", scenario("small"), *FEW, *words)
    assert ended.exit_code == 2 and not ended.stdout
    where = "mine" if "mine" in words else "runs"
    assert ended.stderr.startswith(f"{where}: what is to be kept needs about 0.25")
    assert "MB and the disk there has 0.04 MB free; make room, choose" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert [path.resolve() for path in asked] == [place if "mine" in words else place / "runs"]


@pytest.mark.parametrize("free", [200_000, None])
def test_a_disk_that_may_do_or_does_not_say_is_tried(call, place, scenario, disk, free):
    disk(free)
    assert call("run", scenario("small"), *FEW).exit_code == 0
    assert (place / "runs/small-001/manifest.json").is_file()


def test_several_runs_need_room_together(call, scenario, disk):
    disk(200_000)
    ended = call("run", scenario("one"), scenario("two"), *FEW, "--out", "both")
    assert ended.exit_code == 2 and "needs about 0.5" in ended.stderr


@pytest.mark.parametrize(("weeks", "replications"), [(4, 2), (26, 20), (52, 40)])
def test_the_estimate_is_near_what_a_folder_takes(tmp_path, weeks, replications):
    lesson = load_scenario("first_lesson", {"customers.n": 200})
    result = run(lesson, weeks=weeks, replications=replications, workers=1)
    folder = save(result, tmp_path / "run")
    takes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    needed = space_needed(lesson, result.strategies, replications, weeks)
    assert 0.5 * takes < needed < 2.0 * takes  # the latter is what a refusal allows for


def test_network_files_count_since_they_are_copied(tmp_path):
    ties = tmp_path / "ties.csv"
    ring = (f"{i},{i + 1}\n" for i in range(199))
    ties.write_text("source,target\n" + "".join(ring), encoding="utf-8")
    alone = load_scenario("first_lesson")
    text = alone.text.replace("id: first_lesson", "id: mine")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    tied = load_scenario(
        tmp_path / "mine.yaml",
        {"customers.network": {"file": "ties.csv"}, "customers.n": 200},
    )
    needed = [space_needed(one, ["listen"], 2, 4) for one in (alone, tied)]
    assert needed[1] - needed[0] == ties.stat().st_size


@pytest.mark.usefixtures("full_at_the_end")
@pytest.mark.parametrize("out", [(), ("--out", "mine")])
def test_tables_are_shown_though_nothing_can_be_kept(call, place, scenario, out):
    ended = call("run", scenario("small"), *FEW, *out)
    assert ended.exit_code == 2
    assert "2 replications" in ended.stdout and "not run" in ended.stdout
    assert "the run cannot be written: no space left on device" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not list((place / "runs").glob("*")) and not (place / "mine").exists()


@pytest.mark.usefixtures("full_at_the_end")
def test_json_holds_the_answer_and_why_it_is_not_kept(call, scenario):
    ended = call("run", scenario("small"), *FEW, "--json")
    told = json.loads(ended.stdout)
    assert ended.exit_code == 2 and "no space left on device" in ended.stderr
    assert told["folder"] is None and told["report"] is None
    assert "no space left on device" in told["error"]
    assert told["outcomes"] and told["claims"]


@pytest.mark.usefixtures("full_at_the_end")
def test_of_several_each_answer_is_told(call, scenario):
    ended = call("run", scenario("one"), scenario("two"), *FEW, "--json", "--out", "both")
    told = json.loads(ended.stdout)
    assert ended.exit_code == 2
    assert [(one["scenario"], bool(one["outcomes"])) for one in told] == [
        ("one", True), ("two", True),
    ]
    assert [line.split(":")[0] for line in ended.stderr.splitlines()] == ["one", "two"]
