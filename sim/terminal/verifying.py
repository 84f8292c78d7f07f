"""What ``counterpoise verify`` does: all claims of scenarios, in one world or in many."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.terminal.claims import STYLES, WIDEST_VERDICT, measured, needed
from sim.terminal.console import bold, console, put, say, say_json
from sim.terminal.inputs import load_all
from sim.terminal.progress import progress

WIDE_ENOUGH = 124
"""Columns that a claim takes on one line."""

if TYPE_CHECKING:
    from sim.results.run import RunResult
    from sim.results.verdicts import Verdict
    from sim.scenario import Scenario


def verify(
    names: Sequence[str], *, replications: int, seed: int, workers: int | None, quiet: bool,
    as_json: bool, allow_code: bool = False,
) -> bool:
    """Run scenarios and show what became of each claim; whether any is refuted."""
    from sim.results.run import run
    from sim.results.summary import summary_data

    entries: list[dict[str, Any]] = []
    begun = time.perf_counter()
    scenarios = load_all(names, allow_code=allow_code)
    widest = _widest(scenarios)
    for scenario in scenarios:
        if not scenario.document.claims:
            _note(f"{scenario.id}: no claims", as_json=as_json)
            continue
        started = time.perf_counter()
        total = replications * len(scenario.strategies)
        with progress(scenario.id, total, quiet=quiet) as report:
            result = run(
                scenario, replications=replications, seed=seed, workers=workers, progress=report
            )
        seconds = round(time.perf_counter() - started, 1)
        for verdict, claim in zip(result.verdicts(), summary_data(result)["claims"], strict=True):
            entries.append({"scenario": scenario.id, **claim, "seconds": seconds})
            if not as_json:
                name = f"{scenario.id}/{verdict.claim.id}"
                _show(name, verdict.verdict, _quantity(result, verdict), seconds, widest)
    counts = Counter(entry["verdict"] for entry in entries)
    if as_json:
        say_json({
            "seed": seed, "replications": replications, "claims": entries,
            "counts": {name: counts[name] for name in STYLES},
            "seconds": round(time.perf_counter() - begun, 1),
        })
    else:
        said = ", ".join(f"{counts[name]} {name}" for name in STYLES if counts[name])
        from sim.results.text import count

        say(f"{count(len(entries), 'claim')}: {said or 'none'}; "
            f"{count(replications, 'replication')}, seed {seed}, "
            f"{time.perf_counter() - begun:,.0f} s")
    return counts["refuted"] > 0


def _quantity(result: RunResult, verdict: Verdict) -> str:
    return f"{measured(result, verdict, short=True)}, {needed(result, verdict)}"


def _show(name: str, verdict: str, quantity: str, seconds: float, widest: int) -> None:
    """One line in columns, in a narrow terminal continued below."""
    from rich.text import Text

    screen = console(widest=WIDE_ENOUGH)
    lead = Text(verdict.ljust(WIDEST_VERDICT), style=STYLES.get(verdict, ""))
    by, told = WIDEST_VERDICT + 2, f"{quantity}  {seconds:,.0f} s"
    if screen.width >= WIDE_ENOUGH or not screen.is_terminal:
        screen.print(lead + Text(f"  {name:{widest}}  {told}"), soft_wrap=True)
    else:
        put(screen, bold(name), by=by, lead=lead)
        put(screen, told, by=by)


def _widest(scenarios: Sequence[Scenario]) -> int:
    names = (f"{s.id}/{claim.id}" for s in scenarios for claim in s.document.claims)
    return max(map(len, names), default=0)


def _note(text: str, *, as_json: bool) -> None:
    if not as_json:
        say(text)


def verify_in_worlds(
    names: Sequence[str], n_worlds: int, *, replications: int, seed: int, workers: int | None,
    quiet: bool, as_json: bool, allow_code: bool = False,
) -> None:
    """Show in how many worlds over a scenario's uncertain settings each claim's direction holds."""
    from sim.results.worlds import claimed_strategies, survey

    entries: list[dict[str, Any]] = []
    scenarios = load_all(names, allow_code=allow_code)
    widest = _widest(scenarios)
    for scenario in scenarios:
        document = scenario.document
        if not document.claims or not document.uncertain:
            what = "claims" if not document.claims else "uncertain settings"
            _note(f"{scenario.id}: no {what}", as_json=as_json)
            continue
        started = time.perf_counter()
        total = n_worlds * replications * len(claimed_strategies(scenario))
        with progress(scenario.id, total, quiet=quiet) as report:
            found = survey(
                scenario, n_worlds, replications=replications, seed=seed, workers=workers,
                progress=report,
            )
        seconds = round(time.perf_counter() - started, 1)
        for answer in found:
            held, undecided = sum(h is True for h in answer.holds), n_worlds - answer.decided
            entries.append({
                "scenario": scenario.id, "id": answer.claim.id, "text": answer.claim.text,
                "worlds": n_worlds, "holds": held, "without_value": undecided,
                "share": answer.share if answer.decided else None, "seconds": seconds,
            })
            if not as_json:
                quantity = f"direction holds in {held:,} of {answer.decided:,} worlds"
                if undecided:
                    quantity += f", {undecided:,} more have no value"
                share = f"{answer.share:.0%}" if answer.decided else "–"
                name = f"{scenario.id}/{answer.claim.id}"
                _show(name, f"{share:>4}", quantity, seconds, widest)
    if as_json:
        say_json({"seed": seed, "replications": replications, "claims": entries})
