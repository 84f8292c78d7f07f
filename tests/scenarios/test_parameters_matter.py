"""Evidence: a parameter that changes no outcome of any shipped market does not stay."""

from pathlib import Path
from typing import get_args

import pytest

from sim import load_scenario
from sim.market import Market
from sim.mechanisms.base import families
from sim.parameters import declaration
from sim.scenario.mechanisms import chosen_mechanisms
from sim.scenario.schema import Levers, Offer
from sim.scenario.shipped import scenario_ids

pytestmark = pytest.mark.evidence
N, WEEKS = 300, 60
N_WHERE_FEW_OWN = {"watts_cascades": 6000}  # 1 in 1,000 owns the offer at first
OVERVIEW = "theatre_to_partnership"  # has every family at work, so it settles most
EXPERIMENTS = Path(__file__).parents[2] / "experiments"
KEPT_FOR_OTHERS = {
    # No shipped market has complex contagion, and only a benchmark averages opinions.
    ("word_of_mouth", "complex_contagion"), ("word_of_mouth", "opinion_averaging"),
}
HELD_BY_OWN_TESTS = {
    ("pricing", "scanner_panel", "panel"),  # names a file
    ("choice", "voter", "direction"),  # a word
    ("choice", "increasing_returns", "liking_weight"),  # offers of Polya's urn are alike
}


def other_values(group, name, value):
    """Values well away from the present one, inside the bounds; none for words."""
    field = group.model_fields[name]
    lowest = next((m.ge for m in field.metadata if hasattr(m, "ge")), 0)
    highest = next((m.le for m in field.metadata if hasattr(m, "le")), 1e9)
    if isinstance(value, bool):
        return [not value]
    if value is None:
        return [1] if {int, float} & set(get_args(field.annotation)) else []
    if isinstance(value, int):
        tried = [1, value + 3]
    elif isinstance(value, float):
        tried = [value * 3 if value else 0.5, 0.95 if value < 0.5 else 0.05]
    else:
        return []
    return [each for each in tried if lowest <= each <= highest and each != value]


def record(scenario, strategy, overrides):
    settings = {"customers.n": N_WHERE_FEW_OWN.get(scenario.id, N), **overrides}
    market = Market(scenario, strategy, seed=3, overrides=settings)
    for _ in range(min(WEEKS, market.world.weeks)):
        market.step()
    return {name: values.tobytes() for name, values in market.recorder.recorded().items()}


def trials(scenario, strategy):
    """Every single change worth a try: what it tells about, and the override."""
    world = scenario.world(strategy, {})
    for family, (variant, parameters) in chosen_mechanisms(world).items():
        for name in type(parameters).model_fields:
            for value in other_values(type(parameters), name, getattr(parameters, name)):
                yield (family, variant, name), {f"mechanisms.{family}.{name}": value}
    for firm_name, firm in world.firms.items():
        for name in Levers.model_fields:
            for value in other_values(Levers, name, getattr(firm.levers, name)):
                yield ("levers", name), {f"firms.{firm_name}.levers.{name}": value}
        for offer_name, offer in firm.offers.items():
            for name in Offer.model_fields:
                if declaration(Offer, name).get("lever"):
                    path = f"firms.{firm_name}.offers.{offer_name}.{name}"
                    for value in other_values(Offer, name, getattr(offer, name)):
                        yield ("offers", name), {path: value}


def declared():
    found = {
        (family, variant, name)
        for family, variants in families().items() for variant, cls in variants.items()
        for name in cls.Parameters.model_fields if (family, variant) not in KEPT_FOR_OTHERS
    } - HELD_BY_OWN_TESTS
    found |= {("levers", name) for name in Levers.model_fields}
    levers = (name for name in Offer.model_fields if declaration(Offer, name).get("lever"))
    words = {"channels", "tariff"}  # held to matter by tests of their own families
    return found | {("offers", name) for name in levers if name not in words}


def shipped_markets():
    """All scenarios, the one that settles most first, then markets for variants they do not use."""
    yield from sorted(scenario_ids(), key=lambda name: name != OVERVIEW)
    yield from sorted((EXPERIMENTS / "replications").glob("*.yaml"))


def test_every_parameter_moves_an_outcome_of_some_shipped_market():
    still = declared()
    for name in shipped_markets():
        scenario = load_scenario(name)
        for strategy in scenario.document.strategies:
            usual = None
            for about, override in trials(scenario, strategy):
                if about not in still:
                    continue
                if usual is None:
                    usual = record(scenario, strategy, {})
                if record(scenario, strategy, override) != usual:
                    still.discard(about)
    assert sorted(still) == []
