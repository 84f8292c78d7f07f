"""Small scenarios for tests, as dictionaries, and what tests do to them again and again."""

from __future__ import annotations

import copy

import numpy as np

from sim.market import Market
from sim.mechanisms.base import default_variant, families
from sim.network import Network
from sim.scenario import Scenario

WEEKS = 12

PROSE = {
    "id": "a_test", "title": "A test", "represents": "Nothing.", "does_not_represent": "All else.",
    "sources": ["a test"], "question": "Does it hold?", "weeks": WEEKS,
}


def busy(n=60, weeks=WEEKS):
    """Three firms, two categories, two segments, defects, sales contacts: everything happens."""
    return {
        **PROSE, "weeks": weeks,
        "customers": {
            "n": n,
            "network": {"kind": "watts_strogatz", "neighbors": 6, "strong_share": 0.4},
            "segments": {
                "everyday": {
                    "share": 0.6, "needs": {"taste": 3, "safety": 2, "speed": 1, "charm": 1},
                    "needs_concentration": 15, "price_sensitivity": {"median": 0.1, "spread": 0.3},
                    "purchase_rate": {"mean": 0.9, "shape": 2},
                    "talkativeness": {"median": 3, "spread": 0.5},
                    "channel_affinity": {"shop": {"mean": 0.5, "sd": 0.4}},
                    "privacy_concern": {"low": 0.2, "high": 1.6, "high_share": 0.5},
                    "effort_cost": {"median": 0.3, "spread": 0.6},
                    "voice_propensity": {"mean": 0.5, "sd": 0.5}, "switching_cost": 0.2,
                    "information_seeking": {"mean": 0.3, "shape": 2},
                    "expertise": 0.2,
                },
                "expert": {
                    "share": 0.4, "needs": {"taste": 1, "safety": 2, "speed": 1, "charm": 2},
                    "needs_concentration": 15, "price_sensitivity": {"median": 0.05},
                    "purchase_rate": {"drink": 0.8, "ride": 0.6}, "regular_purchases": True,
                    "talkativeness": 2, "voice_propensity": 0.8, "outside_utility": None,
                    "channel_affinity": {"web": 0.6, "shop": {"mean": 0.4, "sd": 0.3}},
                    "information_seeking": 0.6,
                    "privacy_concern": 0.4, "effort_cost": 0.5,
                    "expertise": {"mean": 0.7, "concentration": 5},
                },
            },
        },
        "categories": {
            "drink": {"attributes": {"taste": {}, "safety": {}}},
            "ride": {"attributes": {"speed": {}, "charm": {"latent": True}}},
        },
        "firms": {
            "Ana": {
                "offers": {
                    "tea": {
                        "category": "drink", "quality": {"taste": 0.6, "safety": 0.4}, "price": 8,
                        "unit_cost": 3.33, "initial_awareness": 0.5, "initial_expectation": 0.7,
                        "defect": {"rate": 0.3, "severity": 0.15},
                        "position": 0.1, "personalization": 0.6, "data_ask": 0.7,
                        "channels": {"shop": 0.8, "web": 0.3},
                        "channel_costs": {"shop": 0.31, "web": 0.07},
                        "penalty_fee": 1.11, "penalty_prob": 0.2,
                        "supply": {
                            "lead_time": 2, "safety_weeks": 0.1, "supplier": "Cy",
                            "wholesale_price": 5.01, "initial_demand": 100,
                        },
                    },
                    "trip": {
                        "category": "ride", "quality": {"speed": 0.5, "charm": 0.7}, "price": 9.99,
                        "unit_cost": 4, "initial_awareness": 0.6, "advertising": 60,
                        "tariff": "subscription", "fee_weeks": 3,
                        "position": 0.7, "customization": 0.9,
                        "channels": {"shop": 0.2, "web": 0.6},
                    },
                },
                "levers": {
                    "sales_contact_rate": 0.15, "sales_pressure": 0.5, "support_capacity": 30,
                    "information_sharing": 0.4, "data_payment": 0.53, "data_misuse": 0.5,
                    "recommendation_rate": 4.0,
                    "development_budget": 100, "release_cadence": 4, "complaint_routing": 0.6,
                    "voice_openness": 0.7, "escalation_share": 0.25,
                    "opens_knowledge": 0.5, "reward_budget": 900, "reward_focus": 0.4,
                    "club_investment": 60,
                    "survey_share": 0.4, "study_size": 300, "openness_to_contributions": 0.9,
                },
            },
            "Bo": {
                "policy": "price_fighter",
                "offers": {
                    "cola": {
                        "category": "drink", "quality": {"taste": 0.5, "safety": 0.6}, "price": 8.5,
                        "unit_cost": 3.9, "initial_awareness": 0.6, "initial_expectation": 0.4,
                        "defect": {"rate": 0.3, "severity": 0.3, "disclosed": True},
                        "ad_load": 0.4, "ad_income": 0.71, "income_per_use": 0.013,
                        "position": 0.6, "data_ask": 0.4, "data_required": True,
                        "channels": {"shop": 0.5}, "channel_costs": {"shop": 0.23},
                    },
                },
                "levers": {
                    "sales_contact_rate": 0.1, "sales_pressure": 0.9, "support_capacity": 0,
                    "recommendation_rate": 8.0, "partner_commission": 0.07,
                    "observation_share": 50, "customer_facing_share": 0.7,
                    "openness_to_contributions": 0.4,
                },
                "partners": ["Cy"],
            },
            "Cy": {
                "partners": ["Bo", "Ana"],
                "offers": {
                    "bus": {
                        "category": "ride", "quality": {"speed": 0.6, "charm": 0.5}, "price": 10,
                        "unit_cost": 5, "initial_awareness": 0.3, "advertising": 150,
                        "initial_expectation": 0.6, "tariff": "subscription", "fee_weeks": 2,
                        "channels": {"web": 0.4, "shop": 0.7},
                    },
                },
                "levers": {
                    "support_capacity": 1000, "complaint_routing": 1.0, "partner_commission": 0.13,
                    "recommendation_rate": 6.0,
                    "reward_budget": 300, "reward_focus": 1.0, "club_investment": 200,
                },
            },
        },
        "channels": ["shop", "web"],
        "communities": {"board": {"host": "Ana"}},
        "mechanisms": {
            "community": {"join_rate": 0.2, "leave_prob": 0.1, "post_prob": 0.5},
            "selling": {"variant": "reactance", "contact_cost": 0.37},
            "dialogue": {"patience": 2, "support_cost": 1.11},
            "sensing": {"interval": 4},
            "development": {"productivity": 0.001},
        },
        "strategies": {
            "base": {},
            "dear": {"set": {
                "firms.Ana.offers.tea.price": 9.5, "firms.Cy.offers.bus.advertising": 20,
            }},
            "loud": {"set": {
                "firms.Ana.offers.trip.advertising": 300, "firms.Ana.levers.voice_openness": 0.1,
                "firms.Cy.levers.support_capacity": 5,
            }},
        },
        "events": [
            {"name": "a campaign", "week": 5, "set": {"firms.Ana.offers.tea.advertising": 120}},
            {"name": "a margin", "week": 4, "set": {"firms.Cy.levers.markup": 0.5}},
            {"name": "a discount", "when": "units.Ana > 20",
             "set": {"firms.Ana.offers.tea.price": 7.77}},
            {"name": "a confession", "week": 9,
             "set": {"firms.Ana.offers.tea.defect.disclosed": True}},
            {"name": "a closed shop", "week": 7, "set": {"firms.Ana.offers.tea.channels.shop": 0}},
            # Advertising is at work in this very world: late, so that it stays much as it was.
            {"name": "a promise", "week": 11,
             "set": {"firms.Cy.offers.bus.advertised_claim": 0.95}},
        ],
    }


