"""The Bass curve of first purchases, and its fit to adoptions a period.

Bass (1969): who has not adopted does so at the rate p + q * F, F being the share who have. The fit
is that of Srinivasan and Mason (1986): nonlinear least squares on the increments of the cumulated
curve, which unlike Bass's own regression treats time as continuous.

References
----------
Bass (1969), A new product growth for model consumer durables, Management Science 15, 215-227,
doi:10.1287/mnsc.15.5.215. Srinivasan, Mason (1986), Nonlinear least squares estimation of new
product diffusion models, Marketing Science 5, 169-178, doi:10.1287/mksc.5.2.169.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import RunError

STARTS = ((0.01, 0.4), (0.03, 0.2), (0.001, 0.6), (0.1, 1.0))
LEAST, MOST_RATE = 1e-9, 20.0  # a period; bounds of the search
FEWEST_PERIODS = 4


@dataclass(frozen=True)
class BassFit:
    """A fitted Bass curve.

    Attributes
    ----------
    p : innovation: rate of adopting without others, per period.
    q : imitation: added rate when all others have adopted, per period.
    m : all who will ever adopt, in the unit of the increments.
    r_squared : share of the variance of the increments that the curve explains.
    p_error, q_error, m_error : standard errors; infinite where the data do not tell.
    """

    p: float
    q: float
    m: float
    r_squared: float
    p_error: float
    q_error: float
    m_error: float

    @property
    def peak_time(self) -> float:
        """When most adopt, in periods from the start; see ``peak_time``."""
        return peak_time(self.p, self.q)

    def increments(self, n: int) -> NDArray[np.float64]:
        """Adoptions in each of the first ``n`` periods by this curve."""
        return bass_increments(n, self.p, self.q, self.m)


def bass_cumulative(t: ArrayLike, p: float, q: float) -> NDArray[np.float64]:
    """Share of the market that has adopted by time ``t``, from 0 to 1.

    F(t) = (1 - e^(-(p+q)t)) / (1 + (q/p) e^(-(p+q)t)).

    Parameters
    ----------
    t
        Times since the start; in the unit of which p and q are rates.
    p
        Innovation, above 0.
    q
        Imitation.
    """
    decay = np.exp(-(p + q) * np.asarray(t, dtype=np.float64))
    share: NDArray[np.float64] = (1.0 - decay) / (1.0 + q / p * decay)
    return share


def bass_increments(n: int, p: float, q: float, m: float = 1.0) -> NDArray[np.float64]:
    """Adoptions in periods 1 to ``n``: m * (F(t) - F(t - 1)), shape (n,)."""
    return m * np.diff(bass_cumulative(np.arange(n + 1), p, q))


def peak_time(p: float, q: float) -> float:
    """Time of the most adoptions: ln(q/p) / (p + q); below 0 where adoptions only fall."""
    return float(np.log(q / p) / (p + q))


def peak_adoptions(p: float, q: float, m: float) -> float:
    """Adoptions per period at the peak: m * (p + q)^2 / (4 q), in the unit of ``m``."""
    return m * (p + q) ** 2 / (4.0 * q)


def fit_bass(increments: ArrayLike) -> BassFit:
    """Fit p, q and m to adoptions a period by nonlinear least squares.

    Parameters
    ----------
    increments
        Adoptions in successive periods of equal length, first purchases only, the first period
        beginning with the launch; shape (n,), n at least 4.

    Raises
    ------
    RunError
        If there are too few periods, no adoptions, or no curve fits.
    """
    observed = np.asarray(increments, dtype=np.float64)
    _check(observed)
    scale = float(observed.sum())
    fits = [_least_squares(observed / scale, p, q) for p, q in STARTS]
    found = min((fit for fit in fits if fit is not None), key=lambda fit: fit[2], default=None)
    if found is None:
        raise RunError("no Bass curve fits these adoptions: give more periods, past the peak")
    (p, q, m), errors, squares = found
    total = float(((observed / scale - observed.mean() / scale) ** 2).sum())
    return BassFit(
        p, q, m * scale, 1.0 - squares / total if total > 0 else float("nan"),
        errors[0], errors[1], errors[2] * scale,
    )


def _check(observed: NDArray[np.float64]) -> None:
    if observed.ndim != 1 or observed.size < FEWEST_PERIODS:
        raise RunError(
            f"a Bass curve needs adoptions of at least {FEWEST_PERIODS} periods; "
            f"got an array of shape {observed.shape}"
        )
    if not np.isfinite(observed).all() or (observed < 0).any() or observed.sum() <= 0:
        raise RunError("a Bass curve needs adoptions that are numbers of at least 0, not all 0")


def _least_squares(
    observed: NDArray[np.float64], p: float, q: float
) -> tuple[tuple[float, float, float], list[float], float] | None:
    """Best p, q and m from one start, their standard errors, and the sum of squares."""
    from scipy.optimize import OptimizeWarning, curve_fit

    def curve(periods: NDArray[np.float64], p: float, q: float, m: float) -> NDArray[np.float64]:
        return bass_increments(periods.size, p, q, m)

    bounds = ([LEAST, 0.0, LEAST], [MOST_RATE, MOST_RATE, 1e6])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)  # told by infinite standard errors
        try:
            best, covariance = curve_fit(
                curve, np.arange(observed.size, dtype=np.float64), observed, (p, q, 1.2),
                bounds=bounds, x_scale=(0.01, 0.3, 1.0), max_nfev=2000,
                ftol=1e-12, xtol=1e-12, gtol=1e-12,
            )
        except RuntimeError:
            return None
    squares = float(((observed - bass_increments(observed.size, *best)) ** 2).sum())
    values = (float(best[0]), float(best[1]), float(best[2]))
    return values, [float(e) for e in np.sqrt(np.diag(covariance))], squares
