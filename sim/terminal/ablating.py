"""What ``counterpoise ablate`` does: plan, live, show, or write as JSON."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.errors import ScenarioError
from sim.results.text import claim_quantity, count, data_unit
from sim.terminal.console import say, say_json
from sim.terminal.contributions import combinations, sentence, show_ablation
from sim.terminal.inputs import load_all, read_assignments
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from sim.results.ablation import AblationResult, Contribution, Shares
    from sim.results.combinations import Plan
    from sim.results.statistics import Estimate

WEEKS = re.compile(r"\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*")


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the scenario."""

    claim: str | None = None
    outcome: str | None = None
    firm: str | None = None
    weeks: str | None = None
    strategy: str | None = None
    against: str | None = None
    mechanisms: list[str] = field(default_factory=list)
    shapley: bool = False
    orders: int | None = None
    replications: int = 20
    seed: int = 0
    assignments: list[str] = field(default_factory=list)
    allow_code: bool = False
    workers: int | None = None
    quiet: bool = False
    as_json: bool = False


def ablate(name: str, asked: Asked) -> None:
    """Switch off the mechanisms of a scenario in turn and show what each contributes."""
    made = _plan(name, asked)
    if not asked.quiet:
        say(_beforehand(made), to=sys.stderr)
    from sim.results.ablation import carry_out

    total = made.markets + made.more_for_shares
    with progress(made.scenario.id, total, quiet=asked.quiet) as report:
        result = carry_out(made, workers=asked.workers, progress=report)
    if asked.as_json:
        say_json(as_data(result))
    else:
        show_ablation(result)


def _plan(name: str, asked: Asked) -> Plan:
    overrides = read_assignments(asked.assignments)
    (scenario,) = load_all([name], overrides, allow_code=asked.allow_code)
    from sim.results.ablation import ORDERS, plan
    from sim.results.quantity import choose

    quantity = choose(
        scenario, claim=asked.claim, outcome=asked.outcome, firm=asked.firm,
        weeks=read_weeks(asked.weeks), strategy=asked.strategy, against=asked.against,
    )
    orders = asked.orders or ORDERS
    return plan(
        scenario, quantity, mechanisms=asked.mechanisms, orders=orders if asked.shapley else None,
        replications=asked.replications, seed=asked.seed,
    )


def read_weeks(text: str | None) -> tuple[int, int] | None:
    """First and last week of ``53-104``; one week stands for itself.

    Raises
    ------
    ScenarioError
        If it reads otherwise.
    """
    if text is None:
        return None
    found = WEEKS.fullmatch(text)
    if found is None:
        raise ScenarioError(f"--weeks '{text[:40]}' must read first-last, such as 53-104")
    return int(found[1]), int(found[2] or found[1])


def _beforehand(made: Plan) -> str:
    """How much will be lived."""
    text = (
        f"{made.scenario.id}: {count(len(made.mechanisms), 'mechanism')} off in turn, "
        f"{made.markets:,} markets"
    )
    if made.game is None:
        return text
    return (
        f"{text}; then {combinations(made.game.orders)} for Shapley shares, at most "
        f"{made.more_for_shares:,} markets more"
    )


def as_data(result: AblationResult) -> dict[str, Any]:
    """All numbers as plain JSON; what has no value is null."""
    made, run = result.plan, result.everything
    data: dict[str, Any] = {
        "scenario": made.scenario.id,
        "answer": sentence(result),
        "quantity": {
            **made.quantity.model_dump(mode="json"), "unit": data_unit(run, made.quantity),
            "in_words": claim_quantity(run, made.quantity),
        },
        "seed": made.seed,
        "replications": made.replications,
        "overrides": dict(made.scenario.overrides),
        "everything": {
            **_estimate(result.value),
            "verdict": result.verdict.verdict if result.verdict else None,
        },
        "mechanisms": [_contribution(one) for one in result.contributions],
        "shapley": None if result.shares is None else _shares(result.shares),
    }
    return data


def _estimate(found: Estimate) -> dict[str, Any]:
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    return {**{name: _number(number) for name, number in numbers.items()}, "n": found.n}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _contribution(one: Contribution) -> dict[str, Any]:
    return {
        "mechanism": one.mechanism, "variant": one.variant, "status": one.status,
        "without": _estimate(one.without), "contribution": _estimate(one.estimate),
        "verdict": one.verdict.verdict if one.verdict else None,
    }


def _shares(shares: Shares) -> dict[str, Any]:
    return {
        "exact": shares.game.orders is None,
        "orders": None if shares.game.orders is None else len(shares.game.orders),
        "combinations": len(shares.game.coalitions),
        "mechanisms": [
            {
                "mechanism": name, **_estimate(share.estimate),
                "error_of_orders": _number(share.error_of_orders),
                "error_of_replications": _number(share.error_of_replications),
            }
            for name, share in shares.by_mechanism.items()
        ],
        "sum": shares.sum if shares.by_mechanism else None,
        "total": _estimate(shares.total),
        "all_on": _estimate(shares.all_on),
        "all_off": _estimate(shares.all_off),
        "undefined_without": list(shares.undefined),
    }
