"""Evidence: a parameter that changes no outcome of any shipped scenario does not stay."""

import pytest

from sim import load_scenario
from sim.market import Market
from sim.mechanisms.base import families
from sim.parameters import declaration
from sim.scenario.mechanisms import chosen_mechanisms
from sim.scenario.schema import Levers, Offer
from sim.scenario.shipped import scenario_ids

pytestmark = pytest.mark.evidence
N, WEEKS = 400, 60
KEPT_FOR_OTHERS = {
    # Variants that experiments and benchmarks use and no shipped scenario.
    ("word_of_mouth", "opinion_averaging"), ("word_of_mouth", "complex_contagion"),
}


def other_value(group, name, value):
    """A value well away from the present one, inside the bounds."""
    field = group.model_fields[name]
    lowest = next((m.ge for m in field.metadata if hasattr(m, "ge")), None)
    highest = next((m.le for m in field.metadata if hasattr(m, "le")), None)
    if isinstance(value, bool):
        return not value
    if value is None:
        return 1.0
    if isinstance(value, int):
        far = value + 3 if highest is None or value + 3 <= highest else lowest
        return int(far)
    if not isinstance(value, float):
        return None
    far = value * 3 if value else 0.5
    return far if highest is None or far <= highest else (lowest or 0.0)


def record(scenario, strategy, overrides):
    settings = {"customers.n": N, **overrides}
    market = Market(scenario, strategy, seed=3, overrides=settings)
    for _ in range(min(WEEKS, market.world.weeks)):
        market.step()
    return {name: values.tobytes() for name, values in market.recorder.recorded().items()}


def trials(scenario, strategy):
    """Every single change worth a try: what it tells about, and the override."""
    world = scenario.world(strategy, {})
    for family, (variant, parameters) in chosen_mechanisms(world).items():
        for name in type(parameters).model_fields:
            value = other_value(type(parameters), name, getattr(parameters, name))
            yield (family, variant, name), {f"mechanisms.{family}.{name}": value}
    for firm_name, firm in world.firms.items():
        for name in Levers.model_fields:
            value = other_value(Levers, name, getattr(firm.levers, name))
            yield ("levers", name), {f"firms.{firm_name}.levers.{name}": value}
        for offer_name, offer in firm.offers.items():
            for name in Offer.model_fields:
                if declaration(Offer, name).get("lever") and name != "channels":
                    value = other_value(Offer, name, getattr(offer, name))
                    path = f"firms.{firm_name}.offers.{offer_name}.{name}"
                    yield ("offers", name), {path: value}


def declared():
    found = {
        (family, variant, name)
        for family, variants in families().items() for variant, cls in variants.items()
        for name in cls.Parameters.model_fields if (family, variant) not in KEPT_FOR_OTHERS
    }
    found |= {("levers", name) for name in Levers.model_fields}
    levers = (name for name in Offer.model_fields if declaration(Offer, name).get("lever"))
    return found | {("offers", name) for name in levers if name != "channels"}


def test_every_parameter_moves_an_outcome_of_some_shipped_scenario():
    still = declared()
    for scenario_id in scenario_ids():
        scenario = load_scenario(scenario_id)
        for strategy in scenario.document.strategies:
            usual = None
            for about, override in trials(scenario, strategy):
                if about not in still or None in override.values():
                    continue
                if usual is None:
                    usual = record(scenario, strategy, {})
                if record(scenario, strategy, override) != usual:
                    still.discard(about)
    assert sorted(still) == []
