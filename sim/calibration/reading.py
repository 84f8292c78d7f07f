"""Reads a table of data as columns of text, with the line that each row stands in."""

from __future__ import annotations

import csv
import datetime
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import DataError
from sim.files import foreign_separator
from sim.wording import visible

MOST_BYTES = 100 * 1024 * 1024
MOST_ROWS = 2_000_000
MOST_COLUMNS = 50
LONGEST_CELL = 200
LARGEST = 1e15
COLUMNS = (
    "year", "week", "date", "offer", "firm", "brand", "customer", "adopters", "units", "price",
    "value", "quantity", "share", "penetration", "frequency", "recency",
)
"""Every column that some kind of data has; the cells of others are not read from Parquet."""
EXAMPLES = "year,adopters; customer,date; brand,share; or week,offer,units"


@dataclass(frozen=True)
class Rows:
    """A table as it was read.

    Attributes
    ----------
    name : the file as its reader called it.
    columns : cells by name of column, all of one length.
    lines : line of each row in the file, or its number where a file has no lines.
    unit : what ``lines`` counts, "line" or "row".
    """

    name: str
    columns: dict[str, list[str]]
    lines: Sequence[int]
    unit: str = "line"

    def __len__(self) -> int:
        return len(self.lines)

    def refuse(self, row: int, message: str) -> NoReturn:
        """Say what is wrong in a row.

        Raises
        ------
        DataError
            Always.
        """
        raise DataError(f"{self.name}: {self.unit} {self.lines[row]}: {message}")

    def numbers(self, column: str, *, highest: float = LARGEST, blank: bool = False) -> list[float]:
        """The numbers of a column from 0 to ``highest``; a blank cell may be no number (nan)."""
        return [self._number(row, column, highest, blank) for row in range(len(self))]

    def _number(self, row: int, column: str, highest: float, blank: bool) -> float:
        text = self.columns[column][row]
        if not text and blank:
            return math.nan
        try:
            value = float(text.replace("_", "?"))  # Python reads 1_000, which is a slip here
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.refuse(row, f"{column} is '{visible(text)[:40]}'; write a number such as 12.5")
        if value < 0:
            self.refuse(row, f"{column} is {text}, below 0; leave such rows out or correct them")
        if value > highest:
            mend = "write shares as 0.25, not as 25 percent" if highest == 1 else "check the unit"
            self.refuse(row, f"{column} is {text}, above {highest:g}; {mend}")
        return value

    def whole_numbers(self, column: str) -> list[int]:
        """The whole numbers of a column."""
        found = []
        for row, text in enumerate(self.columns[column]):
            if not (text.isascii() and text.isdigit() and len(text) <= 9):
                self.refuse(
                    row, f"{column} is '{visible(text)[:40]}'; write a whole number such as 1"
                )
            found.append(int(text))
        return found

    def words(self, column: str) -> list[str]:
        """The names of a column; none may be blank."""
        for row, text in enumerate(self.columns[column]):
            if not text:
                self.refuse(row, f"{column} is blank; write a name")
        return self.columns[column]

    def days(self, column: str) -> list[int]:
        """The dates of a column as numbers of days."""
        known: dict[str, int] = {}
        for row, text in enumerate(self.columns[column]):
            if text not in known:
                known[text] = self._day(row, column, text)
        return [known[text] for text in self.columns[column]]

    def _day(self, row: int, column: str, text: str) -> int:
        try:
            without_time = text[:10] if text[10:11] in ("T", " ") else text
            return datetime.date.fromisoformat(without_time).toordinal()
        except ValueError:
            self.refuse(
                row, f"{column} is '{visible(text)[:40]}'; write a date as 1997-01-31 or 19970131"
            )


def read_rows(path: Path) -> Rows:
    """The rows of a CSV or Parquet file.

    Raises
    ------
    DataError
        If there is no such file, or it is no table of a size that is accepted.
    """
    name = visible(str(path))[:200]
    content = _content(path, name)
    if content[:4] == b"PAR1":
        return _checked(_read_parquet(content, name))
    return _checked(_read_csv(content, name))


