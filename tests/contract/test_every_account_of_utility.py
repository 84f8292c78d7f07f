"""The utility of the logit choice stands in five places: all say the same of the same customers.

The kernel decides; its account tells biographies; export hands the truth out; the panel of
observers says what offers are worth; logit-Bertrand prices ask what would be bought. Each week all
five are asked about the same occasions, so that what is changed in one place alone fails here.

What a place leaves out by intention, and this test adds again:

- the panel: pressure of a sales contact, which is no worth to her. It looks at the next choice, so
  that who avoids an offer for the last time this week counts as one who may buy it;
- logit-Bertrand: pressure, and the terms of all other families;
- account and export: nothing. Export sums trust, reactance and pressure as ``relation``.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import worlds

from sim.export.utility import TERMS, Weights, Witness, weigh
from sim.mechanisms.base import Mechanism, families, mechanism
from sim.mechanisms.choice.multinomial_logit import choose
from sim.mechanisms.pricing.logit_bertrand import LogitBertrand, ask
from sim.observers.panel import Panel
from sim.streams import address, gumbel
from sim.tables import DefectKnowledge

N, MOST = 60, 64.0
SINGLE = 1e-4  # the kernel adds up in single precision, with luck on top
# Names of export by those of the account; all else that the account names is another family's.
NAMES = {
    "experience": "experience", "price": "price_term", "loyalty": "loyalty", "trust": "relation",
    "reactance": "relation", "push": "relation", "defect": "defect", "switching": "switching",
}
WEIGHTS = {
    "experience_weight": 3.1, "loyalty_weight": 2.3, "loyalty_memory": 0.6, "trust_weight": 1.7,
    "reactance_weight": 2.9, "push_weight": 1.3, "defect_aversion": 5.7, "stealing_thunder": 0.4,
}


def unequal(world):
    """A world in which no weight is its default, and segments weigh unlike."""
    return worlds.changed(
        worlds.with_mechanism(world, "choice", "multinomial_logit", **WEIGHTS),
        customers__segments__expert__behavior={
            "choice": {name: 0.8 * value for name, value in WEIGHTS.items()}
        },
        customers__segments__expert__outside_utility=0.7,
        customers__segments__everyday__outside_utility=-0.4,
        customers__segments__expert__switching_cost=0.9,
        firms__Cy__offers__bus__launch_week=4,
    )


class Asking:
    """Asks all places about the first occasions in a category and week, (n_first, n_offers)."""

    def __init__(self, market):
        self.weeks, self.given, self.sweep = [], {}, market.sweep
        self.witnesses = [
            Witness(np.flatnonzero(market.tables.offers.category == k), k, np.ones(N, dtype=bool))
            for k in range(len(market.category_names))
        ]
        market.weighing.extend(self.witnesses)
        market.listeners.append(self)
        market.sweep = self.keep

    def keep(self, kernel, *arguments):
        """Sweep, but write down what kernels of utility are given."""
        if kernel in (choose, ask):
            names = list(inspect.signature(kernel.python).parameters)[2:]
            copies = [np.array(one) if isinstance(one, np.ndarray) else one for one in arguments]
            self.given[kernel] = dict(zip(names, copies, strict=True))
        self.sweep(kernel, *arguments)

    def __call__(self, market, stage, after):
        if stage != "choice":
            return
        if not after:
            self.given.clear()
            state = market.tables.customers.state().items()
            self.before = {name: values.copy() for name, values in state}
            self.panel = by_panel(market)
            LogitBertrand().estimate(market)
        elif choose in self.given:
            self.compare(market)

    def compare(self, market):
        customers, offers, before = *market.tables[:2], self.before
        kind = np.concatenate([np.repeat(np.arange(2), n) for n in customers.n_occasions])
        cell = market.purchases.customer * 2 + kind
        first = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
        who, k = market.purchases.customer[first], kind[first]
        weight = market.mechanisms["choice"].by_segment(market, "push_weight")
        pressure = (
            weight[customers.segment[who], None] * before["sales_push"][who][:, offers.firm]
        )
        account, account_terms = by_account(market, before)
        export, export_terms = by_export(market, self.witnesses)
        bertrand = by_bertrand(market, self.given[ask])[who, k] + pressure
        self.weeks.append({
            "kernel": by_kernel(market, self.given[choose])[first], "account": account[first],
            "export": export[first], "panel": self.panel[who, k] + pressure,
            "bertrand": bertrand + export_terms["others"][first],
            # Account and export also follow her from one occasion to the next in the same week.
            **{f"account {name}": values for name, values in account_terms.items()},
            **{f"export {name}": values for name, values in export_terms.items()},
            "considered": np.isfinite(export),
            "pressure": pressure, "knows_defect": before["knows_defect"][who],
            "trust": before["trust"][who][:, offers.firm],
            "reactance": before["reactance"][who][:, offers.firm],
            "back_next_week": before["avoid_until_week"][who] == market.week,
            "families": np.full(first.size, len(market.weighing) > len(self.witnesses)),
        })


def by_kernel(market, given):
    """Utility in the kernel: found by what must be added until she takes the offer, luck known.

    One offer at a time is to be had; to buy nothing is worth 0 to everybody.
    """
    n, offers = market.purchases.n, market.tables.offers
    luck = np.array([
        [gumbel(state, 0), *(gumbel(state, int(label) + 1) for label in offers.label)]
        for state in states(market, given["key"])
    ]).reshape(n, -1)
    found = np.full((n, market.n_offers), -np.inf)
    for o in range(market.n_offers):
        low, high = np.full(n, -MOST), np.full(n, MOST)
        for _ in range(26):
            enough = takes(given, o, (low + high) / 2)
            low, high = np.where(enough, low, (low + high) / 2), np.where(
                enough, (low + high) / 2, high
            )
        found[:, o] = np.where(high < MOST, luck[:, 0] - luck[:, o + 1] - high, -np.inf)
    return found


def states(market, key):
    """The stream of each occasion's luck."""
    label, bought = market.tables.customers.label, market.purchases
    for i, number in zip(bought.customer, bought.serial, strict=True):
        yield np.uint64(address(np.uint64(address(key, int(label[i]))), int(number)))


