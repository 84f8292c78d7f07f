"""Find what registers itself: import every module of a package once."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import Any


@functools.cache
def import_all(package_name: str) -> None:
    """Import all modules below a package; whatever they register is then known."""
    package = importlib.import_module(package_name)
    for found in pkgutil.walk_packages(package.__path__, f"{package_name}."):
        importlib.import_module(found.name)


def enter(registry: dict[str, Any], name: str, thing: Any) -> None:
    """Enter something under its name; a registry is in order whoever is imported first.

    Resolved scenarios, and so the hashes of runs, list families in this order.
    """
    registry[name] = thing
    ordered = sorted(registry.items(), key=lambda item: item[0])
    registry.clear()
    registry.update(ordered)
