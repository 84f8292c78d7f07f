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
    experiments = {p.name for p in (ROOT / "experiments").glob("*.yaml")}
    assert files_in(inside / "sim/shipped/scenarios") == (
        files_in(ROOT / "scenarios") - {"README.md"}
    )
    # What the program reads, and no script: `python -m experiments` does not exist there.
    found = files_in(inside / "sim/shipped/experiments")
    assert found == {
        name for name in files_in(ROOT / "experiments")
        if not name.endswith(".py") and not name.startswith(("benchmarks/", "examples/"))
    }
    assert {*experiments, "schema.json", "data/cdnow_customers.csv"} <= found
    assert (inside / "sim/report/report.html.j2").exists()
    assert (inside / "sim/py.typed").exists()

    def told(*words):
        return subprocess.run(
            [sys.executable, "-m", "sim", *words], cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(inside)}, check=True,
        ).stdout

    # What names a script that is not here says that it runs from a checkout.
    naming = [text for path in (inside / "sim").rglob("*.yaml")
              if "python -m experiments" in (text := path.read_text(encoding="utf-8"))]
    assert naming and all("runs from a checkout only" in text for text in naming)

    listed = told("list")
    assert all(path.removesuffix(".yaml") in listed for path in (*shipped, *experiments))
    assert told("validate", "treo_sweep") == "treo_sweep: valid\n"
    assert "Color television" in told("show", str(
        inside / "sim/shipped/experiments/calibration/color_television.yaml"
    ))
    (metadata,) = inside.glob("counterpoise-*.dist-info/METADATA")
    about = metadata.read_text(encoding="utf-8").splitlines()
    assert {"Author: Counterpoise developers", "Classifier: Typing :: Typed"} <= set(about)


def files_in(folder):
    """Paths of all files below a folder but what Python leaves."""
    return {
        path.relative_to(folder).as_posix() for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
