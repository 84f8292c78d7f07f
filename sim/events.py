"""What a scenario sets from outside: levers at a week, or when a condition on outcomes holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.levers import set_offer_lever
from sim.observers.base import observers
from sim.scenario.schema import Event
from sim.scenario.statements import parse_condition

if TYPE_CHECKING:
    from sim.market import Market

COMPARE = {
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


class EventCalendar:
    """Which events are to come, are due, and have happened (event: week).

    Events go by what is written of them: a strategy that a market is forked into has other ones.
    """

    def __init__(self, market: Market) -> None:
        self.market = market
        self.events: list[Event] = market.world.events
        self.happened: dict[str, int] = {}
        self.due: list[str] = []

    def apply(self) -> None:
        """Let this week's events happen, first those that have a week."""
        week = self.market.week
        timed = [event for event in self.events if event.week == week]
        due = [event for event in self.events if self.due and repr(event) in self.due]
        for event in timed + due:
            self.happened[repr(event)] = week
            for path, value in event.set.items():
                self._set(path, value)
        self.due = []

    def look_ahead(self) -> None:
        """Note the conditional events whose condition holds at the end of this week."""
        for event in self.events:
            if event.when is None or repr(event) in self.happened:
                continue
            condition = parse_condition(event.when)
            value = self._value(condition.outcome, condition.firm)
            if COMPARE[condition.operator](value, condition.bound):
                self.due.append(repr(event))

    def _value(self, outcome: str, firm: str | None) -> float:
        # Observers are asked directly, so that a run without any recording has the same events.
        source = next(cls for cls in observers().values() if outcome in cls.outcomes)
        value: Any = source().observe(self.market)[outcome]
        return float(value if firm is None else value[self.market.firm_names.index(firm)])

    def _set(self, path: str, value: Any) -> None:
        _, firm_name, kind, *rest = path.split(".")
        firm = self.market.firms[self.market.firm_names.index(firm_name)]
        if kind == "policy":
            firm.follow(value)
        elif kind == "levers":
            firm.levers[rest[0]] = value
        else:
            set_offer_lever(self.market, self.market.offer_number(rest[0]), rest[1:], value)

    def weeks_of(self, events: Sequence[Event]) -> NDArray[np.float64]:
        """Weeks in which events happened, not a number where they did not, (n_events,).

        Parameters
        ----------
        events
            As the file states them; those of other strategies than the market's never happen.
        """
        strategy = self.market.strategy
        # A market knows its events without the strategies that they are of.
        written = [repr(event.model_copy(update={"strategies": None})) for event in events]
        return np.array([
            self.happened.get(name, np.nan) if event.is_under(strategy) else np.nan
            for name, event in zip(written, events, strict=True)
        ], dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """What a checkpoint must keep."""
        return {"happened": dict(self.happened), "due": list(self.due)}

    def restore(self, state: dict[str, Any]) -> None:
        """Put back what a checkpoint kept."""
        self.happened, self.due = dict(state["happened"]), list(state["due"])
