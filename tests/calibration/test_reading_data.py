"""Data are read strictly: what is wrong is said in one line, with its place and how to mend it."""

import os

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from small_markets import table

from sim.calibration import reading
from sim.calibration.data import read_data
from sim.errors import DataError

YEARS = "year,adopters\n1,5\n2,7\n3,9\n4,4\n"
WEEKS = "week,offer,units\n" + "".join(f"{w},{o},3\n" for w in range(1, 5) for o in "ab")
BUYERS = "customer,date\n" + "".join(
    f"c{c},1997-{m:02}-1{c % 9}\n" for c in range(25) for m in range(1, 5)
)

BROKEN = {
    "no file": (None, "there is no such file; check its name"),
    "empty": ("", "the file is empty; it needs a header"),
    "no row": ("year,adopters\n", "there is a header but no row; add data below it"),
    "unknown columns": ("month,visits\n1,2\n", "line 1: the columns month, visits are no data"),
    "one column too many": (
        YEARS.replace("adopters", "adopters,mood").replace("\n", ",1\n").replace("mood,1", "mood"),
        "line 1: column 'mood' is not known beside adopters, year; leave it out",
    ),
    "column twice": ("year,year,adopters\n1,1,5\n", "line 1: column 'year' stands twice"),
    "column without a name": ("year,,adopters\n1,1,5\n", "line 1: a column has no name"),
    "short row": (YEARS + "5\n", "line 6: 1 cells where the header has 2; complete the row"),
    "semicolons": (
        YEARS.replace(",", ";").replace("7", "7,5"),
        "';' separates its columns; save it with commas between them, and points in numbers",
    ),
    "no number": (YEARS.replace("7", "many"), "line 3: adopters is 'many'; write a number"),
    "grouped digits": (YEARS.replace("7", "1_000"), "line 3: adopters is '1_000'; write a number"),
    "not finite": (YEARS.replace("7", "inf"), "line 3: adopters is 'inf'; write a number"),
    "below zero": (YEARS.replace("7", "-7"), "line 3: adopters is -7, below 0"),
    "no whole year": (YEARS.replace("3,9", "3.5,9"), "line 4: year is '3.5'; write a whole number"),
    "year missing": (YEARS.replace("3,9\n", ""), "year 3 is missing; add it"),
    "year twice": (YEARS + "2,1\n", "line 6: year 2 stood in line 3 already; keep one of them"),
    "too few years": ("year,adopters\n1,5\n2,7\n", "2 years, from 1 to 2; it takes 4"),
    "nobody adopted": (YEARS.replace("5", "0").replace("7", "0").replace("9", "0").replace(
        "4,4", "4,0"), "all adopters are 0; leave this series out"),
    "week missing": (WEEKS.replace("2,b,3\n", ""), "week 2 of 'b' is missing; add it"),
    "blank name": (WEEKS.replace("2,b,", "2,,"), "line 5: offer is blank; write a name"),
    "no units": ("week,offer\n1,a\n", "the columns week, offer are no data"),
    "free": (WEEKS.replace("units", "units,price").replace(",3", ",3,0"), "price is 0"),
    "no date": (BUYERS + "c1,31.1.1997\n", "line 102: date is '31.1.1997'; write a date as 1997"),
    "no such day": (BUYERS + "c1,1997-02-30\n", "line 102: date is '1997-02-30'"),
    "no date column": ("customer,value\nc1,3\n", "line 1: there is no column 'date'; add it"),
    "few customers": ("customer,date\nc1,1997-01-01\nc1,1997-06-01\n", "only 1 customers"),
    "short history": ("customer,date\nc1,1997-01-01\n", "the purchases span 1 weeks"),
    "summaries": ("frequency,recency,age\n1,2,3\n", "summaries of customers"),
    "percent": ("brand,share\nA,25\nB,0.5\n", "line 2: share is 25, above 1; write shares as 0.25"),
    "brand twice": ("brand,share\nA,0.2\nA,0.3\n", "line 3: brand 'A' stands twice"),
    "shares above one": ("brand,share\nA,0.7\nB,0.6\n", "the shares sum up to 1.3, above 1"),
    "seldom": ("brand,frequency\nA,0.5\n", "line 2: frequency is below 1"),
    "no quantity": ("brand,share\nA,\nB,\n", "all cells are blank; fill some in"),
    "open quote": ('year,adopters\n1,"5\n2,7\n', "this is not CSV"),
    "null bytes": ("year,adopters\n1,5\0\n", "null bytes; save it as CSV"),
}


@pytest.mark.parametrize("text, said", BROKEN.values(), ids=BROKEN)
def test_broken_data_are_refused_in_one_line(tmp_path, text, said):
    path = tmp_path / "data.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(DataError) as refused:
        read_data(path)
    message = str(refused.value)
    assert said in message
    assert message.startswith(str(path)) and "\n" not in message


