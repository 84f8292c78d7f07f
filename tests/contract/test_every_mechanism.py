"""What every registered mechanism must keep, found by discovery."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import worlds

from sim import load_scenario
from sim.mechanisms.base import Mechanism, default_variant, families
from sim.observers.base import observers
from sim.parameters import declaration
from sim.schedule import WEEK
from sim.tables import CustomerTable, FirmTable, OfferTable

VARIANTS = [(family, name) for family, known in families().items() for name in known]
REAL = [(family, name) for family, name in VARIANTS if name != "none"]
COLUMNS = {
    f"{table}.{name}"
    for table, kind in (("customers", CustomerTable), ("offers", OfferTable), ("firms", FirmTable))
    for name in kind.columns
}
KEYS = {  # what rows are and belong to, which every stage may know
    "customers.label", "customers.segment", "offers.label", "offers.firm", "offers.category",
    "firms.label",
}
SIM = Path(__file__).parents[2] / "sim"
SECTIONS = ("Equation", "Reads / Writes", "References", "Not modeled")


def variant(family, name):
    return families()[family][name]


WRITES = {
    family: {column for cls in known.values() for column in cls.writes}
    for family, known in families().items()
}


def own_columns(family):
    """Columns that no other family writes."""
    others = set().union(*(columns for f, columns in WRITES.items() if f != family))
    return WRITES[family] - others


def busy_with(family, name, **parameters):
    """The busy world with one family changed; its own settings stay where they fit."""
    world = worlds.busy()
    written = world["mechanisms"].get(family, {})
    known = variant(family, name).Parameters.model_fields
    kept = {key: value for key, value in written.items() if key in known}
    return worlds.with_mechanism(world, family, name, **{**kept, **parameters})


# What is declared ------------------------------------------------------------------------------


def test_discovery_finds_the_families_of_the_schedule():
    scheduled = {name for name, _ in WEEK} - {"events", "policies", "scripted"}
    assert set(families()) == scheduled
    assert len(REAL) >= 13


@pytest.mark.parametrize("first", [
    "sim.mechanisms.word_of_mouth.talk", "sim.observers.sales", "sim.policies.price_fighter",
])
def test_what_is_imported_first_changes_no_hash_of_a_run(first):
    told = subprocess.run(
        [sys.executable, "-c", f"import {first}, sim; from sim.observers.base import observers; "
         "print(sim.load_scenario('first_lesson').digest('shout'), *observers())"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )
    scenario = load_scenario("first_lesson")
    assert told.stdout.split() == [scenario.digest("shout"), *observers()]


@pytest.mark.parametrize("family", families())
def test_every_family_can_be_switched_off(family):
    off = variant(family, "none")
    assert off.reads == off.writes == ()
    assert not off.Parameters.model_fields
    assert off.step is Mechanism.step
    assert off.setup is Mechanism.setup


@pytest.mark.parametrize("family", families())
def test_a_family_has_at_most_one_default(family):
    defaults = [name for name, cls in families()[family].items() if cls.is_default]
    assert len(defaults) <= 1
    assert default_variant(family) == (defaults[0] if defaults else "none")


@pytest.mark.parametrize(("family", "name"), VARIANTS)
def test_a_mechanism_goes_by_the_names_of_its_folder_and_file(family, name):
    cls = variant(family, name)
    assert (cls.family, cls.variant) == (family, name)
    assert cls.__module__ == f"sim.mechanisms.{family}.{name}"


@pytest.mark.parametrize(("family", "name"), REAL)
def test_columns_that_a_mechanism_names_exist(family, name):
    cls = variant(family, name)
    assert cls.writes
    assert set(cls.reads) | set(cls.writes) <= COLUMNS
    assert len(set(cls.reads)) == len(cls.reads)
    assert len(set(cls.writes)) == len(cls.writes)


@pytest.mark.parametrize(("family", "name"), VARIANTS)
def test_every_parameter_says_what_it_is_and_where_it_comes_from(family, name):
    group = variant(family, name).Parameters
    for parameter, field in group.model_fields.items():
        declared = declaration(group, parameter)
        assert field.description, parameter
        assert field.description.endswith("."), parameter
        assert declared["unit"], parameter
        assert declared["source"], parameter
        assert not field.is_required(), parameter
    group()


@pytest.mark.parametrize(("family", "name"), REAL)
def test_the_docstring_has_every_section(family, name):
    lines = inspect.getdoc(variant(family, name)).splitlines()
    at = [lines.index(section) for section in SECTIONS]
    assert at == sorted(at)
    for start in at:
        assert set(lines[start + 1]) == {"-"}
        assert lines[start + 2].strip()


@pytest.mark.parametrize(("family", "name"), REAL)
def test_what_a_mechanism_cites_is_literature_that_is_listed(family, name):
    cls, listed = variant(family, name), (SIM / "science.md").read_text(encoding="utf-8")
    lines = inspect.getdoc(cls).splitlines()
    said = lines[lines.index("References") + 2]
    assert bool(cls.cites) != said.startswith("None: ")  # what needs no literature says why
    for cite in cls.cites:
        assert re.fullmatch(r".+ \(\d{4}\)", cite)
        assert f"\n- {cite[:-1]}" in listed


@pytest.mark.parametrize("family", families())
def test_a_mechanism_never_imports_another(family):
    for cls in families()[family].values():
        tree = ast.parse(inspect.getsource(importlib.import_module(cls.__module__)))
        imported = {
            node.module for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim.mechanisms")
        }
        own = (f"sim.mechanisms.{family}.", "sim.mechanisms.base")
        assert all(module.startswith(own) for module in imported)


# What a step does ------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "name"), VARIANTS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(family, name):
    world = busy_with(family, name)
    first, again, other = (worlds.lived(world, seed=seed) for seed in (1, 1, 2))
    assert worlds.differing(first, again) == set()
    assert worlds.same_records(first, again)
    assert {"customers.needs", "customers.phase"} <= worlds.differing(first, other)


class Watch:
    """Notes which columns each stage changes; a listener of the market."""

    def __init__(self):
        self.changes = {}

    def __call__(self, market, stage, after):
        if after:
            changes = worlds.differing(self.before, market)
            self.changes.setdefault(stage, set()).update(changes)
        self.before = worlds.state(market)


@pytest.mark.parametrize(("family", "name"), REAL)
def test_a_step_changes_only_the_columns_that_it_writes(family, name):
    made, watch = worlds.market(busy_with(family, name)), Watch()
    made.listeners.append(watch)
    made.run_model()
    assert watch.changes[family] <= set(variant(family, name).writes)
    assert watch.changes[family]


def test_events_and_policies_change_only_levers():
    made, watch = worlds.market(worlds.busy()), Watch()
    made.listeners.append(watch)
    made.run_model()
    assert watch.changes["events"] == {
        "offers.advertising", "offers.list_price_cents", "offers.defect_disclosed",
        "offers.channel_quality", "offers.advertised_claim",
    }
    assert watch.changes["policies"] == {"offers.list_price_cents"}
    assert watch.changes["scripted"] == set()


@pytest.mark.parametrize("family", families())
def test_a_family_writes_every_column_that_it_says_it_writes(family):
    written = set()
    real = [busy_with(family, name) for name in families()[family] if name != "none"]
    for world in (*real, worlds.full()):  # some columns need another family
        made, watch = worlds.market(world), Watch()
        made.listeners.append(watch)
        made.run_model()
        written |= watch.changes[family]
    assert written == WRITES[family]


class Touched:
    """A table that notes which of its columns are asked for."""

    def __init__(self, table, name, seen):
        object.__setattr__(self, "_held", (table, name, seen))

    def __getattr__(self, attribute):
        table, name, seen = self._held
        if attribute in table.columns:
            seen.add(f"{name}.{attribute}")
        return getattr(table, attribute)

    def __setattr__(self, attribute, value):
        setattr(self._held[0], attribute, value)


@pytest.mark.parametrize(("family", "name"), REAL)
def test_a_step_touches_only_columns_that_it_reads_or_writes(family, name):
    made = worlds.market(busy_with(family, name))
    tables, seen = made.tables, set()
    watched = type(tables)(*(Touched(t, n, seen) for n, t in tables._asdict().items()))

    def listener(market, stage, after):
        market.tables = watched if stage == family and not after else tables

    made.listeners.append(listener)
    made.run_model()
    assert seen
    cls = variant(family, name)
    assert seen - KEYS - set(cls.reads) - set(cls.writes) == set()


# Off, and as good as off -----------------------------------------------------------------------


@pytest.mark.parametrize("family", families())
def test_none_never_changes_what_only_its_family_writes(family):
    made = worlds.market(busy_with(family, "none"))
    before = worlds.state(made)
    made.run_model()
    assert not worlds.differing(before, made) & own_columns(family)
    assert family not in {name for name, _ in made.stages}


@pytest.mark.parametrize("family", families())
def test_a_column_stays_when_all_families_that_write_it_are_none(family):
    world = worlds.busy()
    for other, columns in WRITES.items():
        if columns & WRITES[family]:
            world = worlds.with_mechanism(world, other, "none")
    made = worlds.market(world)
    before = worlds.state(made)
    made.run_model()
    assert not worlds.differing(before, made) & WRITES[family]


def same_but_for(world, other, *columns):
    assert worlds.differing(worlds.lived(world), worlds.lived(other)) <= set(columns)


@pytest.mark.parametrize("name", [
    name for name, cls in families()["word_of_mouth"].items()
    if "contact_prob" in cls.Parameters.model_fields
])
def test_word_of_mouth_without_contacts_is_none_but_for_what_is_said(name):
    # Without the mechanism nobody takes note that she has told: `telling` stays set.
    same_but_for(
        busy_with("word_of_mouth", name, contact_prob=0.0), busy_with("word_of_mouth", "none"),
        "customers.message", "customers.telling",
    )


def test_advertising_that_reaches_nobody_is_none_but_for_what_it_costs():
    same_but_for(
        busy_with("advertising", "adstock", reach_rate=0.0, forget_prob=0.0),
        busy_with("advertising", "none"),
        "offers.adstock", "offers.ad_response", "firms.advertising_cents", "firms.profit_cents",
        "firms.cash_cents",
    )


def test_communities_that_nobody_joins_are_none():
    same_but_for(
        busy_with("community", "forum", join_rate=0.0, friend_join_rate=0.0),
        busy_with("community", "none"),
    )


def test_communities_that_nobody_reads_are_none_but_for_who_is_in():
    same_but_for(
        busy_with("community", "forum", read_prob=0.0), busy_with("community", "none"),
        "customers.member",
    )


def test_selling_without_contacts_is_none():
    world = worlds.busy()
    for firm in world["firms"].values():
        firm["levers"]["sales_contact_rate"] = 0.0
    same_but_for(world, worlds.with_mechanism(world, "selling", "none"))


def test_development_without_a_budget_is_none_but_for_complaints_that_fade():
    world = worlds.changed(worlds.busy(), firms__Ana__levers__development_budget=0.0)
    same_but_for(
        world, worlds.with_mechanism(world, "development", "none"), "firms.routed_signal",
    )


def test_development_without_productivity_is_none_but_for_what_it_costs():
    same_but_for(
        busy_with("development", "diminishing_returns", productivity=0.0),
        busy_with("development", "none"), "firms.routed_signal", "firms.development_cents",
        "firms.profit_cents", "firms.cash_cents",
    )


def test_choice_without_occasions_is_none():
    world = worlds.busy()
    for segment in world["customers"]["segments"].values():
        segment["purchase_rate"] = 0.0
    same_but_for(world, worlds.with_mechanism(world, "choice", "none"))


def test_response_of_customers_whom_nothing_disappoints_is_none():
    world = worlds.busy()
    for firm in world["firms"].values():
        for offer in firm["offers"].values():
            offer.pop("defect", None)
    world["events"] = []
    world = worlds.with_mechanism(world, "experience", "expectancy_disconfirmation", noise_sd=0.0)
    same_but_for(
        worlds.with_mechanism(world, "response", "exit_voice_loyalty", tolerance=1.0),
        worlds.with_mechanism(world, "response", "none"),
    )


def test_a_desk_that_answers_nobody_while_patience_lasts_is_none_but_for_the_queue():
    world = worlds.busy()
    for firm in world["firms"].values():
        firm["levers"]["support_capacity"] = 0.0
    same_but_for(
        worlds.with_mechanism(world, "dialogue", "complaint_queue", patience=520),
        worlds.with_mechanism(world, "dialogue", "none"), "firms.n_waiting",
    )


def test_a_review_that_never_comes_is_none():
    same_but_for(busy_with("sensing", "crm", interval=520), busy_with("sensing", "none"))


def test_fixed_prices_that_nobody_moves_are_none():
    world = worlds.changed(worlds.busy(), firms__Bo__policy="fixed", events=[])
    same_but_for(world, worlds.with_mechanism(world, "pricing", "none"))


def test_books_change_nothing_but_themselves():
    same_but_for(busy_with("books", "ledger"), busy_with("books", "none"), *own_columns("books"))


# Few customers, no ties ------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize(("family", "name"), VARIANTS)
def test_a_mechanism_works_with_hardly_anybody(family, name, n):
    world = worlds.changed(busy_with(family, name), customers__n=n)
    for kind in ("none", "complete"):
        tied = worlds.changed(world, customers__network={"kind": kind}, events=[])
        made = worlds.lived(tied, observe=False)
        assert made.week == worlds.WEEKS
        assert len(made.tables.customers) == n


# Parameters by segment -------------------------------------------------------------------------

BY_SEGMENT = [
    (family, name, parameter)
    for family, name in REAL for parameter in variant(family, name).Parameters.model_fields
    if declaration(variant(family, name).Parameters, parameter).get("by_segment")
]


def another_value(group, parameter):
    """The bound of the parameter that is farther from its default."""
    field = group.model_fields[parameter]
    lowest = next(m.ge for m in field.metadata if hasattr(m, "ge"))
    highest = next(m.le for m in field.metadata if hasattr(m, "le"))
    return float(max(lowest, highest, key=lambda bound: abs(bound - field.default)))


@pytest.mark.parametrize(("family", "name", "parameter"), BY_SEGMENT)
def test_a_parameter_by_segment_differs_by_segment(family, name, parameter):
    world = busy_with(family, name)
    value = another_value(variant(family, name).Parameters, parameter)
    some, everybody = (
        worlds.changed(world, **{
            f"customers__segments__{segment}__behavior": {family: {parameter: value}}
            for segment in segments
        })
        for segments in (["everyday"], ["everyday", "expert"])
    )
    for_all = busy_with(family, name, **{parameter: value})
    default, one, both, all_of_them = map(worlds.lived, (world, some, everybody, for_all))
    assert worlds.differing(both, all_of_them) == set()
    assert worlds.differing(default, one)
    assert worlds.differing(one, both)


def test_there_are_parameters_by_segment():
    assert len(BY_SEGMENT) > 40