def _content(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise DataError(f"{name}: this is a folder; name a file in it")
        if path.exists() and not path.is_file():
            raise DataError(f"{name}: this is no plain file; name one")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise DataError(f"{name}: there is no such file; check its name") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be one of a file"
        raise DataError(f"{name}: the file cannot be read: {reason.lower()}") from error
    if len(content) > MOST_BYTES:
        raise DataError(f"{name}: the file is larger than 100 MB; leave out rows or columns")
    return content


def _read_csv(content: bytes, name: str) -> Rows:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{name}: line {line}: this is not UTF-8 text; save it as UTF-8") from None
    if "\0" in text:
        raise DataError(f"{name}: this is not a CSV file: it has null bytes; save it as CSV")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[int] = []
    records: list[list[str]] = []
    header: list[str] | None = None
    try:
        for record in reader:
            if not record:
                continue
            if header is None:
                header = [cell.strip().lower() for cell in record]
                if fault := foreign_separator(header):
                    raise DataError(f"{name}: {fault}")
                continue
            if len(record) != len(header):
                raise DataError(
                    f"{name}: line {reader.line_num}: {len(record)} cells where the header has "
                    f"{len(header)}; complete the row, or put quotes around a text with commas"
                )
            lines.append(reader.line_num)
            records.append([cell.strip() for cell in record])
            if len(records) > MOST_ROWS:
                raise DataError(f"{name}: more than {MOST_ROWS:,} rows; take a sample of customers")
    except csv.Error as error:
        raise DataError(
            f"{name}: line {reader.line_num}: this is not CSV ({error}); check the quotes"
        ) from None
    if header is None:
        raise DataError(f"{name}: the file is empty; it needs a header such as {EXAMPLES}")
    _check_header(header, name)
    cells = list(zip(*records, strict=True)) or [()] * len(header)
    return Rows(name, dict(zip(header, map(list, cells), strict=True)), lines)


def _read_parquet(content: bytes, name: str) -> Rows:
    import pyarrow
    import pyarrow.parquet

    buffer = pyarrow.BufferReader(content)
    try:
        source = pyarrow.parquet.ParquetFile(buffer)
        schema, metadata = source.schema_arrow, source.metadata
        if metadata.num_rows > MOST_ROWS or metadata.num_columns > MOST_COLUMNS:
            raise DataError(
                f"{name}: more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns; leave some out"
            )
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > MOST_BYTES:
            raise DataError(f"{name}: unpacked it is larger than 100 MB; leave out rows or columns")
        header = [column.strip().lower() for column in schema.names]
        _check_header(header, name)
        # A text that stands in many rows is unpacked once.
        kinds = (pyarrow.string(), pyarrow.binary())
        texts = [field.name for field in schema if field.type in kinds]
        source = pyarrow.parquet.ParquetFile(buffer, read_dictionary=texts)
        blank = [""] * metadata.num_rows
        cells = [
            _cells_of(source.read(columns=[written]), column, name) if column in COLUMNS else blank
            for column, written in zip(header, schema.names, strict=True)
        ]
    except (pyarrow.ArrowException, OSError):
        raise DataError(f"{name}: this Parquet file is damaged; write it again") from None
    columns = dict(zip(header, cells, strict=True))
    return Rows(name, columns, range(1, metadata.num_rows + 1), "row")


def _cells_of(table: Any, column: str, name: str) -> list[str]:
    """The cells of a table of one column, each different value written once."""
    import pyarrow

    cells: list[str] = []
    try:
        for chunk in table.column(0).dictionary_encode().chunks:
            words = [_written(value) for value in chunk.dictionary.to_pylist()]
            numbers = chunk.indices.to_pylist()
            cells += ["" if number is None else words[number] for number in numbers]
    except (pyarrow.ArrowException, ValueError, OverflowError, LookupError):
        raise DataError(
            f"{name}: column '{column}' holds no plain text, numbers or dates from year 1 to 9999; "
            "write it again as such"
        ) from None
    return cells


def _written(value: Any) -> str:
    """A value as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return str(int(value))
    return str(value).strip()


def _check_header(header: list[str], name: str) -> None:
    if len(header) > MOST_COLUMNS:
        raise DataError(f"{name}: more than {MOST_COLUMNS} columns; leave some out")
    for column in header:
        if not column:
            raise DataError(f"{name}: line 1: a column has no name; a header is such as {EXAMPLES}")
        if header.count(column) > 1:
            raise DataError(
                f"{name}: line 1: column '{visible(column)[:40]}' stands twice; keep one of them"
            )


def _checked(rows: Rows) -> Rows:
    if not len(rows):
        raise DataError(f"{rows.name}: there is a header but no row; add data below it")
    for column, cells in rows.columns.items():
        longest = max(range(len(cells)), key=lambda row: len(cells[row]))
        if len(cells[longest]) > LONGEST_CELL:
            rows.refuse(longest, f"{column} is longer than {LONGEST_CELL} characters; shorten it")
    return rows
