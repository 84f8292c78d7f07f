"""Lays ``--set``, a strategy and other overrides over a file, and blames the one that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from sim.scenario.check import check
from sim.scenario.faults import Fault
from sim.scenario.overrides import at, find, try_apply
from sim.scenario.places import Path
from sim.scenario.schema import Document
from sim.wording import visible


@dataclass(frozen=True)
class Layer:
    """Overrides that belong together.

    Parameters
    ----------
    overrides
        Path and value.
    strategy
        The strategy of the file that they are; None for those from outside the file.
    """

    overrides: Mapping[str, Any]
    strategy: str | None = None

    def blame(self, fault: Fault, path: str | None) -> Fault:
        """The same fault, said of the line that brings it in."""
        message = f"{self._called(path)}: {fault.message}"
        if self.strategy is None:
            # Nothing in the file is to blame: keep line and column empty.
            return Fault((), message, line=0, column=0)
        owner: Path = ("strategies", self.strategy)
        where = owner if path is None else (*owner, "set", path)
        return Fault(where, message, on_key=path is None or fault.on_key)

    def _called(self, path: str | None) -> str:
        if self.strategy is None:
            return "the settings given" if path is None else f"given {visible(path)[:120]}"
        return f'strategies "{visible(self.strategy)}"'


def change(
    raw: Mapping[str, Any], layers: Sequence[Layer], folder: FilePath | None,
    known: Sequence[Fault] = (), *, allow_code: bool = False,
) -> tuple[Document | None, list[Fault]]:
    """The document with all layers laid over it, and the faults that they bring in.

    Parameters
    ----------
    raw
        Plain data as read.
    layers
        The first is set first.
    folder
        The scenario's own folder.
    known
        Faults that the file has by itself; they are not said again.
    allow_code
        Whether policies named module:Class may be imported.
    """
    changed: Mapping[str, Any] = raw
    faults: list[Fault] = []
    for layer in layers:
        changed, wrong = try_apply(changed, layer.overrides)
        faults += [layer.blame(fault, path) for path, fault in wrong]
    document, found = check(
        changed, folder, allow_code=allow_code, ranges=False, strategy=_strategy_of(layers)
    )
    said = {(fault.path, fault.message) for fault in known}
    new = [
        fault for fault in found
        if (fault.path, fault.message) not in said and not _is_moot(fault, layers)
    ]
    first = _first_to_bring(raw, layers, folder, allow_code=allow_code) if new else {}
    for fault in new:
        brought = first.get((fault.path, fault.message), len(layers))
        faults.append(_blamed(fault, layers[:brought]))
    return (None if faults else document), faults


def _first_to_bring(
    raw: Mapping[str, Any], layers: Sequence[Layer], folder: FilePath | None, *, allow_code: bool
) -> dict[tuple[Path, str], int]:
    """How many layers it takes to bring in a fault, for those that come before the last one.

    None is enough for what is wrong with an event of this strategy whatever the strategy sets.
    """
    taken: dict[tuple[Path, str], int] = {}
    changed: Mapping[str, Any] = raw
    for n, layer in enumerate((Layer({}), *layers[:-1])):
        changed, _ = try_apply(changed, layer.overrides)
        if n == 0 or layer.overrides:
            _, found = check(
                changed, folder, allow_code=allow_code, ranges=False, strategy=_strategy_of(layers)
            )
            for fault in found:
                taken.setdefault((fault.path, fault.message), n)
    return taken


def _strategy_of(layers: Sequence[Layer]) -> str | None:
    return next((layer.strategy for layer in layers if layer.strategy is not None), None)


def _blamed(fault: Fault, layers: Sequence[Layer]) -> Fault:
    """Blame the override that is nearest to the fault; the last layer, where none is near."""
    given = [layer for layer in layers if layer.overrides]
    near = [
        (max(_in_common(place, path) for place in (fault.path, *fault.beside)), number, path)
        for number, layer in enumerate(given)
        for path in layer.overrides
    ]
    shared, number, path = max(near, default=(0, 0, ""))
    if not given:
        return fault
    if shared:
        return given[number].blame(fault, path)
    only = next(iter(given[-1].overrides)) if len(given[-1].overrides) == 1 else None
    return given[-1].blame(fault, only)


def _in_common(path: Path, override: str) -> int:
    """How many leading parts agree, if one contains the other; else 0."""
    parts = override.split(".")
    same = min(len(parts), len(path))
    return same if tuple(parts[:same]) == path[:same] else 0


def _is_moot(fault: Fault, layers: Sequence[Layer]) -> bool:
    """Whether a fault means nothing once settings were replaced on purpose.

    What a segment does differently in a mechanism does not count while a strategy runs another
    variant of it.
    """
    behavior = fault.path[:2] == ("customers", "segments") and fault.path[3:4] == ("behavior",)
    return behavior and any(
        f"mechanisms.{fault.path[4]}" in layer.overrides
        or f"mechanisms.{fault.path[4]}.variant" in layer.overrides
        for layer in layers
    )


def applicable(raw: Mapping[str, Any], strategy: Layer, given: Layer) -> Layer:
    """The given overrides without uncertain parameters of a variant that the strategy replaces."""
    uncertain = at(raw, "uncertain")
    changed, _ = try_apply(raw, strategy.overrides)

    def applies(path: str) -> bool:
        is_parameter = path.startswith("mechanisms.") and path in uncertain
        return not is_parameter or not isinstance(find(changed, path), Fault)

    return replace(given, overrides={p: v for p, v in given.overrides.items() if applies(p)})


def unheard(given: Layer, strategies: Mapping[str, Any]) -> Iterator[Fault]:
    """Given settings that every strategy of the file replaces: they would change nothing."""
    for path in given.overrides:
        if strategies and all(path in at(strategies, name, "set") for name in strategies):
            fault = Fault((), "every strategy sets it too, so it would change nothing")
            yield given.blame(fault, path)
