"""What a sensitivity analysis yields: indices by factor, and whether they can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Index:
    """One kind of index for every factor.

    Attributes
    ----------
    name : its usual name, such as ``S1`` or ``mu_star``.
    value, half_width : shape ``(n_factors,)``; the interval of 95% is value +- half_width.
    """

    name: str
    value: Numbers
    half_width: Numbers

    @property
    def low(self) -> Numbers:
        """Lower end of the intervals."""
        return self.value - self.half_width

    @property
    def high(self) -> Numbers:
        """Upper end of the intervals."""
        return self.value + self.half_width


@dataclass(frozen=True)
class Indices:
    """All indices of one outcome by one method.

    Attributes
    ----------
    method : name of the method.
    factors : names of factors, or of groups of factors.
    kinds : indices, the one to rank by first.
    is_constant : whether the outcome never changed, so that no index has a meaning.
    """

    method: str
    factors: tuple[str, ...]
    kinds: tuple[Index, ...]
    is_constant: bool = False

    @property
    def main(self) -> Index:
        """The index that factors are ranked by."""
        return self.kinds[0]

    @property
    def order(self) -> NDArray[np.int64]:
        """Factors from the one that matters most to the one that matters least."""
        return np.argsort(-np.nan_to_num(self.main.value), kind="stable")

    def __getitem__(self, name: str) -> Index:
        """The index of a name."""
        return next(kind for kind in self.kinds if kind.name == name)

    def table(self) -> pd.DataFrame:
        """One row a factor and kind: factor, index, value, low, high."""
        return pd.DataFrame([
            {"factor": factor, "index": kind.name, "value": kind.value[f],
             "low": kind.low[f], "high": kind.high[f]}
            for f, factor in enumerate(self.factors) for kind in self.kinds
        ])


@dataclass(frozen=True)
class Trust:
    """Whether indices are known well enough.

    Attributes
    ----------
    converged : whether they are.
    reason : why, in words.
    try_n : sample size that should do, where they are not.
    """

    converged: bool
    reason: str
    try_n: int | None = None
