"""A line on stderr that says how far a run is; silent where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.terminal.console import console
from sim.terminal.interruption import workers_end_too

Report = Callable[[int], None]
COMPILING = "compiling the engine, once, about 15 s"


@contextmanager
def progress(what: str, total: int, *, quiet: bool = False) -> Iterator[Report]:
    """Show a bar while markets are lived; yields what to call with the number just finished.

    Parameters
    ----------
    what
        What is run.
    total
        Markets in all.
    quiet
        Whether to show nothing.
    """
    with workers_end_too():
        screen = console(stderr=True)
        if quiet or not screen.is_terminal:
            yield lambda finished: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        columns = (
            TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(),
            TextColumn("markets"), Remaining(compact=True),
        )
        with Progress(*columns, console=screen, transient=True) as bar:
            task = bar.add_task(COMPILING if must_compile() else what, total=total)

            def report(finished: int) -> None:
                bar.update(task, advance=finished, description=what)

            yield report


def must_compile() -> bool:
    """Whether the kernels' cache is empty, so that the first market has to wait for numba."""
    import numba

    from sim.observers.census import count

    _ = count.compiled  # chooses the cache folder; compiles nothing yet
    chosen = vars(numba.config).get("CACHE_DIR")
    folder = Path(chosen or Path(__file__).parents[1])
    return not any(folder.rglob("census.count-*.nbi"))
