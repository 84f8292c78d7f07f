"""Prose that can run is run; maps, words and sizes are held to what is there."""

import json
import os
import re
import subprocess
import sys
import tomllib

import numpy as np
import pytest

from sim.scenario.json_schema import json_schema
from sim.terminal.program import BAD_INPUT, DEFECT, GOOD, INTERRUPTED, NOBODY_READS, REFUTED
from tests.odd import MARK, PARTS, with_tables
from tests.update import BASELINES, ROOT, baselines, map_text

README = (ROOT / "README.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "sim").rglob("*.py"))


def test_the_map_names_every_file():
    assert (ROOT / "sim" / "README.md").read_text(encoding="utf-8") == map_text(), (
        "the map is stale: python -m tests.update"
    )


def test_the_tables_of_the_model_description_are_fresh():
    text = (ROOT / "sim" / "ODD.md").read_text(encoding="utf-8")
    assert text == with_tables(text), "stale: python -m tests.update"
    assert {name for _, name, _ in MARK.findall(text)} == set(PARTS)


def test_the_links_of_the_model_description_lead_somewhere():
    text = (ROOT / "sim" / "ODD.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([^)#]+)\)", text))
    assert len(links) > 50
    assert [link for link in links if not (ROOT / "sim" / link).exists()] == []


def test_every_section_of_the_model_description_names_what_does_it():
    text = MARK.sub("", (ROOT / "sim" / "ODD.md").read_text(encoding="utf-8"))
    sections = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    assert len(sections) == 20
    assert [s.splitlines()[0] for s in sections if "](" not in s] == []


def test_the_shipped_schema_is_fresh():
    written = json.loads((ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(json_schema())), "stale: python -m tests.update"


def test_baselines_moved_only_on_purpose():
    golden = json.loads(BASELINES.read_text(encoding="utf-8"))
    now = baselines()
    assert set(now) == set(golden), "stale: python -m tests.update"
    for scenario, strategies in golden.items():
        for strategy, outcomes in strategies.items():
            for outcome, values in outcomes.items():
                np.testing.assert_allclose(
                    np.array(now[scenario][strategy][outcome], dtype=float),
                    np.array(values, dtype=float), rtol=1e-9,
                    err_msg=f"{scenario} {strategy} {outcome} moved",
                )


def test_the_readme_python_block_runs():
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block], capture_output=True, text=True, cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Nova" in done.stdout


def test_the_page_on_extending_runs(tmp_path):
    """Its command, then its Python in one program; a block that begins with a file's name is it."""
    text = (ROOT / "sim" / "extending.md").read_text(encoding="utf-8")
    prose = [line for line in text.splitlines() if not line.startswith("|")]
    assert max(map(len, prose)) <= 100

    def call(*words):
        done = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, cwd=tmp_path, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    (command,) = re.findall(r"```sh\ncounterpoise (.*)\n```", text)
    call("-m", "sim", *command.split())
    program = []
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        named = re.match(r"# (\w+\.py)\n", block)
        if named:
            (tmp_path / named[1]).write_text(block, encoding="utf-8")
        else:
            program.append(block)
    assert len(program) == 9
    told = call("-W", "error", "-c", "\n".join(program))
    assert "strangers" in told
    assert "3.99" in told
    assert "currency/week" in told


def test_the_readme_shows_what_its_first_run_prints(tmp_path):
    (shown,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-m", "sim", "run", "first_lesson", "--out", str(tmp_path / "run")],
        capture_output=True, text=True, encoding="utf-8", cwd=ROOT, check=False,
        env={**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    for part in shown.strip().split("\n\n"):
        # Outcomes are left out in between.
        for block in re.split(r"\n(?=\S.*\(\w+ of weeks)", part):
            assert block in done.stdout


def test_the_package_doctest_runs():
    done = subprocess.run(
        [sys.executable, "-m", "doctest", "-o", "ELLIPSIS", "sim/__init__.py"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )
    assert done.returncode == 0 and not done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("line", re.findall(r"^counterpoise ([^#\n]*)", README, re.MULTILINE))
def test_every_command_of_the_readme_exists(line):
    command, *words = line.split()
    done = subprocess.run(
        [sys.executable, "-m", "sim", command, "--help"], capture_output=True, text=True,
        cwd=ROOT, check=False,
    )
    assert done.returncode == 0, done.stderr
    for option in (word for word in words if word.startswith("--")):
        assert option in done.stdout


def test_the_readme_names_exit_codes_and_variables():
    (line,) = re.findall(r"^Exit codes: .*?(?=A scenario file)", README, re.MULTILINE | re.DOTALL)
    codes = {GOOD, REFUTED, BAD_INPUT, DEFECT, INTERRUPTED, NOBODY_READS}
    assert {int(code) for code in re.findall(r"\b\d+\b", line)} == codes
    read = {name for file in SOURCES
            for name in re.findall(r"\bCOUNTERPOISE_[A-Z]+\b", file.read_text(encoding="utf-8"))}
    assert read
    assert {name for name in read if f"`{name}" not in README} == set()


def test_extras_stand_beside_the_commands_that_need_them():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"^counterpoise (\w+) .*needs '\.\[(\w+)\]'", README, re.MULTILINE)
    assert dict(named) == {"optimize": "optimize", "calibrate": "calibrate"}
    assert {extra for _, extra in named} <= set(extras["optional-dependencies"])


def test_continuous_integration_calls_the_readme_test_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = "pip install --quiet --constraint constraints.txt --editable"
    assert pattern in script
    assert sum(pattern in line for line in README.splitlines()) == 1


@pytest.mark.parametrize("file", SOURCES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_files_are_short_and_speak_the_vocabulary(file):
    text = file.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    names = set(re.findall(r"\b(?:def|class)\s+(\w+)", text))
    forbidden = {"user", "kpi", "manager", "handler", "helper", "utils", "config"}
    for name in names:
        words = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))
        assert not words & forbidden, f"{name}: see sim/glossary.md"
    said = re.findall(r"(?i)(?<!lead )\b(?:users?|kpis?)\b", text)
    assert not said, "see sim/glossary.md: who is meant?"


@pytest.mark.parametrize(
    "file", sorted([*(ROOT / "tests").rglob("*.py"), *(ROOT / "experiments").rglob("*.py")]),
    ids=lambda f: f.relative_to(ROOT).as_posix(),
)
def test_files_beside_the_package_are_not_long_either(file):
    assert file.read_text(encoding="utf-8").count("\n") <= 500


def test_python_and_command_line_declare_one_version():
    from sim import __version__

    done = subprocess.run(
        [sys.executable, "-m", "sim", "--version"], capture_output=True, text=True, cwd=ROOT,
        check=False,
    )
    assert __version__ in done.stdout
