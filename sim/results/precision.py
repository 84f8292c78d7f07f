"""Replications until intervals are narrow: what ``--precision`` asks for.

The precision is the largest half-width of 95% intervals, as a share of the outcome's level under
the first strategy; for ratios, whose level is 1, the half-width itself. Looking at intervals to
decide when to stop makes them a little too narrow; the floor of replications before the first look
keeps that small (Law, Simulation Modeling and Analysis, sequential procedures).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import RunError
from sim.results.key import firm_of, key_outcomes
from sim.results.run import RunResult, extend, run
from sim.results.statistics import Estimate
from sim.results.verdicts import paired_values, quantity
from sim.scenario import Scenario

FEWEST, MOST = 20, 1_000
GROWTH = 4
"""No look asks for more than so many times the replications: the first looks may mislead."""


@dataclass(frozen=True)
class Width:
    """How narrow one interval is.

    Attributes
    ----------
    name : what it is the interval of.
    relative : its half-width as a share of the level, NaN where it has none.
    """

    name: str
    relative: float


def run_until(
    scenario: Scenario | str | Path,
    precision: float,
    *,
    fewest: int = FEWEST,
    most: int = MOST,
    progress: Callable[[int], None] | None = None,
    **settings: Any,
) -> RunResult:
    """Run a scenario with as many replications as its intervals need.

    Parameters
    ----------
    precision
        Largest half-width of the intervals compared, see above.
    fewest, most
        Replications before the first look, and the cap.
    settings
        As of ``run``: strategies, seed, weeks, overrides, workers.

    Raises
    ------
    RunError
        If the precision is not a positive number or the cap lies below the floor.
    """
    if not 0 < precision < math.inf:
        raise RunError(f"precision must be a positive number. Got {precision} instead.")
    if most < fewest:
        raise RunError(f"the cap of {most:,} replications lies below the floor of {fewest:,}")
    result = run(scenario, replications=fewest, progress=progress, **settings)
    while result.replications < most and not reached(result, precision):
        wanted = _wanted(result, precision)
        result = extend(
            result, min(wanted, most), workers=settings.get("workers"), progress=progress
        )
    return result


def reached(result: RunResult, precision: float) -> bool:
    """Whether every interval that has a level is narrow enough."""
    return widest(result).relative <= precision


def widest(result: RunResult) -> Width:
    """The widest of the intervals compared; nothing to compare has width 0."""
    known = [width for width in widths(result) if math.isfinite(width.relative)]
    return max(known, key=lambda width: width.relative, default=Width("nothing", 0.0))


def widths(result: RunResult) -> Sequence[Width]:
    """Of claims that have a value; without any, of the first outcome's means and differences."""
    claims = [
        Width(verdict.claim.id, _of_claim(result, verdict.claim))
        for verdict in result.verdicts()
        if verdict.verdict != "not run" and not math.isnan(verdict.estimate.value)
    ]
    return claims or _of_first_outcome(result)


def _of_claim(result: RunResult, claim: Any) -> float:
    found = quantity(result, claim, 0.95)
    if claim.by == "ratio":
        return _half(found)
    values, baseline = paired_values(result, claim)
    return _relative(found, values if baseline is None else baseline)


def _of_first_outcome(result: RunResult) -> list[Width]:
    outcome = key_outcomes(result)[0]
    firm = firm_of(result, outcome)
    first = result.values(outcome, result.strategies[0], firm)
    if len(result.strategies) == 1:
        return [Width(outcome, _relative(result.estimate(outcome, result.strategies[0], firm),
                                         first))]
    return [
        Width(f"{outcome} under {name}",
              _relative(result.difference(outcome, name, firm), first))
        for name in result.strategies[1:]
    ]


def _half(found: Estimate) -> float:
    return (found.high - found.low) / 2


def _relative(found: Estimate, level: Any) -> float:
    known = np.asarray(level)[np.isfinite(level)]
    size = abs(float(known.mean())) if known.size else 0.0
    return _half(found) / size if size > 0 else math.nan


def _wanted(result: RunResult, precision: float) -> int:
    """Replications that the width seen so far calls for, with a tenth to spare."""
    now = result.replications
    need = math.ceil(1.1 * now * (widest(result).relative / precision) ** 2)
    return int(min(max(need, now + 2), GROWTH * now))
