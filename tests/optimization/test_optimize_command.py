"""A search from file to page, on a market small enough to live in a moment."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser

import numpy as np
import pytest

from sim import load_scenario, run
from sim.errors import RunError
from sim.experiment.loader import load_experiment
from sim.experiment.sweep import Stop
from sim.optimization import carry_out as carrying
from sim.optimization.carry_out import carry_out
from sim.optimization.keeping import Kept
from sim.optimization.page import as_data, page
from sim.optimization.words import circumstances
from sim.optimization.worlds import drawn
from tests.cli.conftest import call, environment, place  # noqa: F401

SMALL = """\
id: small
title: A small search
question: Which price, and how much advertising?
scenario: first_lesson
set: {customers.n: 40}
weeks: 4
factors:
  firms.Nova.offers.nova_box.initial_awareness: {low: 0.3, high: 0.9}
  mechanisms.word_of_mouth: {levels: [opinion_averaging, none]}
design: {kind: latin_hypercube, n: 4, seed: 2}
outcomes: [{name: units, firm: Nova}]
optimize:
  strategy: listen
  levers:
    firms.Nova.offers.nova_box.price: {low: 3, high: 9}
    firms.Nova.offers.nova_box.advertising: {low: 0, high: 200}
    firms.Nova.levers.support_capacity: {low: 0, high: 40}
  objectives:
    - {name: profit, firm: Nova}
  budget: {levers: [firms.Nova.offers.nova_box.advertising], at_most: 150}
  worlds: 3
