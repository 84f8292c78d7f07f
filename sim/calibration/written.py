"""The calibrated scenario: its author's file with the fitted values set, comments and all."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from sim.errors import CounterpoiseError
from sim.scenario import Scenario
from sim.scenario.overrides import apply
from sim.scenario.reading import read_yaml

WIDTH = 4_096
"""Lines stay as long as their author left them."""


def calibrated_text(scenario: Scenario, text: str, values: Mapping[str, Any]) -> str:
    """The text of a scenario file with settings at their fitted values.

    Parameters
    ----------
    scenario
        The scenario as it was fitted, prices of the data included.
    text
        Text of its author's file, empty if there is none.
    values
        The fitted values by path.
    """
    wanted = apply(apply(scenario.raw, scenario.overrides), values)
    if text:
        edited = _edited(text, wanted)
        if edited is not None:
            return edited
    return _dumped(wanted)


def _edited(text: str, wanted: Mapping[str, Any]) -> str | None:
    """The text with only what differs replaced; None where that is not possible."""
    from ruamel.yaml.error import YAMLError

    try:
        document = _yaml().load(text)
        _merge(document, wanted)
        edited = _to_text(document)
        read, _ = read_yaml(edited, "the calibrated scenario")
    except (YAMLError, CounterpoiseError, TypeError):
        return None
    # What an alias repeats would change in two places at once.
    return edited if read == wanted else None


def _merge(document: Any, wanted: Mapping[str, Any]) -> None:
    """Make a document say what is wanted, leaving alone what says so already."""
    for name, value in wanted.items():
        if name in document and document[name] == value:
            continue
        if isinstance(value, Mapping) and isinstance(document.get(name), dict):
            _merge(document[name], value)
        else:
            document[name] = value
    for name in [name for name in document if name not in wanted]:
        del document[name]


def _dumped(wanted: Mapping[str, Any]) -> str:
    return _to_text(dict(wanted))


def _to_text(document: Any) -> str:
    page = io.StringIO()
    _yaml().dump(document, page)
    return page.getvalue()


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
