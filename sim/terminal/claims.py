"""Claims and what runs say of them, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.results.run import RunResult
    from sim.results.verdicts import Verdict

STYLES = {
    "shown": "green", "not shown": "yellow", "refuted": "bold red", "not run": "dim",
}
WIDEST_VERDICT = max(map(len, STYLES))


def measured(result: RunResult, verdict: Verdict, *, short: bool = False) -> str:
    """The quantity with the interval that decides: ``1.23 times (90% interval 1.20 to 1.26)``."""
    from sim.results.text import claim_unit, decimals_for, format_interval, format_value

    claim, found = verdict.claim, verdict.estimate
    if verdict.verdict == "not run" or math.isnan(found.value):
        return verdict.reason
    unit, signed = claim_unit(result, claim), claim.by == "difference"
    places = decimals_for((found.value, found.low, found.high), unit)
    value = format_value(found.value, unit, decimals=places, sign=signed)
    if math.isnan(found.low):
        return f"{value} ({verdict.reason})"
    level = f"{100 * (2 * claim.confidence - 1):.4g}%"
    bounds = format_interval(found.low, found.high, unit, decimals=places, sign=signed)
    between = ":" if short else " interval"
    return f"{value} ({level}{between} {bounds.removesuffix(f' {unit}')})"


def needed(result: RunResult, verdict: Verdict) -> str:
    """The bound, in the unit of the quantity beside it: ``needs at least 1.00``."""
    from sim.results.text import POINTS, claim_bound, claim_unit

    claim = verdict.claim
    unit = claim_unit(result, claim)
    bound = claim_bound(result, claim)
    if unit != POINTS:  # which without its unit would be taken for a share
        bound = bound.replace(f" {unit}", "")
    if claim.at_least == claim.at_most:
        bound = f"exactly {bound.rpartition(' at most ')[2]}"
    return f"needs {bound}"
