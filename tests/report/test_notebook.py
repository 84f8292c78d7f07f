"""A run in a notebook: rich display, plots of one line, and the example that shows them."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest

from experiments.examples import first_lesson_notebook, solara_market
from sim.errors import ScenarioError
from tests.report.test_html import Page


def test_display_says_answer_claims_and_intervals(make, raw):
    page = Page(make(raw)._repr_html_())
    assert "Shown in this model" in page.text
    assert raw["claims"][0]["text"] in page.text
    assert "Units sold shout" in page.text
    assert "higher" not in page.text  # the table is small: bold says it
    assert not {"script", "style", "link", "img"} & {tag for tag, _ in page.tags}


def test_display_fixes_no_color_of_page_or_text(make, raw):
    text = make(raw)._repr_html_()
    assert "background:#" not in text and "color:#000" not in text and "color:#fff" not in text
    assert len(text) < 20_000


def test_display_escapes_what_a_scenario_says(big):
    assert "<script" not in big._repr_html_()


@pytest.mark.parametrize("arguments", [{"replications": 1}, {"sales": False}])
def test_display_stands_with_little_to_say(make, raw, arguments):
    text = Page(make(raw | {"claims": []}, **arguments)._repr_html_()).text
    assert "nan" not in text and "None" not in text


def test_plot_draws_the_mean_of_each_strategy(make, raw):
    result = make(raw)
    figure = result.plot("units", firm="Orbit")
    lines = figure.axes[0].get_lines()
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "shout", "listen",
    ]
    for number, line in enumerate(lines):
        np.testing.assert_allclose(
            line.get_ydata(), result.series["units"][number, :, :, 1].mean(axis=0)
        )
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_plot_of_one_strategy_keeps_its_color_and_needs_no_legend(make, raw):
    result = make(raw)
    both, one = result.plot("customer_power"), result.plot("customer_power", strategies=["listen"])
    assert one.axes[0].get_legend() is None
    assert one.axes[0].get_lines()[0].get_color() == both.axes[0].get_lines()[1].get_color()


def test_plot_needs_no_pyplot(make, raw, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # an import of it would fail
    make(raw).plot("market_share", firm="Nova")


@pytest.mark.parametrize(("asked", "said"), [
    ({"outcome": "unit"}, "no outcome 'unit'"),
    ({"outcome": "units", "firm": "nova"}, "no firm 'nova'"),
    ({"outcome": "units", "strategies": ["shoot"]}, "no strategy 'shoot'"),
])
def test_plot_of_what_is_not_there_is_refused(make, raw, asked, said):
    with pytest.raises(ScenarioError, match=said):
        make(raw).plot(**asked)


def test_example_notebook_runs(tmp_path, capsys):
    result = first_lesson_notebook.main(tmp_path, replications=2)
    assert result.replications == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "bad_news.png", "customer_power.png", "satisfaction.png", "units.png",
    ]
    told = capsys.readouterr().out
    assert "customer 12 belongs to" in told and "listened from week 21" in told


def test_market_of_the_solara_example_lives_and_is_drawn():
    market = solara_market.LessonMarket(price=7.0, seed=3)
    for _ in range(3):
        market.step()
    assert market.tables.offers.price_cents[0] == 700
    assert solara_market.happy(market).startswith("week 3: ")
    lines = solara_market.curves("market_share")(market).axes[0].get_lines()
    assert [line.get_label() for line in lines] == market.firm_names
    assert all(len(line.get_ydata()) == 3 for line in lines)
    arguments = {name: spec["value"] for name, spec in solara_market.PARAMETERS.items()}
    assert solara_market.LessonMarket(**arguments).strategy == "listen"


@pytest.mark.skipif(importlib.util.find_spec("solara") is None, reason="solara is not installed")
def test_page_of_the_solara_example_is_made():
    assert solara_market.page is not None
