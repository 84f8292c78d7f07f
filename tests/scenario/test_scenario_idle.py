"""Settings that do nothing are told, and only these."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import sim
from sim import load_scenario
from sim.cli import app
from sim.mechanisms.base import families
from sim.parameters import declaration
from sim.scenario import Scenario
from sim.scenario.idle import ACTS_THROUGH, idle_settings
from sim.scenario.schema import Levers, Offer
from sim.scenario.shipped import scenario_ids

MECHANISMS = Path(sim.__file__).parent / "mechanisms"


def changed(**overrides):
    plain = load_scenario("first_lesson")
    given = {path.replace("__", "."): value for path, value in overrides.items()}
    return Scenario(
        plain.raw, name=plain.name, text=plain.text, path=plain.path, overrides=given
    )


def test_every_lever_acts_through_a_family_there_is():
    of_offers = {name for name in Offer.model_fields if declaration(Offer, name).get("lever")}
    assert set(Levers.model_fields) | of_offers - {"price"} <= set(ACTS_THROUGH)
    for needed in ACTS_THROUGH.values():
        for family, _, variant in (one.partition("/") for one in needed):
            assert family in families() and (not variant or variant in families()[family])


def test_families_are_those_whose_code_reads_the_lever():
    for lever in Levers.model_fields:
        families_named = {one.partition("/")[0] for one in ACTS_THROUGH[lever]}
        reading = {
            file.parent.name for file in MECHANISMS.rglob("*.py")
            if re.search(rf'levers\["{lever}"\]', file.read_text(encoding="utf-8"))
        }
        assert families_named <= reading, lever


@pytest.mark.parametrize("scenario", scenario_ids())
def test_shipped_scenarios_set_nothing_in_vain(scenario):
    assert idle_settings(load_scenario(scenario)) == []


def test_what_acts_through_a_family_that_is_off_is_told():
    assert idle_settings(changed(
        firms__Nova__levers__reward_budget=100, firms__Nova__levers__survey_share=0.5,
        firms__Nova__offers__nova_box__penalty_fee=2.0, firms__Nova__levers__development_budget=9,
    )) == [
        "firms.Nova.levers.survey_share does nothing: it acts through "
        "sensing/experience_management, and sensing is crm",
        "firms.Nova.levers.reward_budget does nothing: rewards is none",
        "firms.Nova.offers.nova_box.penalty_fee does nothing: tariffs is none",
    ]
    assert idle_settings(changed(
        firms__Nova__levers__reward_budget=100, mechanisms__rewards="rfm_tiers"
    )) == []


def test_the_commands_say_so(tmp_path):
    told = "firms.Nova.levers.club_investment does nothing: clubs is none"
    file = tmp_path / "first_lesson.yaml"
    written = load_scenario("first_lesson").text
    assert "levers: {support_capacity: 40, " in written
    file.write_text(
        written.replace("levers: {support_capacity: 40, ", "levers: {club_investment: 5, ", 1)
    )
    checked = CliRunner().invoke(app, ["validate", str(file)])
    assert checked.exit_code == 0, checked.output
    assert f"note: {told}" in checked.output
    run = ["run", str(file), "--replications", "1", "--workers", "1", "--out"]
    assert told in CliRunner().invoke(app, [*run, str(tmp_path / "one")]).stderr
    quiet = CliRunner().invoke(app, [*run, str(tmp_path / "two"), "--quiet"])
    assert told not in quiet.stderr
