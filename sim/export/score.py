"""How close estimates come to the truth: error, order, and whether intervals cover it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from sim.errors import RunError
from sim.export.folder import FORMAT, MANIFEST, VERSION, digest

if TYPE_CHECKING:
    import pandas as pd

ANSWERS = "truth/answers.csv"
TRUE_COLUMNS = ("quantity", "key", "unit", "truth")
NEEDED = ("quantity", "key", "estimate")
INTERVAL = ("low", "high")
FEWEST_FOR_RANKS = 3
MOST_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True)
class Score:
    """How close the estimates of one quantity come.

    Attributes
    ----------
    asked, answered : how many were asked for and estimated.
    bias : mean of estimate minus truth.
    mean_absolute_error, root_mean_square_error : in the unit of the quantity.
    rank_correlation : Spearman's; not a number below 3 answers, or where all are alike.
    coverage : share of intervals that hold the truth; not a number without intervals.
    mean_truth : of what was answered, to hold the errors against.
    """

    quantity: str
    unit: str
    asked: int
    answered: int
    mean_truth: float
    bias: float
    mean_absolute_error: float
    root_mean_square_error: float
    rank_correlation: float
    coverage: float


def score(export: Path, estimates: Path | pd.DataFrame) -> list[Score]:
    """Score estimates against the truth of an export.

    Parameters
    ----------
    export
        Its folder.
    estimates
        A CSV file or table with columns ``quantity``, ``key`` and ``estimate``, as asked for in
        ``data/questions.csv``, and perhaps ``low`` and ``high``. Rows without an estimate count
        as not answered.

    Raises
    ------
    RunError
        If the folder is no export or was changed, or the estimates cannot be used.
    """
    truth = read_answers(Path(export))
    name, given = _read(estimates)
    told = _checked(name, given, truth)
    joined = truth.merge(told, on=["quantity", "key"], how="left")
    asked_for = [q for q in dict.fromkeys(truth["quantity"]) if (told["quantity"] == q).any()]
    if not asked_for:
        raise RunError(f"{name}: there is no estimate in it; fill in the column estimate")
    return [_score(q, joined[joined["quantity"] == q]) for q in asked_for]


def read_answers(home: Path) -> pd.DataFrame:
    """The true values of an export, unchanged since it was written.

    Raises
    ------
    RunError
        If they are not there, or changed.
    """
    import pandas as pd

    path = home / MANIFEST
    if not path.is_file():
        if (home / "columns.csv").is_file():
            raise RunError(
                f"{home}: tables by `export --as csv` have no truth to score against; "
                "export as clv, panel or mmm"
            )
        raise RunError(f"{home}: this is not a folder that `export` wrote (no {MANIFEST})")
    try:
        manifest = json.loads(path.read_bytes())
        known, version = manifest["format"] == FORMAT, manifest["version"]
        written = manifest["files"].get(ANSWERS)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RunError(f"{path}: the file is damaged; export again") from None
    if not known:
        raise RunError(f"{home}: this is not a folder that `export` wrote")
    if version != VERSION:
        raise RunError(f"{path}: its format is {version!r}, this program reads {VERSION}")
    answers = home / ANSWERS
    if not answers.is_file():
        raise RunError(f"{answers}: the truth is missing; score where the whole export is")
    if written != digest(answers):
        raise RunError(f"{answers}: the truth was changed after the export; export again")
    try:
        table = pd.read_csv(answers, dtype=str, keep_default_na=False)
        table["truth"] = table["truth"].astype(np.float64)  # exact; pandas 2 would round it itself
        return table[list(TRUE_COLUMNS)]
    except (OSError, ValueError, KeyError):  # pandas' own errors are ValueErrors
        raise RunError(f"{answers}: this is no truth that `export` wrote; export again") from None


def _read(estimates: Path | pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """The table with all its cells as text, and what to call it."""
    import pandas as pd

    if isinstance(estimates, pd.DataFrame):
        return "the estimates", estimates
    name = str(estimates)
    if not estimates.is_file():
        raise RunError(f"{name}: there is no such file of estimates")
    try:
        if estimates.stat().st_size > MOST_BYTES:
            raise RunError(f"{name}: the file is larger than 100 MB; estimates never are")
        # A packed file could hold more than fits into memory, so none is unpacked.
        return name, pd.read_csv(estimates, dtype=str, keep_default_na=False, compression=None)
    except UnicodeDecodeError:
        raise RunError(f"{name}: this is not UTF-8 text; save it as CSV in UTF-8") from None
    except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "unknown fault"
        raise RunError(f"{name}: this cannot be read as CSV: {reason}") from None


def _checked(name: str, given: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Estimates as numbers, one a question."""
    for column in NEEDED:
        if column not in given.columns:
            raise RunError(f"{name}: there is no column {column}; needed are {', '.join(NEEDED)}")
    told = given[["quantity", "key"]].astype(str)
    for column in ("estimate", *INTERVAL):
        told[column] = _numbers(name, given, column)
    told = told[told["estimate"].notna()]
    _check_asked(name, told, truth)
    wrong = told[told["low"] > told["high"]]
    if len(wrong):
        _complain(name, wrong, "low is above high")
    lonely = told[told["low"].isna() != told["high"].isna()]
    if len(lonely):
        _complain(name, lonely, "low and high go together; one of them is missing")
    return told


