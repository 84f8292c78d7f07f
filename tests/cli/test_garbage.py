"""The garbage collector waits while the program starts, and works as ever from the first market."""

import gc
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sim import Market, garbage

OFTEN = (700, 10, 10)


@pytest.fixture(autouse=True)
def _own_collector() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*OFTEN)
    yield
    garbage.resume()
    gc.unfreeze()
    gc.set_threshold(*before)


def test_a_start_makes_no_full_collection():
    """Importing everything stays below what sets the collector off."""
    code = (
        "import gc; from sim import garbage; garbage.put_off(); import sim.market, matplotlib\n"
        "print([one['collections'] for one in gc.get_stats()])"
    )
    before = "import gc; print([one['collections'] for one in gc.get_stats()])"
    said = [
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
        for text in (before, code)
    ]
    alone, importing = (json.loads(one.stdout) for one in said)
    # What Python itself collects while it starts comes before.
    assert importing[2] == alone[2]


def test_the_first_market_ends_the_wait():
    garbage.put_off()
    garbage.put_off()  # twice is once
    assert gc.get_threshold()[0] == garbage.OBJECTS_OF_A_START
    held = gc.get_freeze_count()
    Market("first_lesson", overrides={"customers.n": 50}, observe=False)
    assert gc.get_threshold()[: 2] == OFTEN[:2]
    assert gc.get_freeze_count() > held


def test_markets_of_a_library_leave_the_collector_alone():
    held = gc.get_freeze_count()
    Market("first_lesson", overrides={"customers.n": 50}, observe=False)
    assert gc.get_freeze_count() == held
    assert gc.get_threshold()[: 2] == OFTEN[:2]


def test_a_collector_that_was_switched_off_stays_so():
    gc.set_threshold(0)
    garbage.put_off()
    assert gc.get_threshold()[0] == 0
