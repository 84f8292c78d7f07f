"""A sweep's folder may come from a stranger: nothing outside it is read, written or removed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.experiment.loader import load_experiment
from sim.experiment.sweep import How, Swept, sweep
from tests.experiment.conftest import SMALL


def swept(path: Path, folder: Path, how: How | None = None) -> Swept:
    return sweep(load_experiment(path), folder, how or How(workers=1))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    path = folder / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return swept(path, folder / "out").folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "out"))


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    path = tmp_path / "thesis" / "thesis.txt"
    path.parent.mkdir()
    path.write_text("years of work", encoding="utf-8")
    return path


def test_links_under_temporary_names_lead_no_writer_elsewhere(
    whole: Path, folder: Path, small: Path, precious: Path
) -> None:
    part = sorted((folder / "series").iterdir())[0]
    part.unlink()
    for name in ("cells.npy", "manifest.json", "design.parquet", "results.parquet",
                 f"series/{part.name}", "series/part-000002.parquet"):
        path = folder / name
        path.with_name(f".{path.name}.partial").symlink_to(precious)
    (folder / ".results.parquet.scratch").symlink_to(precious)
    assert swept(small, folder).missing == 0
    assert swept(small, folder, How(workers=1, resume=False)).missing == 0
    assert precious.read_text(encoding="utf-8") == "years of work"
    assert (folder / "results.parquet").read_bytes() == (whole / "results.parquet").read_bytes()
