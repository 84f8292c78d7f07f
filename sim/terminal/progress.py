"""A line on stderr that says how far a run is; silent where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.terminal.console import console
from sim.terminal.interruption import workers_end_too

Report = Callable[[int], None]
COMPILING = "compiling the engine, once, 15 s or more"


@contextmanager
def progress(
    what: str, total: int, *, quiet: bool = False, of: str = "markets"
) -> Iterator[Report]:
    """Show a bar while markets are lived; yields what to call with the number just finished.

    Parameters
    ----------
    what
        What is run.
    total
        Markets in all.
    quiet
        Whether to show nothing.
    of
        What is counted.
    """
    with workers_end_too():
        screen = console(stderr=True)
        if quiet or not screen.is_terminal:
            yield lambda finished: None
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as Remaining

        columns = (
            TextColumn("{task.description}"), BarColumn(bar_width=20),
            TextColumn("{task.fields[n]}"), TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"), Remaining(compact=True),
        )
        with Progress(*columns, console=screen, transient=True) as bar:
            # A bar without a total moves although nothing is finished yet.
            first = {"description": COMPILING, "total": None} if must_compile() else {
                "description": what, "total": total,
            }
            task = bar.add_task(**first, n="", left="")

            def report(finished: int) -> None:
                bar.update(task, advance=finished, description=what, total=total, left="left")
                bar.update(task, n=f"{bar.tasks[0].completed:,.0f} of {total:,} {of}")

            yield report


def must_compile() -> bool:
    """Whether the first market has to wait for numba to compile its kernels."""
    from sim.compile import is_cached
    from sim.observers.census import count

    return not is_cached(count)
