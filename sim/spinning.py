"""Waiting for another thread without going to sleep, for moments too short to be worth it."""

from __future__ import annotations

from sim.compile import kernel
from sim.instructions import load_now
from sim.tables import Array


@kernel
def wait_for(signals: Array, number: int, seen: int, patience: int, grace: int) -> int:
    """Wait until a signal moves on from what was seen, or ``patience`` looks have been in vain.

    Then wait for another ``grace`` looks, in which who gave the signal lets go of the interpreter:
    whoever asks for it sooner is put to sleep.
    """
    looks = 0
    while looks < patience and load_now(signals, number) == seen:
        looks += 1
    for _ in range(grace if looks < patience else 0):
        looks += load_now(signals, number) & 1
    return looks
