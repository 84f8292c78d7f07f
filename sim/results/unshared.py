"""What only this process knows of, because a script or notebook registered it here.

Workers that are no copies of this process start empty and import the program, not the script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sim.errors import RunError
from sim.mechanisms.base import families
from sim.network import kinds
from sim.network.registry import find
from sim.observers.base import observers
from sim.scenario import Scenario
from sim.scenario.mechanisms import VARIANT, chosen_mechanisms
from sim.scenario.policies import code_names

PROGRAM = "sim."


def unknown_to_workers(
    scenario: Scenario, outcomes: Iterable[str], settings: Iterable[tuple[str, Any]] = ()
) -> str | None:
    """The first thing that markets need and a worker that starts empty would not know.

    Parameters
    ----------
    scenario
        What markets are built from, under any of its strategies.
    outcomes
        What is observed.
    settings
        Settings, path and value, that some of the runs have besides.

    Returns
    -------
    str or None
        What it is and how to mend it; None where workers know all.
    """
    settings = tuple(settings)
    kind = type(scenario)
    if _is_own(kind):
        return _told(f"the class {kind.__qualname__} of {kind.__module__}", "hand a Scenario over")
    asked = set(outcomes)
    for name, cls in observers().items():
        if _is_own(cls) and asked & set(cls.outcomes):
            return _told(f"the observer {name}", "put its file into the folder sim/observers")
    own = {
        (family, variant) for family, variants in families().items()
        for variant, cls in variants.items() if _is_own(cls)
    }
    if own:
        worlds = map(chosen_mechanisms, scenario.worlds())
        chosen = [(f, v) for world in worlds for f, (v, _) in world.items()]
        chosen += [variant for setting in settings for variant in _variant(*setting)]
        if used := sorted(own.intersection(chosen)):
            family, variant = used[0]
            return _told(
                f"the mechanism {family}/{variant}",
                f"put its file into the folder sim/mechanisms/{family}",
            )
    for network in _networks(scenario, settings):
        generate = find(network).generate
        if not generate.__module__.startswith(PROGRAM):
            return _told(
                f"the network kind {network}", "put its file into the folder sim/network/generators"
            )
    for name in code_names(scenario.raw, scenario.overrides):
        if name.startswith("__main__:"):
            return _told(f"the policy {name}", "put it into a file beside the scenario")
    return None


def check_known_to_workers(
    scenario: Scenario, outcomes: Iterable[str], settings: Iterable[tuple[str, Any]] = ()
) -> None:
    """Refuse to start workers that would not know what markets need.

    Raises
    ------
    RunError
        If there is such a thing.
    """
    if fault := unknown_to_workers(scenario, outcomes, settings):
        raise RunError(fault)


def _variant(path: str, value: Any) -> list[tuple[str, str]]:
    """The family and variant that a setting chooses; none where it sets something else."""
    root, _, family = path.removesuffix(f".{VARIANT}").partition(".")
    name = value.get(VARIANT) if isinstance(value, Mapping) else value
    return [(family, name)] if root == "mechanisms" and isinstance(name, str) else []


def _networks(scenario: Scenario, settings: Iterable[tuple[str, Any]]) -> list[str]:
    """Kinds of networks that are generated under any strategy or setting, by name."""
    named: list[Any] = [world.customers.network.kind for world in scenario.worlds()]
    for path, value in settings:
        if path == "customers.network" and isinstance(value, Mapping):
            named.append(value.get("kind"))
        elif path == "customers.network.kind":
            named.append(value)
    return sorted({kind for kind in named if kind in kinds()})


def _is_own(cls: type) -> bool:
    return not cls.__module__.startswith(PROGRAM)


def _told(what: str, otherwise: str) -> str:
    return (
        f"{what} is known to this process only, and worker processes start without it: use "
        f"workers=1, or {otherwise}"
    )
