"""Decisions in sentences that a strategist reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.decisions.prim import Box, Limit, Setting
from sim.decisions.regret import Comparison

MUCH_CHANCE = 0.1


def number(value: float) -> str:
    """Four digits, large numbers in full."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def advice(found: Comparison, title: str) -> str:
    """Which strategy to choose, how sure that is, and whether rules of choice agree."""
    picks = found.best_by()
    chosen = picks["smallest worst regret"]
    record = next(one for one in found.records if one.strategy == chosen)
    n = found.outcome.shape[1]
    if (found.regret == 0).all():
        return f"In all {n:,} worlds all strategies yield the same {title}: nothing to choose."
    others = {rule: name for rule, name in picks.items() if name != chosen}
    if record.worst_regret == 0:
        text = f"Choose {chosen}: no strategy does better in any of {n:,} worlds."
    else:
        text = (
            f"Choose {chosen}: no strategy does better in {record.first_share:.0%} of {n:,} "
            f"worlds, and in the others it yields at most {number(record.worst_regret)} less than "
            "the best."
        )
    if not others:
        return f"{text} Every rule of choice picks it."
    named = "; ".join(f"{rule}: {name}" for rule, name in others.items())
    return f"{text} Rules of choice disagree ({named})."


def doubt(found: Comparison) -> str:
    """What chance may have to do with it; empty where it has little."""
    r = found.lived.shape[2]
    if r == 1:
        return (
            "Every world was lived once: what is chance cannot be told from what strategies do, "
            "and intervals are of worlds alone. Ask with --replications 10."
        )
    share = found.undecided_share()
    if not share > MUCH_CHANCE:
        return ""
    return (
        f"In {share:.0%} of worlds {r:,} replications cannot tell the best strategy from the next: "
        "regret, shares of worlds and conditions of failure are partly chance there. More "
        "replications tell."
    )


def failure(strategy: str, box: Box, settings: Sequence[Setting], *, held_out: str = "") -> str:
    """Where a strategy fails, such as: fails when negativity > 1.8 and quality < 0.55."""
    by_name = {setting.name: setting for setting in settings}
    parts = [condition(by_name[name], limit) for name, limit in box.limits.items()]
    return (
        f"{strategy} fails when {' and '.join(parts)} (covers {box.coverage:.0%} of its failures, "
        f"{box.density:.0%} pure{held_out})"
    )


def condition(setting: Setting, limit: Limit) -> str:
    """One condition in words."""
    name = short(setting.name)
    if limit.allowed is not None:
        names = [setting.levels[level] for level in sorted(limit.allowed)]
        return f"{name} is {' or '.join(names)}"
    low, high = _number(limit.low), _number(limit.high)
    if math.isinf(limit.low):
        return f"{name} < {high}"
    if math.isinf(limit.high):
        return f"{name} > {low}"
    return f"{name} is from {low} to {high}"


def short(path: str) -> str:
    """The last two words of a path: enough to know it by."""
    parts = path.split(".")
    return " ".join(parts[-2:]).replace("_", " ")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