"""
TWO_GOALS = SMALL.replace(
    "    - {name: profit, firm: Nova}\n",
    "    - {name: profit, firm: Nova}\n    - {name: units, firm: Nova, weeks: [2, 4]}\n",
)
TRIALS, FRESH = 20, 6


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def searched(path, folder, **further):
    further = {"trials": TRIALS, "fresh_worlds": FRESH, "workers": 1, **further}
    return carry_out(load_experiment(path), folder, **further)


@pytest.fixture(scope="module", params=[SMALL, TWO_GOALS], ids=["one goal", "two goals"])
def found(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("small")
    path = folder / "small.yaml"
    path.write_text(request.param, encoding="utf-8")
    done = searched(path, folder / "out")
    assert done is not None
    return done


def numbers(found):
    """All numbers, without the place where they were found."""
    return {key: value for key, value in as_data(found).items() if key != "folder"}


def written_as(found, path):
    path.write_text(found.study.text, encoding="utf-8")
    return path


def test_the_first_trial_is_the_scenario_as_it_is(found):
    first = found.trials[0]
    assert first.values.tolist() == [6.0, 100.0, 40.0]
    worlds = drawn(found.study, 3)
    for world, point in enumerate(worlds.points(0, "listen", 4, {})):
        scenario = load_scenario("first_lesson", {"customers.n": 40, **point.settings})
        single = run(scenario, replications=world + 1, weeks=4, workers=1, strategies=["listen"])
        assert first.answer[0, world] == single.values("profit", "listen", "Nova")[world]


def test_every_trial_keeps_ranges_and_budget(found):
    for one in found.trials:
        assert found.space.holds(one.values) and found.space.cost(one.values) <= 150
    assert len(found.trials) == TRIALS
    assert len({tuple(one.values.tolist()) for one in found.trials}) > TRIALS / 2


def test_the_front_is_lived_again_in_worlds_and_luck_of_their_own(found):
    searching, fresh = drawn(found.study, 3), drawn(found.study, FRESH, fresh=True)
    assert fresh.first == searching.markets
    assert not set(map(tuple, searching.cells)) & set(map(tuple, fresh.cells))
    assert found.chosen and found.chosen[0].trial in found.front
    for one in found.chosen:
        assert len(one.gains) == len(found.columns)
        for gain, sign in zip(one.gains, found.goals.signs, strict=True):
            assert gain.mean.n == FRESH
            assert gain.counted.value == pytest.approx(sign * (gain.value - gain.base))


def test_the_search_does_not_depend_on_workers_or_interruption(found, tmp_path):
    path, stop = written_as(found, tmp_path / "small.yaml"), Stop()

    def after(finished, failed, seen=[0]):  # noqa: B006
        seen[0] += finished
        stop.asked = seen[0] >= 10

    assert searched(path, tmp_path / "out", stop=stop, progress=after) is None
    kept = (tmp_path / "out" / "trials.jsonl").read_text(encoding="utf-8").splitlines()
    assert 3 <= len(kept) - 1 < TRIALS
    again = searched(path, tmp_path / "out", workers=2)
    assert numbers(again) == numbers(found)
    for name in ("trials.jsonl", "fresh.jsonl"):
        assert (again.folder / name).read_bytes() == (found.folder / name).read_bytes()


def test_answers_that_came_in_any_order_are_put_in_order(tmp_path):
    kept = Kept(tmp_path / "trials.jsonl", "one")
    combinations = [np.array([number, 0.5]) for number in (3.0, 1.0, 2.0, 0.0)]
    for values in combinations:
        kept.add(values, values[None, :])
    kept.put_in_order([combinations[2], combinations[0]])
    head, *lines = map(json.loads, kept.path.read_text(encoding="utf-8").splitlines())
    assert head["search"] == "one"
    assert [line["levers"][0] for line in lines] == [2.0, 3.0, 0.0, 1.0]
    assert Kept(kept.path, "one").get(combinations[3]).tolist() == [[0.0, 0.5]]


def test_a_killed_search_goes_on_and_comes_to_the_same(found, tmp_path):
    path = written_as(found, tmp_path / "small.yaml")
    trials = tmp_path / "out" / "trials.jsonl"
    words = [sys.executable, "-m", "sim", "optimize", str(path), "--trials", str(TRIALS),
             "--fresh-worlds", str(FRESH), "--out", str(trials.parent), "--workers", "1",
             "--quiet"]
    driver = subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL)
    while driver.poll() is None and not (
        trials.exists() and trials.read_bytes().count(b"\n") >= 4
    ):
        time.sleep(0.01)
    driver.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    driver.wait()
    with trials.open("ab") as file:
        file.write(b'{"levers": [6.0, 10')  # as if the power had failed
    assert numbers(searched(path, trials.parent)) == numbers(found)
    assert trials.read_bytes().count(b"\n") >= TRIALS * 0.8


def test_nothing_is_lived_twice(found, tmp_path):
    seen = []
    again = searched(written_as(found, tmp_path / "small.yaml"), found.folder,
                     progress=lambda finished, failed: seen.append(finished))
    assert seen == [] and numbers(again) == numbers(found)


def test_a_combination_that_fails_in_fresh_worlds_is_left_out(found, tmp_path):
    path, folder = written_as(found, tmp_path / "small.yaml"), tmp_path / "out"
    folder.mkdir()
    whole = found.chosen
    lines = (found.folder / "fresh.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "trials.jsonl").write_bytes((found.folder / "trials.jsonl").read_bytes())
    broken = json.loads(lines[2])  # after the head and the scenario as it is
    lines[2] = json.dumps({"levers": broken["levers"], "error": "no value"})
    (folder / "fresh.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    again = searched(path, folder)
    assert again.left_out == 1
    assert len(again.chosen) == len(whole) - 1
    assert "1 combination of the front left out" in circumstances(again)
    lines[1] = json.dumps({"levers": json.loads(lines[1])["levers"], "error": "no value"})
    (folder / "fresh.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(RunError, match="the scenario as it is fails in fresh worlds: no value"):
        searched(path, folder)


def test_a_folder_of_another_search_is_refused(found, tmp_path):
    path = written_as(found, tmp_path / "small.yaml")
    path.write_text(found.study.text.replace("customers.n: 40", "customers.n: 41"), "utf-8")
    with pytest.raises(RunError, match="holds another search"):
        searched(path, found.folder)


def test_the_page_and_the_numbers_are_whole(found):
    text = page(found)
    checker = HTMLParser()
    checker.feed(text)
    checker.close()
    assert "<script" not in text and not re.search(r'(?:src|href)="https?:', text)
    assert text.count("<svg") == 1 and "as it is" in text
    data = json.loads(json.dumps(as_data(found), allow_nan=False))
    assert data["format"] == "counterpoise optimization" and len(data["trials"]) == TRIALS
    assert data["chosen"][0]["gains"][0]["gain"]["value"] is not None


def test_a_gain_that_does_not_survive_is_said_so(found, monkeypatch):
    if len(found.columns) > 1:
        return
    from dataclasses import replace

    from sim.optimization.words import answer
    from sim.results.statistics import Estimate

    best = found.chosen[0]
    gain = replace(best.gains[0], counted=Estimate(1.0, -2.0, 4.0, 6))
    told = answer(replace(found, chosen=(replace(best, gains=(gain,)),)))
    assert "does not survive: in 6 fresh worlds with fresh luck it is 1 (-2 to 4)" in told
    assert "leave the levers alone" in told.lower()
    gain = replace(gain, counted=Estimate(3.0, 2.0, 4.0, 6))
    told = answer(replace(found, chosen=(replace(best, gains=(gain,)),)))
    assert told.startswith("Set price ") and "The gain survives" in told
    assert "nothing was better" in answer(replace(found, chosen=()))


def test_answers_are_kept_and_a_cut_line_is_taken_away(tmp_path):
    path = tmp_path / "trials.jsonl"
    kept = Kept(path, "one")
    kept.add(np.array([1.0, 0.1]), np.array([[1 / 3, 2.0]]))
    kept.add(np.array([2.0, 0.1]), "it broke")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"levers": [1')
    again = Kept(path, "one")
    assert again.get(np.array([1.0, 0.1])).tolist() == [[1 / 3, 2.0]]
    assert again.get(np.array([2.0, 0.1])) == "it broke"
    assert again.get(np.array([3.0, 0.1])) is None and len(again) == 2
    assert path.read_bytes() == whole
    path.write_bytes(b"anything\n")
    with pytest.raises(RunError, match="cannot be read"):
        Kept(path, "one")


def test_the_command_answers_within_eighty_columns(call, small):  # noqa: F811
    small.write_text(TWO_GOALS, encoding="utf-8")
    words = ("optimize", small, "--trials", "8", "--fresh-worlds", "3", "--workers", "1",
             "--quiet", "--out", "out")
    ended = call(*words)
    assert ended.exit_code == 0, ended.output
    assert max(map(len, ended.output.splitlines())) <= 80
    assert "as it is" in ended.output and "3 fresh worlds" in ended.output
    assert (small.parent / "out" / "optimization.html").exists()
    again = call(*words, "--json")
    assert len(json.loads(again.stdout)["trials"]) == 8


@pytest.mark.parametrize(("words", "told"), [
    (("smal.yaml",), "smal.yaml: there is no such file"),
    (("density",), "density.yaml: it asks for no search; add 'optimize'"),
    (("small.yaml", "--trials", "1"), "--trials"),
    (("small.yaml", "--out", "small.yaml"), "small.yaml: cannot be written"),
])
def test_mistakes_are_one_line(call, small, words, told):  # noqa: F811
    ended = call("optimize", *words, "--quiet")
    assert ended.exit_code == 2 and told in ended.output, ended.output
    assert "Traceback" not in ended.output


def test_without_optuna_the_command_says_what_to_install(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(RunError, match=r"pip install 'counterpoise\[optimize\]'"):
        searched(small, small.parent / "out")


def test_of_a_long_front_both_ends_are_lived_again():
    kept = carrying.spread_out(list(range(40)), 12)
    assert len(set(kept)) == 12 and kept[0] == 0 and kept[-1] == 39
