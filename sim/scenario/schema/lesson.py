"""A lesson on a scenario: what a class predicts, what is run, and how it is explained.

A lesson is prose beside the scenario: no run depends on it. It never says what comes out; that is
what runs are for.
"""

from __future__ import annotations

from typing import Literal

from sim.parameters import Declared, param
from sim.scenario.schema.words import MOST_WEEKS, Identifier, Name, Text, Value, Weeks

MOST_LESSONS = 999


class Doing(Declared):
    """What is run at a step of a lesson."""

    strategy: Name | None = param(
        None, unit="1", doc="Begin anew with this strategy; none: go on with what runs."
    )
    set: dict[str, Value] = param(
        {}, unit="1", doc="Levers that are moved before it plays, by path and value."
    )
    until: int | None = param(
        None, unit="week", bounds=(1, MOST_WEEKS), doc="Play to the end of this week; none: all."
    )


class Step(Declared):
    """A step of a lesson, after the class has predicted."""

    title: Text = param(unit="1", doc="What is done, in a few words.")
    text: Text = param(unit="1", doc="What the class reads.")
    notes: Text = param(unit="1", doc="What the speaker knows: what to point at, what to ask.")
    do: Doing = param(unit="1", doc="What is run.")


class Prediction(Declared):
    """The quantity that a class predicts; the runs say what it is.

    As in a claim: the outcome of ``strategy``, or its ratio to or difference from a baseline.
    """

    prompt: Text = param(unit="1", doc="What the class is asked, such as 'How many percent ...?'")
    outcome: Identifier = param(unit="1", doc="Outcome, see `counterpoise show outcomes`.")
    firm: Name | None = param(None, unit="1", doc="Firm, where the outcome has one.")
    weeks: Weeks | None = param(
        None, unit="weeks", doc="First and last week; none: all weeks."
    )
    strategy: Name | None = param(None, unit="1", doc="Strategy; none: the last one.")
    by: Literal["value", "ratio", "difference"] = param(
        "value", unit="1", doc="The quantity: the value itself, or against the baseline."
    )
    against: Name | None = param(None, unit="1", doc="Baseline strategy.")
    against_firm: Name | None = param(None, unit="1", doc="Baseline firm.")
    against_weeks: Weeks | None = param(None, unit="weeks", doc="Baseline weeks.")
    unit: Literal["outcome", "percent", "percent_change"] = param(
        "outcome", unit="1",
        doc="What guesses are counted in: the outcome's own unit, hundredths of the quantity, or "
        "percent more or less than the baseline.",
    )


class Look(Declared):
    """An outcome to look at when the result is explained."""

    outcome: Identifier = param(unit="1", doc="Outcome, see `counterpoise show outcomes`.")
    firm: Name | None = param(None, unit="1", doc="Firm, where one of them is meant.")
    why: Text = param(unit="1", doc="What it shows.")


class Explanation(Declared):
    """Why it came out so."""

    text: Text = param(unit="1", doc="The chain of causes, for the class.")
    discuss: Text | None = param(
        None, unit="1", doc="What the class is asked at the end, once it knows what happened."
    )
    look_at: list[Look] = param(unit="1", doc="What to look at, in order.")
    sources: list[Text] = param(unit="1", doc="Where to read on.")


class Lesson(Declared):
    """A lesson: predict, run, explain."""

    number: int = param(unit="1", bounds=(1, MOST_LESSONS), doc="Place in the course.")
    title: Text = param(unit="1", doc="Name of the lesson.")
    notes: Text = param(unit="1", doc="How the speaker opens, before the class predicts.")
    predict: Prediction = param(unit="1", doc="What the class predicts.")
    steps: list[Step] = param(unit="1", doc="What is run, in order.")
    explain: Explanation = param(unit="1", doc="Why it came out so.")
