"""How much of the variation of an outcome comes from settings, and how much from chance.

Replications share their luck over all rows of a design, so rows and replications are the two ways
of a table without repeated cells. Its mean squares give three parts (Searle, Casella and McCulloch
1992, two-way crossed random model): settings, luck that all rows feel alike, and luck that acts
differently under different settings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiment.schema import MOST_REPLICATIONS

MOST_NOISE = 0.1
"""Share of chance in row means up to which indices are taken for those of settings."""


@dataclass(frozen=True)
class Parts:
    """Variance components of an outcome; NaN where one replication cannot tell.

    Attributes
    ----------
    settings : variance between rows beyond what chance makes.
    common_luck : variance between replications that all rows share.
    own_luck : what is left: chance that each row answers in its own way.
    n_replications : replications a row.
    """

    settings: float
    common_luck: float
    own_luck: float
    n_replications: int

    @property
    def total(self) -> float:
        """All three."""
        return self.settings + self.common_luck + self.own_luck

    def share(self, part: float) -> float:
        """A part as a share of all; NaN if nothing varies."""
        return part / self.total if self.total > 0 else math.nan

    @property
    def noise_share(self) -> float:
        """Share of the variance of row means that is chance: what indices cannot explain."""
        of_means = self.settings + self.own_luck / self.n_replications
        return self.own_luck / self.n_replications / of_means if of_means > 0 else math.nan

    @property
    def is_noisy(self) -> bool:
        """Whether so much of the row means is chance that indices speak of chance."""
        return self.noise_share > MOST_NOISE

    @property
    def enough_replications(self) -> int | None:
        """Replications a row with which it would not be.

        None where settings move nothing, or so little that no study could live enough.
        """
        most = MOST_REPLICATIONS * self.settings
        if self.own_luck * (1 / MOST_NOISE - 1) > most or self.settings <= 0:
            return None
        return math.ceil(self.own_luck / self.settings * (1 / MOST_NOISE - 1))


def parts(outcome: NDArray[np.float64]) -> Parts:
    """Split the variance of an outcome.

    Parameters
    ----------
    outcome
        Shape ``(n_rows, n_replications)``; replication r has the same luck in every row.
    """
    n, r = outcome.shape
    if r < 2 or n < 2:
        between = float(outcome.mean(axis=1).var(ddof=1)) if n > 1 else math.nan
        return Parts(between, math.nan, math.nan, r)
    grand = outcome.mean()
    rows, columns = outcome.mean(axis=1), outcome.mean(axis=0)
    rest = outcome - rows[:, None] - columns[None, :] + grand
    own = float((rest**2).sum()) / ((n - 1) * (r - 1))
    settings = float(rows.var(ddof=1)) - own / r
    common = float(columns.var(ddof=1)) - own / n
    return Parts(max(settings, 0.0), max(common, 0.0), own, r)
