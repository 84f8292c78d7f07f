"""What ``counterpoise tournament`` does: let policies meet, rank them, name best replies."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.results.text import count, decimals_for
from sim.terminal.columns import show_columns
from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.inputs import load_all, read_assignments, read_goal
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from sim.results.statistics import Estimate
    from sim.scenario import Document
    from sim.tournament.play import Tournament


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the scenario."""

    policies: list[str] = field(default_factory=list)
    outcome: str = "profit"
    goal: str = "maximize"
    firm: str | None = None
    replications: int = 20
    weeks: int | None = None
    seed: int = 0
    assignments: list[str] = field(default_factory=list)
    allow_code: bool = False
    workers: int | None = None
    quiet: bool = False
    as_json: bool = False


def tournament(name: str, asked: Asked) -> None:
    """Let policies meet in copies of one market and show who wins."""
    goal = read_goal(asked.goal)
    (scenario,) = load_all(
        [name], read_assignments(asked.assignments), allow_code=asked.allow_code
    )
    from sim.policies.base import policies
    from sim.tournament.play import matches, play

    names = list(dict.fromkeys(asked.policies or sorted(policies())))
    total = asked.replications * matches(len(names))
    with progress(scenario.id, total, quiet=asked.quiet) as report:
        found = play(
            scenario, names, firm=asked.firm, outcome=asked.outcome, goal=goal,
            weeks=asked.weeks, replications=asked.replications, seed=asked.seed,
            workers=asked.workers, progress=report,
        )
    if asked.as_json:
        say_json({"scenario": scenario.id, "seed": asked.seed, **as_data(found)})
    else:
        _show(scenario.document, found, asked)


def _show(document: Document, found: Tournament, asked: Asked) -> None:
    screen = console()
    unit, outcome = found.unit, asked.outcome.replace("_", " ")
    in_unit = "" if unit == outcome else f" in {unit}"
    put(screen, bold(f"Tournament in the market of: {document.title}"))
    left_out = "; its events are left out" if document.events else ""
    put(screen, dim(
        f"equal firms{left_out}; {_least(found)}{outcome}{in_unit}; "
        f"{count(asked.replications, 'replication')} of each match, seed {asked.seed}"
    ))
    say("")
    put(screen, sentence(found))
    say("")
    _show_ranking(screen, found)
    say("")
    _show_matrix(screen, found)
    say("")
    _show_replies(screen, found)


def sentence(found: Tournament) -> str:
    """Who wins, in one sentence."""
    first, second = found.ranking[:2]
    from sim.results.statistics import estimate

    earned = found.lead(found.pairs.mean(axis=1))
    gap = estimate(earned[first] - earned[second])
    name, next_name = found.policies[first], found.policies[second]
    if math.isnan(gap.value):
        return "No replication has a value for the first two: choose weeks in which there is one."
    does, more = ("earns most", "more") if found.goal == "maximize" else ("has least", "less")
    if math.isnan(gap.low) and found.tells_replies:
        return "Too few replications have a value for the first two to compare them."
    if math.isnan(gap.low):
        return f"{name} {does} here, but one replication cannot tell it from chance."
    if gap.low == gap.high == 0:
        return f"{name} and {next_name} are equal, and before all others on average."
    if gap.low <= 0:
        return (
            f"{name} {does} on average, but not distinguishably {more} than {next_name}."
        )
    return f"{name} {does} on average over all opponents, ahead of {next_name}."


def _least(found: Tournament) -> str:
    return "" if found.goal == "maximize" else "least "


def _show_ranking(screen: Any, found: Tournament) -> None:
    rows = [(found.policies[p], found.against_all(p), _together(found, p)) for p in found.ranking]
    places = _places([own for _, own, _ in rows] + [other for *_, other in rows if other])
    cells = [
        (str(rank), name, _number(own, places), _interval(own, places),
         _number(other, places) if other else "", _interval(other, places) if other else "")
        for rank, (name, own, other) in enumerate(rows, start=1)
    ]
    more = ("all at once", "95% interval") if found.all_at_once is not None else ("", "")
    head = ("", "policy", "in pairs", "95% interval", *more)
    show_columns(screen, head, cells, left=2)


def _together(found: Tournament, policy: int) -> Estimate | None:
    from sim.results.statistics import estimate

    return None if found.all_at_once is None else estimate(found.all_at_once[policy])


def _show_matrix(screen: Any, found: Tournament) -> None:
    """What the row's policy earns against the column's."""
    n = len(found.policies)
    put(screen, "What each earns (row) against each opponent (column, by its rank):")
    order = found.ranking
    payoffs = {(a, b): found.payoff(a, b) for a in range(n) for b in range(n)}
    places = _places(list(payoffs.values()))
    replies = {b: found.best_replies(b) if found.tells_replies else [] for b in range(n)}
    cells = [
        (str(rank), found.policies[a],
         *(_number(payoffs[a, b], places) + ("*" if a in replies[b] else " ") for b in order))
        for rank, a in enumerate(order, start=1)
    ]
    head = ("", "", *(f"{rank} " for rank in range(1, n + 1)))
    show_columns(screen, head, cells, left=2)
    if found.tells_replies:
        better = "more" if found.goal == "maximize" else "less"
        put(screen, dim(
            f"* best reply to that opponent: no other earns {better} with 95% confidence"
        ))


def _show_replies(screen: Any, found: Tournament) -> None:
    if not found.tells_replies:
        put(screen, "One replication cannot tell best replies from chance; add --replications 20")
        return
    for b in found.ranking:
        replies = [found.policies[p] for p in found.best_replies(b)]
        best = f"best is {' or '.join(replies)}" if replies else "too few values to tell the best"
        put(screen, f"against {found.policies[b]}: {best}")
    stable = [
        found.policies[a] if a == b else f"{found.policies[a]} with {found.policies[b]}"
        for a, b in found.equilibria()
    ]
    text = "; ".join(stable) if stable else "none among these policies"
    put(screen, f"Nobody gains by changing alone (equilibria in pure policies): {text}")


def _places(values: list[Estimate]) -> int:
    largest = max((abs(one.value) for one in values if math.isfinite(one.value)), default=0.0)
    return 0 if largest >= 100 else decimals_for(tuple(one.value for one in values), "1")


def _number(value: Estimate, places: int) -> str:
    return f"{value.value:,.{places}f}" if math.isfinite(value.value) else "–"


def _interval(value: Estimate, places: int) -> str:
    if not math.isfinite(value.low):
        return ""
    return f"{value.low:,.{places}f} to {value.high:,.{places}f}"


def as_data(found: Tournament) -> dict[str, Any]:
    """All numbers as plain JSON."""
    def plain(one: Estimate) -> dict[str, Any]:
        numbers = {"value": one.value, "low": one.low, "high": one.high}
        return {key: value if math.isfinite(value) else None for key, value in numbers.items()}

    names = found.policies
    return {
        "outcome": found.outcome, "unit": found.unit, "goal": found.goal, "answer": sentence(found),
        "ranking": [
            {"policy": names[p], **plain(found.against_all(p)),
             "all_at_once": plain(together) if (together := _together(found, p)) else None}
            for p in found.ranking
        ],
        "payoffs": {
            names[a]: {names[b]: plain(found.payoff(a, b)) for b in range(len(names))}
            for a in range(len(names))
        },
        "best_replies": {
            names[b]: [names[p] for p in found.best_replies(b)] for b in range(len(names))
        } if found.tells_replies else None,
        "equilibria": [[names[a], names[b]] for a, b in found.equilibria()]
        if found.tells_replies else None,
    }
