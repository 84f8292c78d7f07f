"""Evidence: every family of mechanisms moves an outcome of the overview scenario.

Each family in turn is switched to ``none`` under the same luck; the paired difference of the named
outcome over all weeks must differ from zero with 95% confidence.
"""

import pytest

from experiments.robustness import FAMILIES_BY_OUTCOME, FIRM, OF_FIRMS, OVERVIEW, STRATEGY
from sim import load_scenario
from sim.mechanisms.base import families
from sim.results.ablation import ablate

pytestmark = pytest.mark.evidence


def test_every_family_but_the_books_is_asked():
    asked = [family for names in FAMILIES_BY_OUTCOME.values() for family in names]
    assert sorted(asked) == sorted(set(families()) - {"books"})


@pytest.mark.parametrize("outcome", FAMILIES_BY_OUTCOME)
def test_switching_a_family_off_moves_the_outcome(outcome):
    asked = FAMILIES_BY_OUTCOME[outcome]
    result = ablate(
        load_scenario(OVERVIEW), outcome=outcome, firm=FIRM if outcome in OF_FIRMS else None,
        strategy=STRATEGY, mechanisms=list(asked), replications=12, seed=0,
    )
    table = result.table().set_index("mechanism")
    inside = [
        family for family in asked
        if not (table.loc[family, "low"] > 0 or table.loc[family, "high"] < 0)
    ]
    assert inside == []
