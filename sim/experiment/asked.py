"""Outcomes that an experiment keeps: names that exist, weeks that are lived, columns of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.experiment.schema import Asked, Experiment
from sim.observers.base import outcomes
from sim.results.statistics import over_weeks
from sim.scenario import Scenario
from sim.scenario.faults import Fault, dotted, subject
from sim.scenario.overrides import at
from sim.scenario.places import Path
from sim.scenario.schema import MOST_WEEKS
from sim.scenario.statements import firm_problem
from sim.wording import did_you_mean, shown, visible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.results.jobs import Series


@dataclass(frozen=True)
class Column:
    """One column of results.

    Parameters
    ----------
    outcome
        The outcome.
    firm
        Whose it is, None for the market.
    weeks
        First and last week that count; None is all.
    series
        Whether it holds a value a week instead of one value.
    """

    outcome: str
    firm: str | None
    weeks: tuple[int, int] | None
    series: bool

    @property
    def name(self) -> str:
        """How the column is called, such as ``units.Nova@27-52``."""
        name = self.outcome if self.firm is None else f"{self.outcome}.{self.firm}"
        if self.weeks is not None:
            first, last = self.weeks
            name += f"@{first}" if first == last else f"@{first}-{last}"
        return name + (":weekly" if self.series else "")

    def unit_in(self, currency: str) -> str:
        """Unit of its values with the scenario's money."""
        outcome = outcomes()[self.outcome]
        if self.series:
            return outcome.unit.replace("currency", currency)
        return outcome.unit_over_weeks(currency)

    def read(self, recorded: Series, firms: list[str]) -> NDArray[np.float64]:
        """Its values in one run: all weeks, or one number."""
        block = recorded[self.outcome]
        if self.firm is not None:
            block = block[:, firms.index(self.firm)]
        if self.weeks is not None:
            block = block[self.weeks[0] - 1 : self.weeks[1]]
        if self.series:
            return block
        return over_weeks(block[None], outcomes()[self.outcome].over_weeks)


def columns(asked: tuple[Asked, ...]) -> tuple[Column, ...]:
    """The columns that are asked for, numbers first, then series."""
    found = [
        Column(one.name, one.firm, (one.week, one.week) if one.week else one.weeks, one.series)
        for one in asked
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda column: column.series))


def spelled_out(document: Experiment, scenario: Scenario) -> tuple[Asked, ...]:
    """Every outcome with a firm, where it has one a firm."""
    found: list[Asked] = []
    for one in document.outcomes:
        by_firm = outcomes()[one.name].per == "firm" and one.firm is None
        firms = scenario.document.firms if by_firm else [one.firm]
        found += [one.model_copy(update={"firm": firm}) for firm in firms]
    return tuple(found)


def asked_faults(
    raw: Mapping[str, Any], scenario: Scenario, section: Path = ("outcomes",)
) -> Iterator[Fault]:
    """Outcomes exist, of firms that exist, in weeks that are lived."""
    written = at(raw, *section[:-1]).get(str(section[-1]))
    if written == []:
        yield Fault(section, f"{section[-1]} is empty: nothing would be kept", on_key=True)
    last = _fewest_weeks(raw, scenario)
    seen: list[Any] = []
    for number, one in enumerate(written if isinstance(written, list) else ()):
        if not isinstance(one, Mapping):
            continue
        path: Path = (*section, number)
        if one in seen:
            yield Fault(path, f"{subject(path, raw)} is asked for twice", on_key=True)
        seen.append(one)
        yield from _name_faults(raw, path, one, scenario)
        yield from _week_faults(raw, path, one, last)


def _name_faults(
    raw: Mapping[str, Any], path: Path, one: Mapping[str, Any], scenario: Scenario
) -> Iterator[Fault]:
    name, firm = one.get("name"), one.get("firm")
    if not isinstance(name, str):
        return
    if name not in outcomes():
        yield Fault(
            (*path, "name"), f"{path[-2]} {number_of(path)}: there is no outcome "
            f"'{visible(name)[:60]}'{did_you_mean(name, outcomes())}",
        )
        return
    if outcomes()[name].per == "offer":
        yield Fault((*path, "name"), f"outcomes {number_of(path)}: {firm_problem({}, name, None)}")
        return
    problem = firm_problem(scenario.raw, name, firm) if firm is not None else None
    if problem:
        yield Fault((*path, "firm"), f"{dotted((*path, 'firm'), raw)} = {shown(firm)}: {problem}")


def number_of(path: Path) -> int:
    """Number of an item in its list, counted from 1."""
    return int(path[-1]) + 1


def _week_faults(
    raw: Mapping[str, Any], path: Path, one: Mapping[str, Any], last: int
) -> Iterator[Fault]:
    week, weeks = one.get("week"), one.get("weeks")
    if type(week) is int and week > last:
        yield Fault(
            (*path, "week"), f"{dotted((*path, 'week'), raw)} = {week}: a run has only "
            f"{last} week{'s' if last != 1 else ''}",
        )
    if isinstance(weeks, list) and [type(w) for w in weeks] == [int, int] and not (
        1 <= weeks[0] <= weeks[1] <= last
    ):
        yield Fault(
            (*path, "weeks"), f"{dotted((*path, 'weeks'), raw)} = {shown(weeks)}: must be a first "
            f"and a last week, in order, from 1 to {last}",
        )
    if week is not None and (weeks is not None or one.get("series") is True):
        other = "weeks" if weeks is not None else "series"
        yield Fault(
            (*path, "week"), f"{subject(path, raw)} has both 'week' and '{other}'; keep one",
            on_key=True,
        )


def _fewest_weeks(raw: Mapping[str, Any], scenario: Scenario) -> int:
    """Weeks of the shortest run that the experiment may have."""
    written = raw.get("weeks") or scenario.overrides.get("weeks") or scenario.document.weeks
    factor = at(raw, "factors").get("weeks")
    values = [written]
    if isinstance(factor, Mapping):
        levels = factor.get("levels")
        values = levels if isinstance(levels, list) else [factor.get("low")]
    # What is no number of weeks is told as such; it says nothing of the weeks of outcomes.
    whole = [value for value in values if type(value) is int and value > 0]
    return min(whole, default=MOST_WEEKS)
