"""``counterpoise value --cohort`` and ``--bad-news``: customers won, and sales lost to bad news."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import RunError
from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.figures import scale_for
from sim.terminal.progress import progress

if TYPE_CHECKING:
    from sim.results.lifetime import CohortValue
    from sim.results.statistics import Estimate
    from sim.terminal.valuing import Asked, Setting

GAP = 2
OF_COHORT = {
    "n": ("customers won", "customers"),
    "revenue": ("revenue a customer", "currency"),
    "margin": ("margin a customer", "currency"),
    "after_a_year": ("still buying after a year", "share of customers"),
    "retention": ("staying a year longer", "share of customers"),
    "expected": ("margin a customer, without end", "currency"),
}
OF_DAMAGE = {
    "bad_news": ("bad news heard of it", "tellings"),
    "units": ("units not sold for it", "units"),
    "revenue": ("revenue lost by it", "currency"),
}


@dataclass(frozen=True)
class Row:
    """One line: what it is, in which unit, and what was found."""

    name: str
    words: str
    unit: str
    found: Estimate


def cohort(setting: Setting, asked: Asked) -> None:
    """Show what a firm earns on the customers that it won in certain weeks.

    Raises
    ------
    CounterpoiseError
        If something named does not exist, or numbers are out of bounds.
    """
    from sim.asking import known
    from sim.results.lifetime import WEEKS_A_YEAR, cohort_value

    firms = list(setting.scenario.document.firms)
    firm = known(asked.firm or firms[0], firms, "firm")
    won = read_span(asked.won) if asked.won else (1, min(WEEKS_A_YEAR, setting.weeks))
    n = _all_of(setting)
    with progress(setting.scenario.id, n, quiet=asked.quiet) as report:
        found = cohort_value(
            setting.scenario, firm, won=won, strategy=setting.strategy, discount=asked.discount,
            replications=n, seed=setting.seed, weeks=setting.weeks, progress=report,
        )
    rows = rows_of_cohort(found, setting.scenario.document.currency)
    if asked.as_json:
        say_json({**_about(setting), "firm": firm, "won": won, "discount": asked.discount,
                  **_plain(rows)})
        return
    screen = console()
    put(screen, bold(
        f"Customers whom {firm} won in weeks {won[0]:,} to {won[1]:,} under “{setting.strategy}”"
    ))
    put(screen, dim(
        f"followed to week {setting.weeks:,}; {_lived(n)}; discounted by "
        f"{100 * asked.discount:g}% a year to the first purchase"
    ))
    say("")
    _show(rows)
    if not np.isfinite(found.expected()).any():
        put(screen, dim(
            "Without end: no value, since all of them must be followed for two full years, with "
            "discounting; live longer by --set weeks=N, or name earlier weeks by --won."
        ))


def bad_news(setting: Setting, asked: Asked) -> None:
    """Show what bad news cost each firm: the same market and luck, in which it weighs nothing.

    Raises
    ------
    CounterpoiseError
        If nobody talks in the scenario.
    """
    from sim.results.bad_news import bad_news_damage

    n, currency = _all_of(setting), setting.scenario.document.currency
    with progress(setting.scenario.id, 2 * n, quiet=asked.quiet) as report:
        found = bad_news_damage(
            setting.scenario, strategy=setting.strategy, replications=n, seed=setting.seed,
            weeks=setting.weeks, workers=asked.workers, progress=report,
        )
    rows = {
        firm: [
            Row(name, words, unit.replace("currency", currency), found.estimate(name, firm))
            for name, (words, unit) in OF_DAMAGE.items()
        ]
        for firm in found.units
    }
    if asked.as_json:
        say_json({**_about(setting), "firms": {firm: _plain(own) for firm, own in rows.items()}})
        return
    screen = console()
    put(screen, bold(f"What bad news cost each firm under “{setting.strategy}”"))
    put(screen, dim(
        f"weeks 1 to {setting.weeks:,}; {_lived(n)}; the same market, with the same luck, in which "
        "no telling lowers what a listener expects, minus this one; below 0: it gained from the "
        "bad news of others"
    ))
    for firm, own in rows.items():
        say("")
        put(screen, bold(firm))
        _show(own)


def rows_of_cohort(found: CohortValue, currency: str) -> list[Row]:
    """What is told of a cohort, a line each."""
    from sim.results.statistics import estimate

    years = found.survival.shape[1]
    nothing = np.full(len(found.n), np.nan)
    values = {
        "n": found.n, "revenue": found.revenue, "margin": found.margin,
        "after_a_year": found.survival[:, 1] if years > 1 else nothing,
        "retention": found.retention(), "expected": found.expected(),
    }
    return [
        Row(name, words, unit.replace("currency", currency), estimate(values[name]))
        for name, (words, unit) in OF_COHORT.items()
    ]


def read_span(text: str) -> tuple[int, int]:
    """Weeks as ``1-52``, or one week.

    Raises
    ------
    RunError
        If it is none of these.
    """
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not last)):
        raise RunError(f"--won: {text[:40]!r} must be weeks such as 1-52, or one week")
    return int(first), int(last or first)


def _all_of(setting: Setting) -> int:
    if setting.replications != list(range(len(setting.replications))):
        raise RunError("cohorts and bad news are of replications from the first on; "
                       "use --replications instead of --replication")
    return len(setting.replications)


def _lived(n: int) -> str:
    return "1 replication" if n == 1 else f"{n:,} replications"


def _show(rows: Sequence[Row]) -> None:
    screen, widest = console(), max(len(row.words) for row in rows) + 2 * GAP
    for row in rows:
        scale = scale_for(row.unit, [row.found])
        value, interval = scale.written(row.found)
        unit = "%" if row.unit.startswith("share of") else f" {scale.name}"
        known = not math.isnan(row.found.value)
        text = f"{value}{unit}  {interval}".rstrip() if known else value
        put(screen, text, by=widest, lead=f"{' ' * GAP}{row.words}")


def _about(setting: Setting) -> dict[str, Any]:
    return {
        "scenario": setting.scenario.id, "strategy": setting.strategy, "seed": setting.seed,
        "replications": len(setting.replications), "weeks": setting.weeks,
    }


def _plain(rows: Sequence[Row]) -> Mapping[str, Any]:
    """Numbers as JSON has them; what has no value is null."""
    return {
        row.name: {
            "unit": row.unit,
            **{
                name: value if math.isfinite(value) else None
                for name, value in (
                    ("mean", row.found.value), ("low", row.found.low), ("high", row.found.high)
                )
            },
        }
        for row in rows
    }
