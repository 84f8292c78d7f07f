"""Every mistake in a file is one clear line: file, line, column, key, and how to mend it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.experiment.loader import load_experiment
from sim.scenario import load_scenario
from sim.scenario.faults import FaultyScenarioError

HERE = Path(__file__).parent
SMALL = (HERE / "small.yaml").read_text(encoding="utf-8")


@dataclass
class Mistake:
    name: str
    line: int
    taken_out: list[str]
    put_in: list[str]
    told: list[str]

    def text(self) -> str:
        lines, start = SMALL.split("\n"), self.line - 1
        assert lines[start : start + len(self.taken_out)] == self.taken_out
        lines[start : start + len(self.taken_out)] = self.put_in
        return "\n".join(lines)


def mistakes() -> list[Mistake]:
    _, *blocks = (HERE / "broken.txt").read_text(encoding="utf-8").split("\n== ")
    found = []
    for block in blocks:
        name, where, *lines = block.rstrip("\n").split("\n")
        of = {sign: [line[1:] for line in lines if line[:1] == sign] for sign in "-+>"}
        told = [line[1:] for line in of[">"]]
        found.append(Mistake(name, int(where.split()[1]), of["-"], of["+"], told))
    return found


def refused(path: Path, text: str | bytes) -> FaultyScenarioError:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FaultyScenarioError) as caught:
        load_scenario(path)
    return caught.value


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_in_one_line(mistake: Mistake, small: Path) -> None:
    faults = refused(small, mistake.text()).faults
    assert [f"{fault.line}:{fault.column}: {fault.message}" for fault in faults] == mistake.told


@pytest.mark.parametrize(("ties", "told"), [
    ("0,1\n1,2\n", "it has 3 nodes but the market has 1,000 customers"),
    ("0,1,x,y\n", "line 1"),
])
def test_a_network_file_that_cannot_be_used_is_told_at_once(
    small: Path, ties: str, told: str
) -> None:
    text = SMALL.replace("    kind: watts_strogatz\n    neighbors: 6\n", "    file: ties.csv\n")
    assert text != SMALL
    (small.parent / "ties.csv").write_text(ties, encoding="utf-8")
    (fault,) = refused(small, text).faults
    assert fault.message.startswith("customers.network.file = 'ties.csv': ")
    assert told in fault.message
    assert str(small.parent) not in fault.message
    assert fault.line == 14


def test_small_change_in_strategies_and_events_is_told_too(small: Path) -> None:
    price = "firms.Treo.offers.Treo One.price"
    text = SMALL.split("\nstrategies:")[0].split("\nevents:")[0].split("\nclaims:")[0]
    text += (
        f"\nstrategies:\n  cheap: {{set: {{{price}: 0.002}}}}\n"
        f"events:\n  - {{name: sale, week: 3, set: {{{price}: 0.001}}}}\n"
    )
    told = [fault.message for fault in refused(small, text).faults]
    assert sum("money is counted in hundredths" in one for one in told) == 2


def test_an_experiment_is_no_scenario_and_the_other_way_round(small: Path) -> None:
    (fault,) = refused(small, "id: small\nscenario: first_lesson\noutcomes: []\n").faults
    assert "this is an experiment, not a scenario" in fault.message
    small.write_text(SMALL, encoding="utf-8")
    with pytest.raises(FaultyScenarioError) as caught:
        load_experiment(small)
    assert [one.message[:43] for one in caught.value.faults] == [
        "this is a scenario, not an experiment; an e"
    ]


def test_there_are_many_kinds_of_mistakes() -> None:
    assert len(mistakes()) >= 100


def test_all_mistakes_are_told_together_with_their_lines(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SMALL.replace("kind: watts_strogatz", "kind: smallworld")
    error = refused(small, text.replace("        price: 300", "        prise: 300"))
    monkeypatch.chdir(small.parent)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("small.yaml")
    assert "small.yaml:14:11: customers.network.kind = 'smallworld': must be one of" in str(error)
    first, *rest = str(caught.value).split("\n")
    assert first.startswith("small.yaml:14:11: customers.network.kind = 'smallworld': must be")
    assert first.endswith("; did you mean 'watts_strogatz'?")
    assert rest == [
        "   14 |     kind: watts_strogatz".replace("watts_strogatz", "smallworld"),
        "      |           ^",
        "small.yaml:44:9: firms \"Treo\" offers \"Treo One\" has no setting 'prise'; "
        "did you mean 'price'?",
        "   44 |         prise: 300",
        "      |         ^",
        "2 problems in small.yaml; nothing was run.",
    ]


def test_a_hundred_faults_are_cut_but_counted(small: Path) -> None:
    many = "".join(f"  wrong_{number}: 1\n" for number in range(100))
    message = str(refused(small, SMALL.replace("customers:\n", "customers:\n" + many)))
    assert "... and 50 more.\n100 problems in small.yaml; nothing was run." in message


def test_what_follows_from_a_mistake_is_not_told(small: Path) -> None:
    text = SMALL.replace("    attributes:\n      weight", "    atributes:\n      weight")
    faults = refused(small, text).faults
    assert [fault.message for fault in faults] == [
        "categories \"cases\" has no setting 'atributes'; did you mean 'attributes'?"
    ]


def test_an_aliased_mistake_is_told_where_it_is_mended(small: Path) -> None:
    text = SMALL.replace("quality: {comfort: 0.5}", "quality: &good {comfort: 5}")
    text = text.replace("quality: {comfort: 0.4}", "quality: *good")
    assert {fault.line for fault in refused(small, text).faults} == {43}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"# only a remark\n", "the file is empty"),
        (b"- a\n- list\n", "a scenario is a mapping"),
        (b"just words", "a scenario is a mapping"),
        (b"\xff\xfe\x00\x01", "the file is not UTF-8 text (line 1)"),
        (b"id: small\ntitle: caf\xe9\n", "the file is not UTF-8 text (line 2)"),
        (b"id: a\x00b\n", "a control character stands here"),
        (b"id: \x1b[31mred\n", "a control character stands here"),
        (b"a: " + b"x" * 2_000_000, "larger than 1 MiB"),
        (b"[" * 5_000, "nest deeper than 40 levels"),
        (b"".join(b" " * n + b"a:\n" for n in range(60)), "nest deeper than 40 levels"),
        (b"a: 1\n" * 3, "'a' is written twice, first in line 1; keep one of them"),
        (b"[" + b"1," * 30_000 + b"]", "more than 20,000 values"),
        (b"a: &a [*a]\n", "'*a' stands inside '&a', which it repeats"),
        (b"a: !!binary aGVsbG8=\n", "tags such as '!!binary' are not read"),
        (b"a: !!python/name:os.system x\n", "tags such as '!!python/name:os.system'"),
        (b"%TAG ! tag:x,2000:\n---\na: !b 1\n", "files are read as YAML 1.2"),
        (b"a: 1\nn: " + b"!" * 300_000, "line 2 is longer than 100,000 characters"),
        ("a: \u2028b\n".encode(), "a control character stands here"),
        ("a: \u202egpj.exe\n".encode(), "the file has no setting 'a'"),
    ],
)
def test_files_that_are_no_scenario(content: bytes, told: str, tmp_path: Path) -> None:
    error = refused(tmp_path / "odd.yaml", content)
    assert told in error.faults[0].message
    assert str(error).endswith("nothing was run.")
    assert all(char.isprintable() or char == "\n" for char in str(error))


def test_a_billion_laughs_are_refused_before_they_are_built(tmp_path: Path) -> None:
    lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    error = refused(tmp_path / "bomb.yaml", "\n".join(lines))
    assert "more than 20,000 values, repetitions by '*' included" in str(error)


def test_terminal_codes_in_names_are_escaped(small: Path) -> None:
    error = refused(small, SMALL.replace("  Palm:\n", '  "Palm\\e[31m":\n'))
    assert "'Palm\\x1b[31m' is not a name" in str(error)
    assert "\x1b" not in str(error)


def test_long_values_are_shortened(small: Path) -> None:
    error = refused(small, SMALL.replace("policy: fixed", "policy: " + "x" * 50_000))
    assert max(map(len, str(error).split("\n"))) < 400
    error = refused(small, SMALL.replace("  n: 1000", "  n: " + "9" * 390))
    assert "customers.n = a huge number" in str(error)


def test_folders_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="this is a folder"):
        load_scenario(tmp_path)
    with pytest.raises(ScenarioError, match="there is no such file"):
        load_scenario(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="there is no such file"):
        load_scenario("none.yaml")
    with pytest.raises(ScenarioError, match="this is no plain file"):
        load_scenario(Path(os.devnull))
    with pytest.raises(ScenarioError, match="cannot be one of a file"):
        load_scenario(Path("a\0b"))


def test_an_unknown_id_names_the_closest() -> None:
    with pytest.raises(ScenarioError, match="did you mean 'first_lesson'"):
        load_scenario("first_leson")


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("../ties.csv", "give a path inside the scenario's folder"),
        ("/etc/passwd", "give a path inside the scenario's folder"),
        ("C:\\\\ties.csv", "give a path inside the scenario's folder"),
        ("link.csv", "it leads out of the scenario's folder"),
        ("linked/ties.csv", "it leads out of the scenario's folder"),
        ("loop.csv", "there is no such file"),
        ("none.csv", "there is no such file"),
        ("folder.csv", "there is no such file"),
        ("ties.exe", "the suffix must be one of"),
        ("a\\0.csv", "give a path inside the scenario's folder"),
    ],
)
def test_network_files_stay_in_the_folder(file: str, told: str, tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    (folder / "folder.csv").mkdir(parents=True)
    (tmp_path / "ties.csv").write_text("0,1\n")
    (folder / "link.csv").symlink_to(tmp_path / "ties.csv")
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    (folder / "linked").symlink_to(tmp_path)
    text = SMALL.replace("    kind: watts_strogatz\n    neighbors: 6\n", f'    file: "{file}"\n')
    (fault,) = refused(folder / "small.yaml", text).faults
    assert told in fault.message
    assert (fault.line, fault.column) == (14, 11)


def test_a_network_file_in_the_folder_is_fine(small: Path) -> None:
    everybody = "".join(f"{number},\n" for number in range(1000))
    (small.parent / "ties.csv").write_text("0,1\n" + everybody)
    small.write_text(
        SMALL.replace("    kind: watts_strogatz\n    neighbors: 6\n", "    file: ties.csv\n")
    )
    scenario = load_scenario(small)
    before = scenario.digest()
    (small.parent / "ties.csv").write_text("0,2\n" + everybody)
    assert scenario.digest() != before


def test_what_cannot_fit_into_memory_is_refused(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.scenario.memory.memory_of_machine", lambda: 1e9)
    (fault,) = refused(small, SMALL.replace("  n: 1000", "  n: 20000000")).faults
    assert fault.message == (
        "customers.n = 20000000: the run needs about 9.04 GB of memory and this machine has 1 GB; "
        "use fewer customers, offers or ties"
    )
