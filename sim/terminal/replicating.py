"""What ``counterpoise replicate`` does: reproduce known results and compare them."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CounterpoiseError, ScenarioError
from sim.terminal.console import bold, console, dim, put, say, say_json
from sim.wording import closest

if TYPE_CHECKING:
    from rich.text import Text

    from sim.replications import Replicated, Replication

PAGE = Path("replications") / "index.html"
COLUMNS = ("published", "here", "within")
SHORT = {"departs, as it must": "departs (must)", "does not depart": "must depart"}
GOOD, BAD = "green", "bold red"


def show_list(*, as_json: bool) -> None:
    """List the replications."""
    from sim.replications import replications

    screen, known = console(), replications()
    if as_json:
        say_json([
            {"id": name, "target": one.target, "title": one.title, "source": one.source}
            for name, one in known.items()
        ])
        return
    by = 2 + max(map(len, known), default=0)
    for name, one in known.items():
        put(screen, f"{one.target}  {one.title}", by=by, lead=bold(name))
        put(screen, dim(one.source), by=by)


def replicate(
    names: Sequence[str], *, seed: int, workers: int | None, out: Path | None, quiet: bool,
    as_json: bool,
) -> bool:
    """Carry out replications, show each, write the gallery; whether every number is good."""
    from sim.replications.gallery import write_gallery

    chosen = _chosen(names)
    found: dict[str, Replicated] = {}
    missing: dict[str, str] = {}
    entries: list[dict[str, Any]] = []
    place = out / "index.html" if out is not None else PAGE
    for number, one in enumerate(chosen):
        if not quiet:
            say(f"{one.target} {one.title} ({number + 1} of {len(chosen)}) ...", to=sys.stderr)
        begun = time.perf_counter()
        try:
            found[one.id] = one.carry_out(seed=seed, workers=workers)
        except CounterpoiseError as error:
            if len(chosen) == 1:
                raise
            missing[one.id] = str(error)
            continue
        seconds = time.perf_counter() - begun
        entries.append(_as_data(one, found[one.id], seconds))
        if not as_json:
            try:
                _show(one, found[one.id], seconds)
            except OSError:  # nobody reads it any more: what was found is kept all the same
                write_gallery(place, found, seed=seed)
                raise
    write_gallery(place, found, seed=seed)
    good = all(one.good for one in found.values())
    if as_json:
        say_json({"seed": seed, "replications": entries, "not_carried_out": missing,
                  "page": str(place)})
    else:
        _sum_up(found, missing, place)
    return good


def _chosen(names: Sequence[str]) -> list[Replication]:
    from sim.replications import replications

    known = replications()
    by_target = {one.target.lower(): one for one in known.values()}
    chosen = []
    for name in dict.fromkeys(names or known):
        one = known.get(name) or by_target.get(name.lower())
        if one is None:
            close = closest(name, [*known, *(one.target for one in known.values())])
            hint = f"; did you mean {close!r}?" if close else ""
            raise ScenarioError(
                f"no replication is called {name!r}{hint}; "
                "see them with: counterpoise replicate --list"
            )
        chosen.append(one)
    return chosen


def _show(one: Replication, found: Replicated, seconds: float) -> None:
    from sim.replications.gallery import TIERS, row

    screen = console()
    put(screen, bold(f"{one.target}  {one.title}"))
    put(screen, dim(f"{one.source}; {TIERS[one.tier]}; {seconds:,.0f} s"))
    rows = [row(finding) for finding in found.findings]
    widths = [max(len(COLUMNS[c]), *(len(cells[c + 1]) for cells in rows)) for c in range(3)]
    last = max(len(SHORT.get(cells[4], cells[4])) for cells in rows)
    room = max(screen.width - 2 - sum(widths) - 6 - 2 - last, 18)
    first = min(max(len(cells[0]) for cells in rows), room)
    heading = "  ".join(name.rjust(width) for name, width in zip(COLUMNS, widths, strict=True))
    screen.print(dim(f"  {'':{first}}  {heading}"), soft_wrap=True)
    for finding, cells in zip(found.findings, rows, strict=True):
        _print_row(screen, cells, first, widths, GOOD if finding.good else BAD)
    for remark in found.remarks:
        put(screen, remark, by=2)
    screen.print()


def _print_row(
    screen: Any, cells: Sequence[str], first: int, widths: Sequence[int], style: str
) -> None:
    from rich.text import Text

    lines = list(Text(cells[0]).wrap(screen, first))
    for before in lines[:-1]:
        screen.print(Text("  ") + before, soft_wrap=True)
    line: Text = Text("  ") + lines[-1]
    line.append(" " * (first - len(lines[-1])))
    for cell, width in zip(cells[1:4], widths, strict=True):
        line.append("  " + cell.rjust(width))
    line.append("  ")
    line.append(SHORT.get(cells[4], cells[4]), style=style)
    screen.print(line, soft_wrap=True)


def _sum_up(found: dict[str, Replicated], missing: dict[str, str], place: Path) -> None:
    findings = [finding for one in found.values() for finding in one.findings]
    good = sum(finding.good for finding in findings)
    say(f"{good} of {len(findings)} numbers as they must be, in {len(found)} replications; "
        f"figures in {place}")
    for name, why in missing.items():
        say(f"not carried out: {name}: {why}")


def _as_data(one: Replication, found: Replicated, seconds: float) -> dict[str, Any]:
    return {
        "id": one.id, "target": one.target, "title": one.title, "source": one.source,
        "tier": one.tier, "good": found.good, "seconds": round(seconds, 1),
        "findings": [
            {**asdict(finding), "limit": finding.limit, "verdict": finding.verdict}
            for finding in found.findings
        ],
        "remarks": list(found.remarks),
    }
