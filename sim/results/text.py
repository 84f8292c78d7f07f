"""Numbers and answers in words, for the report and the terminal alike."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.results.key import focal_firm, label, outcome_unit
from sim.results.statistics import Estimate
from sim.results.verdicts import NOT_RUN, NOT_SHOWN, REFUTED, SHOWN, Verdict

if TYPE_CHECKING:
    from sim.results.run import RunResult
    from sim.scenario.schema import Claim, Event

NO_VALUE = "no value"
NO_INTERVAL = "no interval"
TIMES = "times"
POINTS = "percentage points"
"""The unit of a difference of shares."""

MOST_DECIMALS = 6


def count(n: int, one: str, several: str | None = None) -> str:
    """So many of a thing: ``1 replication``, ``20 replications``."""
    return f"{n:,} {one if n == 1 else several or one + 's'}"


def in_two_digits(value: float) -> str:
    """A number of which two digits matter, written out where it is large."""
    return f"{value:.2g}" if abs(value) < 100 else f"{value:,.0f}"


def when_it_happens(event: Event) -> str:
    """Week or condition of an event, and under which strategies if not under all."""
    when = f"week {event.week}" if event.week is not None else f"when {event.when}"
    return when if event.strategies is None else f"{when}, under {', '.join(event.strategies)} only"


def is_share(unit: str) -> bool:
    """Whether values of this unit are shown as percentages."""
    return unit.startswith("share of")


def difference_unit(unit: str) -> str:
    """Unit of a difference of two values: shares differ by percentage points."""
    return POINTS if is_share(unit) else unit


def format_value(
    value: float, unit: str, *, decimals: int | None = None, sign: bool = False
) -> str:
    """A number with its unit: ``41.3%``, ``12,345 euro``, ``0.657``, ``+3.2 percentage points``.

    Parameters
    ----------
    value
        The number; shares and percentage points are fractions of 1.
    unit
        Unit of an outcome, ``POINTS`` or ``TIMES``; nothing is appended for ``0 to 1``.
    decimals
        Decimals to show; None decides by size.
    sign
        Whether a plus sign is shown.
    """
    if not math.isfinite(value):
        return NO_VALUE
    return _number(value, unit, decimals, sign=sign) + _suffix(value, unit)


def format_interval(
    low: float, high: float, unit: str, *, decimals: int | None = None, sign: bool = False
) -> str:
    """An interval with its unit once: ``51.0% to 53.6%``, ``-120 to 340 euro``."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NO_INTERVAL
    places = decimals_for((low, high), unit) if decimals is None else decimals
    first, last = (_number(bound, unit, places, sign=sign) for bound in (low, high))
    percent = "%" if is_share(unit) else ""
    return f"{first}{percent} to {last}{_suffix(high, unit)}"


def format_estimate(found: Estimate, unit: str, *, sign: bool = False) -> str:
    """A mean and its interval with the same decimals: ``52.3% (51.0% to 53.6%)``."""
    places = decimals_for((found.value, found.low, found.high), unit)
    value = format_value(found.value, unit, decimals=places, sign=sign)
    if math.isnan(found.low) or math.isnan(found.value):
        return value
    if found.low == found.high:
        return f"{value} (in every replication)"
    bare = unit if is_share(unit) else "0 to 1"
    scale = 100.0 if unit == POINTS else 1.0
    interval = format_interval(
        scale * found.low, scale * found.high, bare, decimals=places, sign=sign
    )
    return f"{value} ({interval})"


def decimals_for(values: Iterable[float], unit: str) -> int:
    """Decimals that show these numbers readably, and none that is not 0 as 0 if that can be."""
    scale = _scale(unit)
    sizes = [abs(scale * value) for value in values if math.isfinite(value)]
    largest = max(sizes, default=0.0)
    if largest == 0:
        return 0
    if scale == 100.0:
        decimals = 1
    elif unit == "0 to 1":
        decimals = 3
    elif unit == TIMES:
        decimals = 2
    elif largest >= 100:
        return 0
    else:
        decimals = 1 if largest >= 10 else 2 if largest >= 1 else 3
    smallest = min((size for size in sizes if size > 0), default=1.0)
    while decimals < MOST_DECIMALS and smallest < 0.5 * 10.0**-decimals and largest < 0.05 * scale:
        decimals += 1
    return decimals


def _number(value: float, unit: str, decimals: int | None, *, sign: bool) -> str:
    scale = _scale(unit)
    places = decimals_for((value,), unit) if decimals is None else decimals
    text = f"{scale * value:{'+' if sign else ''},.{places}f}"
    is_zero = not any(digit in text for digit in "123456789")
    return text.lstrip("+-") if is_zero else text


def _scale(unit: str) -> float:
    """Percentages and percentage points are shown times 100."""
    return 100.0 if is_share(unit) or unit == POINTS else 1.0


