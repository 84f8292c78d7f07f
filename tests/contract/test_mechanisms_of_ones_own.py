"""What a mechanism of one's own must be, and what is said where it is not."""

from __future__ import annotations

import pytest
import worlds

from sim.errors import MechanismError
from sim.mechanisms.base import Mechanism, families, mechanism


@pytest.mark.parametrize("module", ["grumble", "mine.grumble", "respons.grumble"])
def test_a_mechanism_of_ones_own_stands_in_a_family_of_the_week(module):
    own = type("Grumble", (Mechanism,), {"__module__": module})
    hint = "did you mean 'response'" if module.startswith("respons") else "schedule.py"
    with pytest.raises(MechanismError, match=rf"such as response/grumble\.py, .*{hint}"):
        mechanism(own)
    assert not {"mine", "respons", ""} & set(families())


def test_a_new_folder_is_told_where_families_are_entered():
    own = type("Grumble", (Mechanism,), {"__module__": "sim.mechanisms.gifts.grumble"})
    with pytest.raises(MechanismError, match=r"sim/schedule\.py: a new one is entered there"):
        mechanism(own)


def step(self, market):
    """Does nothing this week."""


@pytest.mark.usefixtures("a_registry_of_ones_own")
@pytest.mark.parametrize(("content", "variant", "fault"), [
    ({"stepp": step}, "own", r"Own does nothing: write 'step\(self, market\)'"),
    ({}, "none", None),
    ({"step": step}, "own", None),
    ({"weigh": step}, "own", None),
    ({"step": step}, "best price!", "the variant 'best price!' must be named by letters"),
    ({"step": step, "Parameters": int}, "own", "derive Own.Parameters from sim.parameters"),
    ({"step": step, "writes": "offers.price_cents"}, "own", "writes of Own must be a tuple"),
    ({"step": step, "writes": ("offers.price",)}, "own", "'offers.price'; did you mean"),
    ({"step": step, "reads": ("network",)}, "own", "no column 'network'; columns are listed in"),
])
def test_a_class_that_is_no_mechanism_is_told_what_it_lacks(content, variant, fault):
    families()["trust"].pop("none")
    own = type("Own", (Mechanism,), {"__module__": "__main__", **content})
    if fault is None:
        assert mechanism(family="trust", variant=variant)(own) is own
        return
    with pytest.raises(MechanismError, match=fault):
        mechanism(family="trust", variant=variant)(own)
    assert variant not in families()["trust"]


def test_what_is_no_class_of_mechanisms_is_told_so():
    with pytest.raises(MechanismError, match="derive Own from"):
        mechanism(family="pricing", variant="own")(type("Own", (), {"__module__": "__main__"}))
    with pytest.raises(MechanismError, match=r"name both, @mechanism\(family="):
        mechanism("pricing")


@pytest.fixture
def a_registry_of_ones_own(monkeypatch):
    """What a test registers is gone after it."""
    own = {family: dict(variants) for family, variants in families().items()}
    monkeypatch.setattr("sim.mechanisms.base.REGISTRY", own)
    return own


@pytest.mark.usefixtures("a_registry_of_ones_own")
def test_a_mechanism_of_a_notebook_is_told_its_names():
    @mechanism(family="pricing", variant="doubled")
    class Doubled(Mechanism):
        """Twice the lever."""

        reads = ("offers.list_price_cents",)
        writes = ("offers.price_cents",)

        def step(self, market):
            offers = market.tables.offers
            offers.price_cents[:] = 2 * offers.list_price_cents

    assert (Doubled.family, Doubled.variant) == ("pricing", "doubled")
    assert families()["pricing"]["doubled"] is Doubled
    world = worlds.with_mechanism(worlds.busy(), "pricing", "doubled")
    offers = worlds.lived(world).tables.offers
    assert (offers.price_cents == 2 * offers.list_price_cents).all()
    assert mechanism(family="pricing", variant="doubled")(Doubled) is Doubled  # a cell run again


@pytest.mark.usefixtures("a_registry_of_ones_own")
@pytest.mark.parametrize(("family", "name", "fault"), [
    ("pricin", "doubled", "no family 'pricin', did you mean 'pricing'"),
    ("scripted", "doubled", "no family 'scripted'"),
    ("policies", "doubled", "no family 'policies' in sim/schedule.py: they are supply, adv"),
    ("pricing", "fixed", "fixed.Fixed is called pricing/fixed already; give one of them another"),
])
def test_names_that_a_mechanism_is_told_are_checked(family, name, fault):
    before = families()["pricing"]["fixed"]
    own = type("Fixed", (Mechanism,), {"__module__": "__main__"})
    with pytest.raises(MechanismError, match=fault):
        mechanism(family=family, variant=name)(own)
    assert families()["pricing"]["fixed"] is before
