"""Decisions in sentences that a strategist reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.decisions.prim import Box, Limit, Setting
from sim.decisions.regret import Comparison
from sim.results.text import is_share

MUCH_CHANCE = 0.1


def number(value: float) -> str:
    """Four digits, large numbers in full."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def amount(value: float, unit: str) -> str:
    """An outcome as a table shows it: a share as a percentage, else the number alone."""
    return f"{100 * value:.1f}%" if is_share(unit) else number(value)


def less(value: float, unit: str) -> str:
    """A difference of two outcomes: of shares in percentage points, else the number alone."""
    return f"{100 * value:.1f} points" if is_share(unit) else number(value)


def chosen(found: Comparison) -> str:
    """The strategy that is advised: it can disappoint least."""
    return found.best_by()["smallest worst regret"]


def advice(found: Comparison, title: str, unit: str = "") -> str:
    """Which strategy to choose, by what, how sure that is, and whether rules of choice agree."""
    picks = found.best_by()
    best = chosen(found)
    record = next(one for one in found.records if one.strategy == best)
    n = found.outcome.shape[1]
    if (found.regret == 0).all():
        return f"In all {n:,} worlds all strategies yield the same {title}: nothing to choose."
    others = {rule: name for rule, name in picks.items() if name != best}
    if record.worst_regret == 0:
        text = f"By {title}, choose {best}: no strategy does better in any of {n:,} worlds."
    else:
        text = (
            f"By {title}, choose {best}: no strategy does better in {record.first_share:.0%} of "
            f"{n:,} worlds, and in the others it {_yields(found, record.worst_regret, unit)} than "
            "the best."
        )
    if not others:
        return f"{text} Every rule of choice picks it."
    named = "; ".join(f"{rule}: {name}" for rule, name in others.items())
    return f"{text} Rules of choice disagree ({named})."


def _yields(found: Comparison, regret: float, unit: str) -> str:
    more = "less" if found.goal == "maximize" else "more"
    return f"yields at most {less(regret, unit)} {more}"


def profit_too(found: Comparison, profit: Comparison, currency: str) -> str:
    """Whether the advised strategy earns most as well, and how much it costs if it does not.

    Parameters
    ----------
    found
        The strategies by the outcome that decides.
    profit
        The same strategies in the same worlds by profit over some weeks.
    """
    if (found.regret == 0).all():
        return ""
    own, best = chosen(found), profit.best_by()["highest mean"]
    if own == best:
        return "It earns the most profit as well, as the mean over worlds."
    gap = profit.gap(best, own)
    if not gap.low > 0:
        return (
            f"By profit {best} is first, as the mean over worlds, though the difference to {own} "
            "may be chance."
        )
    s, b = (profit.strategies.index(name) for name in (own, best))
    n_worlds = int((profit.outcome[b] > profit.outcome[s]).sum())
    return (
        f"But {own} earns {number(gap.value)} {currency} ({number(gap.low)} to {number(gap.high)}) "
        f"less profit than {best}, as the mean over worlds, and less in {n_worlds:,} of "
        f"{profit.outcome.shape[1]:,} worlds: say first which of the two counts."
    )


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
