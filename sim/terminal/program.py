"""What the program ends with: one line and an exit code for everything that can go wrong."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from sim.errors import CounterpoiseError
from sim.terminal.console import complain
from sim.wording import visible

GOOD, REFUTED, BAD_INPUT, DEFECT, INTERRUPTED = 0, 1, 2, 3, 130
NOBODY_READS = 141
"""What a shell says of a program whose output was closed, as by ``| head``."""
DEBUG = "--debug"
LONGEST_SHOWN = 60


class Program(TyperGroup):
    """All commands; every exception ends here in a message and an exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take ``--debug`` wherever it stands."""
        if DEBUG in args:
            args = [DEBUG, *(arg for arg in args if arg != DEBUG)]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # a full disk shows itself here and not after the end
        except KeyboardInterrupt:
            complain("interrupted; nothing unfinished was kept")
            raise typer.Exit(INTERRUPTED) from None
        except CounterpoiseError as error:
            _trace(ctx)
            complain(str(error))
            raise typer.Exit(BAD_INPUT) from None
        except Exception as error:
            raise typer.Exit(_end(error, ctx)) from None
        return result


def _end(error: Exception, ctx: Any) -> int:
    """Exit code of an exception that is none of our own, after a line about it."""
    if hasattr(error, "exit_code") or isinstance(error, typer.Abort):
        _reword(error)
        raise error  # typer ends these by itself
    if isinstance(error, BrokenPipeError):
        _leave_unwritten()
        return NOBODY_READS
    _trace(ctx)
    if isinstance(error, OSError):
        place = error.filename or "the output cannot be written"
        complain(f"{place}: {(error.strerror or str(error)).lower()}")
        _leave_unwritten()
        return BAD_INPUT
    if isinstance(error, MemoryError):
        complain("there is not enough memory for this; use fewer customers or fewer --workers")
        return BAD_INPUT
    first = (str(error).splitlines() or [""])[0][:200]
    complain(
        f"this is a defect of Counterpoise, not of your files: {type(error).__name__}: {first}\n"
        f"please report it with what {DEBUG} shows, put at the end of the same command"
    )
    return DEFECT


def _reword(error: Any) -> None:
    """Say what an option takes as scenario files do, where typer lets a library's words through."""
    faults = getattr(error.__cause__, "errors", None)
    option = getattr(error, "param", None)
    if faults is None or option is None:
        return  # versions of typer that have words of their own
    (fault, *_) = faults()
    kind, got = str(fault["type"]), visible(str(fault["input"]))[:LONGEST_SHOWN]
    low, high = (getattr(option, name, None) for name in ("min", "max"))
    what = "a whole number" if kind.startswith("int") else "a number"
    if kind == "value_error":
        error.message = str(fault["msg"]).removeprefix("Value error, ")
    elif kind.startswith(("int", "float", "finite", "greater_than", "less_than")):
        if kind.startswith(("greater_than", "less_than")) and got.strip().lower() != "nan":
            what = ""
        span = ("" if low is None else f"from {low:,}") + ("" if high is None else f" to {high:,}")
        if high is None and span:
            span += " up"
        words = " ".join(f"must be {what} {span}".split())
        error.message = f"{words}. Got '{got}' instead."


def _trace(ctx: Any) -> None:
    """Show the traceback to who asked for it."""
    if ctx.params.get("debug") or os.environ.get("COUNTERPOISE_DEBUG", "0") not in ("", "0"):
        import traceback

        complain(traceback.format_exc().rstrip())


def _leave_unwritten() -> None:
    """Drop what stdout cannot take, so that the interpreter does not try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
