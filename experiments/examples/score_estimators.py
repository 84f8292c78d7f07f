"""How well do three usual estimators find the truth? A market is lived, handed out, and scored.

Run it from the repository: ``python -m experiments.examples.score_estimators``. It takes some
seconds. The cells (``# %%``) open as a notebook in editors that know them.

None of the three models is true of this market, and none has to be: that is what the scores are
for. What to expect, and why, stands beside each estimator.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from sim.estimators.bg_nbd import fit_bg_nbd
from sim.estimators.multinomial_logit import fit_multinomial_logit
from sim.export.clv import export_clv
from sim.export.folder import write
from sim.export.mmm import export_mmm
from sim.export.panel import export_panel
from sim.export.replay import setting_of
from sim.export.score import Score, score
from sim.results.run import run
from sim.results.store import load, save
from sim.scenario import Scenario
from sim.terminal.exporting import say_scores

CUSTOMERS, WEEKS, HORIZON = 1000, 104, 26
FUTURES, SEED = 10, 3

# %% A market in which prices and advertising move, or nothing could be told from its data


def coffee(n: int = CUSTOMERS) -> Scenario:
    """Two brands of coffee that take turns in promoting and advertising."""
    rng = np.random.default_rng(SEED)
    events = []
    for firm, offer in (("Nova", "nova"), ("Orbit", "orbit")):
        path = f"firms.{firm}.offers.{offer}"
        for week in range(1, WEEKS + 1):
            price = 5.0 if rng.random() < 0.25 else 6.0
            spending = 250.0 if rng.random() < 0.3 else 0.0
            events.append({
                "name": f"{offer} in week {week}", "week": week,
                "set": {f"{path}.price": price, f"{path}.advertising": spending},
            })
    return Scenario.from_dict({
        "id": "coffee", "title": "Coffee", "represents": "Two brands on a shelf.",
        "does_not_represent": "Real brands.", "sources": ["an example"],
        "question": "Do estimators find the truth?", "weeks": WEEKS, "currency": "euro",
        "customers": {
            "n": n, "network": {"kind": "watts_strogatz", "neighbors": 6},
            "segments": {"all": {
                "needs": {"taste": 1}, "price_sensitivity": {"median": 0.4, "spread": 0.3},
                "purchase_rate": {"mean": 0.3, "shape": 2}, "outside_utility": 0.5,
            }},
        },
        "categories": {"coffee": {"attributes": {"taste": {}}}},
        "firms": {
            "Nova": {"offers": {"nova": _offer(0.55)}}, "Orbit": {"offers": {"orbit": _offer(0.5)}},
        },
        "mechanisms": {"choice": {"loyalty_weight": 1.0}},
        "strategies": {"as_it_is": {}}, "events": events,
    })


def _offer(taste: float) -> dict[str, object]:
    return {"category": "coffee", "quality": {"taste": taste}, "price": 6, "unit_cost": 3,
            "initial_awareness": 0.4}


# %% Customer lifetime value: BG/NBD on recency and frequency


def bg_nbd(data: Path) -> pd.DataFrame:
    """Purchases in the horizon by BG/NBD.

    It takes everybody for a Poisson buyer who may drop out. Here nobody does; customers waver
    between brands as prices, talk and experience go. Over all customers it does well, but it
    foretells too much of who bought once, and too little of who has been quiet for half a year
    and longer: they are not gone, only elsewhere.
    """
    bought = pd.read_csv(data / "transactions.csv")
    times = bought.groupby("customer")["time"].agg(["min", "max", "count"])
    history = {
        "frequency": times["count"] - 1, "recency": times["max"] - times["min"],
        "age": WEEKS - times["min"],
    }
    fit = fit_bg_nbd(**history)
    expected = fit.expected_given_history(HORIZON, **history)
    price = bought.groupby("customer")["amount"].mean().to_numpy()
    return pd.concat([
        _estimates("purchases", times.index, expected),
        _estimates("revenue", times.index, expected * price),
    ])


# %% A household panel: multinomial logit


def logit(data: Path) -> pd.DataFrame:
    """Coefficients and elasticities by a logit that takes all households for alike.

    Two things are not in its data: who knows which brand, and how differently households mind the
    price. Loyalty is made of past choices, so it takes up what households like and know, and is
    found about twice as large as it is; the price is found too weak. Elasticities, which rest on
    average odds, come closer than either.
    """
    wide = pd.read_csv(data / "occasions_wide.csv")
    brands = [name.removeprefix("price_") for name in wide if name.startswith("price_")
              and name != "price_paid"]
    options = [*brands, "none"]
    chosen = wide["choice"].map(options.index).to_numpy()
    price = wide[[f"price_{brand}" for brand in brands]].to_numpy()
    x = np.zeros((len(wide), len(options), len(brands) + 2))
    for j in range(len(brands)):
        x[:, j, j] = 1.0
    x[:, : len(brands), -2] = price
    x[:, : len(brands), -1] = _loyalty(wide["household"], chosen, len(brands))
    fit = fit_multinomial_logit(x, chosen, names=(*brands, "price", "loyalty"))
    found = [_elasticities(brands, fit["price"], x @ fit.coefficients, price)]
    for name in ("price", "loyalty"):
        one = _estimates(f"{name}_coefficient", ["all"], [fit[name]])
        one["low"] = fit[name] - 2 * fit.standard_error(name)
        one["high"] = fit[name] + 2 * fit.standard_error(name)
        found.append(one)
    return pd.concat(found)


def _loyalty(household: pd.Series, chosen: np.ndarray, n_brands: int) -> np.ndarray:
    """Guadagni-Little loyalty with a constant of 0.75; buying nothing changes none."""
    now: dict[int, np.ndarray] = {}
    before = np.zeros((len(chosen), n_brands))
    for t, (h, j) in enumerate(zip(household, chosen, strict=True)):
        before[t] = now.get(h, np.zeros(n_brands))
        if j < n_brands:
            now[h] = 0.75 * before[t] + 0.25 * (np.arange(n_brands) == j)
    return before


def _elasticities(
    brands: list[str], slope: float, utility: np.ndarray, price: np.ndarray
) -> pd.DataFrame:
    """Own and cross elasticities of expected units, as ``elasticity_now`` asks."""
    odds = np.exp(utility - utility.max(axis=1, keepdims=True))
    chance = (odds / odds.sum(axis=1, keepdims=True))[:, : len(brands)]
    push = slope * price * chance
    effect = (np.diag(push.sum(axis=0)) - chance.T @ push) / chance.sum(axis=0)[:, None]
    keys = [f"{one}|{other}" for one in brands for other in brands]
    return _estimates("elasticity_now", keys, effect.ravel())


# %% Marketing mix: a regression on adstock


def media_mix(data: Path) -> pd.DataFrame:
    """Incremental units by least squares on stocks of advertising, prices and a trend.

    Advertising here makes people know a brand, once; they then buy for years. A stock that fades
    within weeks cannot say so, and a trend takes up what was lasting. What comes out hangs on how
    the two happen to lie: in this market the regression is near the truth for one brand and finds
    no effect at all for the other, with an interval far from it. That is bias, not noise.
    """
    media = pd.read_csv(data / "media.csv")
    found = []
    for firm, rows in media.groupby("firm"):
        fits = [_regress(rows, retention) for retention in np.arange(0.0, 0.96, 0.05)]
        _, retention, effect, error = min(fits)
        one = _estimates("incremental_units", [firm], [effect])
        one["low"], one["high"] = effect - 2 * error, effect + 2 * error
        found += [one, _estimates("retention", [firm], [retention])]
    return pd.concat(found)


def _regress(rows: pd.DataFrame, retention: float) -> tuple[float, float, float, float]:
    """Squared error, retention, units because of advertising, and their standard error."""
    stock = np.zeros(len(rows))
    for week, spent in enumerate(rows["advertising"]):
        stock[week] = spent + (retention * stock[week - 1] if week else 0.0)
    columns = [stock, rows["price"], rows["rival_price"], rows["week"], np.ones(len(rows))]
    x, y = np.column_stack(columns), rows["units"].to_numpy(float)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    left = y - x @ beta
    variance = float(left @ left) / (len(y) - x.shape[1]) * np.linalg.inv(x.T @ x)[0, 0]
    total = stock.sum()
    return float(left @ left), float(retention), float(beta[0] * total), variance**0.5 * total


def _estimates(quantity: str, keys: object, values: object) -> pd.DataFrame:
    found = pd.DataFrame({"key": keys, "estimate": np.asarray(values, dtype=float)})
    found.insert(0, "quantity", quantity)
    return found


# %% Live, export, estimate, score


def main(
    folder: Path, n: int = CUSTOMERS, futures: int = FUTURES
) -> dict[str, list[Score]]:
    """Write run, exports and estimates into a folder; print and return the scores."""
    run_folder = save(run(coffee(n), replications=1, seed=SEED, workers=1), folder / "run")
    setting = setting_of(load(run_folder), None, 0)
    made = {
        "clv": export_clv(setting, horizon=HORIZON, futures=futures, referrals=0),
        "panel": export_panel(setting), "mmm": export_mmm(setting, pulses=0),
    }
    scores = {}
    for kind, estimate in (("clv", bg_nbd), ("panel", logit), ("mmm", media_mix)):
        home = write(made[kind], setting, folder / kind)
        file = folder / f"{estimate.__name__}.csv"
        estimate(home / "data").to_csv(file, index=False)
        scores[kind] = score(home, file)
        print(f"\n{estimate.__name__}")
        say_scores(scores[kind])
    return scores


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        main(Path(place))
