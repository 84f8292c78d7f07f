"""Checks of what a scenario says about its runs: events, claims, and uncertain settings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from sim.observers.base import outcomes
from sim.parameters import declaration
from sim.policies.base import policies
from sim.policies.code import is_code
from sim.scenario.faults import Fault, FaultyScenarioError, dotted, subject, wrong_name
from sim.scenario.overrides import Setting, at, find, try_apply
from sim.scenario.places import Path
from sim.scenario.schema import Offer
from sim.scenario.shapes import expected
from sim.wording import did_you_mean, listed, shown, visible

OFFER_LEVERS = (
    *(name for name in Offer.model_fields if declaration(Offer, name).get("lever")),
    "defect.disclosed",
)
"""What events may set of an offer."""

BASELINE = "baseline"
"""What the only strategy is called where a file names none."""

Operator = Literal["<", "<=", ">", ">="]

CONDITION = re.compile(
    r"\s*(?P<outcome>[A-Za-z_][A-Za-z0-9_]*)(?:\.(?P<firm>[^<>=]*[^<>=\s]))?\s*"
    r"(?P<operator><=|>=|<|>)\s*(?P<bound>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*"
)


@dataclass(frozen=True)
class Condition:
    """A bound on an outcome of last week, such as ``market_share.Treo < 0.2``."""

    outcome: str
    firm: str | None
    operator: Operator
    bound: float


def parse_condition(text: str) -> Condition:
    """Read ``outcome < number`` or ``outcome.firm >= number``.

    Raises
    ------
    FaultyScenarioError
        If the text is not of this form.
    """
    found = CONDITION.fullmatch(text[:400])
    if found is None:
        fault = Fault(("when",), f"when = {shown(text)}: {GRAMMAR}")
        raise FaultyScenarioError([fault], "the condition")
    operator = cast(Operator, found["operator"])
    return Condition(found["outcome"], found["firm"], operator, float(found["bound"]))


GRAMMAR = "must read 'outcome.firm < number' or 'outcome > number' (also <= and >=)"


def event_faults(raw: Mapping[str, Any], strategy: str | None = None) -> Iterator[Fault]:
    """Events happen once, inside the run, and set levers to what they may be.

    Parameters
    ----------
    raw
        The document as written, or as a strategy changes it.
    strategy
        The one that changed it. What an event of strategies only sets is looked at where the
        document is as one of these makes it, and nowhere else.
    """
    for number, event in _items(raw, "events"):
        named = event.get("strategies")
        yield from _event_strategy_faults(raw, ("events", number, "strategies"), named)
        known = _known(raw, named)
        if not known or strategy in known:
            yield from _one_event_faults(raw, ("events", number), event)


def has_events_of(raw: Mapping[str, Any], strategy: str) -> bool:
    """Whether an event happens under this strategy, which exists, and not under all."""
    named = (event.get("strategies") for _, event in _items(raw, "events"))
    return any(isinstance(names, list) and strategy in names for names in named)


def _known(raw: Mapping[str, Any], named: Any) -> list[str]:
    """Those of an event's strategies that exist; none: it happens under all."""
    exist = at(raw, "strategies") or {BASELINE: {}}
    names = named if isinstance(named, list) else []
    return [name for name in names if isinstance(name, str) and name in exist]


def _one_event_faults(
    raw: Mapping[str, Any], path: Path, event: Mapping[str, Any]
) -> Iterator[Fault]:
    name, week, when = subject(path, raw), event.get("week"), event.get("when")
    if (week is None) == (when is None):
        count = "both 'week' and 'when'" if week is not None else "neither 'week' nor 'when'"
        yield Fault(path, f"{name} has {count}; it needs exactly one of them", on_key=True)
    weeks = raw.get("weeks")
    if _number(week, 0) > _number(weeks, math.inf):
        yield Fault(
            (*path, "week"), f"{dotted((*path, 'week'), raw)} = {week}: the run has only "
            f"{weeks} weeks",
        )
    if isinstance(when, str):
        yield from _condition_faults(raw, (*path, "when"), when)
    if event.get("set") == {}:
        yield Fault((*path, "set"), f"{name} sets nothing", on_key=True)
    for lever, value in at(event, "set").items():
        yield from lever_faults(raw, (*path, "set", lever), lever, value)


def _event_strategy_faults(raw: Mapping[str, Any], path: Path, named: Any) -> Iterator[Fault]:
    known = list(at(raw, "strategies")) or [BASELINE]
    if named == []:
        yield Fault(
            path, f"{subject(path[:-1], raw)} happens under no strategy; leave 'strategies' out if "
            "it happens under all", on_key=True,
        )
    for number, name in enumerate(named if isinstance(named, list) else ()):
        if isinstance(name, str) and name not in known:
            yield replace(wrong_name(path, name, known, raw), path=(*path, number))


