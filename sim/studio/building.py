"""Builds what a page looks at, and lives a week aside first, so that nothing is compiled later.

The first market of a process is built by one thread alone: numba compiles what several markets
share, and pages that open meanwhile wait for it instead of compiling it again.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.errors import CounterpoiseError, RunError
from sim.recorder import Recorder
from sim.studio.frames import Camera
from sim.studio.points import Points
from sim.studio.scene import MOST_WEEKS, RECORDED, Stage, set_stage
from sim.studio.side import Side
from sim.studio.steering import Steering

if TYPE_CHECKING:
    from sim.studio.catalog import Catalog

FEW_CUSTOMERS = 20_000
"""Markets up to this size live weeks aside before they are shown."""

WEEKS_ASIDE = 2
BUILDING = "Building the market"
COMPILING = (
    "Building the market. The very first run on a computer also compiles it, which takes about a "
    "minute; later ones begin at once."
)


class Once:
    """Work that the first thread of a process does alone, and later ones beside each other."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Wait for who does it first, unless it was done before."""
        with contextlib.nullcontext() if self.done.is_set() else self._lock:
            yield
            self.done.set()


_built, _lived = Once(), Once()


def note() -> str:
    """What to say while a market is built."""
    return BUILDING if _lived.done.is_set() else COMPILING


def begin(steering: Steering, most: int) -> tuple[Stage, Side]:
    """The stage and the market of a run at week 0.

    Parameters
    ----------
    most
        Most customers on the stage.

    Raises
    ------
    CounterpoiseError
        If the run cannot be built, or is too long for a page.
    """
    if steering.length > MOST_WEEKS:
        raise RunError(
            f"the run has {steering.length:,} weeks and a page shows {MOST_WEEKS:,} at most: open "
            "it with fewer"
        )
    with _built.alone():
        market = steering.market()
        stage = set_stage(market, most=most)
        camera = Camera(market, stage.shown)
        camera.frame(market)
    market.recorder = Recorder(market, RECORDED)
    return stage, Side(steering, market, camera, Points())


def live_aside(steering: Steering, stage: Stage) -> None:
    """Live the first weeks of a run in a market that nobody sees, to compile what they need."""
    if stage.shown.of > FEW_CUSTOMERS:
        return
    with _lived.alone():
        aside = Side.at(steering, stage, 0, Points())
        for _ in range(min(WEEKS_ASIDE, steering.length)):
            aside.live()
        aside.camera.frame(aside.market)


def prepare(catalog: Catalog) -> None:
    """Load and compile what the first page will need, before it asks."""
    with contextlib.suppress(CounterpoiseError):  # the page will be told
        catalog.listed()
        scenario = catalog.find(None)
        strategy = catalog.strategy or scenario.strategies[0]
        steering = Steering(scenario, strategy, catalog.seed)
        stage, _ = begin(steering, catalog.shown)
        live_aside(steering, stage)
