"""The contract of a replication: what was published, what is reproduced, and how close it must be.

A replication is a function ``measure(world, seed, workers) -> Replicated`` under the decorator
``replication``, in a file of its own; nothing lists replications by hand. ``world`` is the scenario
of the same name in ``experiments/replications/``: markets are the ordinary ``sim.Market`` with the
ordinary mechanisms, changed by overrides only.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim import worker
from sim.discovery import import_all
from sim.errors import RunError
from sim.scenario import Scenario, load_scenario
from sim.scenario.shipped import experiment_folder

Verdict = Literal["reproduced", "departs", "departs, as it must", "does not depart"]

STANDARD_ERRORS = 3.0


@dataclass(frozen=True)
class Finding:
    """One number, published and reproduced.

    Attributes
    ----------
    what : what the number is, with the setting it belongs to.
    published, reproduced : in the same unit.
    tolerance : largest distance that counts as reproduced; three standard errors of the
        reproduced number if those are more.
    standard_error : of the reproduced number over replications; 0 where chance plays no part.
    must_depart : True for a test that must fail, because a premise of the law was broken.
    """

    what: str
    published: float
    reproduced: float
    tolerance: float
    standard_error: float = 0.0
    must_depart: bool = False

    @property
    def limit(self) -> float:
        """Distance within which the number is reproduced."""
        return max(self.tolerance, STANDARD_ERRORS * self.standard_error)

    @property
    def agrees(self) -> bool:
        """Whether the reproduced number lies within the limit; what is not a number does not."""
        return abs(self.reproduced - self.published) <= self.limit

    @property
    def verdict(self) -> Verdict:
        """What the number says."""
        if self.must_depart:
            return "does not depart" if self.agrees else "departs, as it must"
        return "reproduced" if self.agrees else "departs"

    @property
    def good(self) -> bool:
        """Whether the verdict is the hoped-for one."""
        return self.agrees != self.must_depart


@dataclass(frozen=True)
class Curve:
    """One curve of a plot: ``x`` and ``y``, and a band from ``low`` to ``high`` where given."""

    label: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    kind: Literal["published", "reproduced", "must depart"]
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    marks: bool = False

    @classmethod
    def of(
        cls, label: str, x: ArrayLike, y: ArrayLike,
        kind: Literal["published", "reproduced", "must depart"], *,
        low: ArrayLike | None = None, high: ArrayLike | None = None, marks: bool = False,
    ) -> Curve:
        """A curve of anything that NumPy takes as numbers; ``marks`` draws points, no line."""
        def numbers(values: ArrayLike) -> NDArray[np.float64]:
            return np.asarray(values, dtype=np.float64)

        return cls(
            label, numbers(x), numbers(y), kind, None if low is None else numbers(low),
            None if high is None else numbers(high), marks,
        )


@dataclass(frozen=True)
class Plot:
    """One panel of the figure; published curves are drawn behind reproduced ones."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    log_x: bool = False
    log_y: bool = False


@dataclass(frozen=True)
class Replicated:
    """What a replication found.

    Attributes
    ----------
    findings : numbers held against each other.
    plots : panels of its figure.
    remarks : where the result departs from the publication, and the likely reason.
    """

    findings: tuple[Finding, ...]
    plots: tuple[Plot, ...]
    remarks: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether every number is as hoped for."""
        return all(finding.good for finding in self.findings)


Measure = Callable[[Scenario, int, int | None], Replicated]


@dataclass(frozen=True)
class Replication:
    """One target of replication.

    Attributes
    ----------
    id : name of its file and of its scenario file.
    target : number in the list of targets, such as ``B4``.
    title, source : what is reproduced, and where it was published.
    tier : 1 closed form, 2 published figures or real data refitted, 3 order of effects only.
    """

    id: str
    target: str
    title: str
    source: str
    tier: Literal[1, 2, 3]
    measure: Measure = field(repr=False)

    @property
    def world(self) -> Scenario:
        """The scenario that markets are made from."""
        return load_scenario(experiment_folder() / "replications" / f"{self.id}.yaml")

    def carry_out(self, *, seed: int = 0, workers: int | None = None) -> Replicated:
        """Live all markets of the replication and compare.

        Raises
        ------
        RunError
            If data it needs are not at hand.
        """
        return self.measure(self.world, seed, workers)


REGISTRY: dict[str, Replication] = {}


def replication(
    *, target: str, title: str, source: str, tier: Literal[1, 2, 3]
) -> Callable[[Measure], Measure]:
    """Register a measure under the name of its file."""
    def register(measure: Measure) -> Measure:
        name = measure.__module__.rsplit(".", 1)[-1]
        REGISTRY[name] = Replication(name, target, title, source, tier, measure)
        return measure

    return register


def replications() -> dict[str, Replication]:
    """All replications by id, in the order of their targets."""
    import_all("sim.replications")
    return dict(sorted(REGISTRY.items(), key=lambda item: int(item[1].target[1:])))


Item = TypeVar("Item")
Result = TypeVar("Result")


def each(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int | None = None
) -> list[Result]:
    """Call a module-level function for every item, in order, on worker processes.

    Parameters
    ----------
    workers
        Worker processes, one thread each; None takes as many as there are cores. The result does
        not depend on it.

    Raises
    ------
    RunError
        If a worker process dies.
    """
    from concurrent.futures.process import BrokenProcessPool

    from sim.results.jobs import interrupts_held_back, main_script_left_alone
    from sim.team import cores

    todo: Sequence[Item] = list(items)
    count = min(workers or cores(), len(todo))
    if count <= 1:
        return [function(item) for item in todo]
    chunk = max(1, len(todo) // (8 * count))
    spawned = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, spawned, initializer=worker.begin)
    try:
        with main_script_left_alone(), interrupts_held_back():
            found = pool.map(function, todo, chunksize=chunk)
        return list(found)
    except BrokenProcessPool as error:
        raise RunError("a worker process died, perhaps for lack of memory") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