def _check_asked(name: str, told: pd.DataFrame, truth: pd.DataFrame) -> None:
    from sim.wording import did_you_mean

    quantities = list(dict.fromkeys(truth["quantity"]))
    for quantity in dict.fromkeys(told["quantity"]):
        if quantity not in quantities:
            raise RunError(
                f"{name}: nobody asked for '{quantity[:60]}'{did_you_mean(quantity, quantities)}"
            )
    asked = set(zip(truth["quantity"], truth["key"], strict=True))
    pairs = list(zip(told["quantity"], told["key"], strict=True))
    strange = told[[pair not in asked for pair in pairs]]
    if len(strange):
        _complain(name, strange, "nobody asked for it; see data/questions.csv")
    twice = told[told.duplicated(["quantity", "key"])]
    if len(twice):
        _complain(name, twice, "it is estimated twice")


def _complain(name: str, rows: pd.DataFrame, what: str) -> NoReturn:
    first, more = rows.iloc[0], len(rows) - 1
    others = f" (and {more:,} more)" if more else ""
    raise RunError(f"{name}: {first['quantity']} of {str(first['key'])[:60]}: {what}{others}")


def _numbers(name: str, given: pd.DataFrame, column: str) -> Any:
    """A column as numbers; an empty cell is none."""
    import pandas as pd

    if column not in given.columns:
        return np.full(len(given), np.nan)
    cells = given[column]
    found = pd.to_numeric(cells, errors="coerce").astype(np.float64)
    filled = cells.notna() & (cells.astype(str).str.strip() != "")
    wrong = np.flatnonzero(filled & ~np.isfinite(found))
    if wrong.size:
        row = int(wrong[0])
        raise RunError(
            f"{name}: row {row + 1}: {column} '{str(cells.iloc[row])[:40]}' is no finite number"
        )
    return found.to_numpy()


def _score(quantity: str, rows: pd.DataFrame) -> Score:
    told = rows[rows["estimate"].notna()]
    truth, estimate = told["truth"].to_numpy(float), told["estimate"].to_numpy(float)
    error = estimate - truth
    bounded = told[told["low"].notna()]
    inside = (bounded["low"] <= bounded["truth"]) & (bounded["truth"] <= bounded["high"])
    return Score(
        quantity, str(rows["unit"].iloc[0]), len(rows), len(told), float(truth.mean()),
        float(error.mean()), float(np.abs(error).mean()), float(np.sqrt((error**2).mean())),
        _rank_correlation(truth, estimate), float(inside.mean()) if len(bounded) else np.nan,
    )


def _rank_correlation(one: Any, other: Any) -> float:
    from scipy.stats import spearmanr

    if one.size < FEWEST_FOR_RANKS or np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(spearmanr(one, other).statistic)
