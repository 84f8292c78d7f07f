"""Checks of the network of a scenario: a known generator, or a file in the scenario's folder."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from sim.errors import NetworkError
from sim.network import kinds, parameters_of
from sim.network.readers import READERS, read_network
from sim.scenario.faults import Fault, dotted, wrong_name
from sim.scenario.files import file_problem
from sim.scenario.overrides import at
from sim.scenario.structure import structural
from sim.wording import shown, visible

OTHER_NAMES = {
    "smallworld": "watts_strogatz", "small_world": "watts_strogatz", "random": "erdos_renyi",
    "scale_free": "barabasi_albert", "scalefree": "barabasi_albert",
    "preferential_attachment": "barabasi_albert", "grid": "lattice", "full": "complete",
}
"""What generators are called elsewhere, so that the hint is the right one."""


def network_faults(raw: Mapping[str, Any], folder: FilePath | None) -> Iterator[Fault]:
    """A known generator with its own parameters, or a file in the scenario's folder."""
    path = ("customers", "network")
    network = at(raw, *path)
    kind, file = network.get("kind"), network.get("file")
    if not isinstance(at(raw, "customers").get("network"), Mapping):
        return
    if (kind is None) == (file is None):
        found = "neither 'kind' nor 'file'" if kind is None else "both 'kind' and 'file'"
        message = f"customers network has {found}; it needs exactly one of them"
        yield Fault(path, message, on_key=True)
        return
    parameters = {name: v for name, v in network.items() if name not in ("kind", "file")}
    if isinstance(kind, str):
        if kind not in kinds():
            close = OTHER_NAMES.get(kind.lower().replace("-", "_").replace(" ", "_"))
            yield wrong_name((*path, "kind"), kind, list(kinds()), close=close)
            return
        yield from structural(parameters_of(kind), parameters, path, raw, also=("kind",))[1]
    elif isinstance(file, str):
        for name in parameters:
            yield Fault(
                (*path, name), f"customers network has no setting '{visible(name)}' beside 'file': "
                "the file says it all", on_key=True,
            )
        problem = file_problem(file, folder, READERS) or _content_problem(file, folder, raw)
        if problem:
            yield Fault((*path, "file"), f"{dotted((*path, 'file'))} = {shown(file)}: {problem}")


def _content_problem(
    file: str, folder: FilePath | None, raw: Mapping[str, Any]
) -> str | None:
    """Why the ties in a network file cannot be those of the market."""
    n = at(raw, "customers").get("n")
    if folder is None or type(n) is not int:
        return None
    try:
        target = (folder / file).resolve()
        written = target.stat()
    except OSError:
        return None
    return _read_once(target, n, written.st_mtime_ns, written.st_size)


@functools.lru_cache(maxsize=16)
def _read_once(target: FilePath, n: int, *_: int) -> str | None:
    """What reading it says; a scenario is checked more than once, and the file may be large."""
    try:
        read_network(target, n)
    except NetworkError as error:
        return str(error).removeprefix(f"{target}: ")
    return None
