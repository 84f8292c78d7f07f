"""``report`` and ``replay``: what they write from the folder of a run, and what they refuse."""

from __future__ import annotations

import importlib.util

import pytest

from sim.results.store import load

DRAWS = pytest.mark.skipif(
    importlib.util.find_spec("uplot") is None, reason="counterpoise[studio] is not installed"
)


@pytest.fixture
def kept(call, scenario, place):
    """The folder of a small run."""
    ended = call(
        "run", scenario("small"), "--replications", 2, "--quiet", "--out", place / "kept"
    )
    assert ended.exit_code == 0
    return place / "kept"


def test_report_lies_beside_the_run_and_is_the_same_again(call, kept, place):
    before = (kept / "report.html").read_bytes()
    ended = call("report", kept)
    assert ended.exit_code == 0
    assert ended.stdout.startswith(f"report  {kept / 'full_report.html'} (0.")
    page = (kept / "full_report.html").read_bytes()
    assert b'id="power"' in page and b"offline replay" not in page
    assert len(page) < 1_000_000
    assert call("report", kept, "--out", place / "new" / "other.html").exit_code == 0
    assert (place / "new" / "other.html").read_bytes() == page
    assert (kept / "report.html").read_bytes() == before
    load(kept)  # the folder is still whole


@DRAWS
def test_replay_is_written_and_the_report_links_to_it(call, kept):
    ended = call("replay", kept, "--strategy", "listen", "--replication", 1, "--shown", 50)
    assert ended.exit_code == 0
    assert ended.stdout.startswith(f"replay  {kept / 'replay.html'} (0.")
    assert "“listen”, replication 1; 50 customers shown; each has her story" in ended.stdout
    first = (kept / "replay.html").read_bytes()
    call("replay", kept, "--strategy", "listen", "--replication", 1, "--shown", 50)
    assert (kept / "replay.html").read_bytes() == first
    call("report", kept)
    assert '<a href="replay.html">' in (kept / "full_report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("words", "said"), [
    (("report", "nowhere"), "there is no such run folder"),
    (("report", "RUN", "--sensitivity", "nowhere"), "there is no sensitivity.json"),
    (("replay", "nowhere"), "there is no such run folder"),
    (("replay", "RUN", "--strategy", "listn"), "there is no strategy 'listn'"),
    (("replay", "RUN", "--replication", 2), "replications 0 to 1, so no 2"),
    (("replay", "RUN", "--shown", 5001), "5,000"),
])
def test_what_cannot_be_is_refused(call, kept, words, said):
    if words[0] == "replay" and importlib.util.find_spec("uplot") is None:
        pytest.skip("counterpoise[studio] is not installed")
    ended = call(*(kept if word == "RUN" else word for word in words))
    assert ended.exit_code == 2
    assert said in " ".join((ended.stderr + ended.stdout).split())
    assert "Traceback" not in ended.stderr


def test_replay_refuses_a_run_that_lives_otherwise_now(call, kept, monkeypatch):
    pytest.importorskip("uplot")
    from sim.studio import recording

    real = recording.record

    def otherwise(*given, **named):
        found = real(*given, **named)
        found.units[0] += 1
        return found

    monkeypatch.setattr(recording, "record", otherwise)
    ended = call("replay", kept)
    assert ended.exit_code == 2 and "does not live the market as the run did" in ended.stderr
    assert not (kept / "replay.html").exists()
