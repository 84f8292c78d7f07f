"""A whole scenario file: the market, the strategies under comparison, events and claims."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from sim.parameters import Declared, param
from sim.scenario.schema.customers import Community, Customers
from sim.scenario.schema.firms import Category, Firm
from sim.scenario.schema.lesson import Lesson
from sim.scenario.schema.words import MOST_WEEKS, Date, Identifier, Name, Text, Value, Weeks


class Strategy(Declared):
    """An alternative under comparison: a named set of overrides."""

    title: Text | None = param(None, unit="1", doc="Name for the reader.")
    set: dict[str, Value] = param({}, unit="1", doc="Overrides: path and value.")


class Event(Declared):
    """A change of levers from outside, once, at the start of a week."""

    name: Text = param(unit="1", doc="What happens.")
    week: int | None = param(None, unit="week", bounds=(1, MOST_WEEKS), doc="When it happens.")
    when: Text | None = param(
        None, unit="1",
        doc="Condition on last week, such as 'market_share.Treo < 0.2'; it fires once.",
    )
    set: dict[str, Value] = param(unit="1", doc="Levers: path and value.")
    strategies: list[Name] | None = param(
        None, unit="1", doc="Strategies under which it happens; none: under all."
    )

    def is_under(self, strategy: str | None) -> bool:
        """Whether it can happen under a strategy; None is the file without any."""
        return self.strategies is None or strategy in self.strategies


class Claim(Declared):
    """A statement that runs can show or refute.

    The quantity is the outcome of ``strategy``, or its ratio to or difference from a baseline:
    another strategy (``against``), another firm (``against_firm``) or earlier weeks
    (``against_weeks``).
    """

    id: Identifier = param(unit="1", doc="Short name.")
    text: Text = param(unit="1", doc="The statement in words.")
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
    at_least: float | None = param(None, unit="1", doc="Lower bound of the quantity.")
    at_most: float | None = param(None, unit="1", doc="Upper bound of the quantity.")
    confidence: float = param(0.95, unit="1", bounds=(0.5, 0.9999), doc="Confidence required.")
    source: Text | None = param(None, unit="1", doc="Where the claim stands.")


class Uncertain(Declared):
    """A setting that is not known exactly."""

    low: float = param(unit="as the setting", doc="Lowest plausible value.")
    high: float = param(unit="as the setting", doc="Highest plausible value.")
    source: Text | None = param(None, unit="1", doc="Where the range comes from.")


class Document(Declared):
    """A whole scenario file."""

    model_config = ConfigDict(title="Counterpoise scenario")

    id: Identifier = param(unit="1", doc="Name of the scenario, as the file's.")
    title: Text = param(unit="1", doc="Title for the reader.")
    represents: Text = param(unit="1", doc="What it stands for.")
    does_not_represent: Text = param(unit="1", doc="What it leaves out.")
    sources: list[Text] = param(unit="1", doc="Where it comes from.")
    question: Text = param(unit="1", doc="A question for the reader.")
    carried_by: list[Text] = param([], unit="1", doc="Parameters that carry the result.")
    weeks: int = param(unit="weeks", bounds=(1, MOST_WEEKS), doc="Length of a run.")
    start_date: Date | None = param(None, unit="date", doc="Monday of week 1.")
    currency: Text = param("currency", unit="1", doc="Name of the unit of money.")
    customers: Customers = param(unit="1", doc="Who is in the market.")
    categories: dict[Name, Category] = param(unit="1", doc="What is chosen.")
    firms: dict[Name, Firm] = param(unit="1", doc="Who sells.")
    channels: list[Name] = param(
        [], unit="1", doc="Ways in which customers reach firms, such as branch and web."
    )
    communities: dict[Name, Community] = param(
        {}, unit="1", doc="Where customers gather, for the mechanisms of the family community."
    )
    mechanisms: dict[Name, Name | dict[str, Any]] = param(
        {}, unit="1", doc="Variant and parameters by family; what is left out is the default."
    )
    strategies: dict[Name, Strategy] = param(
        {"baseline": Strategy()}, unit="1", doc="Alternatives under comparison, first the baseline."
    )
    events: list[Event] = param([], unit="1", doc="What happens from outside.")
    claims: list[Claim] = param([], unit="1", doc="What the runs should show.")
    uncertain: dict[str, Uncertain] = param(
        {}, unit="1", doc="Settings not known exactly: path and range."
    )
    lesson: Lesson | None = param(None, unit="1", doc="How to teach with it; changes no run.")

    @property
    def conditional_events(self) -> list[Event]:
        """Events that happen when a condition holds, of all strategies, as they are written."""
        return [event for event in self.events if event.when is not None]
