"""Codes such as M11, C16, A2 and B4 lead to an entry, and each entry is used."""

import re

import pytest

from sim.laws.base import laws
from sim.replications.base import replications
from tests.update import ROOT

PAGES = {name: (ROOT / "sim" / name).read_text(encoding="utf-8")
         for name in ("sources.md", "science.md")}
ENTRIES = re.findall(r"^- \*\*([ABCM]\d{1,2})\b", "\n".join(PAGES.values()), re.MULTILINE)
ARTICLES = re.findall(r"^- \*\*([A-Z])\*\*", PAGES["sources.md"], re.MULTILINE)
CODE = re.compile(r"(?<![\w.#-])([ABCM])(\d{1,2})\b(?:(?:-| to )\1(\d{1,2})\b)?")
FILES = [
    file for folder in ("sim", "scenarios", "experiments", "tests")
    for file in sorted((ROOT / folder).rglob("*"))
    if file.suffix in {".py", ".yaml", ".md"} and file.name not in {*PAGES, "test_sources.py"}
]


def codes(text):
    """Every code in a text, ranges such as A2-A5 or M01 to M33 written out."""
    found = set()
    for letter, first, last in CODE.findall(text):
        wide = f"0{len(first)}" if letter in "CM" else ""
        found |= {f"{letter}{n:{wide}}" for n in range(int(first), int(last or first) + 1)}
    return found


def texts(*folders):
    return {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in FILES
        if file.relative_to(ROOT).parts[0] in folders
    }


def test_ranges_of_codes_are_written_out():
    assert codes("A2-A4, M09 to M11; C16: 71%") == {
        "A2", "A3", "A4", "M09", "M10", "M11", "C16",
    }


def test_every_code_has_an_entry():
    assert len(ENTRIES) == len(set(ENTRIES))
    unknown = {
        name: codes(text) - set(ENTRIES)
        for name, text in texts("sim", "scenarios", "experiments").items()
    }
    assert {name: missing for name, missing in unknown.items() if missing} == {}


def test_every_entry_is_used():
    # B numbers known results, each of which has its replication; A12 is held by tests of networks.
    used = set().union(*map(codes, texts("sim", "scenarios", "experiments", "tests").values()))
    assert set(ENTRIES) - used == set()


def test_nothing_points_to_documents_that_are_not_here():
    here = {file.name.lower() for file in (*ROOT.glob("*.md"), *FILES)} | set(PAGES)
    named = {
        (file, page) for file, text in texts("sim", "scenarios", "experiments").items()
        for page in re.findall(r"\b(\w+\.md)\b", text)
    }
    assert {(file, page) for file, page in named if page.lower() not in here} == set()


@pytest.mark.parametrize(("page", "letters"), [("sources.md", "MC"), ("science.md", "ABC")])
def test_codes_are_looked_for_in_the_page_that_has_them(page, letters):
    pattern = re.compile(rf"\b{page} ([A-Z])\d*\b", re.IGNORECASE)
    asked = {letter for text in texts("sim", "scenarios", "experiments").values()
             for letter in pattern.findall(text)}
    assert asked <= {*letters, "P"}  # "Part C"


def test_sources_of_scenarios_are_articles():
    lines = "\n".join(texts("scenarios").values())
    letters = re.findall(r"^ +(?:source: |- )\"?([A-Z])(?=[,:\n\"])", lines, re.MULTILINE)
    assert len(letters) > 100
    assert set(letters) <= set(ARTICLES)


@pytest.mark.parametrize("source", [
    *(one.source for one in laws().values()), *(one.source for one in replications().values()),
])
def test_publications_of_laws_and_replications_are_listed(source):
    listed = re.split(r"\n- ", PAGES["science.md"].partition("## Publications")[2])
    for authors, year in re.findall(r"([^;:()]+) \((\d{4})\)", source):
        last = re.split(r",? and ", authors)[-1].split()[-1]
        assert any(last in one and f"({year}" in one for one in listed), f"{authors} ({year})"


def test_every_case_names_a_shipped_scenario():
    for entry in re.findall(r"^- \*\*C\d\d\*\*(.*?)(?=^-|^$)", PAGES["sources.md"], re.M | re.S):
        named = re.findall(r"`(\w+)`", entry)
        assert named
        assert all((ROOT / "scenarios" / f"{name}.yaml").exists() for name in named)


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_short(page):
    lines = PAGES[page].splitlines()
    assert len(lines) <= 400
    assert max(map(len, lines)) <= 100