def test_what_is_no_text_or_too_large_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "data.csv"
    path.write_bytes(b"year,adopters\n1,5\n2,\xff\n")
    with pytest.raises(DataError, match="line 3: this is not UTF-8 text; save it as UTF-8"):
        read_data(path)
    with pytest.raises(DataError, match="this is a folder; name a file in it"):
        read_data(tmp_path)
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    with pytest.raises(DataError, match="more than 3 rows; take a sample"):
        read_data(table(tmp_path, YEARS))
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    with pytest.raises(DataError, match="larger than 100 MB"):
        read_data(table(tmp_path, YEARS))


def test_each_kind_is_told_by_its_columns(tmp_path):
    years = read_data(table(tmp_path, YEARS))
    assert (years.kind, years.period, years.labels) == ("adoption", "year", (1, 2, 3, 4))
    assert years.adopters.tolist() == [[5, 7, 9, 4]]
    weeks = read_data(table(tmp_path, WEEKS))
    assert (weeks.kind, weeks.series, weeks.units.shape) == ("sales", ("a", "b"), (2, 4))
    buyers = read_data(table(tmp_path, BUYERS + "c0,1997-01-10\n"))
    assert (buyers.kind, buyers.n_customers, len(buyers.week)) == ("purchases", 25, 100)
    brands = read_data(table(
        tmp_path, "brand,share,penetration,theoretical_frequency\nA,0.5,\nB,0.25,0.1,\n".replace(
            "0.5,\n", "0.5,,9\n")
    ))
    assert brands.kind == "brands" and brands.share.tolist() == [0.5, 0.25]
    assert np.isnan(brands.penetration[0]) and np.isnan(brands.frequency).all()


def test_parquet_says_the_same_as_csv(tmp_path):
    frame = pd.DataFrame({"year": [1, 2, 3, 4], "adopters": [5.0, 7, 9, 4]})
    frame.to_parquet(tmp_path / "data.parquet")
    read = read_data(tmp_path / "data.parquet")
    assert read.adopters.tolist() == read_data(table(tmp_path, YEARS)).adopters.tolist()
    frame.assign(adopters=[5.0, -7, 9, 4]).to_parquet(tmp_path / "data.parquet")
    with pytest.raises(DataError, match="row 2: adopters is -7, below 0"):
        read_data(tmp_path / "data.parquet")
    frame = pd.read_csv(table(tmp_path, BUYERS), parse_dates=["date"])
    frame.assign(quantity=1).to_parquet(tmp_path / "data.parquet")
    bought, written = read_data(tmp_path / "data.parquet"), read_data(table(tmp_path, BUYERS))
    assert bought.n_weeks == written.n_weeks and (bought.week == written.week).all()
    (tmp_path / "data.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataError, match="this Parquet file is damaged; write it again"):
        read_data(tmp_path / "data.parquet")


def test_a_parquet_file_is_unpacked_only_as_far_as_it_is_data(tmp_path, monkeypatch):
    path, n = tmp_path / "data.parquet", 100_000
    many = pyarrow.array(["x" * 190]).take(pyarrow.array([0] * n))
    pyarrow.parquet.write_table(pyarrow.table({f"c{i}": many for i in range(40)}), path)
    unpacked = pyarrow.total_allocated_bytes()
    with pytest.raises(DataError, match=r"the columns c0, c1, .* are no data that can be fitted"):
        read_data(path)
    pyarrow.parquet.write_table(pyarrow.table({"customer": many, "date": many}), path)
    rows = reading.read_rows(path)
    assert len({id(cell) for cell in rows.columns["customer"]}) == 1
    assert pyarrow.total_allocated_bytes() - unpacked < 1_000_000
    monkeypatch.setattr(reading, "MOST_BYTES", 500_000)
    pyarrow.parquet.write_table(pyarrow.table({"offer": ["x" * 600_000]}), path)
    with pytest.raises(DataError, match="unpacked it is larger than 100 MB"):
        read_data(path)


@pytest.mark.parametrize("kind, number", [
    (pyarrow.timestamp("us"), 2**62), (pyarrow.date32(), 2**31 - 5),
    (pyarrow.timestamp("ns", tz="Mars/X"), 2**60), (pyarrow.duration("s"), 2**62),
])
def test_dates_that_no_calendar_has_are_told_in_one_line(tmp_path, kind, number):
    path = tmp_path / "data.parquet"
    dates = pyarrow.array([number] * 30, kind)
    names = [f"c{i}" for i in range(30)]
    pyarrow.parquet.write_table(pyarrow.table({"customer": names, "date": dates}), path)
    with pytest.raises(DataError, match="column 'date' holds no plain text, numbers or dates"):
        read_data(path)


def test_what_is_no_plain_file_is_not_waited_for():
    with pytest.raises(DataError, match="this is no plain file; name one"):
        read_data(os.devnull)
