"""The experiment that a scenario asks for by itself: its claim over what it names uncertain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from sim.errors import ScenarioError
from sim.experiment.loader import Study, load_experiment, made
from sim.scenario import Scenario, load_scenario
from sim.scenario.loader import MOST_BYTES
from sim.scenario.shipped import experiment_ids, scenario_ids

REPLICATIONS = 2
NEEDED = {
    "claims": "no 'claims', of which the first says which outcome counts",
    "uncertain": "no 'uncertain', which says what varies",
}
"""What an experiment takes from a scenario, and why."""

Purpose = Literal["sensitivity", "decision"]


def load_study(
    source: str, *, overrides: Mapping[str, Any] | None = None, allow_code: bool = False,
    purpose: Purpose = "sensitivity", worlds: int = 1,
) -> Study:
    """An experiment by file or id; or, of a scenario, the experiment that it asks for.

    Parameters
    ----------
    source
        File or id of an experiment or of a scenario.
    overrides
        Parts of the experiment replaced, such as ``{"seed": 7}``.
    purpose, worlds
        For a scenario: what it is for. A decision compares all strategies in so many worlds; the
        samples of a sensitivity analysis come from its method.

    Raises
    ------
    FaultyScenarioError
        If the file cannot be read or anything in it is wrong.
    ScenarioError
        If it is a scenario that names nothing uncertain or claims nothing.
    """
    is_scenario = source in scenario_ids() and source not in experiment_ids()
    if not is_scenario and not _reads_like_scenario(Path(source)):
        return load_experiment(source, overrides=overrides, allow_code=allow_code)
    scenario = load_scenario(source, allow_code=allow_code)
    raw = experiment_of(scenario)
    if purpose == "decision":
        raw["strategies"] = list(scenario.strategies)
        raw["design"] = {"kind": "latin_hypercube", "n": worlds}
        raw["outcomes"] = [*raw["outcomes"][:1], *_profit_too(raw["outcomes"][0])]
    raw |= overrides or {}
    raw["scenario"] = source if is_scenario else Path(source).name
    folder = Path() if is_scenario else Path(source).resolve().parent
    return made(raw, folder, source, allow_code=allow_code)


def experiment_of(scenario: Scenario) -> dict[str, Any]:
    """The outcome of the first claim, over all that the scenario names uncertain.

    Raises
    ------
    ScenarioError
        If it names nothing uncertain, or claims nothing.
    """
    document = scenario.document
    missing = [text for name, text in NEEDED.items() if not getattr(document, name)]
    if missing:
        raise ScenarioError(
            f"{scenario.name}: it has {' and '.join(missing)}: add that, or begin an experiment "
            "file, which says both: counterpoise new NAME --experiment"
        )
    claim = document.claims[0]
    strategies = [claim.against, claim.strategy or scenario.strategies[-1]]
    outcome: dict[str, Any] = {"name": claim.outcome}
    if claim.firm is not None:
        outcome["firm"] = claim.firm
    weeks = {} if claim.weeks is None else {"weeks": list(claim.weeks)}
    return {
        "id": scenario.id,
        "title": document.title,
        "question": f"What decides this: {' '.join(claim.text.split())}"[:400],
        "scenario": scenario.id,
        "strategies": list(dict.fromkeys(name for name in strategies if name is not None)),
        "factors": dict.fromkeys(document.uncertain),
        "design": {"kind": "latin_hypercube", "n": 1},
        "replications": REPLICATIONS,
        "outcomes": [{**outcome, **weeks}, {**outcome, "series": True}],
    }


def _profit_too(first: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The firm's profit over all weeks, unless the first outcome is of the market or profit itself.

    A strategy may win a market by giving everything away: who decides must see that. All weeks
    count because what is spent before the weeks of a claim is spent for them.
    """
    if "firm" not in first or first["name"] in ("profit", "cash"):
        return []
    return [{"name": "profit", "firm": first["firm"]}]


def _reads_like_scenario(path: Path) -> bool:
    """Whether a file has customers of its own: experiments name a scenario instead."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(MOST_BYTES)
    except OSError:
        return False
    return any(line.startswith("customers:") for line in text.splitlines())