def takes(given, o, bonus):
    """On which occasions she takes an offer that has a bonus, where there is no other, (n,)."""
    copies = {
        name: value.copy() if isinstance(value, np.ndarray) else value
        for name, value in given.items()
    }
    copies["context"][:, 1] = 0.0
    others = np.arange(copies["added"].shape[1]) != o
    copies["added"] += np.where(others, -np.inf, bonus[:, None]).astype(np.float32)
    choose.compiled(0, N, *copies.values())
    return copies["bought_offer"] == o


def by_account(market, before):
    """Sums without luck, and terms under the names that export has for them."""
    shape = (market.purchases.n, market.n_offers)
    total = np.full(shape, -np.inf)
    terms = {name: np.zeros(shape) for name in TERMS}
    choice, place = market.mechanisms["choice"], {n: o for o, n in enumerate(market.offer_names)}
    for i in range(N):
        own = {name: values[i].copy() for name, values in before.items()}
        told = choice.explain(market, i, own)
        occasions = np.flatnonzero(market.purchases.customer == i)
        for e, happening in zip(occasions, told, strict=True):
            for offer, parts in happening.details["options"].items():
                if offer == "nothing":
                    continue
                o, values = place[offer], {n: v for n, v in parts.items() if n != "luck"}
                total[e, o] = sum(values.values())
                for name, value in values.items():
                    terms[NAMES.get(name, "others")][e, o] += value
    return total, terms


def by_export(market, witnesses):
    """Sums and terms, those of families among the others with discounts and what is foreseen."""
    shape = (market.purchases.n, market.n_offers)
    total = np.full(shape, -np.inf)
    terms = {name: np.zeros(shape) for name in TERMS}
    weights = Weights.of(market)
    for witness in witnesses:
        seen, own = witness.take(), witness.offers
        chosen = market.purchases.offer[seen.at]
        taken = np.where(chosen >= 0, np.searchsorted(own, np.maximum(chosen, 0)), -1)
        weighed, cells = weigh(market, seen, taken, own, weights), np.ix_(seen.at, own)
        total[cells] = weighed.utility
        for name in TERMS:
            terms[name][cells] = np.where(weighed.considered, weighed.terms[name], 0.0)
        terms["others"][cells] += np.where(np.isfinite(seen.state["added"]), 0.0, -np.inf)
        # Export counts what is foreseen as experience and discounts as price; in the account
        # they are the other family's.
        customer = market.tables.customers
        foreseen = (
            weights.by_name["experience_weight"][customer.segment[seen.customer], None]
            * seen.state["foreseen"]
        )
        discount = customer.price_sensitivity[seen.customer, None] * seen.state["discount"]
        for name, moved in (("experience", foreseen), ("price_term", discount)):
            moved = np.where(weighed.considered, moved, 0.0)
            terms[name][cells] -= moved
            terms["others"][cells] += moved
    return total, terms


