"""The worlds that trials are held against: drawn over what is uncertain, each with its own luck."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.design import carried
from sim.experiment.factors import Cells, settings_of
from sim.experiment.plan import Point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.experiment.factors import Factor
    from sim.experiment.loader import Study
    from sim.scenario.schema import Value


@dataclass(frozen=True)
class Worlds:
    """Worlds with their luck.

    Attributes
    ----------
    factors, cells : what varies, (n_worlds, n_factors).
    replications : markets a world.
    first : number of the first market's luck; no two sets of worlds of a search share any.
    """

    factors: tuple[Factor, ...]
    cells: Cells
    replications: int
    first: int = 0

    @property
    def markets(self) -> int:
        """Markets in all."""
        return len(self.cells) * self.replications

    def points(
        self, begin: int, strategy: str, weeks: int, levers: dict[str, Value]
    ) -> Iterator[Point]:
        """Every market of one trial, numbered from ``begin``."""
        for world, cells in enumerate(self.cells):
            for replication in range(self.replications):
                own = world * self.replications + replication
                settings = {**settings_of(self.factors, cells), **levers}
                yield Point(
                    begin + own, strategy, self.first + own,
                    int(settings.get("weeks") or weeks),
                    settings,
                )


def drawn(study: Study, n: int, *, fresh: bool = False) -> Worlds:
    """Worlds by Latin hypercube over the factors of an experiment.

    Parameters
    ----------
    fresh
        Whether worlds and luck are others than those of the search.
    """
    from scipy.stats import qmc

    document = study.document
    seed = np.random.SeedSequence([document.design.seed, 2 if fresh else 1])
    sampler = qmc.LatinHypercube(len(study.factors), rng=np.random.default_rng(seed))
    worlds = Worlds(
        study.factors, carried(study.factors, sampler.random(n)), document.replications
    )
    if not fresh:
        return worlds
    searched = document.optimize.worlds if document.optimize is not None else 0
    return replace(worlds, first=searched * document.replications)
