"""The contract of a law: a sentence, a source, a range, and a measure of what one market lived.

One regularity a file; the decorator ``law`` registers its measure under the name of the file, and
nothing lists laws by hand. A measure gets what its probe saw of one market (or of twins of it) and
returns a number; over replications the numbers have a mean with an interval, which is held against
the range.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.discovery import import_all
from sim.laws.needs import Need
from sim.results.statistics import Estimate, estimate, ratio

Verdict = Literal["holds", "does not hold", "cannot be told", "does not apply"]

HOLDS: Verdict = "holds"
FAILS: Verdict = "does not hold"
OPEN: Verdict = "cannot be told"
IDLE: Verdict = "does not apply"
VERDICTS: tuple[Verdict, ...] = (HOLDS, FAILS, OPEN, IDLE)

TOPICS = ("diffusion", "talk", "customers", "levers", "markets")
"""Folders of laws in the order in which they are shown."""

Values = NDArray[np.float64]
Points = tuple[Values, Values]


@dataclass(frozen=True)
class Measured:
    """What one market says of a law.

    Attributes
    ----------
    value : the number; not a number where the market says nothing.
    over : divides it, where the law is about a ratio of means over replications.
    curves : points to plot by label; x must be the same in every replication.
    reason : why there is no value.
    """

    value: float
    over: float | None = None
    curves: Mapping[str, Points] = field(default_factory=dict)
    reason: str = ""

    @classmethod
    def nothing(cls, reason: str) -> Measured:
        """No value, and why."""
        return cls(math.nan, reason=reason)


def points(x: ArrayLike, y: ArrayLike) -> Points:
    """A curve of anything that NumPy takes as numbers."""
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


@dataclass(frozen=True)
class Panel:
    """How the curves of a law are plotted."""

    x_label: str
    y_label: str


@dataclass(frozen=True)
class Law:
    """One regularity.

    Attributes
    ----------
    id : name of its file.
    topic : name of its folder.
    statement : what is always found, in one sentence.
    source : who found it.
    low, high : the range in which the mean must lie; None is open.
    strict : whether the ends do not belong to the range, as with "is above zero".
    unit : of the number.
    probe : what must be lived for it.
    needs : what a scenario must have.
    below, above : why a market may lie outside the range, as far as the engine knows.
    is_share : True for a 0 or 1 in each replication, whose mean is a probability.
    """

    id: str
    topic: str
    statement: str
    source: str
    low: float | None
    high: float | None
    strict: bool
    unit: str
    probe: str
    needs: tuple[Need, ...]
    below: str
    above: str
    is_share: bool
    panel: Panel | None
    measure: Callable[[Any], Measured] = field(repr=False)

    @property
    def range(self) -> str:
        """The range in words."""
        if self.low is None:
            return f"{'below' if self.strict else 'at most'} {self.high:g}"
        if self.high is None:
            return f"{'above' if self.strict else 'at least'} {self.low:g}"
        return f"{self.low:g} to {self.high:g}"

    def estimate(self, found: Sequence[Measured]) -> Estimate:
        """The mean over replications (or ratio of means) with its 95% interval."""
        values = np.array([one.value for one in found], dtype=np.float64)
        if any(one.over is not None for one in found):
            over = [math.nan if one.over is None else one.over for one in found]
            return ratio(values, np.array(over, dtype=np.float64))
        return share_of(values) if self.is_share else estimate(values)

    def verdict(self, found: Estimate) -> Verdict:
        """What the interval says: inside the range, outside it, or across its ends."""
        if not (math.isfinite(found.low) and math.isfinite(found.high)):
            return OPEN
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if low < found.low <= found.high < high:
            return HOLDS
        touches = found.high <= low or found.low >= high
        if self.strict:
            return FAILS if touches else OPEN
        if low <= found.low and found.high <= high:
            return HOLDS
        return FAILS if found.high < low or found.low > high else OPEN


@dataclass(frozen=True)
class Checked:
    """A law held against a market.

    Attributes
    ----------
    law : the law.
    verdict : what became of it.
    found : the number over replications.
    curves : mean points with a 95% band (x, y, low, high) by label.
    reason : why it does not apply, has no value, or is thought not to hold.
    """

    law: Law
    verdict: Verdict
    found: Estimate
    curves: Mapping[str, tuple[Values, Values, Values, Values]]
    reason: str

    @property
    def value(self) -> float:
        """The mean over replications."""
        return self.found.value


def judge(law: Law, found: Sequence[Measured]) -> Checked:
    """Hold what all replications say against a law."""
    over_all = law.estimate(found)
    verdict = law.verdict(over_all)
    return Checked(law, verdict, over_all, bands(found), _reason(law, verdict, over_all, found))


def not_applicable(law: Law, missing: Sequence[str]) -> Checked:
    """A law that a scenario cannot show, for want of something."""
    nothing = Estimate(math.nan, math.nan, math.nan, 0)
    return Checked(law, IDLE, nothing, {}, f"needs {' and '.join(missing)}")


def _reason(law: Law, verdict: Verdict, over_all: Estimate, found: Sequence[Measured]) -> str:
    if verdict == FAILS:
        is_low = law.low is not None and over_all.value <= law.low
        return law.below if is_low else law.above
    if verdict != OPEN:
        return ""
    said = sorted({one.reason for one in found if one.reason})
    if not math.isfinite(over_all.value):
        return "; ".join(said) or "the ratio has no value: its denominator is 0"
    if over_all.n == 1:
        return "one replication has no interval"
    return "the interval reaches across an end of the range; more replications may tell"


def bands(found: Sequence[Measured]) -> dict[str, tuple[Values, Values, Values, Values]]:
    """Mean curves over replications with their 95% bands."""
    drawn: dict[str, tuple[Values, Values, Values, Values]] = {}
    for label in dict.fromkeys(label for one in found for label in one.curves):
        own = [one.curves[label] for one in found if label in one.curves]
        heights = np.array([y for _, y in own])
        each = [estimate(heights[:, at]) for at in range(heights.shape[1])]
        lows, highs = [e.low for e in each], [e.high for e in each]
        mean = np.array([e.value for e in each])
        drawn[label] = (own[0][0], mean, np.array(lows), np.array(highs))
    return drawn


def share_of(values: Values) -> Estimate:
    """Share of ones with Wilson's interval, which does not shrink to nothing at 0 or 1."""
    from scipy.stats import binomtest

    known = values[np.isfinite(values)]
    if len(known) == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    ones = int(known.sum())
    interval = binomtest(ones, len(known)).proportion_ci(method="wilson")
    return Estimate(ones / len(known), float(interval.low), float(interval.high), len(known))


REGISTRY: dict[str, Law] = {}

Measure = Callable[[Any], Measured]


def law(
    *, statement: str, source: str, probe: str, low: float | None = None,
    high: float | None = None, strict: bool = False, unit: str = "1",
    needs: tuple[Need, ...] = (), below: str = "", above: str = "", is_share: bool = False,
    panel: Panel | None = None,
) -> Callable[[Measure], Measure]:
    """Register a measure as a law under the name of its file.

    Parameters
    ----------
    statement, source, probe, low, high, strict, unit, needs, below, above, is_share, panel
        As in ``Law``.

    Raises
    ------
    ValueError
        If neither end of its range is given.
    """
    if low is None and high is None:
        raise ValueError("a law has a range: give low, high or both")

    def register(measure: Measure) -> Measure:
        topic, name = measure.__module__.split(".")[-2:]
        REGISTRY[name] = Law(
            name, topic, statement, source, low, high, strict, unit, probe, needs, below, above,
            is_share, panel, measure,
        )
        return measure

    return register


def laws() -> dict[str, Law]:
    """All laws by id, topic by topic."""
    import_all("sim.laws")
    return dict(sorted(REGISTRY.items(), key=lambda item: (TOPICS.index(item[1].topic), item[0])))

