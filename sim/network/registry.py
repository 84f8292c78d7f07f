"""Finds the generators: each file in ``generators/`` registers itself, no list names them."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.errors import NetworkError
from sim.network.graph import Network
from sim.parameters import Declared, param
from sim.streams import Streams
from sim.wording import did_you_mean

PACKAGE = "sim.network.generators"

Ends: TypeAlias = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Source and target of every tie, each of shape (n_ties,)."""

Generate: TypeAlias = Callable[[int, Any, Streams], Ends | Network]
Expect: TypeAlias = Callable[[int, Any], float]


class TieParameters(Declared):
    """What every generator takes besides its own parameters."""

    strong_share: float = param(
        0.3,
        unit="1",
        bounds=(0.0, 1.0),
        doc="Share of ties that are strong; each tie is strong or weak by its own draw.",
    )
    homophily: float = param(
        0.0,
        unit="1",
        bounds=(0.0, 0.99),
        doc="Part of the way from chance (0) to ties within one's own segment only (1); ties are "
        "rewired without changing anybody's number of ties, and clustering falls as they are.",
        source="assumption; the index is Coleman 1958, doi:10.17730/humo.17.4.q5604m676260q8n7",
    )


@dataclass(frozen=True)
class Generator:
    """One published way to draw ties.

    Attributes
    ----------
    kind
        The name it goes by in a scenario.
    parameters
        The class of its parameters.
    expect
        About how many ties it makes, known before it starts.
    generate
        Makes the ties.
    """

    kind: str
    parameters: type[TieParameters]
    expect: Expect
    generate: Generate


_generators: dict[str, Generator] = {}


def generator(
    kind: str, parameters: type[TieParameters], *, expect: Expect
) -> Callable[[Generate], Generate]:
    """Register the decorated function as the generator called ``kind``.

    Parameters
    ----------
    kind, parameters, expect
        As ``Generator`` keeps them.

    Raises
    ------
    NetworkError
        If another generator is called so, or the parameters lack those that all generators take.
    """
    if not (isinstance(parameters, type) and issubclass(parameters, TieParameters)):
        raise NetworkError(
            f"Derive the parameters of the generator {kind!r} from "
            "sim.network.registry.TieParameters."
        )

    def register(generate: Generate) -> Generate:
        if generate.__module__.rpartition(".")[0] != PACKAGE:
            _all()  # those of the package come first
        known = _generators[kind].generate if kind in _generators else generate
        if (known.__module__, known.__qualname__) != (generate.__module__, generate.__qualname__):
            raise NetworkError(
                f"{generate.__module__}.{generate.__qualname__}: {known.__module__} has a "
                f"generator called {kind!r} already; give one of them another name."
            )
        _generators[kind] = Generator(kind, parameters, expect, generate)  # or again: a cell rerun
        return generate

    return register


def kinds() -> tuple[str, ...]:
    """The names of all generators, sorted."""
    return tuple(sorted(_all()))


def find(kind: str) -> Generator:
    """The generator called ``kind``.

    Raises
    ------
    NetworkError
        If there is none; the message names the closest one.
    """
    generators = _all()
    if kind not in generators:
        raise NetworkError(
            f"there is no network kind {kind!r}{did_you_mean(kind, sorted(generators))}"
        )
    return generators[kind]


def parameters_of(kind: str) -> type[TieParameters]:
    """The class of the parameters of one generator.

    Raises
    ------
    NetworkError
        If there is no such generator.
    """
    return find(kind).parameters


@functools.cache
def _all() -> dict[str, Generator]:
    folder = importlib.import_module(PACKAGE)
    for module in pkgutil.iter_modules(folder.__path__):
        importlib.import_module(f"{folder.__name__}.{module.name}")
    return _generators
