"""Find what registers itself: import every module of a package once."""

from __future__ import annotations

import functools
import importlib
import pkgutil


@functools.cache
def import_all(package_name: str) -> None:
    """Import all modules below a package; whatever they register is then known."""
    package = importlib.import_module(package_name)
    for found in pkgutil.walk_packages(package.__path__, f"{package_name}."):
        importlib.import_module(found.name)
