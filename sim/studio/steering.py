"""How a run is steered: scenario, strategy, seed and the levers as moved; it rebuilds any week.

A lever that is moved during week w is an event of week w + 1, so a market that is rebuilt with the
same levers equals the one that was steered, bit for bit, and so does the scenario file with them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.scenario import Scenario
from sim.scenario.scenario import resolve
from sim.scenario.schema import Event
from sim.studio.levers import Value

if TYPE_CHECKING:
    from sim.market import Market

MOST_CHANGES = 2_000


class Change(NamedTuple):
    """A lever that acts from a week on."""

    week: int
    path: str
    value: Value


class GivenUpError(Exception):
    """Nobody waits any longer for a market that was being rebuilt."""


@dataclass(frozen=True)
class Steering:
    """All that a run depends on.

    Attributes
    ----------
    scenario, strategy, seed : what is run.
    weeks : length of the run; None: the scenario's own.
    log : levers as moved, in the order of weeks.
    """

    scenario: Scenario
    strategy: str | None = None
    seed: int = 0
    weeks: int | None = None
    log: tuple[Change, ...] = ()

    def changed(self, change: Change) -> Steering:
        """With one lever more; it replaces what the same lever was to be in the same week."""
        log = list(self.log)
        for number, known in enumerate(log):
            if (known.week, known.path) == (change.week, change.path):
                log[number] = change
                return replace(self, log=tuple(log))
        return replace(self, log=(*log, change))

    def with_log(self, log: Iterable[Change]) -> Steering:
        """With other levers, in the order of their weeks."""
        return replace(self, log=tuple(sorted(log, key=lambda change: change.week)))

    def until(self, week: int) -> Steering:
        """With the levers that act up to a week."""
        return replace(self, log=tuple(change for change in self.log if change.week <= week))

    @property
    def length(self) -> int:
        """Weeks of the run."""
        return self.weeks or self.scenario.world(self.strategy).weeks

    def _longer(self) -> dict[str, int]:
        """Setting of a run that goes on beyond the scenario's; a shorter one just ends earlier."""
        longer = self.weeks is not None and self.weeks > self.scenario.world(self.strategy).weeks
        return {"weeks": self.length} if longer else {}

    def market(
        self, weeks: int = 0, *, observe: bool | tuple[str, ...] = False,
        prepare: Callable[[Market], None] | None = None, wanted: Callable[[], bool] | None = None,
    ) -> Market:
        """The market after so many weeks.

        Parameters
        ----------
        weeks
            Weeks to live.
        observe
            What is recorded of them.
        prepare
            Called with the market before week 1.
        wanted
            Asked every week whether somebody still waits for it.

        Raises
        ------
        GivenUpError
            If nobody does.
        """
        from sim.market import Market

        market = Market(
            self.scenario, self.strategy, seed=self.seed, overrides=self._longer(),
            observe=observe,
        )
        steer(market, self.log)
        if prepare is not None:
            prepare(market)
        for _ in range(weeks):
            if wanted is not None and not wanted():
                raise GivenUpError
            market.step()
        return market

    def text(self) -> str:
        """The scenario file of this run: its strategy, and its levers as events."""
        from ruamel.yaml import YAML

        world = self.scenario.world(self.strategy, self._longer())
        plain = _without_nothing(resolve(world))
        events = plain.pop("events", [])
        for change in self.log:
            if change.week <= world.weeks:
                events.append(_event(change).model_dump(exclude_defaults=True))
        if events:
            plain["events"] = events
        page = io.StringIO()
        writer = YAML()
        writer.width = 100
        writer.dump(plain, page)
        return page.getvalue()


def steer(market: Market, log: Iterable[Change]) -> None:
    """Let levers act in their weeks, after the events that the scenario has of its own."""
    market.calendar.events = [*market.world.events, *map(_event, log)]


def _event(change: Change) -> Event:
    return Event(name="lever", week=change.week, set={change.path: change.value})


def _without_nothing(part: Any) -> Any:
    """Plain data without settings that are null or empty: they are defaults.

    Events may set a lever to nothing, and who has no outside utility always buys.
    """
    if isinstance(part, dict):
        return {
            name: _without_nothing(value) if name != "set" else value
            for name, value in part.items()
            if name == "outside_utility" or value not in (None, {}, [])
        }
    return [_without_nothing(value) for value in part] if isinstance(part, list) else part
