"""The whole report: what ``counterpoise report`` adds, from made-up results and from lived ones."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from sim.asking import known
from sim.errors import RunError
from sim.report import full, picture, value
from sim.report.figures import firm_pens
from sim.report.full import Extras, live_again, render_full, strategies_to_show
from sim.report.power import power
from sim.report.sensitivity import Sensitivity, bars, read
from sim.results.run import run
from sim.scenario import Scenario
from tests.report.test_html import Page

FOUND = {
    "method": "Sobol’ total index", "outcome": "units of <Nova>", "verdict": "Converged.",
    "factors": [
        {"name": "customers.n", "value": 0.01, "low": -0.02, "high": 0.04},
        {"name": "mechanisms.word_of_mouth.contact_prob", "value": 0.52, "low": 0.4, "high": 0.63},
        {"name": "mechanisms.development.productivity", "value": 0.3},
    ],
}


@pytest.fixture(scope="module")
def lived():
    """A small run of the first lesson."""
    from tests.report.conftest import first_lesson

    raw = first_lesson()
    raw["customers"]["n"], raw["weeks"] = 200, 12
    raw["claims"][0]["weeks"] = [5, 12]
    return run(Scenario.from_dict(raw), replications=3, seed=5, workers=1)


@pytest.fixture(scope="module")
def extras(lived):
    return live_again(lived, analysis=Sensitivity.model_validate(FOUND), replay="replay.html")


@pytest.fixture(scope="module")
def whole(lived, extras):
    return render_full(lived, extras)


def test_whole_report_needs_nothing_and_is_well_formed(whole):
    assert "http:" not in whole and "https:" not in whole
    page = Page(whole)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    links = {a["href"] for tag, a in page.tags if "href" in a}
    assert {link for link in links if not link.startswith("#")} == {"replay.html"}
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_order_leads_from_the_first_page_to_citations(whole):
    marks = [
        'class="first-page"', 'aria-label="The answer"', 'id="claims"', 'id="main-figure"',
        'id="outcomes"', 'id="power"', 'id="value"', 'id="sensitivity"', 'id="network"',
        'id="assumptions"', 'id="reading"', 'id="provenance"', "What the mechanisms follow",
        "How to cite this report",
    ]
    places = [whole.index(mark, whole.index("<body>")) for mark in marks]
    assert places == sorted(places)
    assert "McFadden (1974)" in whole


def test_the_same_run_has_the_same_report(lived, whole):
    again = live_again(lived, analysis=Sensitivity.model_validate(FOUND), replay="replay.html")
    assert render_full(lived, again) == whole


def test_needle_says_when_power_turns(make, raw):
    result = make(raw, noise=0.0, effect=0.0)
    needle = result.series["customer_power"]
    needle[0], needle[1, :, :30], needle[1, :, 30:] = 0.3, 0.4, 0.6
    told = power(result)
    assert [row["week"] for row in told["rows"]] == ["never", "week 31"]
    assert told["sentence"].endswith("never under “shout”; first in week 31 under “listen”.")
    assert "first in week 31" in told["chart"].svg
    assert len(told["components"]) == 5
    assert [row["needle"].split(" ")[0] for row in told["rows"]] == ["0.300", "0.600"]


def test_value_by_customers_is_that_of_the_best_talkers(lived, extras, whole):
    told = extras.talkers
    assert (told.n, told.strategy, told.replications) == (2, "listen", 3)
    again = value.value_by(
        lived.scenario, value.talkers(2), strategy="listen", replications=3, seed=lived.seed,
        weeks=lived.weeks,
    )
    np.testing.assert_array_equal(told.found.series["revenue"], again.series["revenue"])
    rows = value.talkers_rows(lived, told)
    assert [group["firm"] for group in rows] == ["Nova", "Orbit"]
    assert all(words in whole for words, _ in rows[0]["rows"])


def test_how_much_is_lived_depends_on_the_market_alone(make, raw):
    assert value.n_replications(make(raw), "listen") == 5
    raw["customers"]["n"] = 5000
    assert value.n_replications(make(raw), "listen") == 1
    raw["customers"]["n"] = 10_000
    result = make(raw)
    assert value.n_replications(result, "listen") == 0
    page = Page(render_full(result, Extras())).text
    assert "too large to be lived twice" in page
    assert "counterpoise value RUN --talkers 100 --strategy listen" in page


def test_pictures_show_whom_customers_bought_from(lived, extras):
    gallery = extras.gallery
    assert [one.strategy for one in gallery.pictures] == ["shout", "listen"]
    assert (gallery.shown, gallery.customers, gallery.ties) == (200, 200, 800)
    assert sum(len(one.svg) for one in gallery.pictures) < 150_000
    for one in gallery.pictures:
        assert sum(one.shares.values()) == pytest.approx(1)
        assert one.svg.count("h0") == 200  # each customer once
    ends, _, _ = picture.live(lived, ["shout"])
    by_hand = {f: float((ends[0].firm == f).mean()) for f in (0, 1)}
    assert [by_hand[0], by_hand[1]] == [
        gallery.pictures[0].shares[name] for name in ("Nova", "Orbit")
    ]


def test_pictures_of_a_large_market_stay_small(lived):
    raw = json.loads(json.dumps(lived.scenario.raw, default=str))
    raw["customers"]["n"], raw["weeks"] = 3000, 2
    raw["claims"] = []
    result = run(Scenario.from_dict(raw), replications=1, workers=1)
    gallery = picture.gallery(result, firm_pens(result), ["shout", "listen"])
    assert gallery.shown == picture.MOST_CUSTOMERS < gallery.customers == 3000
    assert gallery.ties_drawn == picture.MOST_TIES < gallery.ties
    assert sum(len(one.svg) for one in gallery.pictures) < 150_000


def test_markets_that_live_otherwise_are_left_out_and_said_so(make, raw):
    raw["customers"]["n"], raw["weeks"] = 50, 3
    raw["claims"] = []
    made_up = make(raw)  # nothing that a market could have lived
    extras = live_again(made_up)
    assert extras.gallery is None and "does not live the market as the run did" in extras.reason
    text = Page(render_full(made_up, extras)).text
    assert "Left out: this version does not live the market as the run did" in text
    assert "the markets could not be lived again" in text


def test_claimed_strategies_are_shown(make, hostile):
    result = make(hostile)
    first, second, *_, last = result.strategies
    assert strategies_to_show(result) == [first, second]
    hostile["claims"] = []
    assert strategies_to_show(make(hostile)) == [first, last]


@pytest.mark.parametrize("arguments", [
    {"replications": 1}, {"sales": False}, {"noise": 0.0}, {"strategies": ["shout"]},
])
def test_whole_report_stands_with_little_to_say(make, raw, arguments):
    text = Page(render_full(make(raw, **arguments), Extras())).text
    assert not re.search(r"\bnan\b|\binf\b|None", text)


def test_whole_report_of_the_hostile_run_is_harmless_and_small(big):
    page = render_full(big, Extras(sensitivity=Sensitivity.model_validate(FOUND)))
    assert "<script" not in page and "<img" not in page and "<Nova>" not in page
    assert len(page.encode()) < 850_000  # two pictures take up to 150,000 more


def test_sensitivity_is_read_and_drawn_in_order(tmp_path):
    (tmp_path / "sensitivity.json").write_text(json.dumps(FOUND | {"more": 1}), encoding="utf-8")
    found = read(tmp_path)
    assert [factor.value for factor in found.in_order] == [0.52, 0.3, 0.01]
    assert found.in_order[1].interval == (0.3, 0.3)
    words = re.findall(r"<text[^>]*>([^<]*)</text>", bars(found).svg)
    names = [word for word in words if "." in word and not word[-1].isdigit()]
    assert names == ["word_of_mouth.contact_prob", "development.productivity", "customers.n"]


@pytest.mark.parametrize(("text", "said"), [
    (None, "there is no sensitivity.json"),
    ("{", "it is damaged, or not JSON"),
    ('{"method": "m"}', "outcome: field required"),
    (json.dumps(FOUND | {"factors": [{"name": "a", "value": "x"}]}), "factors.0.value"),
    (json.dumps(FOUND).replace("0.52", "NaN"), "factors.1.value"),
])
def test_sensitivity_that_cannot_be_read_is_refused(tmp_path, text, said):
    if text is not None:
        (tmp_path / "sensitivity.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=re.escape(said)):
        read(tmp_path)


def test_outcomes_of_value_exist(lived):
    named = value.outcomes_of_value(lived)
    assert {part: list(names) for part, names in named.items()} == {
        "for": list(value.FOR), "of": list(value.OF),
    }
    assert all(known(name, lived.declared, "outcome") for name in value.FOR + value.OF)
    assert full.n_markets(lived) == 2 + 2 * 3
