"""The Bass fit that several laws of diffusion look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.estimators.bass_curve import BassFit, fit_bass

FEWEST_ADOPTERS = 100


def fitted(adopters: NDArray[np.float64]) -> BassFit | str:
    """The Bass curve of first purchases a week, or why there is none."""
    if adopters.sum() < FEWEST_ADOPTERS:
        return f"fewer than {FEWEST_ADOPTERS} customers ever bought the new offer"
    try:
        return fit_bass(adopters)
    except RunError as error:
        return str(error)
