"""Runs that kill the process that lives them; workers import this module."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from sim.experiment.plan import Point
from sim.experiment.working import Laboratory, Lived


class Deadly(Laboratory):
    """Kills its process whenever the seventh run comes up."""

    def live(self, points: Sequence[Point]) -> list[Lived]:
        if any(point.number == 7 for point in points):
            os.kill(os.getpid(), signal.SIGKILL)
        return [Lived(point.number, 0.01) for point in points]
