"""Runs commands in this process; small scenarios to run; a folder of their own to stand in."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.scenario.shipped import scenario_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("COUNTERPOISE_DEBUG", "FORCE_COLOR", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def call():
    """Run a command; what it ends with."""

    def run(*words):
        return CliRunner().invoke(app, [str(word) for word in words])

    return run


@pytest.fixture
def process():
    """Run a command as a process of its own."""

    def run(*words, **options):
        return subprocess.run(
            [sys.executable, "-m", "sim", *map(str, words)], env=environment(),
            capture_output=True, text=True, timeout=100, check=False, **options,
        )

    return run


def environment(**more):
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def small_copy(folder, name, **changes):
    """A small copy of the first lesson, with some settings written anew."""
    text = (scenario_folder() / "first_lesson.yaml").read_text(encoding="utf-8")
    text = text.partition("\nlesson:\n")[0] + "\n"  # its weeks are too many for so short a run
    text = text.replace("id: first_lesson", f"id: {name}").replace("n: 1000", "n: 60")
    # So few customers have something to tell each other only if enough of them know the firms.
    text = text.replace("initial_awareness: 0.1", "initial_awareness: 0.5")
    text = text.replace("weeks: 78", "weeks: 12").replace("weeks: [53, 78]", "weeks: [5, 12]")
    text = re.sub(r"  - id: shouting_sells_first\n(    .*\n)+", "", text)
    text = text.replace("at_least: 1.0", "at_least: 0.3")  # in so few weeks shouting sells more
    for setting, value in changes.items():
        old = re.search(rf"\b{setting}: .*", text)
        assert old
        text = text.replace(old[0], f"{setting}: {value}", 1)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def scenario(tmp_path):
    """Write a small scenario to run."""
    return functools.partial(small_copy, tmp_path)
