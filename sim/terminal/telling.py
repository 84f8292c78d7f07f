"""The life of one customer, told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.terminal.console import bold, console, dim, put, say_json

if TYPE_CHECKING:
    from sim.biography import Biography
    from sim.results.run import RunResult


def show_biography(
    result: RunResult, customer: int, strategy: str | None, replication: int, *,
    as_json: bool = False,
) -> None:
    """Tell what happened to a customer of a run, in the order of weeks.

    Parameters
    ----------
    strategy
        None is the first of the run.

    Raises
    ------
    RunError
        If the run has no such customer, strategy or replication.
    """
    from sim.results.jobs import replication_seed
    from sim.wording import did_you_mean

    name = strategy or result.strategies[0]
    if name not in result.strategies:
        raise RunError(f"the run has no strategy '{name}'{did_you_mean(name, result.strategies)}")
    if replication >= result.replications:
        raise RunError(
            f"the run has replications 0 to {result.replications - 1}, so no {replication}"
        )
    n = result.scenario.world(name).customers.n
    if customer >= n:
        raise RunError(f"the market has customers 0 to {n - 1:,}, so no {customer:,}".replace(
            "customers 0 to -1", "no customers"
        ))
    from sim.biography import tell

    recorded = result.series.get("units")
    biography = tell(
        result.scenario, strategy=name, seed=replication_seed(result.seed, replication),
        customer=customer, weeks=result.weeks,
        units=None if recorded is None else recorded[result.strategies.index(name), replication],
    )
    if as_json:
        say_json({
            "scenario": result.scenario.id, "strategy": name, "seed": result.seed,
            "replication": replication, "weeks": result.weeks, **as_data(biography),
        })
        return
    screen = console()
    put(screen, bold(
        f"Customer {customer:,} under “{name}”, replication {replication}, "
        f"weeks 1 to {result.weeks:,}"
    ))
    weeks = len(f"week {result.weeks}") + 2
    for sentence in biography.sentences():
        when, colon, what = sentence.partition(": ")
        if colon and when.startswith("week "):
            put(screen, what, by=weeks, lead=dim(when))
        else:
            put(screen, sentence)


def as_data(biography: Biography) -> dict[str, Any]:
    """Who she is and what happened, as plain JSON; what has no value is null."""
    return {
        "customer": biography.customer,
        "traits": biography.traits,
        "happenings": [
            {"week": week, "stage": stage, "text": happening.text,
             "details": _plain(happening.details)}
            for week, stage, happening in biography.happenings
        ],
    }


def _plain(value: Any) -> Any:
    """Numbers, words and what is made of them; NumPy's own become ordinary ones."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    plain = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(plain, list):
        return [_plain(one) for one in plain]
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
