"""The script that writes the tables of scenarios/README.md: every claim and family has its row."""

import pytest

from experiments.robustness import FAMILIES_BY_OUTCOME, PAGE, claims_in_worlds, put_between
from sim import load_scenario
from sim.scenario.shipped import scenario_ids


def rows(mark):
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"<!-- {mark} -->")
    table, end, _ = rest.partition(f"<!-- end of {mark} -->")
    assert end
    lines = [line for line in table.splitlines() if line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_claim_has_its_row_in_the_page():
    claims = [
        (f"`{name}`", claim.id)
        for name in scenario_ids() for claim in load_scenario(name).document.claims
    ]
    assert [(scenario, claim.strip("`")) for scenario, claim, *_ in rows("claims in worlds")] == (
        claims
    )


def test_every_family_has_its_row_in_the_page():
    asked = sorted(name for names in FAMILIES_BY_OUTCOME.values() for name in names)
    assert [row[0] for row in rows("contributions")] == asked


def test_a_claim_is_told_with_its_worlds():
    table = claims_in_worlds([load_scenario("first_lesson")], 3, workers=1)
    claims = load_scenario("first_lesson").document.claims
    lines = table.splitlines()[2:]
    assert len(lines) == len(claims)
    for line, claim in zip(lines, claims, strict=True):
        assert line.startswith(f"| `first_lesson` | `{claim.id}` | 3 | ")


def test_only_what_stands_between_the_marks_is_replaced():
    text = "a\n<!-- t -->\n\nold\n\n<!-- end of t -->\nb\n"
    assert put_between(text, "t", "new") == "a\n<!-- t -->\n\nnew\n\n<!-- end of t -->\nb\n"
    with pytest.raises(ValueError, match="no <!-- u -->"):
        put_between(text, "u", "new")
