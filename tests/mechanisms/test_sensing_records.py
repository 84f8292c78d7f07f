"""What sales records show a firm, and what they cannot show."""

from __future__ import annotations

import numpy as np
import worlds

from sim.market import Market
from sim.scenario import Scenario


def lived(latent):
    raw = worlds.busy()
    raw["categories"]["ride"]["attributes"]["charm"] = {"latent": latent}
    raw["mechanisms"] = {**raw.get("mechanisms", {}), "sensing": {
        "variant": "crm", "interval": 1, "learning": 1.0,
    }}
    market = Market(Scenario.from_dict(raw), seed=3)
    for _ in range(3):
        market.step()
    return market


def test_records_show_no_attribute_that_nobody_knows_to_ask_for():
    charm = lived(True).attribute_names.index("charm")
    blind, seeing = (lived(latent).tables.firms.believed_needs for latent in (True, False))
    sold = lived(False).tables.offers.quality[:, charm] > 0
    firms = np.unique(lived(False).tables.offers.firm[sold])
    assert np.all(seeing[firms, charm] > 0)
    assert np.all(blind[firms, charm] == 0)
    assert np.allclose(blind.sum(axis=1), 1)