def _suffix(value: float, unit: str) -> str:
    if is_share(unit):
        return "%"
    return "" if unit in ("", "0 to 1") else f" {unit}"




def claim_unit(result: RunResult, claim: Claim) -> str:
    """Unit of the quantity that a claim bounds."""
    if claim.by == "ratio":
        return TIMES
    unit = outcome_unit(result, claim.outcome)
    return difference_unit(unit) if claim.by == "difference" else unit


def data_unit(result: RunResult, claim: Claim) -> str:
    """The same for numbers as they are in data, where a share is not multiplied by 100."""
    return TIMES if claim.by == "ratio" else outcome_unit(result, claim.outcome)


def claim_quantity(result: RunResult, claim: Claim) -> str:
    """What a claim measures: ``units sold of Nova, weeks 53 to 104: “listen” over “shout”``."""
    owner = f" of {claim.firm}" if claim.firm else ""
    when = f", {_weeks(claim.weeks)}" if claim.weeks else ", all weeks"
    strategy = claim.strategy or result.scenario.strategies[-1]
    subject = f"{label(claim.outcome)}{owner}{when}: “{strategy}”"
    if claim.by == "value":
        return subject
    return f"{subject} {'over' if claim.by == 'ratio' else 'minus'} {_baseline(claim)}"


def _baseline(claim: Claim) -> str:
    said = [f"“{claim.against}”"] if claim.against else []
    said += [claim.against_firm] if claim.against_firm else []
    said += [_weeks(claim.against_weeks)] if claim.against_weeks else []
    return ", ".join(said)


def claim_bound(result: RunResult, claim: Claim) -> str:
    """What the claim requires, such as ``at least 1.00 times``."""
    unit = claim_unit(result, claim)
    bounds = (("at least", claim.at_least), ("at most", claim.at_most))
    said = [f"{word} {_exactly(bound, unit)}" for word, bound in bounds if bound is not None]
    return " and ".join(said)


def _exactly(bound: float, unit: str) -> str:
    """A bound with all digits that its author wrote."""
    written = f"{_scale(unit) * bound:.10f}".rstrip("0")
    digits = len(written.partition(".")[2])
    return format_value(bound, unit, decimals=max(digits, 2 if unit == TIMES else 0))


def _weeks(weeks: tuple[int, int]) -> str:
    first, last = weeks
    return f"week {first}" if first == last else f"weeks {first} to {last}"


def sentence(result: RunResult) -> str:
    """The answer in one sentence with its uncertainty, from the claims and the main difference."""
    verdicts = result.verdicts()
    if not verdicts:
        return upper(main_difference(result)) + "."
    first = verdicts[0]
    parts = [_first_claim(result, first)]
    if first.claim.against is None or first.verdict == NOT_RUN or len(result.strategies) > 2:
        parts.append(main_difference(result))
    if len(verdicts) > 1:
        parts.append(tally(verdicts))
    return "; ".join(parts) + "."


def _first_claim(result: RunResult, verdict: Verdict) -> str:
    text = f"“{verdict.claim.text.strip().rstrip('.')}”"
    if verdict.verdict == NOT_RUN:
        return f"Not decided: {text} ({verdict.reason})"
    if math.isnan(verdict.estimate.low):
        return f"Not shown: {text} ({verdict.reason})"
    lead = {
        SHOWN: "Shown in this model", REFUTED: "Refuted in this model",
        NOT_SHOWN: f"Not shown by {_count(result)}",
    }[verdict.verdict]
    return f"{lead}: {text} – {_found(result, verdict)}"


def _found(result: RunResult, verdict: Verdict) -> str:
    """The quantity of a claim as a clause, with the bound that the runs are sure of."""
    claim, found, unit = verdict.claim, verdict.estimate, claim_unit(result, verdict.claim)
    strategy = claim.strategy or result.scenario.strategies[-1]
    owner = f"{claim.firm}’s " if claim.firm else "the market’s "
    when = f" in {_weeks(claim.weeks)}" if claim.weeks else ""
    value = format_value(found.value, unit, sign=claim.by == "difference")
    level = {"value": "", "ratio": f" the level of {_baseline(claim)}",
             "difference": f" from {_baseline(claim)}"}[claim.by]
    verb = "differed by" if claim.by == "difference" else "came to"
    return (
        f"under “{strategy}” {owner}{label(claim.outcome)}{when} {verb} {value}{level} "
        f"({_certainty(result, verdict)})"
    )


