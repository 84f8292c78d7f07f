"""Outcomes by offer: they add up to those of firms, and are asked for by the offer's name."""

from __future__ import annotations

import json

import numpy as np
import pytest
import worlds

from sim import Scenario, run
from sim.errors import CounterpoiseError, RunError, ScenarioError
from sim.observers.offers import Offers
from sim.report.html import contents
from sim.results.quantity import choose
from sim.results.store import load, save
from sim.scenario.faults import FaultyScenarioError


@pytest.fixture(scope="module")
def result():
    """Ana sells tea and a trip, Bo cola, Cy bus rides; under two strategies."""
    world = worlds.changed(
        worlds.busy(60, 8), events=[],
        strategies={"base": {}, "dear": {"set": {"firms.Ana.offers.tea.price": 9.5}}},
    )
    return run(Scenario.from_dict(world), replications=3, seed=4, workers=1)


def test_each_offer_is_told_apart_by_hand():
    made = worlds.lived(worlds.busy(), weeks=5, observe=("offer_units", "offer_awareness"))
    bought, customers = made.purchases, made.tables.customers
    for name in made.offer_names:
        o = made.offer_number(name)
        assert made.outcome("offer_units", name) == (bought.offer == o).sum()
        assert made.outcome("offer_awareness", name) == customers.aware[:, o].mean()
        paid = bought.price_cents[bought.offer == o].sum() / 100
        fees = bought.charged_cents[bought.charged_offer == o].sum() / 100
        assert Offers().observe(made)["offer_revenue"][o] == pytest.approx(paid + fees)
    with pytest.raises(ValueError, match="there is no offer 'Ana'"):
        made.outcome("offer_units", "Ana")


def test_offers_add_up_to_their_firm(result):
    units = result.series["offer_units"]
    for f, firm in enumerate(result.firm_names):
        own = [o for o, name in enumerate(result.offer_names) if result.firm_of[name] == firm]
        assert np.array_equal(units[..., own].sum(axis=-1), result.series["units"][..., f])
    assert result.series["units"].sum() > 0


def test_a_price_paid_is_revenue_of_a_unit(result):
    units, price = result.series["offer_units"], result.series["offer_price_paid"]
    assert np.array_equal(np.isnan(price), units == 0)
    one = result.offer_names.index("cola")
    worth = np.nan_to_num(price[..., one]) * units[..., one]
    assert np.allclose(worth, result.series["offer_revenue"][..., one])


def test_the_table_has_a_row_an_offer_with_its_firm(result):
    table = result.offers
    assert list(table.columns[:6]) == ["run", "strategy", "replication", "week", "firm", "offer"]
    assert len(table) == 2 * 3 * 8 * 4
    assert dict(zip(table.offer, table.firm, strict=True)) == result.firm_of
    assert table.attrs["units"]["offer_units"] == "units/week"
    one = table[(table.offer == "tea") & (table.strategy == "dear") & (table.replication == 1)]
    assert np.array_equal(
        one.offer_units, result.series["offer_units"][1, 1, :, result.offer_names.index("tea")]
    )


def test_values_and_differences_are_asked_for_by_the_offers_name(result):
    gap = result.difference("offer_units", "dear", "tea")
    both = [result.values("offer_units", name, "tea") for name in ("dear", "base")]
    assert gap.value == pytest.approx((both[0] - both[1]).mean())
    with pytest.raises(RunError, match="of each offer: say of which, as tea"):
        result.values("offer_units", "base")
    with pytest.raises(CounterpoiseError, match="no offer 'Ana'"):
        result.values("offer_units", "base", "Ana")
    rows = result.summary()
    assert set(rows[rows.outcome == "offer_units"].offer) == set(result.offer_names)
    assert rows[rows.outcome == "units"].offer.isna().all()
    assert set(rows[rows.offer == "trip"].firm) == {"Ana"}


def test_the_report_shows_offers_of_firms_that_sell_several(result):
    titles = [row["title"] for row in contents(result)["by_offer"]]
    assert titles == ["Tea’s units sold", "Trip’s units sold"]


def test_a_folder_from_before_there_were_offers_is_read(result, tmp_path):
    folder = save(result, tmp_path / "old")
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["outcomes"] = {
        name: one for name, one in manifest["outcomes"].items() if one["per"] != "offer"
    }
    del manifest["offers"], manifest["files"]["offers.parquet"]
    (folder / "offers.parquet").unlink()
    file.write_text(json.dumps(manifest))
    old = load(folder)
    assert old.firms.equals(result.firms)
    assert "offer_units" not in old.series
    assert contents(old)["by_offer"] == []


@pytest.mark.parametrize("changes", [
    {"claims": [{"id": "x", "text": "x", "outcome": "offer_units", "firm": "tea", "at_least": 1}]},
    {"events": [{"name": "x", "when": "offer_units.tea > 3",
                 "set": {"firms.Ana.offers.tea.price": 1.0}}]},
])
def test_claims_and_conditions_speak_of_firms_and_of_the_market(changes):
    with pytest.raises(FaultyScenarioError, match="'offer_units' is of each offer; ask for an"):
        Scenario.from_dict(worlds.changed(worlds.busy(), **changes))


def test_analyses_ask_for_outcomes_of_firms_and_of_the_market():
    with pytest.raises(ScenarioError, match="'offer_units' is of each offer"):
        choose(Scenario.from_dict(worlds.busy()), outcome="offer_units")
