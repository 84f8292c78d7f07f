"""A lesson of a scenario is held to what exists, and every mistake in it is one clear line."""

from pathlib import Path

import pytest

from sim.scenario import load_scenario
from sim.scenario.faults import FaultyScenarioError

SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
LESSON = """
lesson:
  number: 1
  title: Who listens
  notes: Ask who listens.
  predict:
    prompt: How many percent more?
    outcome: listeners
    firm: Treo
    weeks: [27, 52]
    strategy: open
    by: ratio
    against: as_is
    unit: percent_change
  steps:
    - title: As it is
      text: Nobody listens.
      notes: Point at it.
      do: {strategy: as_is, until: 26}
    - title: It opens
      text: From then on.
      notes: Ask what changed.
      do: {set: {firms.Treo.levers.voice_openness: 0.9}}
  explain:
    text: It was listening.
    look_at:
      - {outcome: listeners, firm: Treo, why: It grows.}
      - {outcome: noise, why: It does not.}
    sources: [a book]
"""
FIRST = len(SMALL.splitlines()) + 1  # line of 'lesson:' in the file, counted from 1, less its blank

WRONG = [
    ("outcome: listeners\n    firm", "outcome: listners\n    firm", 7,
     "lesson.predict.outcome = 'listners': there is no such outcome; did you mean 'listeners'?"),
    ("firm: Treo\n    weeks", "firm: Trio\n    weeks", 8,
     "lesson.predict.firm = 'Trio': there is no firm 'Trio'; did you mean 'Treo'?"),
    ("weeks: [27, 52]", "weeks: [27, 53]", 9,
     "lesson.predict.weeks = [27, 53]: must be a first and a last week, in order, from 1 to 52"),
    ("strategy: open", "strategy: opne", 10,
     "lesson.predict.strategy = 'opne': must be one of 'as_is', 'open', 'quiet'; did you mean "
     "'open'?"),
    ("against: as_is", "against: open", 12,
     "lesson predict compares a strategy with itself"),
    ("    against: as_is\n", "", 5,
     "lesson predict needs exactly one baseline for its ratio: 'against', 'against_firm' or "
     "'against_weeks'; it has none"),
    ("unit: percent_change", "unit: outcome", 13,
     "lesson.predict.unit = 'outcome': a ratio is guessed in 'percent' or 'percent_change'"),
    ("by: ratio\n    against: as_is\n    unit: percent_change", "unit: percent_change", 11,
     "lesson.predict.unit = 'percent_change': only a ratio has it; write by: ratio, or another "
     "unit"),
    ("by: ratio\n    against: as_is\n    unit: percent_change", "unit: percent", 11,
     "lesson.predict.unit = 'percent': 'listeners' is counted in 1; write unit: outcome, or "
     "by: ratio"),
    ("do: {strategy: as_is, until: 26}", "do: {strategy: asis, until: 26}", 18,
     "lesson steps 1 do strategy = 'asis': must be one of 'as_is', 'open', 'quiet'; did you mean "
     "'as_is'?"),
    ("do: {strategy: as_is, until: 26}", "do: {until: 26}", 18,
     "lesson steps 1 do begins a run, so it needs a 'strategy'"),
    ("until: 26", "until: 60", 18,
     "lesson steps 1 do until = 60: must be a week from 1 to 52"),
    ("until: 26", "until: 52", 22,
     "lesson steps 2 do until = 52: all 52 weeks are played already; begin anew with a 'strategy'"),
    ("{set: {firms.Treo.levers.voice_openness: 0.9}}",
     "{set: {firms.Treo.levers.voice_opennes: 0.9}}", 22,
     "lesson steps 2 do sets firms.Treo.levers.voice_opennes: firms \"Treo\" levers has no "
     "'voice_opennes'; did you mean 'voice_openness'?"),
    ("voice_openness: 0.9}}\n  explain", "voice_openness: 2}}\n  explain", 22,
     "lesson steps 2 do sets firms.Treo.levers.voice_openness = 2: must be a number from 0 to 1. "
     "Got 2 instead."),
    ("{set: {firms.Treo.levers.voice_openness: 0.9}}", "{set: {customers.n: 5}}", 22,
     "lesson steps 2 do sets customers.n: events change a firm's own decisions only"),
    ("outcome: noise, why", "outcome: noise, firm: Treo, why", 27,
     "lesson explain look_at 2 firm = 'Treo': 'noise' is of the whole market; name no firm"),
    ("outcome: noise, why", "outcome: nois, why", 27,
     "lesson explain look_at 2 outcome = 'nois': there is no such outcome; did you mean 'noise'?"),
    ("number: 1", "number: one", 2, "lesson.number = 'one': must be a whole number from 1 to 999."),
    ("  title: Who listens\n", "", 1, "lesson needs a 'title': name of the lesson"),
    ("title: Who listens", "titel: Who listens", 3,
     "lesson has no setting 'titel'; did you mean 'title'?"),
    ("sources: [a book]", "sources: a book", 28, "lesson.explain.sources = 'a book': must be"),
]


def written(path, lesson):
    path.write_text(SMALL + lesson.lstrip("\n"), encoding="utf-8")
    return path


def test_a_lesson_is_read(small):
    lesson = load_scenario(written(small, LESSON)).document.lesson
    assert lesson is not None and lesson.predict.unit == "percent_change"
    assert [step.do.strategy for step in lesson.steps] == ["as_is", None]


@pytest.mark.parametrize("before, after, line, told", WRONG, ids=[w[3][:60] for w in WRONG])
def test_a_mistake_in_a_lesson_is_told_in_one_line(small, before, after, line, told):
    assert LESSON.count(before) == 1, before
    with pytest.raises(FaultyScenarioError) as caught:
        load_scenario(written(small, LESSON.replace(before, after)))
    (fault,) = caught.value.faults
    assert fault.message.startswith(told)
    assert fault.line == FIRST + line - 1 and fault.column
    assert "      | " in str(caught.value)


def test_all_mistakes_in_a_lesson_are_told_together(small):
    text = LESSON.replace("outcome: noise", "outcome: nois").replace("until: 26", "until: 60")
    text = text.replace("number: 1", "number: 0")
    with pytest.raises(FaultyScenarioError) as caught:
        load_scenario(written(small, text))
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize("count", [0, 13])
def test_a_lesson_has_some_steps_and_not_too_many(small, count):
    start, rest = LESSON.index("    - title: As it is"), LESSON.index("  explain:")
    step = "    - {title: A, text: B, notes: C, do: {strategy: as_is}}\n"
    steps = step * count if count else ""
    text = LESSON[:start] + steps + LESSON[rest:]
    text = text if count else text.replace("  steps:\n", "  steps: []\n")
    with pytest.raises(FaultyScenarioError, match=f"lesson has {count} steps; it needs from 1 to"):
        load_scenario(written(small, text))


def test_a_lesson_is_no_setting(small):
    scenario = load_scenario(written(small, LESSON))
    with pytest.raises(FaultyScenarioError, match="'lesson' cannot be set"):
        load_scenario(small, {"lesson.number": 2})
    assert "lesson" not in scenario.resolved("open")
    assert scenario.digest("open") == load_scenario(written(small, "")).digest("open")
