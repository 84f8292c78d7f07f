"""A sensitivity analysis from file to page, on a market small enough to live in a moment."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from sim.errors import RunError
from sim.experiment.loader import load_experiment
from sim.experiment.sweep import How, Stop
from sim.sensitivity.carry_out import carry_out
from sim.sensitivity.methods import Index, Indices
from sim.sensitivity.page import (
    as_data,
    beyond_one,
    finding,
    in_unit,
    page,
    verdict,
    verdicts_of_others,
)
from sim.sensitivity.page import rows as rows_of
from tests.cli.conftest import call, environment, place  # noqa: F401
from tests.experiment.test_experiment_kills import needs_kill, rows

SMALL = """\
id: small
title: A small experiment
question: Does talk sell?
scenario: first_lesson
set: {customers.n: 40}
weeks: 4
strategies: [shout, listen]
factors:
  mechanisms.word_of_mouth.contact_prob: {low: 0.05, high: 0.4}
  firms.Nova.offers.nova_box.initial_awareness: {low: 0.1, high: 0.9}
  firms.Nova.offers.nova_box.price: {low: 4, high: 8}
design: {kind: latin_hypercube, n: 2}
replications: 2
outcomes:
  - {name: units, firm: Nova}
  - {name: units, firm: Nova, series: true}
