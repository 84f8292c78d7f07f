"""Bass's durables: fitted rates, lived by customers, are found again in what they bought."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import RunError
from sim.replications import bass_durables
from sim.replications.base import replications


@pytest.mark.evidence
def test_fitted_rates_are_found_again():
    found = replications()["bass_durables"].carry_out(seed=0, workers=1)
    assert [finding for finding in found.findings if not finding.good] == []
    assert sum(finding.must_depart for finding in found.findings) == 4


def test_a_missing_series_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(bass_durables, "experiment_folder", lambda: tmp_path)
    with pytest.raises(RunError, match=r"color_television\.csv cannot be read"):
        bass_durables.read_series("color_television")


def test_r_squared_is_of_the_curve_as_it_stands():
    found = np.array([1.0, 2.0, 3.0])
    assert bass_durables.r_squared(found, found) == 1.0
    assert bass_durables.r_squared(found + 1, found) == pytest.approx(1 - 3 / 2)
