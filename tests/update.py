"""The one script that changes what tests compare with: ``python -m tests.update``.

Writes the map in ``sim/README.md``, the tables of ``sim/ODD.md``, ``scenarios/schema.json``,
``experiments/schema.json`` and the golden baselines. A change of the baselines is an output-moving
change: mark it **breaking** in ``CHANGELOG.md``.
"""

import ast
import json
from pathlib import Path

from tests.layers import LAYERS
from tests.odd import with_tables

ROOT = Path(__file__).resolve().parents[1]
BASELINES = Path(__file__).with_name("baselines.json")
WEEKS = 20
MAP_HEAD = """# The map

One line a file, taken from the file itself by `python -m tests.update`. The order of the week is
`schedule.py`; the words are `glossary.md`. Codes such as M11 and C16 lead to `sources.md`, such as
A2 and B4 to `science.md`.

From the bottom up; nothing imports what stands further down in this list, and a test holds that:

"""


def map_text():
    lines = [MAP_HEAD, *(
        f"{number}. {what}: {', '.join(f'`{part}`' for part in parts)}\n"
        for number, (what, parts) in enumerate(LAYERS, 1)
    ), "\n"]
    folders = {}
    for file in sorted((ROOT / "sim").rglob("*.py")):
        folders.setdefault(file.parent, []).append(file)
    for folder in sorted(folders, key=lambda f: (len(f.relative_to(ROOT).parts), f)):
        files = folders[folder]
        name = folder.relative_to(ROOT).as_posix()
        about = first_line(folder / "__init__.py")
        lines.append(f"## `{name}/`\n\n{about}\n\n")
        lines.extend(
            f"- `{file.name}`: {first_line(file)}\n" for file in files
            if file.name != "__init__.py"
        )
        lines.append("\n")
    return "".join(lines).rstrip() + "\n"


def first_line(file):
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert text, f"{file} has no docstring"
    return " ".join(text.split("\n\n")[0].split())


def baselines():
    """Outcomes of week 20 of every shipped scenario, smaller than shipped, one replication."""
    from sim import run
    from sim.scenario.shipped import scenario_ids

    found = {}
    for scenario in scenario_ids():
        result = run(
            scenario, replications=1, weeks=WEEKS, seed=11, overrides={"customers.n": 500},
            workers=1,
        )
        found[scenario] = {
            strategy: {
                outcome: result.series[outcome][number, 0, -1].tolist()
                for outcome in ("units", "awareness", "satisfaction", "cash", "good_news")
            }
            for number, strategy in enumerate(result.strategies)
        }
    return found


def main():
    from sim.experiment.json_schema import write_experiment_schema
    from sim.scenario.json_schema import write_schema

    odd = ROOT / "sim" / "ODD.md"
    odd.write_text(with_tables(odd.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / "sim" / "README.md").write_text(map_text(), encoding="utf-8")
    write_schema(ROOT / "scenarios" / "schema.json")
    write_experiment_schema(ROOT / "experiments" / "schema.json")
    BASELINES.write_text(json.dumps(baselines(), indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
