"""One of the markets that a page looks at, with its camera and the points of its curves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.studio.frames import Camera
from sim.studio.points import Points
from sim.studio.scene import RECORDED, Stage
from sim.studio.steering import Change, Steering, steer

if TYPE_CHECKING:
    from sim.market import Market


class Side:
    """A market on the stage.

    Parameters
    ----------
    steering
        How it is steered; levers change by ``move``.
    market
        Its market, which ``camera`` has heard each week.
    points
        Its curves; None where nobody draws them.
    """

    def __init__(
        self, steering: Steering, market: Market, camera: Camera, points: Points | None
    ) -> None:
        self.steering, self.market, self.camera, self.points = steering, market, camera, points

    @classmethod
    def at(
        cls, steering: Steering, stage: Stage, week: int, points: Points | None = None, *,
        wanted: Callable[[], bool] | None = None,
    ) -> Side:
        """The run after so many weeks, rebuilt.

        Raises
        ------
        GivenUpError
            If nobody waits for it any longer.
        """
        from sim.recorder import Recorder

        market = steering.market(max(week - 1, 0), wanted=wanted)
        camera = Camera(market, stage.shown)
        if week:
            market.step()
            camera.listen(market)
        if points is not None:
            market.recorder = Recorder(market, RECORDED)
        return cls(steering, market, camera, points)

    @property
    def week(self) -> int:
        """The week lived last."""
        return self.market.week

    @property
    def finished(self) -> bool:
        """Whether no week is left."""
        return self.week >= self.steering.length

    def live(self) -> None:
        """Live one week."""
        self.market.step()
        self.camera.listen(self.market)
        if self.points is not None:
            self.points.note(self.market)

    def move(self, change: Change) -> None:
        """Let a lever act in a week to come."""
        self.steering = self.steering.changed(change)
        steer(self.market, self.steering.log)