def by_panel(market):
    """The panel's of everybody in each category, (N, 2, n_offers)."""
    panel, found = Panel(market, np.arange(N)), np.full((N, 2, market.n_offers), -np.inf)
    found[panel.customer, panel.category] = panel.utility(market, panel.terms_of_families(market))
    return found


def by_bertrand(market, given):
    """From the chances that a panel of one customer gives, (N, 2, n_offers)."""
    found = np.full((N, 2, market.n_offers), -np.inf)
    outside = given["context"][given["segment"], 1]
    for i in range(N):
        for k in range(2):
            rate = np.zeros((N, 2), dtype=given["purchase_rate"].dtype)
            rate[i, k] = 1.0
            estimates = np.zeros((market.n_blocks, market.n_offers, 3))
            asked = {**given, "share": 1.0, "purchase_rate": rate, "estimates": estimates}
            ask.compiled(i, i + 1, *asked.values())
            chance = estimates.sum(axis=0)[:, 0]
            with np.errstate(divide="ignore"):
                found[i, k] = np.log(chance / (1.0 - chance.sum())) + outside[i]
    return found


def ask_all(world):
    market = worlds.market(unequal(world))
    asking = Asking(market)
    market.run_model()
    return {
        name: np.concatenate([week[name] for week in asking.weeks]) for name in asking.weeks[0]
    }


@pytest.fixture(scope="module", params=[worlds.busy, worlds.full])
def asked(request):
    return ask_all(request.param(N))


def test_enough_happens_that_no_term_can_hide(asked):
    there = np.isfinite(asked["export"])
    assert there.sum() > 500
    assert (there & (asked["knows_defect"] == DefectKnowledge.TOLD_BY_FIRM)).sum() > 20
    told_otherwise = (asked["knows_defect"] > 0) & (
        asked["knows_defect"] != DefectKnowledge.TOLD_BY_FIRM
    )
    assert (there & told_otherwise).sum() > 20
    for name in ("trust", "reactance", "pressure"):
        assert (asked[name][there] > 0.001).sum() > 20, name
    assert len(asked["considered"]) > len(there) + 100
    for name in TERMS:
        if name != "others" or asked["families"].any():
            assert (np.abs(asked[f"export {name}"][asked["considered"]]) > 0.001).sum() > 20, name


@pytest.mark.parametrize("place", ["kernel", "account", "bertrand", "panel"])
def test_all_places_find_an_offer_worth_the_same(asked, place):
    found, truth = asked[place], asked["export"]
    same_time = ~asked["back_next_week"] if place == "panel" else np.ones(truth.shape, dtype=bool)
    there = np.isfinite(truth)
    assert np.array_equal(np.isfinite(found) & same_time, there & same_time)
    assert found[there] == pytest.approx(truth[there], abs=SINGLE)


@pytest.mark.parametrize("term", TERMS)
def test_account_and_export_agree_term_by_term(asked, term):
    there = asked["considered"]
    account, export = asked[f"account {term}"], asked[f"export {term}"]
    assert account[there] == pytest.approx(export[there], abs=SINGLE)


def test_trust_counts_whatever_family_it_comes_from(monkeypatch):
    own = {family: dict(variants) for family, variants in families().items()}
    monkeypatch.setattr("sim.mechanisms.base.REGISTRY", own)

    @mechanism(family="response", variant="warm")
    class Warm(Mechanism):
        """Everybody trusts the first firm."""

        writes = ("customers.trust",)

        def step(self, market):
            market.tables.customers.trust[:, 0] = 0.5

    world = worlds.with_mechanism(worlds.busy(N), "response", "warm")
    for family in ("selling", "trust", "channels"):
        world = worlds.with_mechanism(world, family, "none")
    found = ask_all(world)
    there = np.isfinite(found["export"])
    assert (found["trust"][there] > 0).sum() > 100
    for place in ("kernel", "account", "bertrand"):
        assert found[place][there] == pytest.approx(found["export"][there], abs=SINGLE), place
