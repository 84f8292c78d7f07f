"""Evidence: every family of mechanisms moves an outcome of the overview scenario.

Each family in turn is switched to ``none`` under the same luck; the paired difference of the named
outcome over all weeks must differ from zero with 95% confidence.
"""

import pytest

from sim import load_scenario
from sim.mechanisms.base import families
from sim.results.ablation import ablate

pytestmark = pytest.mark.evidence

SCENARIO, STRATEGY, FIRM = "theatre_to_partnership", "pioneer", "Pace"
OUTCOMES = {
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


def test_every_family_but_the_books_is_asked():
    asked = [family for names in OUTCOMES.values() for family in names]
    assert sorted(asked) == sorted(set(families()) - {"books"})


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_switching_a_family_off_moves_the_outcome(outcome):
    firm = FIRM if outcome in ("profit", "satisfaction") else None
    result = ablate(
        load_scenario(SCENARIO), outcome=outcome, firm=firm, strategy=STRATEGY,
        mechanisms=list(OUTCOMES[outcome]), replications=12, seed=0,
    )
    table = result.table().set_index("mechanism")
    inside = [
        family for family in OUTCOMES[outcome]
        if not (table.loc[family, "low"] > 0 or table.loc[family, "high"] < 0)
    ]
    assert inside == []
