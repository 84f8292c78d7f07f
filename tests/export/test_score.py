"""Scores by hand, and estimates that cannot be scored: one clear line each."""

from __future__ import annotations

import gzip
import json
import math

import pandas as pd
import pytest
from lessons import sheet

from sim.errors import RunError
from sim.export import score as scoring
from sim.export.clv import export_clv
from sim.export.folder import digest, write
from sim.export.score import score


@pytest.fixture(scope="module")
def home(certain, tmp_path_factory):
    """Six customers who each buy 7 more units for 70."""
    made = export_clv(certain, horizon=7, futures=2, referrals=0)
    return write(made, certain, tmp_path_factory.mktemp("scored") / "clv")


def told(tmp_path, text):
    path = tmp_path / "estimates.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_scores_by_hand(home, tmp_path):
    (found,) = score(home, told(
        tmp_path,
        "quantity,key,estimate,low,high\npurchases,0,8,7,9\npurchases,1,5,4,6\n"
        "purchases,2,10,,\npurchases,3,,,\n",
    ))
    assert (found.quantity, found.unit, found.asked, found.answered) == ("purchases", "units", 6, 3)
    assert found.mean_truth == 7
    assert found.bias == pytest.approx((1 - 2 + 3) / 3)
    assert found.mean_absolute_error == pytest.approx(2)
    assert found.root_mean_square_error == pytest.approx(math.sqrt((1 + 4 + 9) / 3))
    assert found.coverage == 0.5
    assert math.isnan(found.rank_correlation)  # all truths are alike


@pytest.mark.parametrize(("low", "high", "covered"), [
    (6, 8, 1), (7, 9, 1), (5, 7, 1), (8, 9, 0), (4, 6, 0),
])
def test_an_interval_covers_from_its_low_to_its_high_end(home, tmp_path, low, high, covered):
    text = f"quantity,key,estimate,low,high\npurchases,0,7,{low},{high}\n"
    assert score(home, told(tmp_path, text))[0].coverage == covered


def test_ranks_and_the_truth_itself(lesson_setting, tmp_path):
    made = export_clv(lesson_setting, horizon=8, futures=3, referrals=0)
    home = write(made, lesson_setting, tmp_path / "clv")
    answers = sheet(made, "truth", "answers")
    perfect = answers.rename(columns={"truth": "estimate"})
    for one in score(home, perfect):
        assert (one.bias, one.mean_absolute_error, one.answered) == (0.0, 0.0, one.asked)
    rank = {one.quantity: one.rank_correlation for one in score(home, perfect)}
    assert rank["purchases"] == pytest.approx(1)
    turned = perfect.assign(estimate=-perfect["estimate"])
    assert score(home, turned)[0].rank_correlation == pytest.approx(-1)


def test_questions_filled_in_are_estimates(home, tmp_path):
    questions = pd.read_csv(home / "data" / "questions.csv")
    questions["estimate"] = questions["quantity"].map({"revenue": 70.0})
    questions.to_csv(tmp_path / "filled.csv", index=False)
    (found,) = score(home, tmp_path / "filled.csv")
    assert (found.quantity, found.bias, found.answered) == ("revenue", 0.0, 6)


@pytest.mark.parametrize(("text", "said"), [
    ("quantity,key\npurchases,0\n", "no column estimate"),
    ("quantity,key,estimate\npurchase,0,1\n", "nobody asked for 'purchase'; did you mean"),
    ("quantity,key,estimate\npurchases,77,1\n", "purchases of 77: nobody asked for it"),
    ("quantity,key,estimate\npurchases,0,1\npurchases,0,2\n", "purchases of 0: it is estimated"),
    ("quantity,key,estimate\npurchases,0,many\n", "row 1: estimate 'many' is no finite number"),
    ("quantity,key,estimate\npurchases,0,inf\n", "row 1: estimate 'inf' is no finite number"),
    ("quantity,key,estimate,low,high\npurchases,0,1,3,2\n", "low is above high"),
    ("quantity,key,estimate,low\npurchases,0,1,3\n", "low and high go together"),
    ("quantity,key,estimate\npurchases,0,\n", "there is no estimate in it"),
    ("", "cannot be read as CSV"),
    ('quantity,key,estimate\n"purchases,0,1\n', "cannot be read as CSV"),
])
def test_estimates_that_cannot_be_scored(home, tmp_path, text, said):
    with pytest.raises(RunError, match=said) as caught:
        score(home, told(tmp_path, text))
    assert len(str(caught.value).splitlines()) == 1


def test_files_that_are_not_there(home, tmp_path):
    with pytest.raises(RunError, match="no such file of estimates"):
        score(home, tmp_path / "nothing.csv")
    with pytest.raises(RunError, match="not a folder that `export` wrote"):
        score(tmp_path, told(tmp_path, ""))
    (tmp_path / "columns.csv").touch()
    with pytest.raises(RunError, match="have no truth to score against; export as clv"):
        score(tmp_path, told(tmp_path, ""))


def test_an_export_that_was_changed_is_not_scored(certain, tmp_path):
    made = export_clv(certain, horizon=7, futures=2, referrals=0)
    home = write(made, certain, tmp_path / "clv")
    estimates = told(tmp_path, "quantity,key,estimate\npurchases,0,1\n")
    answers, manifest = home / "truth" / "answers.csv", home / "manifest.json"
    before = answers.read_text(encoding="utf-8")
    answers.write_text(before.replace("7.0", "8.0"), encoding="utf-8")
    with pytest.raises(RunError, match="the truth was changed after the export"):
        score(home, estimates)
    answers.unlink()
    with pytest.raises(RunError, match="the truth is missing"):
        score(home, estimates)
    data = json.loads(manifest.read_text(encoding="utf-8"))
    for wrong, said in (
        ({**data, "version": 2}, "its format is 2"), ({**data, "format": "x"}, "not a folder that"),
        ({}, "damaged"), ([], "damaged"), ({**data, "files": 5}, "damaged"),
        ({**data, "files": []}, "damaged"),
    ):
        manifest.write_text(json.dumps(wrong), encoding="utf-8")
        with pytest.raises(RunError, match=said):
            score(home, estimates)


@pytest.mark.parametrize("content", [
    b"", b"a,b\n1,2\n", b"\xff\xfe", b"quantity,key,truth,unit\npurchases,0,many,units\n",
])
def test_the_truth_of_a_stranger_is_told_in_one_line(certain, tmp_path, content):
    made = export_clv(certain, horizon=7, futures=2, referrals=0)
    home = write(made, certain, tmp_path / "clv")
    answers, manifest = home / "truth" / "answers.csv", home / "manifest.json"
    answers.write_bytes(content)
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["files"]["truth/answers.csv"] = digest(answers)
    manifest.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(RunError, match="this is no truth that `export` wrote; export again"):
        score(home, told(tmp_path, "quantity,key,estimate\npurchases,0,1\n"))


def test_estimates_that_are_packed_large_or_no_text(home, tmp_path, monkeypatch):
    text = b"quantity,key,estimate\npurchases,0,1\n"
    packed, odd = tmp_path / "estimates.csv.gz", tmp_path / "odd.csv"
    packed.write_bytes(gzip.compress(text))
    odd.write_bytes(text + b"\xff\n")
    for path in (packed, odd):
        with pytest.raises(RunError, match="this is not UTF-8 text; save it as CSV in UTF-8"):
            score(home, path)
    monkeypatch.setattr(scoring, "MOST_BYTES", 10)
    with pytest.raises(RunError, match="the file is larger than 100 MB"):
        score(home, told(tmp_path, text.decode()))
