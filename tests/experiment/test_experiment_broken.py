"""Every mistake in an experiment file is one clear line, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from sim import load_scenario
from sim.experiment.loader import load_experiment
from sim.scenario.faults import FaultyScenarioError
from tests.experiment.conftest import SMALL

BROKEN = Path(__file__).with_name("broken_experiments.txt").read_text(encoding="utf-8")


@dataclass
class Mistake:
    name: str
    text: str
    told: list[str]


def mistakes() -> list[Mistake]:
    _, *blocks = BROKEN.split("\n== ")
    found = []
    for block in blocks:
        name, *lines = block.rstrip("\n").split("\n")
        text, out = SMALL, ""
        told = [line[2:] for line in lines if line.startswith(">")]
        into = ""
        for line in [*lines, "-"]:
            if line.startswith("-") and into:
                text, out, into = changed(text, out, into), "", ""
            if line.startswith("-"):
                out += line[1:] + "\n"
            elif line.startswith("+"):
                into += line[1:] + "\n"
        if out.strip():
            text = changed(text, out.removesuffix("\n"), "")
        found.append(Mistake(name, text, told))
    return found


def changed(text: str, out: str, into: str) -> str:
    assert text.count(out) == 1, out
    return text.replace(out, into)


def refused(path: Path, text: str) -> FaultyScenarioError:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultyScenarioError) as caught:
        load_experiment(path)
    return caught.value


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_in_one_line(mistake: Mistake, small: Path) -> None:
    faults = refused(small, mistake.text).faults
    told = [f"{fault.line}:{fault.column}: {fault.message}" for fault in faults]
    assert len(told) == len(mistake.told), told
    for message, start in zip(told, mistake.told, strict=True):
        assert message.startswith(start), told
        assert "\n" not in message


def test_there_are_many_kinds_of_mistakes() -> None:
    assert len(mistakes()) >= 20


def test_all_mistakes_are_told_together_with_their_lines(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SMALL.replace("weeks: 6\n", "weeks: 0\n").replace("Nova, week: 6", "Novo, week: 6")
    small.write_text(text.replace("high: 0.2}", "high: 2}"), encoding="utf-8")
    monkeypatch.chdir(small.parent)
    with pytest.raises(FaultyScenarioError) as caught:
        load_experiment("small.yaml")
    lines = str(caught.value).split("\n")
    assert [line.split(":")[1] for line in lines if line.startswith("small.yaml")] == [
        "6", "9", "16",
    ]
    assert lines[-1] == "3 problems in small.yaml; nothing was run."
    assert sum(line.strip("| ") == "^" for line in lines) == 3


def test_lists_say_what_is_wrong_with_their_file(small: Path) -> None:
    head, _ = SMALL.split("factors:\n")
    tail = SMALL.split("seed: 3}\n")[1]
    small.write_text(head + "design: {kind: list, file: rows.csv}\n" + tail, encoding="utf-8")
    rows = small.with_name("rows.csv")
    for content, told in (
        ("customers.n\n", "holds no combination"),
        ("customers.n,customers.n\n1,2\n", "two columns are called 'customers.n'"),
        ("customers.network.neighbors\n2,3\n", "line 2: 2 values for 1 columns"),
        ("customers.network.neighbors;weeks\n2;1,5\n", "';' separates its columns"),
        ("customers.network.neighbors,weeks\n2,\n", "line 2: 'weeks' is empty"),
        ("customers.network.neighbours\n2\n", "did you mean 'neighbors'?"),
        ("customers.network.neighbors\n2.5\n", "must be a whole number"),
        ("customers.network.neighbors\n" + "9" * 350 + "\n", "must be a whole number"),
    ):
        rows.write_text(content, encoding="utf-8")
        with pytest.raises(FaultyScenarioError, match=r"small\.yaml:8:28") as caught:
            load_experiment(small)
        assert told in str(caught.value)


@pytest.mark.parametrize("content", ["", "- a\n", "just words", "[" * 5000])
def test_what_is_no_experiment_is_refused(content: str, small: Path) -> None:
    assert len(refused(small, content).faults) == 1


def test_a_file_whose_name_cannot_be_an_id_is_to_be_renamed(small: Path) -> None:
    told = "must be the name of the file, and 'Umfrage 1' cannot be an id: give the file a name of"
    path = small.rename(small.with_name("Umfrage 1.yaml"))
    with pytest.raises(FaultyScenarioError, match=told):
        load_experiment(path)
    path.write_text("id: market\n", encoding="utf-8")
    with pytest.raises(FaultyScenarioError, match=told):
        load_scenario(path).document  # noqa: B018
