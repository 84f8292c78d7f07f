"""A search in words: what it found, what of that survives, and the rows of its tables."""

from __future__ import annotations

import math

from sim.decisions.sentences import number
from sim.optimization.carry_out import Optimized
from sim.optimization.gains import Chosen, Gain
from sim.optimization.search import Trial
from sim.optimization.space import Numbers
from sim.results.statistics import Estimate
from sim.results.text import count

RULES = {
    "mean": "the mean over worlds", "worst": "the worst world",
    "q10": "the outcome that nine worlds in ten exceed",
}


def answer(found: Optimized) -> str:
    """What to set, and whether it helps beyond doubt, in a few sentences."""
    if not found.chosen:
        return (
            f"In {len(found.trials):,} trials nothing was better than the scenario as it is: "
            "leave the levers alone, or search longer."
        )
    return _of_one(found) if len(found.columns) == 1 else _of_several(found)


def _of_one(found: Optimized) -> str:
    best = found.chosen[0]
    gain = best.gains[0]
    promised = (
        f"{levers(found, best.trial.values)}: in the worlds of the search {goal(found, 0)} gains "
        f"{number(gain.promised)}"
    )
    if gain.survives:
        return f"Set {promised}. The gain survives: {_told(gain, found)}."
    return (
        f"The search offers {promised}. The gain does not survive: {_told(gain, found)}. "
        "Leave the levers alone, or search in more worlds."
    )


def _of_several(found: Optimized) -> str:
    better = [one for one in found.chosen if one.is_better]
    n = len(found.chosen)
    what = f"{n} combinations of levers" if n > 1 else "one combination of levers"
    text = f"The search offers {what} that no other beats in one goal without losing in another. "
    if not better:
        return text + (
            f"In {found.fresh} fresh worlds none of them is better than the scenario as it is in "
            "one goal and worse in none: whatever is gained is paid for, or does not survive."
        )
    return text + (
        f"In {found.fresh} fresh worlds {len(better)} of them {'are' if len(better) > 1 else 'is'} "
        "better than the scenario as it is in at least one goal and worse in none, such as "
        f"{levers(found, better[0].trial.values)}."
    )


def _told(gain: Gain, found: Optimized) -> str:
    """A gain in fresh worlds."""
    where = f"in {found.fresh} fresh worlds with fresh luck it is"
    if found.goals.rule == "mean":
        return f"{where} {interval(gain.counted)}"
    if found.goals.rule == "q10":
        return f"{where} {interval(gain.counted)}, on average over worlds {interval(gain.mean)}"
    return (
        f"{where} {number(gain.counted.value)} in the worst world, on average over worlds "
        f"{interval(gain.mean)}"
    )


def interval(found: Estimate) -> str:
    """Such as: 12 (8 to 16)."""
    if not math.isfinite(found.low):
        return number(found.value)
    return f"{number(found.value)} ({number(found.low)} to {number(found.high)})"


def levers(found: Optimized, values: Numbers) -> str:
    """Values of levers in words."""
    names = lever_names(found)
    return ", ".join(
        f"{name} {lever_value(value)}" for name, value in zip(names, values.tolist(), strict=True)
    )


def lever_value(value: float) -> str:
    """Four digits."""
    return number(value)


def lever_names(found: Optimized) -> list[str]:
    """Names of levers: the last word of their paths, or more where that is not enough."""
    paths = [lever.path.split(".") for lever in found.space.levers]
    for depth in range(1, 8):
        names = [" ".join(parts[-depth:]).replace("_", " ") for parts in paths]
        if len(set(names)) == len(names):
            return names
    return [lever.path for lever in found.space.levers]


def goal(found: Optimized, k: int) -> str:
    """An objective in words."""
    column = found.columns[k]
    text = column.outcome.replace("_", " ")
    if column.firm is not None:
        text += f" of {column.firm}"
    if column.weeks is not None:
        text += f" in weeks {column.weeks[0]} to {column.weeks[1]}"
    return text


def unit(found: Optimized, k: int) -> str:
    """Unit of an objective, in the scenario's currency."""
    return found.columns[k].unit_in(found.study.scenario.document.currency)


def circumstances(found: Optimized) -> str:
    """What was tried, in words."""
    goals = " and ".join(
        f"{one.removesuffix('e')}ing {goal(found, k)} ({unit(found, k)})"
        for k, one in enumerate(found.goals.directions)
    )
    failed = sum(one.failed for one in found.trials)
    return (
        f"{len(found.trials):,} trials in {found.worlds} worlds, each with its own luck, "
        f"{goals}; what counts is {RULES[found.goals.rule]}."
        + (f" {count(failed, 'trial')} failed." if failed else "")
        + (f" {count(found.left_out, 'combination')} of the front left out: no value in some fresh "
           "world." if found.left_out else "")
    )


def budget(found: Optimized) -> str:
    """What the levers may cost, in words; empty without a budget."""
    space = found.space
    if space.budget is None:
        return ""
    names = [name for name, is_in in zip(lever_names(found), space.shared, strict=True) if is_in]
    text = f"Budget: {' + '.join(names)} at most {number(space.budget.at_most)}."
    base = space.cost(space.base)
    if base > space.budget.at_most:
        text += f" The scenario as it is costs {number(base)} and so exceeds it."
    return text


def headings(found: Optimized) -> tuple[str, ...]:
    """Columns of ``row``."""
    goals = [goal(found, k) for k in range(len(found.columns))]
    return (
        "", *lever_names(found),
        *(head for one in goals for head in (one, "gain", "promised")),
    )


def base_row(found: Optimized) -> tuple[str, ...]:
    """The scenario as it is, as cells."""
    first = found.chosen[0] if found.chosen else None
    cells: list[str] = []
    for k in range(len(found.columns)):
        value = found.trials[0].scores[k] if first is None else first.gains[k].base
        cells += [number(float(value)), "", ""]
    return ("as it is", *map(lever_value, found.space.base.tolist()), *cells)


def row(one: Chosen) -> tuple[str, ...]:
    """A combination as cells: levers, then each goal in fresh worlds, its gain, the promise."""
    cells: list[str] = []
    for gain in one.gains:
        cells += [number(gain.value), interval(gain.counted), number(gain.promised)]
    return (
        f"trial {one.trial.number}", *map(lever_value, one.trial.values.tolist()), *cells,
    )


def verdict(one: Chosen) -> str:
    """What became of a combination in fresh worlds."""
    if one.is_better:
        return "better"
    if any(gain.survives for gain in one.gains):
        return "gains and loses"
    return "worse" if any(gain.is_loss for gain in one.gains) else "no difference beyond chance"


def scores(trial: Trial) -> list[float]:
    """What counts of a trial; empty if it failed."""
    return [float(score) for score in trial.scores]
