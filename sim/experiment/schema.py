"""What an experiment file may say: the structure, its types and its bounds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sim.parameters import Declared, param
from sim.scenario.schema.words import MOST_WEEKS, Identifier, Name, Text, Value, Weeks

MOST_ROWS = 5_000_000
MOST_REPLICATIONS = 1_000_000
MOST_SEED = 2**63 - 1
Seed = Annotated[int, Field(ge=0, le=MOST_SEED)]


class Range(Declared):
    """A setting that varies between two values; a whole number where the setting is one."""

    low: float = param(unit="as the setting", doc="Lowest value.")
    high: float = param(unit="as the setting", doc="Highest value.")
    scale: Literal["linear", "log"] = param(
        "linear", unit="1", doc="Whether values spread evenly, or evenly by factors."
    )


class Levels(Declared):
    """A setting that takes one of several values: numbers, words, variants of a mechanism."""

    levels: list[Value] = param(unit="as the setting", doc="The values.")


class Declaration(Declared):
    """A setting whose range is the scenario's `uncertain`, else the bounds that it may have."""


class Design(Declared):
    """Which combinations of the factors are lived.

    `grid` crosses all levels; `latin_hypercube` and `sobol` fill the space; `saltelli` and `morris`
    serve sensitivity analysis; `one_at_a_time` changes one factor, the others as in the scenario;
    `list` reads the combinations from a CSV file whose columns are settings.
    """

    kind: Literal[
        "grid", "latin_hypercube", "sobol", "saltelli", "morris", "one_at_a_time", "list"
    ] = param(unit="1", doc="How combinations are chosen.")
    n: int | None = param(
        None, unit="1", bounds=(0, MOST_ROWS),
        doc="Points: of a Latin hypercube or Sobol sequence, the base sample of Saltelli.",
    )
    levels: int | None = param(
        None, unit="1", bounds=(2, 10_000),
        doc="Levels of a range: in a grid (else 5), one at a time (else 2), for Morris (else 4).",
    )
    trajectories: int | None = param(
        None, unit="1", bounds=(0, MOST_ROWS), doc="Trajectories of a Morris design."
    )
    second_order: bool = param(
        False, unit="1", doc="Saltelli: also the points that interactions of two factors need."
    )
    file: Text | None = param(
        None, unit="1", doc="CSV file of a list, in the experiment's folder."
    )
    seed: Seed = param(0, unit="1", doc="Seed of the choice of points.")


class Asked(Declared):
    """An outcome to keep: over all weeks unless something else is said."""

    name: Identifier = param(unit="1", doc="Outcome, see `counterpoise show outcomes`.")
    firm: Name | None = param(
        None, unit="1", doc="Firm; none: every firm, where the outcome has one a firm."
    )
    week: int | None = param(
        None, unit="week", bounds=(1, MOST_WEEKS), doc="The value of this week."
    )
    weeks: Weeks | None = param(
        None, unit="weeks", doc="First and last week, summarized as the outcome says."
    )
    series: bool = param(False, unit="1", doc="Keep all weeks instead of one number.")


class Objective(Declared):
    """An outcome that a search makes as large or as small as it can."""

    name: Identifier = param(unit="1", doc="Outcome of one number a run.")
    firm: Name | None = param(None, unit="1", doc="Firm, where the outcome has one a firm.")
    weeks: Weeks | None = param(
        None, unit="weeks", doc="First and last week that count; none: all."
    )
    goal: Literal["maximize", "minimize"] = param("maximize", unit="1", doc="Which is better.")


class Budget(Declared):
    """What some levers may cost together: their values are added up."""

    levers: list[Text] = param(unit="1", doc="Levers that share it, all in the same unit.")
    at_most: float = param(unit="as the levers", doc="Largest sum of their values.")


class Optimize(Declared):
    """A search for values of levers that do well in many worlds.

    Worlds are drawn over the experiment's factors; each has its own luck, the same in every trial.
    """

    strategy: Name = param(unit="1", doc="Strategy under which levers are set.")
    levers: dict[str, Range] = param(unit="1", doc="What may be set: path and range.")
    objectives: list[Objective] = param(unit="1", doc="What is to be reached, one or several.")
    budget: Budget | None = param(None, unit="1", doc="What some of the levers share.")
    worlds: int = param(
        8, unit="1", bounds=(2, 10_000), doc="Worlds in which every trial is lived."
    )
    robust: Literal["mean", "worst", "q10"] = param(
        "mean", unit="1",
        doc="What counts over worlds: their mean, the worst, or the worst but a tenth of them.",
    )


class Decide(Declared):
    """How `counterpoise decide` compares strategies by the first outcome."""

    goal: Literal["maximize", "minimize"] = param("maximize", unit="1", doc="Which is better.")
    enough: float | None = param(
        None, unit="as the outcome",
        doc="Outcome that is good enough; none: close to the best strategy's in the same world.",
    )
    tolerated: float = param(
        0.1, unit="share", bounds=(0, 1), doc="How much less than the best is still close to it."
    )


class Experiment(Declared):
    """A whole experiment file."""

    model_config = ConfigDict(title="Counterpoise experiment")

    id: Identifier = param(unit="1", doc="Name of the experiment, as the file's.")
    title: Text = param(unit="1", doc="Title for the reader.")
    question: Text = param(unit="1", doc="What it is to answer.")
    scenario: Text = param(
        unit="1", doc="Id of a shipped scenario, or a file in the experiment's folder."
    )
    set: dict[str, Value] = param(
        {}, unit="1", doc="Settings that hold in every run: path and value."
    )
    weeks: int | None = param(
        None, unit="weeks", bounds=(1, MOST_WEEKS), doc="Length of a run; none: the scenario's."
    )
    strategies: list[Name] | None = param(
        None, unit="1", doc="Strategies to compare; none: all of the scenario."
    )
    factors: dict[str, Range | Levels | Declaration | None] = param(
        {}, unit="1", doc="What varies: path, and range or levels; empty: the declared range."
    )
    groups: dict[Name, list[Text]] = param(
        {}, unit="1", doc="Factors that sensitivity analysis takes as one: name, and their paths."
    )
    design: Design = param(unit="1", doc="Which combinations are lived.")
    replications: int = param(
        1, unit="1", bounds=(1, MOST_REPLICATIONS), doc="Markets a combination and strategy."
    )
    seed: Seed = param(0, unit="1", doc="Seed of all luck; replications share it over all rows.")
    outcomes: list[Asked] = param(unit="1", doc="What is kept of each run.")
    decide: Decide | None = param(
        None, unit="1", doc="How strategies are compared, see `counterpoise decide`."
    )
    optimize: Optimize | None = param(
        None, unit="1", doc="A search for the best values of levers, see `counterpoise optimize`."
    )


Written = dict[str, Any]
