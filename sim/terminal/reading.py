"""A scenario or an experiment for a reader: what it asks, compares, claims, varies."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sim.terminal.console import bold, console, dim, put, say, say_json

if TYPE_CHECKING:
    from rich.console import Console

    from sim.experiment.asked import Column
    from sim.experiment.factors import Factor
    from sim.experiment.loader import Study
    from sim.results.run import RunResult
    from sim.scenario import Scenario
    from sim.scenario.schema import Document

SMALLEST_WRITTEN_OUT = 1e-9


def show_either(found: Scenario | Study, *, as_json: bool) -> None:
    """Show a scenario or an experiment, for a reader or for a program."""
    from sim.scenario import Scenario

    if as_json:
        say_json(as_data(found))
    elif isinstance(found, Scenario):
        show_scenario(found)
    else:
        show_experiment(found)


def as_data(found: Scenario | Study) -> dict[str, Any]:
    """All that a scenario or an experiment says, defaults included, as plain JSON."""
    from sim.scenario import Scenario

    document: dict[str, Any] = found.document.model_dump(mode="json")
    if isinstance(found, Scenario):
        table = _respondents(found)
        return {"kind": "scenario", **document, **({} if table is None else {"respondents": table})}
    factors = [
        {"path": one.path, "levels": list(one.levels)} if one.levels is not None else
        {"path": one.path, "low": one.value(one.low), "high": one.value(one.high),
         "scale": "log" if one.log else "linear"}
        for one in found.factors
    ]
    rows, runs = _size_of(found)
    return {
        "kind": "experiment", **document, "strategies": list(found.strategies),
        "factors": factors, "rows": rows, "runs": runs,
    }


def show_scenario(scenario: Scenario) -> None:
    """Show a scenario for a reader."""
    screen, document = console(), scenario.document
    put(screen, bold(document.title))
    put(screen, dim(_size(document)))
    if (table := _respondents(scenario)) is not None:
        put(screen, dim(_table_line(table, document.customers.n)))
    for name, text in (
        ("Question", document.question), ("Represents", document.represents),
        ("Does not represent", document.does_not_represent),
    ):
        _part(screen, name)
        put(screen, _line(text), by=2)
    _show_strategies(screen, scenario)
    _show_events(screen, document)
    _show_claims(screen, scenario)
    _show_uncertain(screen, scenario)
    _part(screen, "Sources")
    for source in document.sources:
        put(screen, _line(source), by=2)


def _part(screen: Console, name: str) -> None:
    say("")
    put(screen, bold(name))


def _line(text: str) -> str:
    return " ".join(text.split())


def _size(document: Document) -> str:
    firms = ", ".join(document.firms)
    return (
        f"{document.id}: {document.customers.n:,} customers, {document.weeks:,} weeks, "
        f"firms {firms}"
    )


def _respondents(scenario: Scenario) -> dict[str, Any] | None:
    """Of the table that customers come from: its file, respondents and traits; None without one."""
    if scenario.document.customers.file is None:
        return None
    from sim.scenario.respondents import respondents_of

    table = respondents_of(scenario.document, scenario.folder)
    return None if table is None else {
        "file": scenario.document.customers.file, "n": table.n, "traits": list(table.values)
    }


def _table_line(table: Mapping[str, Any], n: int) -> str:
    from sim.results.text import count

    drawn = "each is one customer" if table["n"] == n else "each customer is drawn from them"
    named = ", ".join(table["traits"])
    return f"from {table['file']}: {count(table['n'], 'respondent')} with {named}; {drawn}"


def _show_strategies(screen: Console, scenario: Scenario) -> None:
    _part(screen, "Strategies")
    for number, (name, strategy) in enumerate(scenario.document.strategies.items()):
        title = bold(name)
        title.append(f"  {strategy.title or ''}", style="not bold")
        if number == 0 and len(scenario.strategies) > 1:
            title.append(" (the others are compared with it)", style="not bold dim")
        put(screen, title, by=2)
        for line in _changes(scenario, strategy.set):
            put(screen, line, by=6)


def _changes(scenario: Scenario, settings: Mapping[str, Any]) -> list[str]:
    pairs = [(path, _plain(value), _plain(written(scenario, path)))
             for path, value in settings.items()]
    return [f"{path}: {new}" if new == old else f"{path}: {new} instead of {old}"
            for path, new, old in pairs]


def written(scenario: Scenario, path: str) -> Any:
    """What the file says at a path, or the default where it says nothing."""
    from sim.scenario.overrides import Setting
    from sim.scenario.statements import find_anywhere

    setting = find_anywhere(scenario.raw, path)
    value = setting.value if isinstance(setting, Setting) else None
    return value.get("variant") if isinstance(value, Mapping) else value


def _plain(value: Any) -> str:
    """A value as a reader would write it: ``0.00005``, not ``5e-05``."""
    from sim.wording import shown

    if isinstance(value, float) and abs(value) >= SMALLEST_WRITTEN_OUT:
        written_out = f"{Decimal(repr(value)):,f}"
        return written_out.rstrip("0").rstrip(".") if "." in written_out else written_out
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else shown(value)


def _show_events(screen: Console, document: Document) -> None:
    from sim.results.text import when_it_happens

    if not document.events:
        return
    _part(screen, "Events")
    for event in document.events:
        put(screen, f"{when_it_happens(event)}: {event.name}", by=2)
        for path, value in event.set.items():
            put(screen, f"{path}: {_plain(value)}", by=6)


def _show_claims(screen: Console, scenario: Scenario) -> None:
    from sim.results.text import claim_bound, claim_quantity, upper

    if not scenario.document.claims:
        return
    nothing = _no_result(scenario)
    _part(screen, "Claims")
    for claim in scenario.document.claims:
        put(screen, _line(claim.text), by=2)
        quantity = upper(claim_quantity(nothing, claim))
        text = f"{claim.id}: {quantity} is {claim_bound(nothing, claim)}."
        put(screen, dim(text), by=6)


def _no_result(scenario: Scenario) -> RunResult:
    """A result of no runs: what names units and quantities asks a result for them."""
    import numpy as np

    from sim.observers.base import outcomes
    from sim.results.run import RunResult

    return RunResult(
        scenario=scenario, strategies=list(scenario.strategies), seed=0, replications=0,
        weeks=scenario.document.weeks, series={name: np.zeros(0) for name in outcomes()},
        history={"run_id": "none"},
    )


def _show_uncertain(screen: Console, scenario: Scenario) -> None:
    if not scenario.document.uncertain:
        return
    _part(screen, "Uncertain")
    for path, span in scenario.document.uncertain.items():
        put(screen, path, by=2)
        values = (_plain(value) for value in (written(scenario, path), span.low, span.high))
        text = "here {}, plausible from {} to {}".format(*values)
        source = f"; {_line(span.source)}" if span.source else ""
        put(screen, dim(text + source), by=6)


def show_experiment(study: Study) -> None:
    """Show an experiment for a reader."""
    from sim.experiment.asked import columns

    screen, document, scenario = console(), study.document, study.scenario
    put(screen, bold(document.title))
    put(screen, dim(_runs(study)))
    _part(screen, "Question")
    put(screen, _line(document.question), by=2)
    _part(screen, "Scenario")
    put(screen, f"{scenario.id}: {_line(scenario.document.title)}", by=2)
    if document.weeks is not None:
        put(screen, f"weeks: {document.weeks:,} instead of {scenario.document.weeks:,}", by=6)
    for line in _changes(scenario, document.set):
        put(screen, line, by=6)
    _part(screen, "Strategies")
    for name in study.strategies:
        title = bold(name)
        title.append(f"  {scenario.document.strategies[name].title or ''}", style="not bold")
        put(screen, title, by=2)
    _show_factors(screen, study, "Factors", study.factors)
    _part(screen, "Kept of each run")
    for column in columns(study.asked):
        put(screen, _kept(column), by=2)
    _show_factors(screen, study, "Levers to search", study.levers)
    _part(screen, "Next")
    for command in _commands(study):
        put(screen, f"counterpoise {command} {shlex.quote(_called(study))}", by=2)


def _runs(study: Study) -> str:
    from sim.results.text import count

    document, n = study.document, len(study.strategies)
    rows, runs = _size_of(study)
    return (
        f"{document.id}: {document.design.kind} of {count(rows, 'row')} x "
        f"{count(n, 'strategy', 'strategies')} x {count(document.replications, 'replication')}, "
        f"{count(runs, 'run')}; seed {document.seed}"
    )


def _size_of(study: Study) -> tuple[int, int]:
    """Rows of the design, and runs in all."""
    from sim.experiment import design

    document, listed = study.document, study.listed
    rows = design.count(study.factors, document.design) if listed is None else len(listed)
    return rows, rows * len(study.strategies) * document.replications


def _show_factors(screen: Console, study: Study, name: str, factors: Sequence[Factor]) -> None:
    if not factors:
        return
    _part(screen, name)
    for factor in factors:
        put(screen, factor.path, by=2)
        here = f"; here {_plain(written(study.scenario, factor.path))}"
        if factor.levels is not None:
            put(screen, dim(", ".join(_plain(level) for level in factor.levels) + here), by=6)
            continue
        ends = (_plain(factor.value(end)) for end in (factor.low, factor.high))
        even = ", evenly by factors" if factor.log else ""
        put(screen, dim("from {} to {}".format(*ends) + even + here), by=6)


def _kept(column: Column) -> str:
    who = f" of {column.firm}" if column.firm is not None else ""
    first, last = column.weeks or (0, 0)
    when = f", week {first}" if first == last else f", weeks {first} to {last}"
    weekly = ", week by week" if column.series else ""
    return f"{column.outcome}{who}{when if column.weeks else ''}{weekly}"


def _commands(study: Study) -> list[str]:
    asked = {"decide": study.document.decide, "optimize": study.document.optimize}
    return ["sweep", *(name for name, block in asked.items() if block is not None)]


def _called(study: Study) -> str:
    """How it is called in a command: a shipped one by its id."""
    from sim.scenario.shipped import experiment_ids

    own = study.name.removesuffix(".yaml")
    return own if own in experiment_ids() else study.name
