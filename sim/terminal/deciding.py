"""What ``counterpoise decide`` does: strategies against worlds, and where each one fails."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.terminal.answers import keep, kept
from sim.terminal.checking import tell_notes
from sim.terminal.columns import show_columns
from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.terminal.folders import DEFAULT
from sim.terminal.inputs import read_goal
from sim.terminal.program import GOOD
from sim.terminal.stopping import again, stopped
from sim.terminal.sweeping import draining, sweeping_bar

if TYPE_CHECKING:
    from sim.decisions.carry_out import Decided
    from sim.experiment.loader import Study

WORLDS = 200
SHORTEST_NAME = 12


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the experiment."""

    worlds: int | None = None
    goal: str | None = None
    enough: float | None = None
    tolerated: float | None = None
    replications: int | None = None
    seed: int | None = None
    out: Path | None = None
    workers: int | None = None
    cluster: str | None = None
    fresh: bool = False
    allow_code: bool = False
    quiet: bool = False
    as_json: bool = False


def decide(name: str, asked: Asked) -> int:
    """Compare strategies over worlds; the exit code."""
    from sim.experiment.of_scenario import load_study

    if asked.goal is not None:
        read_goal(asked.goal)
    study = load_study(
        name, overrides=_overrides(asked), allow_code=asked.allow_code, purpose="decision",
        worlds=asked.worlds or WORLDS,
    )
    tell_notes(study, quiet=asked.quiet)

    from sim.decisions.carry_out import carry_out
    from sim.experiment.sweep import How, Stop

    folder = asked.out or DEFAULT / f"{study.document.id}-decision"
    stop = Stop()
    how = How(asked.workers, asked.cluster, resume=False if asked.fresh else None)
    label = f"{study.document.id} decision"
    with draining(stop), sweeping_bar(label, quiet=asked.quiet) as (begun, report):
        found = carry_out(
            study, folder, **_rules(study, asked), how=how, stop=stop, begun=begun, progress=report
        )
    if found is None:
        command = again(
            "decide", name, folder, worlds=asked.worlds, goal=asked.goal, enough=asked.enough,
            tolerated=asked.tolerated, replications=asked.replications, seed=asked.seed,
            workers=asked.workers, cluster=asked.cluster, allow_code=asked.allow_code,
        )
        return stopped(folder, command, as_json=asked.as_json)
    from sim.decisions.page import as_data, page

    data = as_data(found)
    keep(found.folder, "decision", data, page(found))
    if asked.as_json:
        say_json(data)
    else:
        _show(found)
    return GOOD


def _rules(study: Study, asked: Asked) -> dict[str, Any]:
    """How strategies are compared: as asked for, else as the file says, else as usual."""
    from sim.experiment.schema import Decide

    written = study.document.decide or Decide()
    own = {"goal": asked.goal, "enough": asked.enough, "tolerated": asked.tolerated}
    return {
        name: getattr(written, name) if value is None else value for name, value in own.items()
    }


def _overrides(asked: Asked) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if asked.seed is not None:
        made["seed"] = asked.seed
    if asked.replications is not None:
        made["replications"] = asked.replications
    if asked.worlds is not None:
        made["design"] = {"kind": "latin_hypercube", "n": asked.worlds}
    return made


def _show(found: Decided) -> None:
    from sim.decisions import page
    from sim.decisions.sentences import doubt

    screen = console()
    put(screen, bold(found.study.document.title))
    put(screen, dim(page.circumstances(found)))
    say("")
    put(screen, page.answer(found))
    if caution := doubt(found.comparison):
        put(screen, caution)
    say("")
    _show_table(screen, found)
    put(screen, dim(f"good enough: {found.comparison.rule}{page.money_note(found)}"))
    say("")
    for text in page.failures(found):
        put(screen, text, by=2, lead="·")
    say(kept(found.folder, "decision"))


def _show_table(screen: Any, found: Decided) -> None:
    from sim.decisions.page import unit
    from sim.decisions.sentences import amount, less, number
    from sim.report.chart import distinct_names

    named = unit(found)
    head = ["", "mean", "worst", "worst regret", "best", "enough"]
    rows = [
        [one.strategy, amount(one.mean.value, named), amount(one.worst, named),
         less(one.worst_regret, named).removesuffix(" points"), f"{one.first_share:.0%}",
         f"{one.enough_share.value:.0%}"]
        for one in found.comparison.records
    ]
    if found.profit is not None:
        head.append("profit")
        for row, one in zip(rows, found.profit[1].records, strict=True):
            row.append(number(one.mean.value))
    room = screen.width - sum(
        2 + max(len(row[c]) for row in [head, *rows]) for c in range(1, len(head))
    )
    short = distinct_names([row[0] for row in rows], max(room, SHORTEST_NAME))
    show_columns(screen, head, [[name, *row[1:]] for name, row in zip(short, rows, strict=True)])