def _condition_faults(raw: Mapping[str, Any], path: Path, text: str) -> Iterator[Fault]:
    try:
        condition = parse_condition(text)
    except FaultyScenarioError:
        yield Fault(path, f"{dotted(path, raw)} = {shown(text)}: {GRAMMAR}")
        return
    known = outcomes()
    if condition.outcome not in known:
        yield Fault(
            path, f"{dotted(path, raw)} = {shown(text)}: there is no outcome "
            f"'{visible(condition.outcome)[:60]}'{did_you_mean(condition.outcome, known)}",
        )
        return
    problem = firm_problem(raw, condition.outcome, condition.firm)
    if problem:
        yield Fault(path, f"{dotted(path, raw)} = {shown(text)}: {problem}")


def firm_problem(raw: Mapping[str, Any], outcome: str, firm: Any) -> str | None:
    """Whether a firm is named where, and only where, the outcome has one."""
    firms = list(at(raw, "firms"))
    if outcomes()[outcome].per == "offer":
        return f"'{outcome}' is of each offer; ask for an outcome of a firm or of the market"
    if outcomes()[outcome].per == "market":
        return None if firm is None else f"'{outcome}' is of the whole market; name no firm"
    if firm is None:
        example = visible(firms[0]) if firms else "Firm"
        return f"'{outcome}' differs by firm; name one, such as '{example}'"
    if isinstance(firm, str) and firms and firm not in firms:
        return f"there is no firm '{visible(firm)[:60]}'{did_you_mean(firm, firms)}"
    return None


def lever_faults(raw: Mapping[str, Any], path: Path, lever: str, value: Any) -> Iterator[Fault]:
    """A lever that somebody sets exists, may be moved, and gets a value that it may have."""
    where = f"{subject(path[:-2], raw)} sets {visible(lever)[:120]}"
    setting = find(raw, lever)
    if isinstance(setting, Fault):
        yield Fault(path, f"{where}: {setting.message}", on_key=True)
    elif not setting.is_lever:
        yield Fault(
            path, f"{where}: events change a firm's own decisions only: its policy and levers, "
            f"and of its offers {listed(OFFER_LEVERS)}", on_key=True,
        )
    elif setting.path[-2] == "defect" and not setting.around[-1]:
        yield Fault(path, f"{where}: the offer has no 'defect'", on_key=True)
    elif setting.path[-1] == "policy" and is_code(value):
        return  # policy_faults looks at it
    elif setting.path[-1] == "policy" and value not in policies():
        hint = did_you_mean(str(value), sorted(policies()))
        yield Fault(path, f"{where} = {shown(value)}: there is no such policy{hint}")
    else:
        yield from _value_faults(path, setting, value, where)


def _value_faults(path: Path, setting: Setting, value: Any, where: str) -> Iterator[Fault]:
    fits = any(
        form.holds(value) and (not form.is_number or form.within(value)) for form in setting.forms
    )
    if not fits:
        wanted = expected(setting.forms)
        got = shown(value)
        yield Fault(path, f"{where} = {got}: must be {wanted}. Got {got} instead.")


