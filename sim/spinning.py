"""Waiting for another thread without going to sleep, for moments too short to be worth it."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from sim.compile import kernel
from sim.tables import Array


@intrinsic
def _load_now(typing_context: Any, array: Any, index: Any) -> Any:
    """Read an int64 of an array from memory, where another thread may just have written it.

    An ordinary read in a loop is done once by the compiler, before the loop.
    """
    signature = types.int64(array, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.load_atomic(builder.gep(made.data, [arguments[1]]), "acquire", 8)

    return signature, generate


# An intrinsic is called without its typing context, which its type does not say.
load_now: Any = _load_now


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
