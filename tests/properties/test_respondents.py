"""Customers of a table: who is who, what is theirs, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
import worlds

from sim import Market, load_scenario, run
from sim.results.store import load, save
from sim.scenario.faults import FaultyScenarioError
from sim.scenario.respondents import respondents_of


@pytest.fixture
def place(tmp_path):
    """Write the busy world, 60 customers unless told otherwise, beside a table of respondents."""
    def put(table, n=60, **changes):
        if isinstance(table, bytes):
            (tmp_path / "people.csv").write_bytes(table)
        elif table is not None:
            (tmp_path / "people.csv").write_text(table, encoding="utf-8")
        changes = {"customers__file": "people.csv", **changes}
        world = worlds.changed(worlds.busy(n), **changes)
        (tmp_path / "busy.yaml").write_text(json.dumps(world | {"id": "busy"}), encoding="utf-8")
        return tmp_path / "busy.yaml"

    return put


def rows(columns, n, cell):
    """A table with a header and, for respondent r, ``cell(r)``."""
    return "\n".join([columns, *(cell(r) for r in range(n))]) + "\n"


def names(world):
    """Segments, categories and attributes of the busy world."""
    document = load_scenario(world).document
    attributes = [list(one.attributes) for one in document.categories.values()]
    return list(document.customers.segments), list(document.categories), attributes


def test_as_many_rows_as_customers_are_the_customers_in_order(place):
    plain = worlds.market(worlds.busy())
    table = rows("price_sensitivity,expertise", 60, lambda r: f"{r / 10},{r / 100}")
    made = Market(place(table), seed=1)
    customers = made.tables.customers
    assert np.array_equal(customers.price_sensitivity, np.float32(np.arange(60) / 10))
    assert np.array_equal(customers.expertise, np.float32(np.arange(60) / 100))
    for name in ("segment", "needs", "purchase_rate", "talkativeness", "aware"):
        own, drawn = getattr(customers, name), getattr(plain.tables.customers, name)
        assert np.array_equal(own, drawn), name


def test_a_blank_cell_is_drawn_as_before(place):
    plain = worlds.market(worlds.busy())
    table = rows("talkativeness,voice_propensity", 60, lambda r: "7.5,-2" if r % 2 else ",")
    customers = Market(place(table), seed=1).tables.customers
    odd = np.arange(60) % 2 == 1
    assert set(customers.talkativeness[odd]) == {7.5}
    assert set(customers.voice_propensity[odd]) == {-2}
    drawn = plain.tables.customers.talkativeness
    assert np.array_equal(customers.talkativeness[~odd], drawn[~odd])


def test_segments_needs_rates_and_tastes_come_from_the_table(place):
    segments, categories, attributes = names(place("expertise\n0.5\n"))
    first, *others = attributes[0]
    header = f"segment,needs.{first},purchase_rate.{categories[0]},taste.{categories[1]}"
    table = rows(header, 60, lambda r: f"{segments[r % 2]},{3 if r else 0},{r / 60},0.25")
    made = Market(place(table), seed=1)
    customers = made.tables.customers
    assert np.array_equal(customers.segment, np.arange(60) % 2)
    a = made.attribute_names.index(first)
    assert np.all(customers.needs[1:, a] == 1.0)  # the only weight that is given
    for other in others:
        assert np.all(customers.needs[1:, made.attribute_names.index(other)] == 0.0)
    drawn = worlds.market(worlds.busy()).tables.customers
    alike = drawn.segment == customers.segment
    assert 10 < alike.sum() < 50
    assert 0 < customers.needs[0, a] < 1  # nothing of it matters to her: as her segment says
    assert np.array_equal(customers.purchase_rate[:, 0], np.float32(np.arange(60) / 60))
    assert np.array_equal(customers.purchase_rate[alike, 1], drawn.purchase_rate[alike, 1])
    assert set(customers.taste[:, 1]) == {0.25}


def test_customers_of_another_number_are_respondents_by_chance(place):
    table = rows("price_sensitivity", 7, lambda r: f"{r + 1}")
    few = Market(place(table, 4000), seed=1).tables.customers.price_sensitivity
    counts = np.bincount(few.astype(int), minlength=8)[1:]
    # A binomial count passes five standard deviations less than once in a million.
    assert np.all(np.abs(counts - 4000 / 7) < 5 * np.sqrt(4000 / 7 * 6 / 7))
    more = Market(place(table, 5000), seed=1).tables.customers.price_sensitivity
    assert np.array_equal(few, more[:4000])  # who she is does not depend on who joins
    other = Market(place(table, 4000), seed=2).tables.customers.price_sensitivity
    assert not np.array_equal(few, other)


def test_a_run_keeps_the_table_and_counts_it_in_its_digest(place, tmp_path):
    file = place(rows("price_sensitivity", 60, lambda r: "0.2"))
    result = run(load_scenario(file), replications=2, weeks=3, seed=1, workers=1)
    digest = result.scenario.digest("base")
    folder = save(result, tmp_path / "kept")
    assert (folder / "scenario" / "people.csv").read_bytes() == (
        tmp_path / "people.csv"
    ).read_bytes()
    again = run(load(folder).scenario, replications=2, weeks=3, seed=1, workers=1)
    assert again.firms.drop(columns="run").equals(result.firms.drop(columns="run"))
    place(rows("price_sensitivity", 60, lambda r: "0.3"))
    assert load_scenario(file).digest("base") != digest


def test_a_checkpoint_of_it_goes_on(place):
    made = Market(place(rows("price_sensitivity", 60, lambda r: f"{r}")), seed=1)
    for _ in range(3):
        made.step()
    twin = Market.resume(made.checkpoint())
    made.run_model()
    twin.run_model()
    assert worlds.differing(made, twin) == set()


@pytest.mark.parametrize(("table", "told"), [
    (None, "there is no such file in the scenario's folder"),
    ("", "it is empty; begin with a header"),
    ("price_sensitivity\n", "it has no row below its header"),
    ("price_sensitivty\n1\n", "column 1 is 'price_sensitivty'; did you mean 'price_sensitivity'?"),
    ("expertise,expertise\n1,1\n", "two columns are called 'expertise'"),
    ("expertise\n1\n\n1.5\n", "line 4: expertise is '1.5'; write a number from 0 to 1"),
    ("expertise\nnan\n", "line 2: expertise is 'nan'"),
    ("expertise\n0,1\n", "line 2: 2 cells under 1 columns"),
    ("segment\texpertise\nany\t0,1\n", "'\\t' separates its columns"),
    ("talkativeness\n1_000\n", "line 2: talkativeness is '1_000'"),
    ("segment\nnobody\n", "line 2: segment is 'nobody'"),
    ("purchase_rate,purchase_rate.drink\n1,1\n", "purchase_rate is given for all categories and"),
    ("expertise\n\"0.5\n", "it is no CSV table"),
    (b"expertise\n\xff\n", "it is not UTF-8 text"),
    ("expertise\n\x1b[31m\n", "line 2: expertise is '"),
])
def test_what_is_wrong_with_a_table_is_told_in_one_line(place, table, told):
    with pytest.raises(FaultyScenarioError) as caught:
        load_scenario(place(table))
    (fault,) = caught.value.faults
    assert fault.message.startswith("customers.file = 'people.csv': ")
    assert told in fault.message
    assert "\x1b" not in fault.message and "\n" not in fault.message


@pytest.mark.parametrize("file", ["../people.csv", "/etc/passwd", "people.xlsx", "a\\b.csv"])
def test_a_table_lies_in_the_scenarios_folder(place, file):
    with pytest.raises(FaultyScenarioError, match=r"customers\.file = "):
        load_scenario(place("expertise\n1\n", customers__file=file))


def test_a_scenario_made_in_python_cannot_name_one():
    from sim import Scenario

    with pytest.raises(FaultyScenarioError, match="a scenario made in Python cannot name a file"):
        Scenario.from_dict(worlds.changed(worlds.busy(), customers__file="people.csv"))


def test_nobody_at_all_is_no_difficulty(place):
    world = load_scenario(place("expertise\n0.5\n", 0, events=[]))
    assert respondents_of(world.world(), world.folder).n == 1
    assert Market(world, seed=1).tables.customers.n == 0
