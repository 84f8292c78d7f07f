"""Which variant of each mechanism a scenario runs, and with which parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from sim.mechanisms.base import default_variant, families
from sim.parameters import Declared
from sim.scenario.faults import Fault, unknown_key, wrong_name, wrong_value
from sim.scenario.places import Path
from sim.scenario.schema import Document
from sim.scenario.structure import structural
from sim.wording import listed

VARIANT = "variant"

Chosen: TypeAlias = dict[str, tuple[str, Declared]]
"""The variant and its parameters by family."""


def chosen_mechanisms(document: Document) -> Chosen:
    """The variant of every family that a scenario runs, with all parameters filled in."""
    return choose(document.mechanisms)[0]


def choose(written: Mapping[str, Any], document: Any = None) -> tuple[Chosen, list[Fault]]:
    """The chosen mechanisms, as far as what is written about them is right, and what is not."""
    known = families()
    faults = [
        unknown_key(("mechanisms", family), known, document)
        for family in written
        if family not in known
    ]
    chosen: Chosen = {}
    for family, variants in known.items():
        variant, parameters = variant_and_parameters(family, written.get(family, {}))
        path: Path = ("mechanisms", family)
        if not isinstance(variant, str):
            faults.append(wrong_value((*path, VARIANT), variant, "a name", document))
        elif variant not in variants:
            at = path if isinstance(written.get(family), str) else (*path, VARIANT)
            faults.append(wrong_name(at, variant, list(variants), document))
        else:
            group, wrong = structural(
                variants[variant].Parameters, parameters, path, document, also=(VARIANT,)
            )
            faults += [_explained(fault, family, variant) for fault in wrong]
            if group is not None:
                chosen[family] = (variant, group)
    return chosen, faults


def variant_and_parameters(family: str, written: Any) -> tuple[Any, dict[str, Any]]:
    """What a file says of one family: a variant, parameters, or both."""
    if isinstance(written, Mapping):
        parameters = dict(written)
        if VARIANT in parameters:
            return parameters.pop(VARIANT), parameters
        return default_variant(family), parameters
    return written, {}


def _explained(fault: Fault, family: str, variant: str) -> Fault:
    """Say so where it is another variant of the family that has the parameter."""
    name = str(fault.path[-1])
    others = [
        other
        for other, cls in families()[family].items()
        if name in cls.Parameters.model_fields and other != variant
    ]
    if not fault.on_key or not others or len(fault.path) != 3:
        return fault
    message = (
        f"mechanisms {family}: the variant '{variant}' has no setting '{name}'; "
        f"{listed(others)} {'has' if len(others) == 1 else 'have'} it"
    )
    return replace(fault, message=message)
