"""What runs say of a claim: shown, not shown, or refuted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.results.statistics import Estimate, difference, estimate, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.results.run import RunResult
    from sim.scenario.schema import Claim

SHOWN, NOT_SHOWN, REFUTED, NOT_RUN = "shown", "not shown", "refuted", "not run"


@dataclass(frozen=True)
class Verdict:
    """A claim, the quantity it speaks of, and what the runs say."""

    claim: Claim
    estimate: Estimate
    verdict: str
    reason: str


def quantity(result: RunResult, claim: Claim, confidence: float) -> Estimate:
    """The quantity that a claim bounds, with a two-sided interval."""
    values, baseline = paired_values(result, claim)
    if claim.by == "value":
        return estimate(values, confidence).within(*result.declared[claim.outcome].bounds)
    assert baseline is not None
    if claim.by == "difference":
        return difference(values, baseline, confidence)
    if estimate(baseline).value <= 0:  # a greater loss is no multiple of a loss
        return Estimate(math.nan, math.nan, math.nan, 0)
    return ratio(values, baseline, confidence)


def paired_values(
    result: RunResult, claim: Claim
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Values of the claim's outcome and of its baseline, one a replication."""
    strategy = claim.strategy or result.scenario.strategies[-1]
    values = result.values(claim.outcome, strategy, claim.firm, claim.weeks)
    if claim.by == "value":
        return values, None
    baseline = result.values(
        claim.outcome, claim.against or strategy, claim.against_firm or claim.firm,
        claim.against_weeks or claim.weeks,
    )
    return values, baseline


def judge(result: RunResult, claim: Claim) -> Verdict:
    """Compare the one-sided bounds of the quantity with the claim's bounds.

    Shown: beyond every bound with the claim's confidence. Refuted: on the wrong side of one with
    that confidence. Else not shown: more replications may decide.
    """
    needed = {claim.strategy or result.scenario.strategies[-1], claim.against} - {None}
    missing = sorted(str(name) for name in needed - set(result.strategies))
    all_weeks = (1, result.scenario.document.weeks)  # those that the claim was written for
    last_week = max((claim.weeks or all_weeks)[1], (claim.against_weeks or (1, 1))[1])
    nothing = Estimate(math.nan, math.nan, math.nan, 0)
    if missing:
        return Verdict(claim, nothing, NOT_RUN, f"strategy {missing[0]} was not run")
    if last_week > result.weeks:
        return Verdict(claim, nothing, NOT_RUN, f"week {last_week} was not run")
    # A two-sided interval of 2c - 1 has one-sided bounds of confidence c.
    confidence = 2 * claim.confidence - 1
    found = quantity(result, claim, confidence)
    baseline = paired_values(result, claim)[1]
    base = None if baseline is None else estimate(baseline, confidence)
    if claim.by == "ratio" and base is not None and (base.value <= 0 or base.low <= 0):
        return Verdict(claim, found, NOT_SHOWN, "a ratio needs a baseline surely above 0")
    if math.isnan(found.value):
        return Verdict(claim, found, NOT_SHOWN, "the outcome has no value in these weeks")
    if math.isnan(found.low):
        return Verdict(claim, found, NOT_SHOWN, "one replication has no interval; run more")
    lowest = -math.inf if claim.at_least is None else claim.at_least
    highest = math.inf if claim.at_most is None else claim.at_most
    if found.low >= lowest and found.high <= highest:
        return Verdict(claim, found, SHOWN, "")
    if found.high < lowest or found.low > highest:
        return Verdict(claim, found, REFUTED, "")
    return Verdict(claim, found, NOT_SHOWN, "the interval reaches across the bound")


def direction_holds(result: RunResult, claim: Claim) -> bool | None:
    """Whether the means point the claim's way: past 1 for a ratio, past 0 for a difference.

    A claim on a plain value has no direction of its own; there its bounds count. A ratio to a level
    that is not above 0 does not hold: nothing is so many times a loss. None where what the claim
    speaks of has no value.
    """
    found = quantity(result, claim, 0.95)
    if math.isnan(found.value):
        values, baseline = paired_values(result, claim)
        has_values = baseline is not None and bool(np.isfinite(values + baseline).any())
        return False if has_values else None
    if claim.by == "value":
        neutral_low, neutral_high = claim.at_least, claim.at_most
    else:
        neutral = 1.0 if claim.by == "ratio" else 0.0
        # A bound beyond the neutral point on the other side allows for a small opposite effect:
        # then the bound itself counts.
        low, high = claim.at_least, claim.at_most
        neutral_low = None if low is None else min(low, neutral)
        neutral_high = None if high is None else max(high, neutral)
    above = neutral_low is None or found.value >= neutral_low
    below = neutral_high is None or found.value <= neutral_high
    return above and below
