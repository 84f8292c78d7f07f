"""The NBD-Dirichlet: how many buy each brand of a category, and how often, without loyalty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import nbinom

Numbers: TypeAlias = NDArray[np.float64]

TAIL = 1e-10
SMALLEST, LARGEST = 1e-4, 1e4
NOTCH, WHISKER = 1.58, 1.5  # as in box plots after McGill, Tukey and Larsen (1978)


@dataclass(frozen=True)
class DirichletFit:
    """An NBD-Dirichlet model (Goodhardt, Ehrenberg and Chatfield 1984).

    Category purchases are Poisson with rates ~ Gamma of mean M and shape K; brand probabilities of
    customers are Dirichlet(S * share).

    Attributes
    ----------
    M : category purchases a customer in the period.
    K : shape of the purchase rates.
    S : concentration of the brand probabilities: small is loyal to one brand.
    shares : market shares of the brands, (n_brands,).
    """

    M: float
    K: float
    S: float
    shares: Numbers

    @property
    def category_penetration(self) -> float:
        """Share of customers who buy the category at all."""
        return float(1 - (1 + self.M / self.K) ** -self.K)

    def penetration(self) -> Numbers:
        """Share of customers who buy each brand at least once, (n_brands,)."""
        return np.array([_penetration(self.M, self.K, self.S, p) for p in self.shares])

    def purchase_frequency(self) -> Numbers:
        """Purchases of each brand by those who buy it, (n_brands,)."""
        return np.asarray(self.M * self.shares / self.penetration())


def fit_dirichlet_brands(
    *, category_penetration: float, category_rate: float, shares: ArrayLike,
    penetrations: ArrayLike, without_outliers: bool = False,
) -> DirichletFit:
    """Fit an NBD-Dirichlet to figures of a panel, by matching them.

    M and K match the category. Each brand's penetration gives an S of its own; their mean weighted
    by share is taken.

    Parameters
    ----------
    category_penetration
        Share of customers who bought the category.
    category_rate
        Category purchases by those who did.
    shares, penetrations
        Market share and penetration of each brand, (n_brands,).
    without_outliers
        Leave out brands whose own S lies above the notch of the box plot of all of them, or below
        its whisker, as newer versions of the R package NBDdirichlet do: penetrations of small
        brands are often too coarsely rounded to tell.

    Raises
    ------
    ValueError
        If buyers buy less than a Poisson of one rate for all would have them buy, or a brand has
        more or fewer buyers than any S yields.
    """
    share = np.asarray(shares, dtype=np.float64)
    M = category_penetration * category_rate  # noqa: N806 - the literature's letters
    K = fit_shape(M, category_penetration)  # noqa: N806
    pairs = zip(share, np.asarray(penetrations, dtype=np.float64), strict=True)
    each = np.array([_concentration(M, K, float(p), float(b)) for p, b in pairs])
    weight = share * _ordinary(each) if without_outliers else share
    return DirichletFit(float(M), K, float(np.average(each, weights=weight)), share)


def fit_shape(mean: float, penetration: float) -> float:
    """The gamma shape with which a mean of purchases leaves just this share buying.

    Raises
    ------
    ValueError
        If no shape leaves this share buying.
    """
    return _root(lambda k: 1 - (1 + mean / k) ** -k - penetration, "the category's penetration")


def _concentration(mean: float, shape: float, share: float, penetration: float) -> float:
    """The S with which a brand of this share has this penetration."""
    return _root(
        lambda s: _penetration(mean, shape, s, share) - penetration, "a brand's penetration"
    )


def _ordinary(values: Numbers) -> NDArray[np.bool_]:
    """Which values lie neither above the notch nor below the lower whisker of their box plot."""
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), method="hazen")
    above = middle + NOTCH * (high - low) / np.sqrt(len(values))
    return np.asarray((values <= above) & (values >= low - WHISKER * (high - low)))


def _root(gap: Callable[[float], float], what: str) -> float:
    try:
        return float(brentq(gap, SMALLEST, LARGEST, xtol=1e-10))
    except ValueError as error:
        raise ValueError(f"no NBD-Dirichlet matches {what}") from error


def _penetration(mean: float, shape: float, concentration: float, share: float) -> float:
    """One minus the chance of no purchase of the brand among n of the category, over all n."""
    purchases = nbinom(shape, shape / (shape + mean))
    n = np.arange(int(purchases.isf(TAIL)) + 2)
    others = concentration * (1 - share)
    none = gammaln(concentration) - gammaln(others) + gammaln(others + n)
    none -= gammaln(concentration + n)
    return float(1 - purchases.pmf(n) @ np.exp(none))
