"""Reads the ties of a network file, told by its suffix.

``.edges``, ``.edgelist``, ``.txt``
    One tie a line: two names and perhaps a weight, separated by blanks; lines that begin with #
    or % are remarks.
``.csv``
    ``source,target`` and perhaps ``weight`` or ``strong``. A first line with these words (or
    ``from,to``) is a header, one of other usual words is refused; without one, a third column is a
    weight. A line with an empty target names a customer without ties.
``.graphml``, ``.gexf``, ``.gml``
    Nodes and edges with the edge attributes ``strong`` or ``weight``, read by networkx; at most
    2 MB, since that is slow.

``strong`` is 1 or 0, true or false. Failing that, a tie is strong if its weight is at least half
the largest weight of the file (so equal weights are all strong); a file with neither has weak ties
only. Ties have no direction; a self-tie is dropped, and a repeated tie counts once.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import NetworkError
from sim.network.graph import Network, refuse_too_large
from sim.network.naming import mark_of, refuse_other_size, rows_of, strong_of, weight_of

if TYPE_CHECKING:
    import networkx

MOST_BYTES = 200_000_000
"""Larger files are refused: reading one would take minutes and gigabytes."""

MOST_BYTES_OF_A_GRAPH = 2_000_000
"""The same for formats that networkx reads: a hundred times as slow, in many objects a tie."""

HEADERS = (("source", "target"), ("from", "to"))
WORDS = {"source", "target", "from", "to", "ego", "alter", "node1", "node2", "id1", "id2"}
"""What headers of ties are made of; two of them that are no header would pass for customers."""
FAULTS = (SyntaxError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
"""What else networkx's readers let through when a file is not what it claims to be."""

FOREIGN_SEPARATORS = ",;|"


def read_network(path: str | os.PathLike[str], n: int | None = None) -> Network:
    """Read a network file.

    Parameters
    ----------
    path
        The file; its suffix says how it is written.
    n
        Number of customers of the market; left out, the file decides. Names that are the integers
        0 to n - 1 are row numbers; other names become rows in order of first appearance.

    Raises
    ------
    NetworkError
        If the file cannot be read or understood, or has another number of nodes than ``n``.
    """
    file = Path(path)
    try:
        reader = READERS.get(file.suffix.lower())
        if reader is None:
            raise NetworkError(
                f"the suffix {file.suffix!r} is not known; use one of {', '.join(READERS)}."
            )
        size = file.stat().st_size
        if reader in (_read_xml, _read_gml) and size > MOST_BYTES_OF_A_GRAPH:
            raise NetworkError(
                f"it has {size:,} bytes, more than the limit of {MOST_BYTES_OF_A_GRAPH:,} for "
                f"{file.suffix.lower()} files; save it as .edges or .csv, which may be larger."
            )
        if size > MOST_BYTES:
            raise NetworkError(
                f"it has {size:,} bytes, more than the limit of {MOST_BYTES:,}; "
                "give fewer ties or draw the network by a generator."
            )
        return reader(file, n).packed()
    except NetworkError as fault:
        raise NetworkError(f"{file}: {fault}") from None
    except UnicodeDecodeError:
        raise NetworkError(f"{file}: it is not UTF-8 text; save it as UTF-8.") from None
    except OSError as fault:
        reason = (fault.strerror or "unknown fault").lower()
        raise NetworkError(f"{file}: cannot be read ({reason}); check the path.") from None


def _read_blanks(file: Path, n: int | None) -> Network:
    return _from_rows(_blank_rows(file), n, third="weight")


def _blank_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    with file.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            fields = line.split()
            if not fields or fields[0].startswith(("#", "%")):
                continue
            if len(fields) not in (2, 3) or any(mark in fields[0] for mark in FOREIGN_SEPARATORS):
                raise NetworkError(
                    f"line {number}: a tie is two names and perhaps a weight, separated by "
                    f"blanks. Got {line.strip()[:60]!r} instead."
                )
            yield number, fields