def claim_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Claims speak of things that exist and can be decided."""
    seen: set[str] = set()
    for number, claim in _items(raw, "claims"):
        path: Path = ("claims", number)
        name = claim.get("id")
        if isinstance(name, str):
            if name in seen:
                yield Fault((*path, "id"), f"two claims are called '{visible(name)[:60]}'")
            seen.add(name)
        yield from quantity_faults(raw, path, claim)
        yield from _claim_bound_faults(path, claim, subject(path, raw))


def quantity_faults(
    raw: Mapping[str, Any], path: Path, claim: Mapping[str, Any]
) -> Iterator[Fault]:
    """The quantity of a claim, or of a lesson, is of things that exist, and has its baseline."""
    yield from _outcome_faults(raw, path, claim)
    yield from _weeks_faults(raw, path, claim)
    yield from _baseline_faults(raw, path, claim)


def _outcome_faults(
    raw: Mapping[str, Any], path: Path, claim: Mapping[str, Any]
) -> Iterator[Fault]:
    outcome, firm = claim.get("outcome"), claim.get("firm")
    if isinstance(outcome, str):
        if outcome not in outcomes():
            yield Fault(
                (*path, "outcome"), f"{dotted((*path, 'outcome'), raw)} = {shown(outcome)}: there "
                f"is no such outcome{did_you_mean(outcome, outcomes())}",
            )
        else:
            for key in ("firm", "against_firm"):
                value = claim.get(key)
                if key == "against_firm" and value is None:
                    continue
                problem = firm_problem(raw, outcome, value)
                if problem:
                    where = f"{dotted((*path, key), raw)} = {shown(value)}"
                    start = where if value is not None else subject(path, raw)
                    yield Fault((*path, key), f"{start}: {problem}", on_key=value is None)
    if firm is not None and firm == claim.get("against_firm"):
        yield Fault((*path, "against_firm"), f"{subject(path, raw)} compares a firm with itself")


def _weeks_faults(
    raw: Mapping[str, Any], path: Path, claim: Mapping[str, Any]
) -> Iterator[Fault]:
    last = raw.get("weeks")
    for key in ("weeks", "against_weeks"):
        weeks = claim.get(key)
        if not isinstance(weeks, (list, tuple)) or [type(w) for w in weeks] != [int, int]:
            continue
        if type(last) is not int or 1 <= weeks[0] <= weeks[1] <= last:
            continue
        yield Fault(
            (*path, key), f"{dotted((*path, key), raw)} = {shown(weeks)}: must be a first and a "
            f"last week, in order, from 1 to {last}",
        )


def _baseline_faults(
    raw: Mapping[str, Any], path: Path, claim: Mapping[str, Any]
) -> Iterator[Fault]:
    name = subject(path, raw)
    strategies = list(at(raw, "strategies")) or [BASELINE]
    for key in ("strategy", "against"):
        value = claim.get(key)
        if isinstance(value, str) and value not in strategies:
            yield wrong_name((*path, key), value, strategies, raw)
    given = [key for key in ("against", "against_firm", "against_weeks") if claim.get(key)]
    by = claim.get("by", "value")
    if by == "value" and given:
        yield Fault(
            (*path, given[0]), f"{name} has '{given[0]}' but compares nothing; write by: ratio or "
            "by: difference, or leave it out", on_key=True,
        )
    elif by in ("ratio", "difference") and len(given) != 1:
        found = "none" if not given else " and ".join(f"'{key}'" for key in given)
        yield Fault(
            path, f"{name} needs exactly one baseline for its {by}: 'against', 'against_firm' or "
            f"'against_weeks'; it has {found}", on_key=True,
        )
    if claim.get("against") is not None and claim["against"] == claim.get(
        "strategy", strategies[-1]
    ):
        yield Fault((*path, "against"), f"{name} compares a strategy with itself")


def _claim_bound_faults(path: Path, claim: Mapping[str, Any], name: str) -> Iterator[Fault]:
    low, high = claim.get("at_least"), claim.get("at_most")
    if low is None and high is None:
        yield Fault(path, f"{name} needs an 'at_least' or an 'at_most'", on_key=True)
    elif _number(low, -math.inf) > _number(high, math.inf):
        yield Fault(
            (*path, "at_most"), f"{name}: at_least = {shown(low)} is above "
            f"at_most = {shown(high)}; nothing can be both",
        )


def uncertain_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Uncertain settings exist, are numbers, and their range is one that they may have."""
    worlds = changed_by_strategies(raw)
    for name, span in at(raw, "uncertain").items():
        path: Path = ("uncertain", name)
        setting = find_anywhere(raw, name, worlds)
        where = f"uncertain {visible(name)[:120]}"
        if isinstance(setting, Fault):
            yield Fault(path, f"{where}: {setting.message}", on_key=True)
            continue
        form = setting.number
        if form is None or isinstance(setting.value, Mapping):
            yield Fault(path, f"{where} is not a number, so it has no range", on_key=True)
            continue
        low, high = at({"span": span}, "span").get("low"), at({"span": span}, "span").get("high")
        for key, value in (("low", low), ("high", high)):
            if _number(value, math.nan) == value and not (form.holds(value) and form.within(value)):
                wanted = expected((form,))
                yield Fault(
                    (*path, key), f"{where}: {key} = {shown(value)}: must be {wanted}. "
                    f"Got {shown(value)} instead.",
                )
        if _number(low, -math.inf) >= _number(high, math.inf):
            yield Fault(
                (*path, "low"), f"{where}: low = {shown(low)} must be below high = {shown(high)}"
            )
        for strategy in at(raw, "strategies"):
            if name in at(raw, "strategies", strategy, "set"):
                yield Fault(
                    path, f"{where}: strategies \"{visible(strategy)}\" sets it too; what a "
                    "strategy decides cannot be uncertain", on_key=True,
                )


def carrier_faults(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """What ``carried_by`` names by path exists; it may also say something in words."""
    carriers = raw.get("carried_by")
    worlds = changed_by_strategies(raw)
    for number, name in enumerate(carriers if isinstance(carriers, list) else ()):
        if isinstance(name, str) and re.fullmatch(r"[a-z]+(\.[\w -]*\w)+", name):
            found = find_anywhere(raw, name, worlds)
            if isinstance(found, Fault):
                yield Fault(("carried_by", number), f"carried_by {name[:120]}: {found.message}")


def changed_by_strategies(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The document as each strategy changes it, as far as its settings exist."""
    strategies = at(raw, "strategies")
    return [try_apply(raw, at(strategies, name, "set"))[0] for name in strategies]


def find_anywhere(
    raw: Mapping[str, Any], path: str, worlds: Sequence[Mapping[str, Any]] | None = None
) -> Setting | Fault:
    """The setting at a path in the document as written or as some strategy changes it.

    A strategy may switch on the mechanism whose parameter is uncertain. Who asks for many paths
    gives the changed documents.
    """
    found = find(raw, path)
    if not isinstance(found, Fault):
        return found
    for changed in changed_by_strategies(raw) if worlds is None else worlds:
        other = find(changed, path)
        if isinstance(other, Setting):
            return other
    return found


def _items(raw: Mapping[str, Any], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    items = raw.get(name)
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, Mapping):
            yield number, item


def _number(value: Any, default: float) -> float:
    """A number as it is; anything else, which the structure refuses, cannot be compared."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number else default
