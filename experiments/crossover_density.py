"""At which density of ties does a secret stop to pay? ``python -m experiments.crossover_density``.

Runs the scenario ``no_place_to_hide`` at several numbers of neighbors and prints the third year's
revenue of the silent firm over that of the frank one, with 95% intervals, and the crossover by
linear interpolation.
"""

from __future__ import annotations

import sys

from sim import Scenario, load_scenario, run
from sim.results.statistics import Estimate, ratio

NEIGHBORS = (0, 2, 4, 6, 8, 12, 16, 24)
FIRM, OFFER, YEAR = "Haneul", "haneul_pack", (105, 156)


def at_density(neighbors: int, replications: int) -> Estimate:
    """The ratio of revenues where everybody has so many neighbors."""
    network = {"customers.network.kind": "none"}
    if neighbors:
        network = {
            "customers.network.kind": "watts_strogatz", "customers.network.neighbors": neighbors,
        }
    frank = {f"firms.{FIRM}.offers.{OFFER}.defect.disclosed": True}
    raw = {
        **load_scenario("no_place_to_hide").raw,
        "strategies": {"conceal": {}, "disclose": {"set": frank}}, "claims": [],
    }
    raw.pop("lesson", None)  # its steps name the strategies that are replaced here
    result = run(Scenario.from_dict(raw, overrides=network), replications=replications)
    return ratio(
        result.values("revenue", "conceal", FIRM, YEAR),
        result.values("revenue", "disclose", FIRM, YEAR),
    )


def main(replications: int) -> None:
    """Print the table and the crossover."""
    print("neighbors   conceal / disclose, revenue of year 3 (95% interval)")
    found = []
    for neighbors in NEIGHBORS:
        estimate = at_density(neighbors, replications)
        found.append(estimate.value)
        print(f"{neighbors:9d}   {estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})")
    for a in range(len(found) - 1):
        if found[a] >= 1 > found[a + 1]:
            step = (found[a] - 1) / (found[a] - found[a + 1])
            crossover = NEIGHBORS[a] + step * (NEIGHBORS[a + 1] - NEIGHBORS[a])
            print(f"the secret stops to pay at about {crossover:.1f} neighbors")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