def _read_csv(file: Path, n: int | None) -> Network:
    rows = _csv_rows(file)
    first = next(rows, None)
    third = "weight"
    if first is not None:
        words = [field.lower() for field in first[1]]
        if tuple(words[:2]) in HEADERS:
            third = words[2] if len(words) == 3 else third
            if third not in ("weight", "strong"):
                raise NetworkError(
                    f"line {first[0]}: the third column must be weight or strong. "
                    f"Got {third!r} instead."
                )
        elif set(words[:2]) <= WORDS:
            raise NetworkError(
                f"line {first[0]}: a header is source,target or from,to and perhaps weight or "
                f"strong. Got {','.join(first[1])[:60]!r} instead."
            )
        else:
            rows = _with_first(first, rows)
    return _from_rows(rows, n, third)


def _with_first(
    first: tuple[int, list[str]], others: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from others


def _csv_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, strict=True, skipinitialspace=True)
        try:
            for row in reader:
                fields = [field.strip() for field in row]
                # A remark; but "#1,#2" are two names.
                mark = "# " if len(fields) > 1 else "#"
                if not any(fields) or fields[0].startswith(mark):
                    continue
                if len(fields) not in (2, 3) or not fields[0]:
                    raise NetworkError(
                        f"line {reader.line_num}: a tie is source,target and perhaps a weight. "
                        f"Got {','.join(row)[:60]!r} instead."
                    )
                yield reader.line_num, fields
        except csv.Error as fault:
            raise NetworkError(f"line {reader.line_num}: not valid CSV ({fault}).") from None


def _from_rows(rows: Iterator[tuple[int, list[str]]], n: int | None, third: str) -> Network:
    """Number the names of all lines in order and build the network."""
    convert: Callable[[str], Any] = mark_of if third == "strong" else weight_of
    number_of: dict[str, int] = {}
    source: list[int] = []
    target: list[int] = []
    values: list[Any] = []
    for line, fields in rows:
        one = number_of.setdefault(fields[0], len(number_of))
        if not fields[1]:
            continue
        source.append(one)
        target.append(number_of.setdefault(fields[1], len(number_of)))
        try:
            values.append(convert(fields[2]) if len(fields) == 3 and fields[2] else None)
        except NetworkError as fault:
            raise NetworkError(f"line {line}: {fault}") from None
    size, row_of = rows_of(list(number_of), n)
    refuse_too_large(size, len(source))
    rows_in_order = np.fromiter(row_of.values(), np.int32, len(row_of))
    strong = strong_of(values, None) if third == "strong" else strong_of(None, values)
    one_ends, other_ends = (rows_in_order[np.array(end, np.int64)] for end in (source, target))
    return Network.from_ties(size, one_ends, other_ends, strong)


def _read_xml(file: Path, n: int | None) -> Network:
    """Read GraphML or GEXF, unless it declares entities, which can grow without bound."""
    content = file.read_bytes().upper()
    if b"\0" in content:
        raise NetworkError("it is not UTF-8 text; save it as UTF-8.")
    for word in (b"<!DOCTYPE", b"<!ENTITY"):
        if word in content:
            raise NetworkError(f"it holds {word.decode()}, which is refused; delete that part.")
    del content
    import networkx

    read = networkx.read_graphml if file.suffix.lower() == ".graphml" else networkx.read_gexf
    return _from_graph(read, file, n)


def _read_gml(file: Path, n: int | None) -> Network:
    import networkx

    def read(path: str) -> networkx.Graph[Any]:
        try:
            return networkx.read_gml(path)
        except networkx.NetworkXError as fault:
            if "label" not in str(fault):
                raise
            return networkx.read_gml(path, label="id")  # labels are missing or not unique

    return _from_graph(read, file, n)


def _from_graph(read: Callable[[str], networkx.Graph[Any]], file: Path, n: int | None) -> Network:
    import networkx

    try:
        graph = read(str(file))
    except (networkx.NetworkXException, *FAULTS) as fault:
        reason = " ".join(str(fault).split()) or type(fault).__name__
        raise NetworkError(f"it is not a valid {file.suffix[1:]} file ({reason}).") from None
    refuse_other_size(len(graph), n)
    return Network.from_networkx(graph)


READERS: dict[str, Callable[[Path, int | None], Network]] = {
    ".edges": _read_blanks,
    ".edgelist": _read_blanks,
    ".txt": _read_blanks,
    ".csv": _read_csv,
    ".graphml": _read_xml,
    ".gexf": _read_xml,
    ".gml": _read_gml,
}
