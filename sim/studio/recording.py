"""A run as one offline HTML file: lived once more, each week kept as its difference to the last.

Planes of a week are stacked, taken exclusive-or with the week before, and compressed. Further
lives of the same market tell the stories of customers, as many as the file has room for.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.network.shown import MOST
from sim.studio.bundle import page_with
from sim.studio.frames import PLANES, Camera, Frame
from sim.studio.levers import values_of
from sim.studio.points import POWER, values
from sim.studio.scene import RECORDED, Stage, scene, set_stage
from sim.studio.stories import talkers_first, tell_as_many_as_fit
from sim.studio.story import firm

if TYPE_CHECKING:
    from sim.market import Market
    from sim.studio.steering import Steering

MOST_BYTES = 990_000
"""Of the whole file; what frames and page leave of it is for stories."""

FEWEST_FOR_STORIES = 60_000
"""Bytes for stories where even frames and page are larger."""

LIVES = 3
"""Times that a market is lived for a recording."""

ONE_HALF = 0.5


@dataclass(frozen=True)
class Recording:
    """A run as its file keeps it, and as a page that holds it.

    Attributes
    ----------
    data : what ``recorded.js`` reads.
    told, shown : customers whose stories are kept, and those on the stage.
    units : units sold by firm, (n_weeks, n_firms).
    """

    data: dict[str, Any]
    told: int
    shown: int
    units: NDArray[np.float64]

    def page(self) -> str:
        """The HTML file."""
        return page_with(self.data)


def page_of(steering: Steering, weeks: int, *, most: int = MOST) -> str:
    """The offline page of a run up to a week; the same bytes for the same run.

    Parameters
    ----------
    most
        Customers on the stage at most.

    Raises
    ------
    RunError
        If what draws the curves is not installed.
    """
    return record(steering, weeks, most=most).page()


def record(
    steering: Steering, weeks: int, *, most: int = MOST,
    progress: Callable[[int], None] | None = None,
) -> Recording:
    """Live a run: once for its frames, then for stories.

    Parameters
    ----------
    progress
        Called with the number of weeks just lived, ``LIVES`` times as many as ``weeks``.
    """
    market = steering.market(observe=RECORDED)
    stage = set_stage(market, most=most)
    frames = _filmed(market, stage, weeks, progress)
    data = _all_but_stories(steering, market, stage, frames)
    left = max(MOST_BYTES - len(page_with(data).encode()), FEWEST_FOR_STORIES)
    packed, told = tell_as_many_as_fit(
        steering, talkers_first(frames, stage.shown), weeks, stage.shown, left * 3 // 4,
        progress=progress,
    )
    data["stories"] = {
        "encoding": "gzip-base64", "told": told, "of": stage.shown.n, "data": _text(packed),
    }
    units = market.recorder.recorded()["units"]
    return Recording(data, told, stage.shown.n, units)


def _filmed(
    market: Market, stage: Stage, weeks: int, progress: Callable[[int], None] | None
) -> list[Frame]:
    camera, frames = Camera(market, stage.shown), []
    for _ in range(weeks):
        market.step()
        camera.listen(market)
        frames.append(camera.frame(market))
        if progress is not None:
            progress(1)
    return frames


def _all_but_stories(
    steering: Steering, market: Market, stage: Stage, frames: list[Frame]
) -> dict[str, Any]:
    points = values(market)
    return {
        "scene": {**scene(market, stage), "weeks": len(frames)},
        "points": {"0": {"from": 1, "values": points}},
        "state": {
            "playing": False, "week": 0, "levers": values_of(market),
            "log": [list(change) for change in steering.log], "reversal_week": _reversal(points),
        },
        "firms": {name: firm(market, name) for name in market.firm_names},
        "frames": {
            "encoding": "xor-gzip-base64", "n": stage.shown.n, "weeks": len(frames),
            "planes": list(PLANES), "data": _text(_compressed(differences(frames))),
        },
        "lit": {"encoding": "gzip-base64", "data": _text(_compressed(_ties(frames)))},
    }


def differences(frames: list[Frame]) -> NDArray[np.uint8]:
    """Each week's planes, exclusive-or with those of the week before, (n_weeks, 5, n)."""
    weeks = np.stack([np.stack(frame.planes) for frame in frames])
    changed = weeks.copy()
    changed[1:] ^= weeks[:-1]
    return changed


def _ties(frames: list[Frame]) -> NDArray[np.uint32]:
    """For each week how many ties are lit, and which."""
    parts = [np.append(np.uint32(len(frame.lit)), frame.lit) for frame in frames]
    return np.concatenate(parts).astype("<u4")


def _reversal(points: dict[str, list[Any]]) -> int | None:
    weeks = enumerate(points[POWER], start=1)
    return next((week for week, power in weeks if power is not None and power > ONE_HALF), None)


def _compressed(values: NDArray[Any]) -> bytes:
    return gzip.compress(values.tobytes(), 9, mtime=0)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def read(page: str) -> dict[str, Any]:
    """The recording that a page holds."""
    start = page.index('id="recording">') + len('id="recording">')
    recording: dict[str, Any] = json.loads(page[start : page.index("</script>", start)])
    return recording
