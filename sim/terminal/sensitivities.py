"""What ``counterpoise sensitivity`` does: live a design, say what matters and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RunError, ScenarioError
from sim.terminal.answers import keep, kept
from sim.terminal.checking import tell_notes
from sim.terminal.columns import show_columns
from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.folders import DEFAULT
from sim.terminal.program import GOOD
from sim.terminal.stopping import again, stopped
from sim.terminal.sweeping import draining, sweeping_bar
from sim.wording import did_you_mean, visible

if TYPE_CHECKING:
    from sim.sensitivity.carry_out import Answer, Sensitivity

DEFAULT_N = {
    "sobol": 64, "morris": 20, "efast": 516, "pawn": 500, "delta": 500, "dgsm": 64,
}
MOST_SHOWN = 12


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the experiment."""

    method: str = "sobol"
    n: int | None = None
    replications: int | None = None
    seed: int | None = None
    out: Path | None = None
    workers: int | None = None
    cluster: str | None = None
    fresh: bool = False
    allow_code: bool = False
    quiet: bool = False
    as_json: bool = False


def sensitivity(name: str, asked: Asked) -> int:
    """Analyze an experiment, or a scenario over what it names uncertain; the exit code."""
    from sim.experiment.of_scenario import load_study

    if asked.method not in DEFAULT_N:
        raise ScenarioError(
            f"no method is called '{visible(asked.method)}'{did_you_mean(asked.method, DEFAULT_N)}"
        )
    chosen = {"seed": asked.seed, "replications": asked.replications}
    overrides = {key: value for key, value in chosen.items() if value is not None}
    study = load_study(name, overrides=overrides, allow_code=asked.allow_code)
    tell_notes(study, quiet=asked.quiet)

    from sim.experiment.sweep import How, Stop
    from sim.sensitivity.carry_out import carry_out

    n = asked.n or DEFAULT_N[asked.method]
    folder = asked.out or DEFAULT / f"{study.document.id}-{asked.method}-{n}"
    stop = Stop()
    how = How(asked.workers, asked.cluster, resume=False if asked.fresh else None)
    label = f"{study.document.id} {asked.method}"
    with draining(stop), sweeping_bar(label, quiet=asked.quiet) as (begun, report):
        found = carry_out(
            study, asked.method, n, folder, how=how, seed=study.document.design.seed, stop=stop,
            begun=begun, progress=report,
        )
    if found is None:
        command = again(
            "sensitivity", name, folder, method=asked.method, n=n, replications=asked.replications,
            seed=asked.seed, workers=asked.workers, cluster=asked.cluster,
            allow_code=asked.allow_code,
        )
        return stopped(folder, command, as_json=asked.as_json)
    from sim.sensitivity.page import as_data, page

    data = as_data(found)
    keep(found.folder, "sensitivity", data, page(found))
    if asked.as_json:
        say_json(data)
    else:
        _show(found)
    return GOOD


def _show(found: Sensitivity) -> None:
    from sim.sensitivity import page

    screen = console()
    put(screen, bold(found.study.document.title))
    put(screen, dim(f"{found.method.name}: {page.runs(found)}"))
    say("")
    if found.answers:
        main = page.main_answer(found)
        put(screen, page.sentence(main))
        say("")
        _show_table(screen, main)
        say("")
        put(screen, dim(page.chance(main.chance)))
        put(screen, dim(found.method.about))
        if note := page.beyond_one(found.answers):
            put(screen, dim(note))
        others = [other for other in found.answers if other is not main]
        for other in others:
            put(screen, page.finding(other), by=2, lead="·")
        for text in page.verdicts_of_others(main, others):
            put(screen, text)
    elif not found.over_time:
        raise RunError("the experiment asks for no outcome")
    for reason in found.left_out:
        put(screen, f"No indices: {reason}.")
    say(kept(found.folder, "sensitivity"))


def _show_table(screen: Any, answer: Answer) -> None:
    from sim.sensitivity import figures, page

    if answer.indices.is_constant:
        return
    rows = page.rows(answer)
    head = ("", *(figures.SYMBOLS.get(kind.name, kind.name) for kind in answer.indices.kinds))
    shown = [(figures.short(row[0]), *row[1:]) for row in rows[:MOST_SHOWN]]
    show_columns(screen, head, shown)
    if unit := page.in_unit(answer):
        put(screen, dim(unit))
    if len(rows) > MOST_SHOWN:
        put(screen, dim(f"and {len(rows) - MOST_SHOWN} more on the page"))
