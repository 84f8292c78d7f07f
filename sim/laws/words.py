"""What became of laws, in words: numbers with their intervals, and the summary."""

from __future__ import annotations

import math

from sim.laws.base import FAILS, HOLDS, IDLE, OPEN, VERDICTS, Checked
from sim.laws.gather import LawsResult

MOST_DECIMALS = 6


def places(one: Checked) -> int:
    """Decimals that the interval is sure of: two digits of its half width."""
    half = (one.found.high - one.found.low) / 2
    size = half if math.isfinite(half) and half > 0 else abs(one.value) / 10
    if not math.isfinite(size) or size == 0:
        return 2
    return min(max(1 - math.floor(math.log10(size)), 0), MOST_DECIMALS)


def value(one: Checked) -> str:
    """The mean over replications, ``1.88``."""
    return _number(one.value, places(one)) if math.isfinite(one.value) else "no value"


def interval(one: Checked) -> str:
    """Its 95% interval, ``1.87 to 1.89``; empty where there is none."""
    if not (math.isfinite(one.found.low) and math.isfinite(one.found.high)):
        return ""
    decimals = places(one)
    return f"{_number(one.found.low, decimals)} to {_number(one.found.high, decimals)}"


def _number(number: float, decimals: int) -> str:
    text = f"{number:,.{decimals}f}"
    return text.lstrip("-") if not any(digit in text for digit in "123456789") else text


def tally(result: LawsResult) -> str:
    """How many laws have which verdict: ``9 hold, 12 do not hold, ...``."""
    plural = {HOLDS: "hold", FAILS: "do not hold", OPEN: "cannot be told", IDLE: "do not apply"}
    counted = {verdict: len(result.with_verdict(verdict)) for verdict in VERDICTS}
    return ", ".join(
        f"{n} {verdict if n == 1 else plural[verdict]}" for verdict, n in counted.items() if n
    )


def sentence(result: LawsResult) -> str:
    """The answer in a sentence."""
    return f"Of {len(result.checked)} regularities of markets, {tally(result)} in {_name(result)}."


def _name(result: LawsResult) -> str:
    return (
        f"{result.scenario.id} ({result.n_customers:,} customers, "
        f"{result.replications} {'replication' if result.replications == 1 else 'replications'})"
    )


AN_OBSERVATION = (
    "A law is an observation about a market, not a test: one that does not hold says of what kind "
    "the market is, and where it departs from those that were studied."
)
