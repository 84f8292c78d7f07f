"""A calibration in words: the rows of its tables, and the sentence that answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.calibration.calibrate import Calibration, Fitted
from sim.calibration.forecast import Held
from sim.calibration.recovery import Recovery
from sim.results.text import count

ERROR_HEADINGS = ("error, of the mean", "fit", "held out", "naive", "in interval")
RECOVERY_HEADINGS = ("setting", "mean error", "root mean square", "in interval")
NOTHING = "–"
UNTOLD_SCALE = 1000.0
"""From so many times its lower end on, the interval of a scale says nothing."""


def number(value: float) -> str:
    """Four significant digits, without a power of ten where the number is of daily size."""
    if not math.isfinite(value):
        return NOTHING
    if value and not 1e-4 <= abs(value) < 1e6:
        return f"{value:.3e}"
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def percent(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.1f}%" if math.isfinite(share) else NOTHING


def setting_headings(found: Calibration) -> tuple[str, ...]:
    """Over the rows of settings."""
    value = "mean" if found.plan.method == "bayes" else "best"
    return ("setting", value, "95% interval", "range", "")


def setting_rows(settings: Sequence[Fitted]) -> list[list[str]]:
    """Setting, value, interval, range, and what to beware of."""
    return [
        [
            one.dimension.path, number(one.value), f"{number(one.low)} to {number(one.high)}",
            f"{number(one.dimension.low)} to {number(one.dimension.high)}", warning(one),
        ]
        for one in settings
    ]


def warning(one: Fitted) -> str:
    """What to beware of in a fitted value."""
    if not one.is_told:
        return "the data do not tell"
    return "at the edge" if one.is_at_edge else ""


def error_rows(held: Sequence[Held]) -> list[list[str]]:
    """Errors of fit, forecast and naive forecast relative to the mean, a block each."""
    return [
        [
            one.block.title, percent(one.fit_error), percent(one.error), percent(one.naive_error),
            f"{one.covered} of {one.n}" if one.n else NOTHING,
        ]
        for one in held
    ]


def recovery_rows(recovery: Recovery) -> list[list[str]]:
    """Bias and error as shares of the range, and how often the interval held the known value."""
    return [
        [path, f"{100 * bias:+.1f}%", percent(error), f"{covered} of {len(recovery.worlds)}"]
        for path, bias, error, covered in zip(
            recovery.space.paths, recovery.bias, recovery.error, recovery.covered, strict=True
        )
    ]


def sentence(found: Calibration) -> str:
    """What came out: how near, how good the forecast is, what to beware of."""
    named = [f"{_short(one)} = {number(one.value)}" for one in found.settings]
    is_posterior = found.plan.method == "bayes"
    text = "Means of the posterior are" if is_posterior else "Nearest to the data with"
    text += f" {_listed(named)}"
    text += f"; simulated markets are off by {percent(_fit_error(found))} of the mean."
    forecast = [one for one in found.held if math.isfinite(one.naive_error)]
    if forecast:
        better = sum(one.is_better for one in forecast)
        text += " " + _verdict(better, forecast)
    beware = [f"{_short(one)}: {warning(one)}" for one in found.settings if warning(one)]
    if is_posterior and _narrowed(found) == 0:
        beware.append("with so few --trials the tolerance was never narrowed")
    return f"{text} Beware: {'; '.join(beware)}." if beware else text


def _verdict(better: int, forecast: Sequence[Held]) -> str:
    if len(forecast) == 1:
        one = forecast[0]
        how = "better" if better else "worse"
        return (
            f"What was held out is forecast {how} than naively: off by {percent(one.error)} "
            f"against {percent(one.naive_error)}."
        )
    return f"{better} of {len(forecast)} series are forecast better than naively."


def _fit_error(found: Calibration) -> float:
    errors = [one.fit_error for one in found.held]
    return math.sqrt(sum(error**2 for error in errors) / len(errors)) if errors else math.nan


def _narrowed(found: Calibration) -> int:
    """How often the tolerance was narrowed: the generations after the first."""
    return max((one.round for one in found.estimate.trials if one.weight > 0), default=0)


def _short(one: Fitted) -> str:
    return one.dimension.path.rsplit(".", 1)[-1]


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def scale_note(found: Calibration) -> str:
    """How many units of the data one simulated customer stands for; empty where none is scaled."""
    if not found.target.is_scaled:
        return ""
    scale, low, high = found.estimate.scale
    n = found.target.scenario.world(found.strategy, found.values).customers.n
    told = high <= low * UNTOLD_SCALE
    how_sure = f"{number(low)} to {number(high)}" if told else "the data do not tell"
    return (
        f"One simulated customer stands for {number(scale)} in the data ({how_sure}): "
        f"a market of {number(scale * n)} in all."
    )


def method_note(found: Calibration) -> str:
    """How it was fitted."""
    plan = found.plan
    if plan.method == "bayes":
        return (
            f"Approximate Bayesian computation: {len(found.estimate.trials):,} markets, tolerance "
            f"{percent(found.estimate.tolerance)}, narrowed {count(_narrowed(found), 'time')}; "
            "uniform over the ranges beforehand"
        )
    return (
        f"Nearest of {plan.trials:,} points by {count(plan.replications, 'replication')} of the "
        "same luck each; intervals of simulated least squares"
    )


def logarithmic_note(found: Calibration) -> str:
    """Which settings were searched by orders of magnitude."""
    names = [_short(one) for one in found.settings if one.dimension.is_log]
    return f"searched by orders of magnitude: {', '.join(names)}" if names else ""