def full(n=60, weeks=WEEKS):
    """The busy world with every family at work."""
    world = busy(n, weeks)
    mechanisms = dict(world["mechanisms"])
    for family, variants in families().items():
        real = [name for name in variants if name != "none"]
        chosen = mechanisms.get(family)
        named = chosen if isinstance(chosen, str) else (chosen or {}).get("variant")
        if real and named is None and default_variant(family) == "none":
            mechanisms[family] = {"variant": real[0], **(chosen or {})}
    return {**world, "mechanisms": mechanisms}


def bought_in_subscription(n=6, weeks=6):
    """Everybody uses a film of 8 for two weeks, which costs its seller 5 a use and its maker 4.

    Each use ends in a penalty of 1. Shops are out of stock in weeks 2 to 4, so that she pays 9 in
    weeks 1, 5 and 6, a renewal of 8 in week 2, and nothing in weeks 3 and 4: 35 for three uses.
    """
    world = plain(n, weeks, regular_purchases=True, offers={
        "film": {
            "price": 8.0, "tariff": "subscription", "fee_weeks": 2,
            "penalty_fee": 1.0, "penalty_prob": 1.0,
            "supply": {
                "lead_time": 1, "safety_weeks": 50, "initial_demand": n, "supplier": "Fdepot",
                "wholesale_price": 5.0,
            },
        },
        "depot": {"initial_awareness": 0.0},
    })
    world = with_mechanism(world, "choice", "multinomial_logit")
    world = with_mechanism(world, "supply", "order_up_to")
    return with_mechanism(world, "tariffs", "flat_rate_bias")