def _certainty(result: RunResult, verdict: Verdict) -> str:
    claim, found, unit = verdict.claim, verdict.estimate, claim_unit(result, verdict.claim)
    sure, signed = f"with {100 * claim.confidence:g}% confidence", claim.by == "difference"
    low, high = (format_value(bound, unit, sign=signed) for bound in (found.low, found.high))
    needs = claim_bound(result, claim)
    if verdict.verdict == NOT_SHOWN:
        interval = format_interval(found.low, found.high, unit, sign=signed)
        level = f"{100 * (2 * claim.confidence - 1):.4g}%"
        return f"{level} interval {interval}; the claim needs {needs}"
    if verdict.verdict == REFUTED:
        too_low = claim.at_least is not None and found.high < claim.at_least
        reached = f"at most {high}" if too_low else f"at least {low}"
        return f"{sure} {reached}; the claim needs {needs}"
    said = [f"at least {low}"] if claim.at_least is not None else []
    said += [f"at most {high}"] if claim.at_most is not None else []
    return f"{sure} {' and '.join(said)}{', each' if len(said) > 1 else ''}"


def _count(result: RunResult) -> str:
    return f"{result.replications:,} replication{'s' if result.replications > 1 else ''}"


def tally(verdicts: list[Verdict]) -> str:
    """How many claims are shown, not shown, refuted and not run."""
    counts = [
        (word, sum(verdict.verdict == word for verdict in verdicts))
        for word in (SHOWN, NOT_SHOWN, REFUTED, NOT_RUN)
    ]
    if len(verdicts) == 1:
        return f"the claim is {verdicts[0].verdict}"
    said = ", ".join(
        f"{count} {'is' if count == 1 else 'are'} {word}" for word, count in counts if count
    )
    return f"of {len(verdicts)} claims {said}"


def main_difference(result: RunResult) -> str:
    """The largest paired difference of market share to the first strategy, in words.

    A share can be bought: where profit goes the other way, or is highest elsewhere, that is said.
    """
    outcome, baseline, firm = "market_share", result.strategies[0], focal_firm(result)
    unit = outcome_unit(result, outcome)
    name = f"{firm}’s {label(outcome)}"
    own = result.estimate(outcome, baseline, firm)
    if math.isnan(own.value):
        return f"{name} has no value under “{baseline}”: nothing was sold"
    if len(result.strategies) == 1:
        return (
            f"under “{baseline}”, the only strategy of this run, {name} is "
            f"{format_estimate(own, unit)}"
        )
    gaps = {name: result.difference(outcome, name, firm) for name in result.strategies[1:]}
    known = {name: gap for name, gap in gaps.items() if not math.isnan(gap.value)}
    if not known:
        return f"{name} cannot be compared: under no other strategy was anything sold"
    distinct = {name: gap for name, gap in known.items() if is_distinguishable(gap)}
    strategy, gap = max((distinct or known).items(), key=lambda item: abs(item[1].value))
    by = format_estimate(gap, difference_unit(unit), sign=True)
    if math.isnan(gap.low):
        return (
            f"{name} differs by {by} under “{strategy}” from “{baseline}” in a single "
            "replication, which cannot tell an effect from luck"
        )
    if not distinct:
        return (
            f"no strategy is distinguishable from “{baseline}” in {name} by "
            f"{_count(result)} (largest difference under “{strategy}”: {by})"
        )
    value = format_value(result.estimate(outcome, strategy, firm).value, unit)
    said = f"under “{strategy}” {name} is {value}, which differs from “{baseline}” by {by}"
    idle = [f"“{other}”" for other, one in gaps.items() if one.value == one.low == one.high == 0]
    if idle:
        verb = "leaves" if len(idle) == 1 else "leave"
        said += f"; {in_a_row(idle)} {verb} it exactly as under “{baseline}”"
    return said + _profit_beside(result, strategy, gap, firm)


def _profit_beside(result: RunResult, strategy: str, share: Estimate, firm: str) -> str:
    """Profit where it goes against the share, or gains most elsewhere; else nothing."""
    if "profit" not in result.declared:
        return ""
    unit = outcome_unit(result, "profit")
    gaps = {name: result.difference("profit", name, firm) for name in result.strategies[1:]}
    said, own = "", gaps[strategy]
    if is_distinguishable(own) and own.value * share.value < 0:
        said = f", but its profit by {format_estimate(rounded(own), unit, sign=True)}"
    best, most = max(gaps.items(), key=lambda item: (item[1].value, item[0] == strategy))
    if best != strategy and is_distinguishable(most) and most.value > 0:
        by = format_estimate(rounded(most), unit, sign=True)
        said += f"; profit gains most under “{best}”: {by}"
    return said


def rounded(found: Estimate) -> Estimate:
    """A large estimate without digits that mean nothing: two of its half width remain."""
    half = (found.high - found.low) / 2
    if not half >= 1000:
        return found
    places = 1 - math.floor(math.log10(half))
    value, low, high = (round(number, places) for number in (found.value, found.low, found.high))
    return replace(found, value=value, low=low, high=high)


def in_a_row(words: list[str]) -> str:
    """Words joined as in a sentence: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def is_distinguishable(gap: Estimate) -> bool:
    """Whether the interval of a difference excludes 0; an exact 0 does not."""
    if math.isnan(gap.low) or math.isnan(gap.high):
        return False
    return gap.low > 0 or gap.high < 0


def upper(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]
