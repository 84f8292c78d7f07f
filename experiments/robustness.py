"""The tables of ``scenarios/README.md`` anew: ``python -m experiments.robustness [WORLDS]``.

In how many plausible worlds each claim's direction holds, and what each family of mechanisms
contributes in the scenario that has all of them. Writes both in their places, between the marks;
100 worlds take half an hour on two cores.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from sim import Scenario, load_scenario
from sim.files import write_whole
from sim.results.ablation import ablate
from sim.results.worlds import survey
from sim.scenario.shipped import scenario_ids

PAGE = Path(__file__).resolve().parents[1] / "scenarios" / "README.md"
REPLICATIONS = 2  # a world

OVERVIEW, STRATEGY, FIRM = "theatre_to_partnership", "pioneer", "Pace"
FAMILIES_BY_OUTCOME: Mapping[str, tuple[str, ...]] = {
    "profit": (
        "selling", "word_of_mouth", "peer_support", "trust", "disclosure", "clubs", "production",
        "pricing", "hosting", "choice",
    ),
    "satisfaction": ("tailoring", "co_creation", "response", "development"),
    "customer_power": (
        "advertising", "community", "group_buying", "search", "tariffs", "dialogue", "sensing",
        "experience",
    ),
    "consumer_surplus": ("cross_selling", "channels", "rewards", "supply"),
}
"""The outcome that each family is asked about; of a firm, unless it is the market's."""
OF_FIRMS = ("profit", "satisfaction")


def claims_in_worlds(
    scenarios: Iterable[Scenario], n_worlds: int, workers: int | None = None
) -> str:
    """A row a claim: worlds in which what it speaks of has a value, share in which it holds."""
    rows = ["| scenario | claim | worlds | share |", "|---|---|---|---|"]
    for scenario in scenarios:
        for one in survey(scenario, n_worlds, replications=REPLICATIONS, workers=workers):
            share = f"{one.share:.0%}" if one.decided else "-"
            rows.append(f"| `{scenario.id}` | `{one.claim.id}` | {one.decided} | {share} |")
    return "\n".join(rows)


def contributions(replications: int = 12, workers: int | None = None) -> str:
    """A row a family: its outcome with everything minus the one without it, 95% intervals."""
    rows = {}
    for outcome, families in FAMILIES_BY_OUTCOME.items():
        result = ablate(
            load_scenario(OVERVIEW), outcome=outcome, firm=FIRM if outcome in OF_FIRMS else None,
            strategy=STRATEGY, mechanisms=list(families), replications=replications, seed=0,
            workers=workers,
        )
        for one in result.contributions:
            of = one.estimate
            form = "+,.4f" if abs(of.value) < 1 else "+,.0f"
            rows[one.mechanism] = (
                f"| {one.mechanism} | {outcome} | {of.value:{form}} | "
                f"{of.low:{form}} to {of.high:{form}} |"
            )
    head = ["| family | outcome | contribution | 95% interval |", "|---|---|---|---|"]
    return "\n".join([*head, *(rows[name] for name in sorted(rows))])


def put_between(text: str, mark: str, table: str) -> str:
    """The text with another table between ``<!-- mark -->`` and ``<!-- end of mark -->``.

    Raises
    ------
    ValueError
        If one of the marks is missing.
    """
    before, begins, rest = text.partition(f"<!-- {mark} -->\n")
    _, ends, after = rest.partition(f"<!-- end of {mark} -->")
    if not (begins and ends):
        raise ValueError(f"{PAGE.name} has no <!-- {mark} --> with its end")
    return f"{before}{begins}\n{table}\n\n{ends}{after}"


def main(n_worlds: int) -> None:
    """Live everything again and write the page."""
    scenarios = [load_scenario(name) for name in scenario_ids()]
    claimed = [scenario for scenario in scenarios if scenario.document.claims]
    tables = {
        "contributions": contributions(), "claims in worlds": claims_in_worlds(claimed, n_worlds),
    }
    text = PAGE.read_text(encoding="utf-8")
    for mark, table in tables.items():
        text = put_between(text, mark, table)
    write_whole(PAGE, text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
