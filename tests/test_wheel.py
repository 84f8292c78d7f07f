"""A built wheel, unpacked elsewhere, finds the shipped scenarios and experiments."""

import os
import subprocess
import sys
import zipfile

from tests.update import ROOT


def test_a_wheel_carries_all_it_needs(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True, capture_output=True, text=True,
    )
    (wheel,) = tmp_path.glob("counterpoise-*.whl")
    inside = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(inside)
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]
    shipped = {p.name for p in (ROOT / "scenarios").glob("*.yaml")}
    assert {p.name for p in (inside / "sim/shipped/scenarios").glob("*.yaml")} == shipped
    assert (inside / "sim/shipped/scenarios/schema.json").exists()
    assert (inside / "sim/shipped/experiments/benchmarks/workload.yaml").exists()
    assert (inside / "sim/report/report.html.j2").exists()
    assert (inside / "sim/py.typed").exists()
    (metadata,) = inside.glob("counterpoise-*.dist-info/METADATA")
    assert "Classifier: Typing :: Typed" in metadata.read_text().splitlines()
    listed = subprocess.run(
        [sys.executable, "-m", "sim", "list"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(inside)}, check=True,
    )
    assert all(path.removesuffix(".yaml") in listed.stdout for path in shipped)
