"""What ``counterpoise sweep``, ``status`` and ``merge`` do: live, tell how far it is, go on."""

from __future__ import annotations

import re
import shlex
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.terminal.checking import tell_notes
from sim.terminal.console import bold, complain, console, put, say, say_json
from sim.terminal.folders import DEFAULT
from sim.terminal.interruption import end_workers
from sim.terminal.program import GOOD, INTERRUPTED, REFUTED

if TYPE_CHECKING:
    from sim.experiment.reading import Sweep
    from sim.experiment.sweep import Stop, Swept

NUMBER = re.compile(r"\d[\d.,]*(e[-+]?\d+)?")
MOST_KINDS = 5
"""Kinds of errors that are shown."""


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the experiment."""

    out: Path | None = None
    resume: bool | None = None
    retry_failed: bool = False
    chunk: str | None = None
    seed: int | None = None
    workers: int | None = None
    cluster: str | None = None
    allow_code: bool = False
    quiet: bool = False
    as_json: bool = False


def sweep_one(name: str, asked: Asked) -> int:
    """Sweep an experiment; the exit code."""
    from sim.experiment.loader import load_experiment

    chunk = _read_chunk(asked.chunk)
    overrides = {} if asked.seed is None else {"seed": asked.seed}
    study = load_experiment(name, overrides=overrides, allow_code=asked.allow_code)
    tell_notes(study, quiet=asked.quiet)
    folder = asked.out or _default(study.document.id, chunk)

    from sim.experiment.sweep import How, Stop, sweep

    stop = Stop()
    how = How(asked.workers, asked.cluster, chunk, asked.resume, asked.retry_failed)
    with draining(stop), sweeping_bar(study.document.id, quiet=asked.quiet) as (begun, report):
        swept = sweep(study, folder, how, stop=stop, begun=begun, progress=report)
    go_on = _command(name, folder, asked)
    if asked.as_json:
        say_json(_as_data(swept, go_on))
    else:
        _show(swept, go_on, chunk)
    if swept.missing:
        return INTERRUPTED
    return REFUTED if swept.failed else GOOD


def _read_chunk(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,7})/([0-9]{1,7})", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise RunError(f"--chunk {text[:40]}: must read I/N with I from 1 to N, such as 2/8")
    return int(found[1]), int(found[2])


def _default(name: str, chunk: tuple[int, int] | None) -> Path:
    return DEFAULT / (name if chunk is None else f"{name}-{chunk[0]}-of-{chunk[1]}")


def _command(name: str, folder: Path, asked: Asked) -> str:
    """The command that goes on with a sweep."""
    words = ["counterpoise", "sweep", name, "--out", str(folder), "--resume"]
    for option, value in (
        ("--chunk", asked.chunk), ("--seed", asked.seed), ("--workers", asked.workers),
        ("--cluster", asked.cluster),
    ):
        words += [] if value is None else [option, str(value)]
    return shlex.join([*words, *(["--allow-code"] if asked.allow_code else [])])


@contextmanager
def draining(stop: Stop) -> Iterator[None]:
    """Let Ctrl-C end a sweep in good order; a second one ends it at once."""
    def answer(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            end_workers()
            raise KeyboardInterrupt
        stop.asked = True
        complain("stopping: what is being lived is finished and kept; Ctrl-C again ends at once")

    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            before[number] = signal.signal(number, answer)
        except ValueError:  # not the main thread: signals are somebody else's
            break
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def sweeping_bar(
    what: str, *, quiet: bool
) -> Iterator[tuple[Callable[[int, int], None], Callable[[int, int], None]]]:
    """Show a bar with rate and time left; silent where nobody watches."""
    screen = console(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda total, there: None, lambda finished, failed: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=20),
        TextColumn("{task.fields[n]}"), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True), TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(what, total=None, n="", rate="", left="")
        failures = [0]

        def begun(total: int, there: int) -> None:
            bar.reset(task, total=total, completed=there)

        def report(finished: int, failed: int) -> None:
            failures[0] += failed
            bar.update(task, advance=finished, left="left")
            now = bar.tasks[0]
            bad = f", {failures[0]:,} failed" if failures[0] else ""
            rate = f"{now.speed:,.1f} a second" if now.speed else ""
            bar.update(task, n=f"{now.completed:,.0f} of {now.total or 0:,.0f} runs{bad}",
                       rate=rate)

        yield begun, report


def _as_data(swept: Swept, go_on: str) -> dict[str, Any]:
    return {
        "folder": str(swept.folder), "runs": swept.runs, "done": swept.done,
        "failed": swept.failed, "missing": swept.missing, "lived": swept.lived,
        "seconds": round(swept.seconds, 2),
        "results": None if swept.results is None else str(swept.results),
        "resume": go_on if swept.missing else None,
    }


def _show(swept: Swept, go_on: str, chunk: tuple[int, int] | None) -> None:
    screen = console()
    each = f", {1000 * swept.seconds / swept.lived:,.1f} ms a run" if swept.lived else ""
    put(screen, f"{swept.done:,} of {swept.runs:,} runs done, {swept.failed:,} failed, "
        f"{swept.missing:,} missing; {swept.lived:,} lived now in {swept.seconds:,.1f} s{each}")
    if swept.missing:
        put(screen, "the sweep goes on by")
        say(f"  {go_on}")
    elif chunk is not None:
        put(screen, f"chunk {chunk[0]} of {chunk[1]} is complete: {swept.folder}; join all chunks "
            "by `counterpoise merge`")
    else:
        say(f"results: {swept.results}")
    if swept.failed:
        put(screen, f"why runs failed: counterpoise status {shlex.quote(str(swept.folder))}")


def show_status(folder: Path, *, as_json: bool) -> None:
    """Show how far a sweep is."""
    from sim.experiment.reading import open_store

    found = open_store(folder)
    counts, kinds = found.counts(), _kinds(found)
    manifest = found.manifest
    if as_json:
        say_json({
            "folder": str(folder), "experiment": manifest["id"], "scenario": manifest["scenario"],
            "rows": manifest["rows"], "strategies": found.strategies,
            "replications": manifest["replications"], "chunk": manifest["chunk"], **counts,
            "seconds": round(found.seconds(), 2),
            "errors": [{"runs": n, "first_run": run, "error": text} for text, n, run in kinds],
        })
        return
    screen = console()
    put(screen, bold(f"{manifest['id']}: {manifest['title']}"))
    put(screen, f"{manifest['rows']:,} rows x {len(found.strategies)} strategies x "
        f"{manifest['replications']:,} replications of {manifest['scenario']}" + (
            f", chunk {found.chunk[0]} of {found.chunk[1]}" if found.chunk else ""))
    total = sum(counts.values())
    share = counts["done"] / total if total else 0.0
    put(screen, f"{counts['done']:,} of {total:,} runs done ({share:.0%}), "
        f"{counts['failed']:,} failed, {counts['missing']:,} missing; "
        f"{found.seconds():,.0f} s of simulation")
    for text, n, run in kinds[:MOST_KINDS]:
        put(screen, f"{_last_line(text)} (first run {run})", by=9, lead=f"{n:>5,} x ")
    if len(kinds) > MOST_KINDS:
        put(screen, f"... and {len(kinds) - MOST_KINDS} more kinds of errors; see --json")


def _kinds(found: Sweep) -> list[tuple[str, int, int]]:
    """Errors with how often each came and in which run first, the most frequent first."""
    seen: dict[str, list[int]] = {}
    for number, error in found.failures():
        kind = NUMBER.sub("#", _last_line(error))
        seen.setdefault(kind, [0, number])[0] += 1
    texts = dict(found.failures())
    kinds = [(texts[first], n, first) for n, first in seen.values()]
    return sorted(kinds, key=lambda kind: (-kind[1], kind[2]))


def _last_line(error: str) -> str:
    """What says most of an error: the last line of a traceback, the first of anything else."""
    lines = error.strip().splitlines() or ["no reason was given"]
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


def merge_all(folders: Sequence[Path], out: Path, *, as_json: bool) -> None:
    """Merge chunks and show what came of it."""
    from sim.experiment.merging import merge

    merged = merge(folders, out)
    counts = merged.counts()
    total, missing = sum(counts.values()), counts["missing"]
    if as_json:
        say_json({"folder": str(out), "runs": total, **counts, "complete": not missing})
        return
    put(console(), f"{counts['done']:,} of {total:,} runs done, {counts['failed']:,} failed, "
        f"{missing:,} missing: {out}")
    if missing:
        put(console(), f"this is not the whole sweep: {missing:,} of {total:,} runs are not there, "
            "and no results.parquet" + "".join(f"; {why}" for why in _lacking(folders)))
        put(console(), "merge again with the folders that are missing, or live the runs by "
            f"`counterpoise sweep`, the experiment, and --out {shlex.quote(str(out))} --resume")


def _lacking(folders: Sequence[Path]) -> Iterator[str]:
    """Which chunks are not among the folders, and which folders lack runs of their own."""
    from sim.experiment.reading import open_store

    sweeps = [open_store(folder) for folder in folders]
    given = {sweep.chunk for sweep in sweeps if sweep.chunk is not None}
    if len(given) and len({of for _, of in given}) == 1:
        _, of = next(iter(given))
        if absent := [i for i in range(1, of + 1) if (i, of) not in given]:
            shown = [str(i) for i in absent[:MOST_KINDS]]
            more = [f"{len(absent) - MOST_KINDS:,} more"] if len(absent) > MOST_KINDS else []
            *front, last = [*shown, *more]
            named = f"{', '.join(front)} and {last}" if front else last
            yield f"no folder of chunk{'s' if front else ''} {named} of {of:,} was given"
    for sweep in sweeps:
        if lacking := sweep.counts()["missing"]:
            yield f"{sweep.folder} lacks {lacking:,} of its {int(sweep.belongs.sum()):,} runs"
