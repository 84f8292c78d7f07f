"""What the state of a page says of its run: weeks, levers as they are and were moved, the fork."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.studio.levers import values_of
from sim.studio.side import Side


def run_state(sides: Sequence[Side], past: Sequence[Side]) -> dict[str, Any]:
    """The part of the state that follows from the sides, and from the past week that is shown."""
    if not sides:
        return {
            "ready": False, "week": 0, "weeks": 0, "viewing": None, "forked": False, "levers": {},
            "log": [], "baseline_log": None, "reversal_week": None, "finished": False,
        }
    main, *others = sides
    assert main.points is not None
    return {
        "ready": True, "week": main.week, "weeks": main.steering.length,
        "viewing": past[0].week if past else None, "forked": bool(others),
        "levers": _pending(main), "log": _moves(main),
        "baseline_log": _moves(others[0]) if others else None,
        "reversal_week": main.points.reversal_week, "finished": main.finished,
    }


def _moves(side: Side) -> list[list[Any]]:
    return [list(change) for change in side.steering.log]


def _pending(side: Side) -> dict[str, Any]:
    """Levers as they are, and those moved already as they will be next week."""
    moved = {c.path: c.value for c in side.steering.log if c.week == side.week + 1}
    return {**values_of(side.market), **moved}
