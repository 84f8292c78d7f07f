"""Lives runs on a cluster: any scheduler of dask.distributed, also one that dask-jobqueue started.

The scheduler runs lost tasks again by itself, so a worker that is killed loses nothing. A task is
about a second of work: its overhead is tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.errors import RunError
from sim.experiment.executors import CHUNKS_A_WORKER, GLANCE, Pace, Source
from sim.experiment.plan import Point
from sim.experiment.working import Laboratory, Lived

SECONDS_A_TASK = 1.0
SECONDS_TO_CONNECT = 20


class Cluster:
    """Lives runs on the workers of a dask scheduler.

    Parameters
    ----------
    laboratory
        What all runs share; it is sent to each worker once.
    address
        Where the scheduler listens, such as ``tcp://127.0.0.1:8786``.

    Raises
    ------
    RunError
        If dask.distributed is not installed, or no scheduler answers.

    Notes
    -----
    On Slurm, start a scheduler with ``dask_jobqueue.SLURMCluster``, scale it, and give its
    ``scheduler_address``. Workers need this program, in the same version, and nothing else.
    """

    def __init__(self, laboratory: Laboratory, address: str) -> None:
        self._laboratory = laboratory
        self._pace = Pace(SECONDS_A_TASK)
        self._alone: list[Point] = []
        self._client = _connected(address)

    def live(self, source: Source) -> Iterator[Sequence[Lived]]:
        """Live what a source has."""
        from distributed import TimeoutError as Late
        from distributed import wait

        # A task and no scattered data: the scheduler makes it again when all who hold it are gone.
        shared = self._client.submit(_shared, self._laboratory, pure=False)
        flight: dict[Any, list[Point]] = {}
        try:
            while True:
                while len(flight) < self._most() and (points := self._next(source)):
                    flight[self._client.submit(_work, shared, points, pure=False)] = points
                if not flight:
                    return
                try:
                    first: Any = wait
                    done = first(
                        list(flight), timeout=GLANCE, return_when="FIRST_COMPLETED"
                    ).done
                except Late:
                    done = set()
                yield [one for future in done for one in self._landed(future, flight.pop(future))]
        finally:
            self._client.cancel(list(flight))
            self._client.close()

    def _next(self, source: Source) -> list[Point]:
        """What the next task is about: a suspect alone, or about a second of work."""
        return [self._alone.pop()] if self._alone else source.take(self._pace.size)

    def _most(self) -> int:
        """Tasks in flight: enough for all workers that there are now."""
        threads: int = sum(self._client.nthreads().values())
        return CHUNKS_A_WORKER * max(threads, 1)

    def _landed(self, future: Any, points: list[Point]) -> list[Lived]:
        """What became of a task; one run of several may be to blame, so each is lived alone."""
        if future.status == "finished":
            lived: list[Lived] = future.result()
            self._pace.learn(lived)
            return lived
        if future.status == "cancelled":
            raise RunError("the scheduler is gone; what was lived is kept: go on by --resume")
        if len(points) > 1:
            self._alone += points
            return []
        error = future.exception()
        return [Lived(points[0].number, 0.0, error=f"{type(error).__name__}: {error}")]


def _shared(laboratory: Laboratory) -> Laboratory:
    return laboratory


def _work(laboratory: Laboratory, points: Sequence[Point]) -> list[Lived]:
    return laboratory.live(points)


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise RunError(
            "--cluster needs dask.distributed: pip install 'counterpoise[cluster]'"
        ) from None
    try:
        connect: Any = Client  # dask declares no types
        return connect(address, timeout=SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise RunError(
            f"--cluster {address}: no scheduler answers there ({type(error).__name__})"
        ) from None
