"""The page: complete, self-contained, harmless, the same for the same run, and small."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from sim.report.figures import by_strategy, charted, strategy_pens
from sim.report.html import outcome_rows, render
from sim.results.statistics import Estimate

VOID = {"meta", "br", "img", "path", "use"}


class Page(HTMLParser):
    """Collects tags and text; every tag must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_page_needs_nothing_from_outside(big_page):
    text = big_page
    assert "http:" not in text and "https:" not in text
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))


def test_ids_are_unique_and_links_have_targets(big_page):
    page = Page(big_page)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {a["href"] for tag, a in page.tags if tag == "a"}
    assert links and {link[1:] for link in links} <= set(ids)


def test_text_of_the_scenario_is_escaped(big_page):
    assert "<script" not in big_page and "<img" not in big_page
    assert "&lt;script&gt;alert(&#39;title&#39;)&lt;/script&gt; &amp; $more$" in big_page


def test_text_cannot_hide_or_turn_what_stands_beside_it(make, raw):
    odd = "a\u202eb \x1b[31mc\x07 \u2066d"
    raw["events"] = [{"name": odd, "week": 2, "set": {"firms.Nova.offers.nova_one.price": 7}}]
    page = render(make(raw | {"title": odd, "question": odd, "currency": odd}))
    assert not re.search("[\x07\x1b\u202e\u2066]", page)
    assert "a\N{REPLACEMENT CHARACTER}b" in Page(page).text


def test_page_is_the_same_byte_for_byte(make, hostile, big_page):
    assert render(make(hostile)) == big_page


def test_page_says_every_claim_and_its_verdict(big, big_page):
    text = Page(big_page).text
    for verdict in big.verdicts():
        assert " ".join(verdict.claim.text.split()) in text
    assert re.findall(r'class="badge (\w+)">\s*([a-z ]+)', big_page)[:4] == [
        ("shown", "shown"), ("refuted", "refuted"), ("shown", "shown"), ("open", "not shown"),
    ]


def test_page_stays_under_a_megabyte(big_page):
    assert len(big_page.encode()) < 1_000_000


def test_order_leads_from_answer_to_provenance(make, raw):
    text = render(make(raw))
    order = [
        "First lesson: a firm that listens", "Does a firm gain more customers",
        "Shown in this model",
        'id="claims"', 'id="main-figure"', 'id="outcomes"', 'id="more"', 'id="shares"',
        'id="assumptions"', 'id="reading"', 'id="provenance"',
    ]
    places = [text.index(part, text.index("<body>")) for part in order]
    assert places == sorted(places)


def test_assumptions_say_what_was_changed(make, raw):
    text = Page(render(make(raw))).text
    assert "firms.Nova.offers.nova_one.advertising 100 200" in text
    assert "firms.Nova.levers.voice_openness 0.3 0.8" in text
    assert "mechanisms.word_of_mouth.contact_prob 0.1 0.05 to 0.2 science.md A2" in text
    assert "mechanisms.development.productivity : 0.0002" in text
    assert raw["does_not_represent"] in text


def test_every_chart_has_alternative_text(big_page):
    charts = [a for tag, a in Page(big_page).tags if a.get("class") == "chart"]
    assert len(charts) > 15
    assert all(a["role"] == "img" and a["aria-label"] for a in charts)


def test_difference_across_zero_is_not_distinguishable(make, raw):
    text = Page(render(make(raw, effect=0.0))).text
    assert "not distinguishable from shout" in text
    assert "higher than shout" not in text.split("How to read")[0].split("Awareness")[0]


def test_minus_signs_are_minus_signs(make, raw):
    text = Page(render(make(raw, effect=-0.1))).text
    assert "−10." in text and "first_lesson" in text


@pytest.mark.parametrize("arguments", [
    {"replications": 1}, {"sales": False}, {"sales": False, "replications": 1},
    {"strategies": ["shout"]}, {"strategies": ["listen"]}, {"noise": 0.0}, {"effect": -0.4},
])
def test_page_stands_with_little_to_say(make, raw, arguments):
    text = Page(render(make(raw, **arguments))).text
    assert raw["claims"][0]["text"] in text
    assert not re.search(r"\bnan\b|\binf\b|None", text)


def test_page_stands_without_claims(make, raw):
    text = Page(render(make(raw | {"claims": []}))).text
    assert "states no claim" in text and "Claims against their bounds" not in text


@pytest.mark.parametrize("count", [1, 8, 11])
def test_page_stands_with_one_strategy_and_any_number_of_firms(make, many_firms, count):
    result = make(many_firms(count))
    text = Page(render(result)).text
    assert "the only strategy of this run" in text and "Paired differences" not in text
    assert ("Market shares of all firms" in text) == (count > 1)
    assert ("Charts show 8 of 11 firms" in text) == (count > 8)
    assert all(name in text for name in result.firm_names)


def test_page_stands_with_one_week_and_with_many(make, raw):
    claims = [raw["claims"][0] | {"weeks": [1, 1]}]
    assert "week 1" in Page(render(make(raw | {"weeks": 1, "claims": claims}))).text
    text = render(make(raw | {"weeks": 1000}, replications=2))
    assert "means of 8 weeks" in text and len(text) < 400_000


def test_many_strategies_are_all_in_the_tables(make, raw):
    raw["strategies"] = {f"plan {number}": {} for number in range(12)}
    text = html.unescape(Page(render(make(raw | {"claims": []}, effect=0.01))).text)
    assert all(f"plan {number}" in text for number in range(12))
    assert "Charts show 8 of 12 strategies, those that matter most to the answer first;" in text


def test_charts_leave_out_none_that_the_answer_speaks_of(make, raw):
    """The last strategies are those of the claim, with the largest share and the most profit."""
    raw["strategies"] = {f"plan {number}": {} for number in range(12)}
    raw["claims"] = [raw["claims"][0] | {"strategy": "plan 10", "against": "plan 9"}]
    result = make(raw, effect=0.01)
    shown = charted(result)
    assert len(shown) == 8 and shown == sorted(shown, key=result.strategies.index)
    assert {"plan 0", "plan 9", "plan 10", "plan 11"} <= set(shown)
    drawn = {line.name: line.pen for line in by_strategy(result, "units", "Nova", 50)}
    assert drawn == strategy_pens(result) and len(set(drawn.values())) == 8
    assert charted(make(raw | {"strategies": {key: {} for key in list(raw["strategies"])[:8]},
                               "claims": []})) == [f"plan {number}" for number in range(8)]


def test_tables_show_no_digits_that_the_interval_makes_meaningless(make, raw):
    result = make(raw)
    result.estimate = lambda *_, **__: Estimate(1_821_798.0, 1_761_654.0, 1_881_942.0, 4)
    result.difference = lambda *_, **__: Estimate(186_770.0, 169_199.0, 204_341.0, 4)
    row = outcome_rows(result, "profit")["rows"][1]
    currency = raw["currency"]
    assert row["value"] == f"1,822,000 {currency} (1,762,000 to 1,882,000)"
    assert row["difference"] == f"+187,000 {currency} (+169,000 to +204,000)"
