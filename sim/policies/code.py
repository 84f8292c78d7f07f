"""Policies of one's own, named ``module:Class``; imported only with permission."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
import traceback
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from sim.errors import ScenarioError
from sim.parameters import Declared
from sim.policies.base import Policy

_WORD = r"[A-Za-z_][A-Za-z0-9_]*"
CODE = rf"{_WORD}(?:\.{_WORD})*:{_WORD}"
HOW_TO_ALLOW = (
    "it names code of your own, which runs only with permission: read it, then add --allow-code "
    "(in Python: load_scenario(..., allow_code=True))"
)
_FROM_FILES: dict[tuple[str, str], ModuleType] = {}


def is_code(name: object) -> bool:
    """Whether a policy's name means a class of somebody's own."""
    return isinstance(name, str) and ":" in name


def is_well_formed(name: str) -> bool:
    """Whether a name reads ``module:Class``."""
    return re.fullmatch(CODE, name) is not None


def source_file(name: str, folder: Path | None) -> Path | None:
    """The file of the module in the scenario's folder, if it lies there."""
    if folder is None or not is_well_formed(name):
        return None
    file = folder.joinpath(*name.partition(":")[0].split(".")).with_suffix(".py")
    return file if file.is_file() else None


def load_class(name: str, folder: Path | None) -> type[Policy]:
    """Import the class that ``module:Class`` names: this runs the module.

    Parameters
    ----------
    name
        Name as the scenario gives it.
    folder
        The scenario's folder, searched before the import path.

    Raises
    ------
    ScenarioError
        If the module cannot be imported, or has no such policy.
    """
    module_name, _, class_name = name.partition(":")
    module = _module(module_name, source_file(name, folder))
    found = getattr(module, class_name, None)
    if found is None:
        raise ScenarioError(f"the module '{module_name}' has no class '{class_name}'")
    if not (isinstance(found, type) and issubclass(found, Policy)):
        raise ScenarioError(f"'{class_name}' is no policy; derive it from sim.policies.base.Policy")
    if found.decide is Policy.decide:
        raise ScenarioError(f"'{class_name}' has no 'decide(self, observation)'")
    if not (isinstance(found.Parameters, type) and issubclass(found.Parameters, Declared)):
        raise ScenarioError(f"'{class_name}.Parameters' must derive from sim.parameters.Declared")
    return found


def _module(name: str, file: Path | None) -> ModuleType:
    try:
        return importlib.import_module(name) if file is None else _from_file(file)
    except ModuleNotFoundError as error:
        if file is None and error.name in (name, name.partition(".")[0]):
            raise ScenarioError(
                f"there is no module '{name}' in the scenario's folder or on the import path"
            ) from error
        raise _unimportable(name, error, file) from error
    except (Exception, SystemExit) as error:
        raise _unimportable(name, error, file) from error


def _unimportable(name: str, error: BaseException, file: Path | None) -> ScenarioError:
    return ScenarioError(f"the module '{name}' cannot be imported: {in_one_line(error, file)}")


def _from_file(file: Path) -> ModuleType:
    """The module of a file; run once for each content, under a name that nothing else has."""
    content = hashlib.blake2b(file.read_bytes(), digest_size=8).hexdigest()
    key = str(file.resolve()), content
    if key not in _FROM_FILES:
        place = hashlib.blake2b("\0".join(key).encode(), digest_size=8).hexdigest()
        name = f"policy_code_{place}_{file.stem}"
        specification = importlib.util.spec_from_file_location(
            name, file, loader=_AsWritten(name, str(file))
        )
        assert specification is not None and specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        sys.modules[name] = module  # dataclasses look their module up while it runs
        try:
            specification.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        _FROM_FILES[key] = module
    return _FROM_FILES[key]


class _AsWritten(SourceFileLoader):
    """Compiles the file as it is: kept bytecode misses changes within a second."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the file as it is now."""
        return self.source_to_code(self.get_data(self.path), self.path)


def file_of(cls: type[Policy]) -> Path | None:
    """The file that a class was read from."""
    try:
        return Path(inspect.getfile(cls))
    except (OSError, TypeError):
        return None


def in_one_line(error: BaseException, file: Path | None) -> str:
    """What went wrong in somebody's code, and in which line of a file."""
    first = (str(error).splitlines() or [""])[0][:200]
    text = f"{type(error).__name__}: {first}" if first else type(error).__name__
    line = error.lineno if isinstance(error, SyntaxError) else None
    for frame in traceback.extract_tb(error.__traceback__):
        if file is not None and frame.filename == str(file):
            line = frame.lineno
    if isinstance(error, SyntaxError):  # its own text says the line
        return text
    return f"{text} ({file.name}, line {line})" if file is not None and line else text
