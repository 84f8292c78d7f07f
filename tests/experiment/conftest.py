"""A small experiment that runs in a moment, and ways to change and live it."""

from __future__ import annotations

from pathlib import Path

import pytest

SMALL = """\
id: small
title: A small experiment
question: Does talk sell?
scenario: first_lesson
set: {customers.n: 60}
weeks: 6
strategies: [shout, listen]
factors:
  mechanisms.word_of_mouth.contact_prob: {low: 0.05, high: 0.2}
  customers.network.neighbors: {levels: [2, 4, 6]}
  mechanisms.word_of_mouth: {levels: [opinion_averaging, none]}
design: {kind: latin_hypercube, n: 8, seed: 3}
replications: 2
outcomes:
  - {name: units, firm: Nova, weeks: [2, 6]}
  - {name: satisfaction, firm: Nova, week: 6}
  - {name: market_share, firm: Nova, series: true}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path
