"""What ``counterpoise value`` does: find out what customers are worth, and show it."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import RunError
from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.figures import Scale, scale_for
from sim.terminal.inputs import load_all, read_assignments
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from sim.results.statistics import Estimate
    from sim.results.value_by import Choose, ValueBy
    from sim.scenario import Scenario

REPLICATIONS = 20
TOLD: tuple[tuple[str, str], ...] = (
    ("value_for", "value for them: use beyond its price"),
    ("value_of", "value of them: margin on what they paid"),
    ("revenue", "value by them: revenue through others"),
    ("revenue_expansion", "  expansion: who else would never buy"),
    ("revenue_acceleration", "  acceleration: who else would buy later"),
    ("revenue_repeat", "  repeat: who buys more or less often"),
    ("profit", "  profit of the firm"),
)
GAP = 2


@dataclass(frozen=True)
class Asked:
    """What was asked for beside scenario or run."""

    customers: list[int] = field(default_factory=list)
    segment: str | None = None
    talkers: int | None = None
    cohort: bool = False
    bad_news: bool = False
    firm: str | None = None
    won: str | None = None
    since: int = 1
    strategy: str | None = None
    discount: float = 0.1
    replications: int | None = None
    replication: int | None = None
    seed: int = 0
    assignments: list[str] = field(default_factory=list)
    allow_code: bool = False
    workers: int | None = None
    quiet: bool = False
    as_json: bool = False


@dataclass(frozen=True)
class Setting:
    """Which markets are lived."""

    scenario: Scenario
    strategy: str
    replications: list[int]
    seed: int
    weeks: int


def value(what: str, asked: Asked) -> None:
    """Show value for, of and by the customers asked for, of a cohort, or lost to bad news.

    Raises
    ------
    CounterpoiseError
        If something named does not exist.
    """
    _check_one_question(asked)
    if asked.cohort or asked.bad_news:
        from sim.terminal import cohorts

        (cohorts.cohort if asked.cohort else cohorts.bad_news)(_setting(what, asked), asked)
        return
    _, who = _chosen(asked)
    setting = _setting(what, asked)
    with progress(setting.scenario.id, 2 * len(setting.replications), quiet=asked.quiet) as report:
        found = _found(setting, asked, report)
    if asked.as_json:
        say_json(as_data(setting, asked, found))
    else:
        _show(setting, asked, who, found)


def _check_one_question(asked: Asked) -> None:
    """One thing is asked at a time, with the options that belong to it."""
    given = [
        bool(asked.customers), asked.segment is not None, asked.talkers is not None, asked.cohort,
        asked.bad_news,
    ]
    if sum(given) != 1:
        raise RunError(
            "say whose value: --customer N (may be repeated), --segment, --talkers, --cohort or "
            "--bad-news"
        )
    if not asked.cohort and (asked.firm is not None or asked.won is not None):
        raise RunError("--firm and --won belong to --cohort; leave them out, or ask for it")
    if (asked.cohort or asked.bad_news) and asked.since != 1:
        raise RunError("--since does not go with --cohort or --bad-news; leave it out")


def _found(setting: Setting, asked: Asked, report: Callable[[int], None]) -> ValueBy:
    """All replications: the first ones here, the others on workers where these are worth it."""
    from sim.replications.base import each
    from sim.results.jobs import SECONDS_WORTH_WORKERS

    # The first compiles what workers would compile again, the second tells how long one takes.
    found, seconds = [], 0.0
    for number in setting.replications[: 2 if asked.workers is None else 1]:
        begun = time.perf_counter()
        found.append(_one(number, setting, asked, report))
        seconds = time.perf_counter() - begun
    left = setting.replications[len(found):]
    is_worth_it = asked.workers is not None or seconds * len(left) > SECONDS_WORTH_WORKERS
    if asked.workers != 1 and is_worth_it:
        found += each(partial(_one, setting=setting, asked=asked), left, workers=asked.workers)
        report(2 * len(left))
    else:
        found += [_one(number, setting, asked, report) for number in left]
    return replace(
        found[0], n_chosen=np.concatenate([one.n_chosen for one in found]),
        series={
            name: np.concatenate([one.series[name] for one in found]) for name in found[0].series
        },
    )


def _one(
    number: int, setting: Setting, asked: Asked, report: Callable[[int], None] | None = None
) -> ValueBy:
    """One replication, in this process or in a worker."""
    from sim.results.value_by import value_by

    choose, _ = _chosen(asked)
    return value_by(
        setting.scenario, choose, since=asked.since, strategy=setting.strategy,
        discount=asked.discount, replications=[number], seed=setting.seed, weeks=setting.weeks,
        progress=report,
    )


def _chosen(asked: Asked) -> tuple[Choose, str]:
    """Who is meant, and in words."""
    from sim.results import value_by

    if asked.customers:
        numbers = ", ".join(f"{number:,}" for number in sorted(set(asked.customers)))
        several = "s" if len(set(asked.customers)) > 1 else ""
        return value_by.customers(asked.customers), f"customer{several} {numbers}"
    if asked.segment is not None:
        return value_by.segment(asked.segment), f"the segment “{asked.segment}”"
    assert asked.talkers is not None
    return value_by.talkers(asked.talkers), f"the {asked.talkers:,} with most talk to give"


def _setting(what: str, asked: Asked) -> Setting:
    """The markets of a run, or of a scenario."""
    from sim.asking import known

    if Path(what).is_dir():
        from sim.results.store import load

        if asked.assignments or asked.seed:
            raise RunError("a run has its own settings and seed; leave out --set and --seed")
        run = load(Path(what), allow_code=asked.allow_code)
        scenario, seed, weeks = run.scenario, run.seed, run.weeks
        names, most = run.strategies, run.replications
    else:
        overrides: Mapping[str, Any] = read_assignments(asked.assignments)
        (scenario,) = load_all([what], overrides, allow_code=asked.allow_code)
        names, most, seed = list(scenario.strategies), None, asked.seed
        weeks = scenario.world(names[0]).weeks
    strategy = known(asked.strategy or names[0], names, "strategy")
    return Setting(scenario, strategy, _replications(asked, most), seed, weeks)


def _replications(asked: Asked, most: int | None) -> list[int]:
    if asked.replication is not None and asked.replications is not None:
        raise RunError("name one replication or a number of them, not both")
    numbers = [asked.replication] if asked.replication is not None else list(
        range(asked.replications or most or REPLICATIONS)
    )
    if most is not None and numbers[-1] >= most:
        raise RunError(f"the run has replications 0 to {most - 1}, so no {numbers[-1]}")
    return numbers


def _show(setting: Setting, asked: Asked, who: str, found: ValueBy) -> None:
    screen = console()
    n = len(setting.replications)
    lived = f"replication {setting.replications[0]}" if n == 1 else f"{n:,} replications"
    put(screen, bold(f"{who[0].upper()}{who[1:]} under “{setting.strategy}”"))
    put(screen, dim(
        f"weeks {asked.since} to {setting.weeks:,}; {lived}; discounted by "
        f"{100 * asked.discount:g}% a year; “by” is this market minus the same one, with the same "
        "luck, in which nobody hears them"
    ))
    widest = max(len(words) for _, words in TOLD) + GAP
    for firm in found.firm_names:
        estimates = {name: found.estimate(name, firm) for name, _ in TOLD}
        scale = scale_for("currency", estimates.values())
        say("")
        put(screen, bold(f"{firm}, {_money(scale, setting)}"))
        for name, words in TOLD:
            put(screen, _written(scale, estimates[name]), by=widest, lead=words)
        put(screen, dim(_counts(found, firm)))


def _money(scale: Scale, setting: Setting) -> str:
    return re.sub("currency$", setting.scenario.document.currency, scale.name)


def _written(scale: Scale, found: Estimate) -> str:
    value, interval = scale.written(found)
    return f"{value}  {interval}".rstrip()


def _counts(found: ValueBy, firm: str) -> str:
    def of(name: str) -> str:
        return f"{abs(found.estimate(name, firm).value):,.3g}"

    more = "fewer" if found.estimate("units", firm).value < 0 else "more"
    return (
        f"{of('gained')} customers gained, {of('lost')} lost, {of('earlier')} first bought "
        f"earlier, {of('later')} later; {of('units')} units {more}"
    )


def as_data(setting: Setting, asked: Asked, found: ValueBy) -> dict[str, Any]:
    """All numbers as plain JSON; what has no value is null."""
    from sim.results.value_by import QUANTITIES

    return {
        "scenario": setting.scenario.id, "strategy": setting.strategy, "seed": setting.seed,
        "replications": setting.replications, "since": asked.since, "weeks": setting.weeks,
        "discount": asked.discount, "customers": found.n_chosen.tolist(),
        "firms": {
            firm: {name: _plain(found.estimate(name, firm)) for name in QUANTITIES}
            for firm in found.firm_names
        },
    }


def _plain(found: Estimate) -> dict[str, float | None]:
    numbers = {"mean": found.value, "low": found.low, "high": found.high}
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}