"""
GROUPED = SMALL.replace(
    "design:", "groups: {known: [mechanisms.word_of_mouth.contact_prob, "
    "firms.Nova.offers.nova_box.initial_awareness]}\ndesign:"
)
HERE = How(workers=1)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    path = folder / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    done = carry_out(load_experiment(path), "sobol", 8, folder / "out", how=HERE)
    assert done is not None
    return done


def numbers(found):
    """All numbers, without the place where they were found."""
    return {key: value for key, value in as_data(found).items() if key != "folder"}


def test_every_outcome_has_an_answer_and_weeks(found):
    assert [one.subject.strategy for one in found.answers] == [
        "shout", "listen", "listen − shout",
    ]
    assert found.rows == 8 * (3 + 2) and found.replications == 2
    for one in found.answers:
        assert one.indices.factors[2] == "firms.Nova.offers.nova_box.price"
        assert np.isfinite(one.chance.own_luck)
    for one in found.over_time:
        assert one.main.shape == (4, 3)
    # The price moves the first week's sales; tastes of nobody have changed by then.
    first = found.over_time[0].main[0]
    assert np.isfinite(first).all() and first[2] > 0.1


def test_the_difference_of_strategies_is_analyzed_run_by_run(found):
    shout, listen, gap = found.answers
    assert gap.mean == pytest.approx(listen.mean - shout.mean)


def test_the_page_and_the_numbers_are_whole(found):
    text = page(found)
    checker = HTMLParser()
    checker.feed(text)
    checker.close()
    assert "<script" not in text and not re.search(r'(?:src|href)="https?:', text)
    assert text.count("<svg") == 3 + 3
    for one in found.answers:
        assert verdict(one) in text
        assert one.indices.factors[0] in text
    data = json.loads(json.dumps(as_data(found), allow_nan=False))
    assert data["format"] == "counterpoise sensitivity" and len(data["answers"]) == 3
    first = data["answers"][0]["factors"][0]
    assert set(first["indices"]) == {"ST", "S1"}
    assert first["low"] <= first["value"] <= first["high"]


def test_a_stopped_analysis_goes_on_and_comes_to_the_same(found, small):
    folder, stop = small.parent / "out", Stop()

    def after_ten(finished, failed, seen=[0]):  # noqa: B006
        seen[0] += finished
        stop.asked = seen[0] >= 10

    study = load_experiment(small)
    assert carry_out(study, "sobol", 8, folder, how=HERE, stop=stop, progress=after_ten) is None
    there = rows(folder)
    assert 10 <= there < 160
    again = carry_out(study, "sobol", 8, folder, how=HERE)
    assert numbers(again) == numbers(found)


@needs_kill
def test_a_killed_analysis_goes_on_and_comes_to_the_same(found, small):
    folder = small.parent / "out"
    words = [sys.executable, "-m", "sim", "sensitivity", str(small), "--n", "8", "--out",
             str(folder), "--workers", "1", "--quiet"]
    driver = subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL)
    while rows(folder) < 8 and driver.poll() is None:
        time.sleep(0.01)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    assert not (folder / "sensitivity.json").exists()
    again = carry_out(load_experiment(small), "sobol", 8, folder, how=HERE)
    assert numbers(again) == numbers(found)


def test_groups_of_factors_are_analyzed_as_one(small):
    small.write_text(GROUPED, encoding="utf-8")
    done = carry_out(load_experiment(small), "morris", 4, small.parent / "out", how=HERE)
    assert done is not None and done.rows == 4 * (2 + 1)
    assert done.answers[0].indices.factors == ("known", "firms.Nova.offers.nova_box.price")
    assert "known" in page(done)
    with pytest.raises(RunError, match="efast cannot analyze groups; these can: sobol, morris"):
        carry_out(load_experiment(small), "efast", 516, small.parent / "other", how=HERE)


def test_a_setting_that_moves_nothing_is_said_so(small):
    text = SMALL.replace("name: units, firm: Nova}\n", "name: community_income}\n", 1)
    small.write_text(text.replace("  - {name: units, firm: Nova, series: true}\n", ""), "utf-8")
    done = carry_out(load_experiment(small), "morris", 4, small.parent / "out", how=HERE)
    assert all(one.indices.is_constant for one in done.answers)
    assert "none of these settings moves it" in page(done)
    json.dumps(as_data(done), allow_nan=False)


def test_the_command_says_what_matters_within_eighty_columns(call, small):  # noqa: F811
    ended = call("sensitivity", small, "--method", "morris", "--n", "6", "--workers", "1",
                 "--quiet", "--out", "out")
    assert ended.exit_code == 0, ended.output
    lines = ended.output.splitlines()
    assert max(map(len, lines)) <= 80, max(lines, key=len)
    assert "depends most on" in ended.output and "onverged" in ended.output
    assert (small.parent / "out" / "sensitivity.html").exists()
    again = call("sensitivity", small, "--method", "morris", "--n", "6", "--workers", "1",
                 "--quiet", "--out", "out", "--json")
    assert json.loads(again.stdout)["method"] == "morris"


def test_a_method_with_wide_tables_fits_as_well(call, small):  # noqa: F811
    ended = call("sensitivity", small, "--n", "4", "--workers", "1", "--quiet", "--out", "out")
    assert ended.exit_code == 0, ended.output
    assert max(map(len, ended.output.splitlines())) <= 80


@pytest.mark.parametrize(("words", "told"), [
    (("small.yaml", "--method", "sobl"), "no method is called 'sobl'; did you mean 'sobol'?"),
    (("smal.yaml",), "smal.yaml: there is no such file"),
    (("frist_lesson",), "there is neither a file nor a shipped experiment"),
    (("small.yaml", "--n", "1"), "--n"),
    (("small.yaml", "--out", "small.yaml"), "small.yaml"),
])
def test_mistakes_are_one_line(call, small, words, told):  # noqa: F811
    ended = call("sensitivity", *words, "--quiet")
    assert ended.exit_code == 2 and told in ended.output, ended.output
    assert "Traceback" not in ended.output


def test_an_outcome_without_a_value_is_left_out_and_the_others_are_not(call, small):  # noqa: F811
    own = "  - {name: units, firm: Nova}\n"
    text = SMALL.replace(own, own + "  - {name: stock_out_rate, firm: Nova}\n")
    text += "  - {name: stock_out_rate, firm: Nova, series: true}\n"
    small.write_text(text, encoding="utf-8")
    words = ("--method", "morris", "--n", "2", "--workers", "1", "--quiet")
    ended = call("sensitivity", small, *words, "--out", "out", "--json")
    assert ended.exit_code == 0, ended.output
    told = json.loads(ended.stdout)
    assert {one["outcome"] for one in told["answers"]} == {"units.Nova"}
    assert {one["outcome"] for one in told["over_time"]} == {"units.Nova:weekly"}
    assert "stock_out_rate.Nova under shout has no value in 32 runs" in told["left_out"]
    assert "No indices: stock_out_rate" in call("sensitivity", small, *words, "--out", "out").output
    html = (small.parent / "out" / "sensitivity.html").read_text(encoding="utf-8")
    assert "has no value in some runs of 4 weeks" in html


def test_nothing_but_outcomes_without_a_value_is_one_line(call, small):  # noqa: F811
    text = SMALL.replace("{name: units, firm: Nova}", "{name: stock_out_rate, firm: Nova}")
    small.write_text(text.replace("  - {name: units, firm: Nova, series: true}\n", ""), "utf-8")
    ended = call("sensitivity", small, "--method", "morris", "--n", "2", "--workers", "1",
                 "--quiet")
    assert ended.exit_code == 2
    assert "has no value in 32 runs: choose weeks in which it has one" in ended.output


def judged(answer, *, noisy=None, converged=False, try_n=512, total=0.5):
    """The same answer, known otherwise."""
    kinds = tuple(
        replace(kind, value=np.full_like(kind.value, total)) if kind.name == "ST" else kind
        for kind in answer.indices.kinds
    )
    luck = 0.0 if noisy is None else noisy / (1 - noisy) * 2
    return replace(
        answer, indices=replace(answer.indices, kinds=kinds),
        trust=replace(answer.trust, converged=converged, try_n=try_n),
        chance=replace(answer.chance, settings=1.0, own_luck=luck, n_replications=2),
    )


def test_how_sure_others_are_is_said_once_for_all_of_a_kind(found):
    shout, listen, gap = found.answers
    main = judged(gap)
    assert verdicts_of_others(main, [judged(shout), judged(listen, try_n=1024)]) == [
        "Not converged either: all others (try --n 1024)."
    ]
    assert verdicts_of_others(main, [judged(shout, converged=True), judged(listen)]) == [
        "Converged: units of Nova, under shout.",
        "Not converged either: units of Nova, under listen (try --n 512).",
    ]
    noisy = [judged(shout, noisy=0.3), judged(listen, noisy=0.5)]
    assert verdicts_of_others(main, noisy) == [
        "Not to be relied on: all others (30% to 50% is chance; try --replications 18)."
    ]
    assert verdicts_of_others(judged(gap, converged=True), [judged(shout, converged=True)]) == [
        "Converged too: units of Nova, under shout."
    ]
    assert verdicts_of_others(main, []) == []


def test_an_index_above_one_is_explained_where_there_is_one(found):
    answers = [judged(one) for one in found.answers[:2]]
    for one in answers:
        assert all(kind.name == "ST" or (kind.value <= 1).all() for kind in one.indices.kinds)
    assert beyond_one(answers) == ""
    answers[1] = judged(found.answers[1], total=1.4)
    assert beyond_one(answers).startswith("An index above 1 is sampling error: ")
    assert "An index above 1" in page(replace(found, answers=answers))
    assert "An index above 1" not in page(replace(found, answers=answers[:1]))


def test_the_command_says_not_converged_once(call, small):  # noqa: F811
    ended = call("sensitivity", small, "--n", "8", "--workers", "1", "--quiet", "--out", "out")
    told = " ".join(ended.output.split())
    assert told.count("· Units of Nova, under ") == 2
    assert told.count("onverged") + told.count("Not to be relied on") <= 3
    assert "all others" in told or told.count("units of Nova, under ") == 2


def test_large_indices_have_the_digits_that_their_width_allows_and_a_unit(found):
    sizes, widths = np.array([63_480.0, 1_170.4, 0.0]), np.array([15_563.0, 412.0, 0.0])
    kinds = tuple(Index(name, sizes, widths) for name in ("mu_star", "mu"))
    large = replace(found.answers[0], indices=Indices("morris", ("a.b", "a.c", "a.d"), kinds))
    assert rows_of(large) == [
        ("a.b", "63,000 ± 16,000", "63,000 ± 16,000"), ("a.c", "1,170 ± 410", "1,170 ± 410"),
        ("a.d", "0 ± 0", "0 ± 0"),
    ]
    assert finding(large).endswith("most on a.b (μ* 63,000 ± 16,000), then on a.c (1,170).")
    assert in_unit(large) == "μ* and μ in units"
    assert in_unit(replace(large, unit="0 to 1")) == "μ* and μ on the scale 0 to 1"
    shares = found.answers[0]
    assert in_unit(shares) == "" and all("±" in cell for cell in rows_of(shares)[0][1:])
