"""Records outcomes week by week, from week 1 on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.asking import known
from sim.errors import RequestError
from sim.observers.base import PACKAGE, Measures, Observer, Weeks, observers, outcomes

if TYPE_CHECKING:
    from sim.market import Market


class Recorder:
    """Weekly values of the chosen outcomes of one market.

    Parameters
    ----------
    market
        Whose outcomes.
    chosen
        Names of outcomes, True for all, False for none.

    Raises
    ------
    RequestError
        If there is no such outcome.
    TypeError
        If one name stands where several are taken.
    """

    def __init__(self, market: Market, chosen: bool | tuple[str, ...] = True) -> None:
        declared = outcomes()
        if isinstance(chosen, str):
            raise TypeError(f"observe takes several names, as ({chosen!r},)")
        names = tuple(declared) if chosen is True else tuple(chosen or ())
        for name in names:
            known(name, declared, "outcome")
        self.market, self.names = market, names
        self._sources = [cls() for cls in observers().values() if set(cls.outcomes) & set(names)]
        self._names: dict[str, list[str]] = {
            "firm": market.firm_names, "offer": market.offer_names, "market": [],
        }
        self._per = {name: declared[name].per for name in names}
        self._past: dict[str, NDArray[np.float64]] = {}  # weeks before a checkpoint
        self._log: list[list[Measures]] = []  # by week, then by source
        self._latest: dict[Observer, tuple[int, Weeks]] = {}

    @property
    def weeks(self) -> int:
        """Number of recorded weeks."""
        past = next(iter(self._past.values()), ())
        return len(past) + len(self._log)

    def observe(self) -> None:
        """Record this week.

        Raises
        ------
        RequestError
            If an observer of somebody's own noted something else than it declares.
        """
        self._log.append([
            source.measure(self.market) if type(source).__module__.startswith(PACKAGE)
            else self._of_ones_own(number, source) for number, source in enumerate(self._sources)
        ])

    def _of_ones_own(self, number: int, source: Observer) -> Measures:
        """What an observer of somebody's own noted: copied, since nobody tested it, and checked."""
        said = f"observer {type(source).__qualname__} of {type(source).__module__}"
        noted = source.measure(self.market)
        if not isinstance(noted, Mapping):
            raise RequestError(
                f"{said}: measure must return what it noted by name, {{'mine': value}}. "
                f"Got {type(noted).__name__} instead."
            )
        copied = {name: np.array(value) for name, value in noted.items()}
        known = self._log[0][number] if self._log else None
        forms = [
            {name: np.shape(value) for name, value in week.items()}
            for week in (copied, known) if week is not None
        ]
        if len(forms) == 2 and forms[0] != forms[1]:
            raise RequestError(
                f"{said}: measure must note the same in every week. Got {forms[0]} in week "
                f"{self.market.week}, {forms[1]} before."
            )
        if known is None:
            self._check_derived(source, copied, said)
        return copied

    def _check_derived(self, source: Observer, noted: Measures, said: str) -> None:
        """Whether outcomes of the first week are those that are declared, in number and kind."""
        derived = source.derive(self.market, {name: np.array([v]) for name, v in noted.items()})
        for name, outcome in source.outcomes.items():
            if name not in derived:
                raise RequestError(
                    f"{said} declares the outcome {name!r} and notes "
                    f"{', '.join(map(repr, derived)) or 'nothing'}"
                )
            width = {"firm": (self.market.n_firms,), "offer": (self.market.n_offers,)}
            shape, values = width.get(outcome.per, ()), np.asarray(derived[name])
            if values.shape != (1, *shape) or values.dtype.kind not in "biuf":
                one = "one an offer" if outcome.per == "offer" else "one a firm"
                whole = f"numbers of shape {shape}, {one}" if shape else "a number"
                got = values[0] if values.ndim == 1 else f"shape {values.shape[1:]}"
                raise RequestError(
                    f"{said}: {name!r} must be {whole} (per={outcome.per!r}). Got {got} instead."
                )

    def latest(self, name: str, firm: str | None = None) -> float:
        """The value of the latest week, of one firm or offer where the outcome has one of each.

        Raises
        ------
        RequestError
            If nothing is recorded of the outcome, or it is not said whose is meant.
        """
        if name not in self.names:
            known(name, outcomes(), "outcome")
            raise RequestError(f"nothing is recorded of the outcome {name!r}: name it in observe")
        whose = self._number_of(firm, name)
        if not self.weeks:
            return math.nan
        values = self._of_latest_week(name) if self._log else self._past[name]
        return float(values[-1] if whose is None else values[-1][whose])

    def _number_of(self, firm: str | None, name: str) -> int | None:
        """Which firm or offer an outcome is asked of; None for outcomes of the market."""
        per = self._per[name]
        names = self._names[per]
        if per == "market":
            if firm is None:
                return None
            raise RequestError(f"the outcome {name!r} is of the whole market; leave out the firm")
        if firm is None and len(names) > 1:
            raise RequestError(
                f"{name!r} is an outcome of {per}s: {', '.join(names)}. Got no {per}."
            )
        return 0 if firm is None else names.index(known(firm, names, per))

    def recorded(self) -> dict[str, NDArray[np.float64]]:
        """All recorded weeks by outcome: ``(n_weeks, n_firms or n_offers)`` or ``(n_weeks,)``.

        Raises
        ------
        RequestError
            If an observer noted an outcome not at all, or in another shape than it declares.
        """
        derived: dict[str, NDArray[Any]] = {}
        for number in range(len(self._sources) if self._log else 0):
            derived.update(self._derived(number, self._log))
        whole: dict[str, NDArray[np.float64]] = {}
        for name, per in self._per.items():
            width = len(self._names[per])
            shape = (len(self._log), width) if width else (len(self._log),)
            if self._log and name not in derived:
                raise RequestError(f"no observer noted the outcome {name!r}, which one declares")
            new = np.array(derived.get(name, np.empty(shape)), dtype=np.float64)
            if new.shape != shape:
                raise RequestError(
                    f"the outcome {name!r} must be of shape {shape}. Got {new.shape}."
                )
            whole[name] = np.concatenate([self._past[name], new]) if self._past else new
        return whole

    def _derived(self, number: int, log: list[list[Measures]]) -> Weeks:
        weeks = {name: np.array([week[number][name] for week in log]) for name in log[0][number]}
        return self._sources[number].derive(self.market, weeks)

    def _of_latest_week(self, name: str) -> NDArray[Any]:
        number = next(i for i, source in enumerate(self._sources) if name in source.outcomes)
        week, derived = self._latest.get(self._sources[number], (-1, {}))
        if week != self.weeks:
            derived = self._derived(number, self._log[-1:])
            self._latest[self._sources[number]] = self.weeks, derived
        return derived[name]

    def collector(self) -> Any:
        """A Mesa ``DataCollector`` of what was recorded: a variable an outcome, firm and offer."""
        from sim.agents.collecting import collector

        return collector(
            self.recorded(), self.weeks, latest=self.latest,
            names=lambda name: self._names[self._per[name]],
        )

    def state(self) -> dict[str, NDArray[np.float64]]:
        """A copy of the record."""
        return self.recorded()

    def restore(self, state: dict[str, NDArray[np.float64]]) -> None:
        """Put a copy back."""
        self._past, self._log, self._latest = dict(state), [], {}
