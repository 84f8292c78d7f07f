"""What ``counterpoise validate`` does: say of each file that it is valid, or all that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.errors import CounterpoiseError
from sim.terminal.console import complain, say
from sim.terminal.inputs import load_either

if TYPE_CHECKING:
    from sim.experiment.loader import Study
    from sim.scenario import Scenario


def check_all(names: Sequence[str]) -> bool:
    """Check scenarios and experiments, files or ids; whether all of them are valid."""
    good = True
    for name in dict.fromkeys(names):
        try:
            found = load_either(name)
        except CounterpoiseError as error:
            complain(str(error))
            good = False
        else:
            _show(name, found)
    return good


def _show(name: str, found: Scenario | Study) -> None:
    from sim.scenario import Scenario
    from sim.scenario.idle import idle_settings

    scenario = found if isinstance(found, Scenario) else found.scenario
    if scenario.code:
        say(f"{name}: valid, but not imported: {', '.join(scenario.code)}; "
            "to run it, read that code and add --allow-code")
    else:
        say(f"{name}: valid")
    if scenario is found:
        for text in idle_settings(scenario):
            say(f"  note: {text}")