def plain(n=1000, weeks=WEEKS, *, offers=None, **segment):
    """One category, one attribute, all customers alike; no mechanism but those asked for."""
    offers = {"one": {}} if offers is None else offers
    given = {
        "category": "thing", "quality": {"worth": 0.5}, "price": 10.0, "unit_cost": 4.0,
        "initial_awareness": 1.0,
    }
    return {
        **PROSE, "weeks": weeks,
        "customers": {
            "n": n, "network": {"kind": "none"},
            "segments": {"all": {
                "needs": {"worth": 1}, "price_sensitivity": 0.1, "purchase_rate": 1.0,
                "outside_utility": None, **segment,
            }},
        },
        "categories": {"thing": {"attributes": {"worth": {}}}},
        "firms": {
            f"F{name}": {"offers": {name: {**given, **own}}} for name, own in offers.items()
        },
        "mechanisms": {family: "none" for family in families() if family != "books"},
    }


def changed(world, **by_path):
    """A copy with settings replaced, paths written with ``__`` for the dots."""
    copied = copy.deepcopy(world)
    for path, value in by_path.items():
        *owners, last = path.split("__")
        place = copied
        for name in owners:
            place = place[name]
        place[last] = value
    return copied


def with_mechanism(world, family, variant, **parameters):
    """A copy in which one family is of one variant, with these parameters and no other."""
    written = {**world["mechanisms"], family: {"variant": variant, **parameters}}
    return changed(world, mechanisms=written)


def market(world, strategy=None, **options):
    options.setdefault("seed", 1)
    return Market(Scenario.from_dict(world), strategy, **options)


def lived(world, strategy=None, *, weeks=None, **options):
    """A market after ``weeks`` weeks, by default all of them."""
    made = market(world, strategy, **options)
    for _ in range(made.world.weeks if weeks is None else weeks):
        made.step()
    return made


def state(made):
    """A copy of every column of every table: ``{"customers.aware": array}``."""
    return {
        f"{table}.{name}": values
        for table, rows in made.tables._asdict().items() for name, values in rows.state().items()
    }


def differing(one, other):
    """Names of the columns that are not the same bytes in two states or two markets."""
    one, other = (value if isinstance(value, dict) else state(value) for value in (one, other))
    assert one.keys() == other.keys()
    return {
        name for name in one
        if one[name].dtype != other[name].dtype or one[name].tobytes() != other[name].tobytes()
    }


def same_records(one, other):
    """Whether two markets recorded the same outcomes bit for bit, not-a-number included."""
    first, second = one.recorder.recorded(), other.recorder.recorded()
    assert first.keys() == second.keys()
    assert first
    return all(first[name].tobytes() == second[name].tobytes() for name in first)


def ties(n, pairs, strong=None):
    """A network of listed pairs."""
    pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Network.from_ties(n, pairs[:, 0], pairs[:, 1], strong)
