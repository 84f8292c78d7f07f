"""Checks of a file with respondents: it lies in the scenario's folder and fits the scenario."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

from sim.errors import DataError
from sim.scenario.faults import Fault, dotted
from sim.scenario.files import file_problem
from sim.scenario.schema import Document
from sim.wording import shown


def respondent_faults(document: Document | None, folder: FilePath | None) -> Iterator[Fault]:
    """What is wrong with the file that ``customers.file`` names."""
    if document is None or document.customers.file is None:
        return
    path, file = ("customers", "file"), document.customers.file
    problem = file_problem(file, folder, (".csv",))
    if problem is None and folder is not None:
        problem = _content_problem(document, folder, file)
    if problem:
        yield Fault(path, f"{dotted(path)} = {shown(file)}: {problem}")


def _content_problem(document: Document, folder: FilePath, file: str) -> str | None:
    from sim.scenario.respondents import (
        respondents_of,  # drags in numpy, which most files do not need
    )

    try:
        respondents_of(document, folder)
    except DataError as error:
        return str(error).removeprefix(f"{folder / file}: ")
    return None
