"""Files of every format come in as they went out, and every fault is told in one line."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import networkx
import numpy as np
import pytest

import sim.network.readers
from sim.errors import NetworkError
from sim.network import Network, build_network, parameters_of, read_network
from sim.streams import Streams

WRITERS: dict[str, Callable[[Any, str], None]] = {
    ".graphml": networkx.write_graphml,
    ".gexf": networkx.write_gexf,
    ".gml": networkx.write_gml,
}


@pytest.fixture
def network() -> Network:
    """A network without customers who know nobody, whom a list of ties could not name."""
    return build_network("ring", parameters_of("ring")(neighbors=4), 40, Streams(2))


def assert_same(one: Network, other: Network) -> None:
    assert np.array_equal(one.indptr, other.indptr)
    assert np.array_equal(one.indices, other.indices)
    assert np.array_equal(one.strong, other.strong)


def write(folder: pathlib.Path, name: str, text: str) -> pathlib.Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def lines_of(network: Network, separator: str) -> str:
    columns = (column.tolist() for column in network.ties())
    return "\n".join(separator.join(map(str, tie)) for tie in zip(*columns, strict=True))


@pytest.mark.parametrize("suffix", list(WRITERS))
@pytest.mark.parametrize("n", [None, 40])
def test_graph_formats_round_trip(
    tmp_path: pathlib.Path, network: Network, suffix: str, n: int | None
) -> None:
    file = tmp_path / f"ties{suffix}"
    WRITERS[suffix](network.to_networkx(), str(file))
    assert_same(read_network(file, n), network)


@pytest.mark.parametrize("suffix", list(WRITERS))
def test_graph_formats_keep_customers_without_ties(tmp_path: pathlib.Path, suffix: str) -> None:
    file = tmp_path / f"ties{suffix}"
    graph = networkx.Graph()
    graph.add_nodes_from(range(5))
    WRITERS[suffix](graph, str(file))
    assert read_network(str(file)).degrees().tolist() == [0] * 5


@pytest.mark.parametrize("suffix", [".edges", ".edgelist", ".txt", ".TXT"])
def test_lists_of_ties_round_trip(tmp_path: pathlib.Path, network: Network, suffix: str) -> None:
    text = "# remark\n% remark\n\n" + lines_of(network, "\t") + "\n"
    assert_same(read_network(write(tmp_path, f"ties{suffix}", text)), network)


@pytest.mark.parametrize("header", ["", "source,target,weight\n", "From, To, Strong\n"])
def test_csv_round_trips(tmp_path: pathlib.Path, network: Network, header: str) -> None:
    file = write(tmp_path, "ties.csv", "\ufeff" + header + lines_of(network, ",") + "\n")
    assert_same(read_network(file, 40), network)


def test_quoted_names_may_stand_behind_a_blank(tmp_path: pathlib.Path) -> None:
    quoted = write(tmp_path, "quoted.csv", 'source,target\n"a", "b"\n"b", c\nc,a\n')
    plain = write(tmp_path, "plain.csv", "source,target\na,b\nb,c\nc,a\n")
    assert_same(read_network(quoted), read_network(plain))


def test_names_become_rows_in_order_of_appearance(tmp_path: pathlib.Path) -> None:
    file = write(tmp_path, "ties.csv", 'source,target\n"Smith, Ann",Bob\nCid,Bob\nDora,\n')
    network = read_network(file, 4)
    assert [network.neighbors(row).tolist() for row in range(4)] == [[1], [0, 2], [1], []]
    file = write(tmp_path, "ties.txt", "3 1\n1 2\n")
    assert read_network(file).neighbors(1).tolist() == [0, 2]


def test_numbers_below_n_are_rows_even_where_some_are_missing(tmp_path: pathlib.Path) -> None:
    file = write(tmp_path, "ties.txt", "0 4\n4 2\n")
    assert read_network(file, 5).degrees().tolist() == [1, 0, 1, 0, 2]
    assert read_network(file).n == 3
    file = write(tmp_path, "ties.csv", "0,1\n4,\n")
    assert read_network(file, 5).degrees().tolist() == [1, 1, 0, 0, 0]


def test_weights_and_their_absence(tmp_path: pathlib.Path) -> None:
    file = write(tmp_path, "ties.csv", "0,1,8\n1,2,4\n2,3,3.9\n3,4\n")
    assert read_network(file).ties()[2].tolist() == [1, 1, 0, 0]
    file = write(tmp_path, "ties.csv", "0,1\n1,2\n")
    assert read_network(file).ties()[2].tolist() == [0, 0]
    file = write(tmp_path, "ties.csv", "source,target,strong\n0,1,true\n1,2,No\n2,3,1\n")
    assert read_network(file).ties()[2].tolist() == [1, 0, 1]


def test_self_ties_and_repetitions_are_dropped(tmp_path: pathlib.Path) -> None:
    network = read_network(write(tmp_path, "ties.txt", "0 1\n1 0\n1 1\n"))
    assert (network.n, network.n_ties) == (2, 1)


@pytest.mark.parametrize("name", ["ties.txt", "ties.csv"])
def test_an_empty_file_is_an_empty_network(tmp_path: pathlib.Path, name: str) -> None:
    assert read_network(write(tmp_path, name, "# nothing\n")).n == 0


GRAPHML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{}</graphml>'
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("ties.dat", "0 1\n", "suffix '.dat' is not known; use one of .edges, .edgelist, .txt"),
        ("ties.txt.gz", "0 1\n", "suffix '.gz' is not known"),
        ("ties", "0 1\n", "suffix '' is not known"),
        ("ties.txt", "0 1\n2\n", "line 2: a tie is two names.*Got '2' instead"),
        ("ties.txt", "0 1 1 1\n", "line 1: a tie is two names and perhaps a weight"),
        ("ties.txt", "0 1\n\n0, 1\n", "line 3: .*separated by blanks"),
        ("ties.txt", "0 1 heavy\n", "line 1: weight must be a number of at least 0. Got 'heavy'"),
        ("ties.txt", "0 1 1\n1 2 nan\n", "line 2: weight must be .* Got 'nan' instead"),
        ("ties.txt", "0 1 -2\n", "line 1: weight must be .* Got '-2' instead"),
        ("ties.csv", "0;1\n", "line 1: a tie is source,target and perhaps a weight. Got '0;1'"),
        ("ties.csv", "0,1\n,1\n", "line 2: a tie is source,target"),
        ("ties.csv", "0,1,1,1\n", "line 1: a tie is source,target"),
        ("ties.csv", "a,b,weight\n0,1,1\n", "line 1: weight must be .* Got 'weight' instead"),
        ("ties.csv", "source,target,color\n0,1,red\n", "line 1: the third column must be"),
        ("ties.csv", "source,target,strong\n0,1,red\n", "line 2: strong must be 1 or 0.*Got 'red'"),
        ("ties.csv", "target,source\n0,1\n", "line 1: a header is source,target or from,to"),
        ("ties.csv", "Ego,Alter\n0,1\n", "line 1: a header is .* Got 'Ego,Alter' instead"),
        ("ties.csv", '0,"1\n', "line 1: not valid CSV"),
        ("ties.csv", '"a" ,"b"\n', "line 1: not valid CSV"),
        ("ties.graphml", ENTITIES + GRAPHML.format("&b;"), "holds <!DOCTYPE, which is refused"),
        ("ties.gexf", "<!entity a 'a'>", "holds <!ENTITY, which is refused"),
        ("ties.graphml", "<graphml>", r"not a valid graphml file \(no element found: line 1"),
        ("ties.graphml", "<graphml/>", "not a valid graphml file"),
        ("ties.graphml", "\0", "not UTF-8 text; save it as UTF-8"),
        ("ties.gexf", "<gexf/>", "not a valid gexf file"),
        ("ties.gml", "graph [ node [ id 0 ", "not a valid gml file"),
        ("ties.gml", "graph [ node [ id 0 ] edge [ source 0 target 1 ] ]", "not a valid gml file"),
        ("ties.gml", "graph [ node [ id 0 ] node [ id 1 ] edge [ source 0 target 1 weight -1 ] ]",
         "weight must be a number of at least 0. Got -1"),
    ],
)  # fmt: skip
def test_faults_are_told(tmp_path: pathlib.Path, name: str, text: str, words: str) -> None:
    file = write(tmp_path, name, text)
    with pytest.raises(NetworkError, match=words) as caught:
        read_network(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert "\n" not in message


@pytest.mark.parametrize("name", ["ties.txt", "ties.csv", "ties.graphml", "ties.gexf", "ties.gml"])
def test_another_number_of_nodes_is_refused(tmp_path: pathlib.Path, name: str) -> None:
    file = tmp_path / name
    if file.suffix in WRITERS:
        WRITERS[file.suffix](networkx.path_graph(3), str(file))
    else:
        separator = "," if name == "ties.csv" else " "
        write(tmp_path, name, f"0{separator}1\n1{separator}2\n")
    with pytest.raises(NetworkError, match="it has 3 nodes but the market has 10,000 customers"):
        read_network(file, 10_000)
    assert read_network(file, 3).n_ties == 2


def test_files_that_cannot_be_opened_or_decoded(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NetworkError, match=r"none\.csv: cannot be read \(no such file"):
        read_network(tmp_path / "none.csv")
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    with pytest.raises(NetworkError, match="cannot be read"):
        read_network(folder)
    for suffix in (".txt", ".csv", ".graphml", ".gml"):
        file = tmp_path / f"ties{suffix}"
        file.write_bytes(b"\xff\xfe0\x00 \x001\x00")
        with pytest.raises(NetworkError, match=r"UTF-8|not a valid gml file"):
            read_network(file)


def test_large_files_are_refused(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.network.readers, "MOST_BYTES", 5)
    file = write(tmp_path, "ties.txt", "0 1\n1 2\n")
    with pytest.raises(NetworkError, match="it has 8 bytes, more than the limit of 5"):
        read_network(file)


@pytest.mark.parametrize("suffix", ["gml", "graphml", "gexf"])
def test_formats_of_graphs_have_a_lower_limit(
    tmp_path: pathlib.Path, suffix: str
) -> None:
    file = write(tmp_path, f"ties.{suffix}", " " * 2_000_001)
    with pytest.raises(NetworkError, match=f"2,000,000 for .{suffix} files; save it as .edges or"):
        read_network(file)
    assert read_network(write(tmp_path, "ties.edges", " " * 2_000_001)).n == 0


def test_names_that_are_numbers_are_rows_in_every_format_of_graphs(tmp_path):
    graph = networkx.Graph([(4, 0), (3, 1)])
    graph.add_node(2)
    for suffix in (".graphml", ".gexf", ".gml"):
        path = tmp_path / f"ties{suffix}"
        WRITERS[suffix](graph, path)
        source, target = read_network(path, 5).ties()[:2]
        assert set(zip(source.tolist(), target.tolist(), strict=True)) == {(0, 4), (1, 3)}, suffix


def test_gml_without_labels_is_read_by_ids(tmp_path):
    path = tmp_path / "ties.gml"
    path.write_text("graph [ node [ id 1 ] node [ id 0 ] edge [ source 0 target 1 ] ]")
    assert read_network(path, 2).n_ties == 1


def test_names_that_begin_with_a_hash_are_names(tmp_path):
    file = tmp_path / "ties.csv"
    file.write_text("source,target\n# a remark, with a comma\n#1,#2\n#2,#3\nx,y\n# another\n")
    found = read_network(file)
    assert (found.n, len(found.indices)) == (5, 6)


def test_marks_may_be_written_as_numbers_with_a_point(tmp_path):
    file = tmp_path / "ties.csv"
    file.write_text("source,target,strong\na,b,1.0\nb,c,0.0\nc,d,\n")
    found = read_network(file)
    assert found.strong.sum() == 2  # one tie, from both ends
