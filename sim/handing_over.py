"""How threads share the rows of a kernel inside machine code, with no Python between them.

A kernel takes forty columns and, at 100,000 customers, a tenth of a millisecond. A thread that is
handed these columns in Python must first wait for the interpreter, and takes as long to unpack them
as a good part of the work; so here the caller unpacks them once, lays them on a board and says so
by one number in memory. Whoever looks at the board takes a part of the rows that nobody has taken:
each thread its own first, so that rows stay in its cache, then what others have left. The caller
looks, too, and therefore never waits for a thread that sleeps.

Words of the board, an int64 array: which job is on it, parts done of all jobs so far, and so on;
from ``TAKEN`` on, the last job for which each part was taken, and behind these the arguments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from sim.compile import Instruction, kernel
from sim.instructions import add_now, load_now, replace_now, store_now
from sim.tables import Array

LINE = 8  # words of a cache line: what threads write at once stands on lines of its own
JOB, DONE, ASLEEP, STOP, FAILED = 0, LINE, 2 * LINE, 3 * LINE, 3 * LINE + 1
CODE, N_PARTS, ROWS, N_ROWS = 4 * LINE, 4 * LINE + 1, 4 * LINE + 2, 4 * LINE + 3
TAKEN = 5 * LINE
ROOM = 4096
"""Words for the arguments of a kernel: about ten for each of some hundred columns, and to spare."""

FINE, WRONG, UNDONE, OF_OTHER_TYPES = range(4)
"""What became of a job."""


def new_board(n_parts: int, rows: int, n_rows: int) -> Array:
    """A board without a job.

    Parameters
    ----------
    n_parts
        Parts of each job.
    rows
        Rows of each part, of the last one what is left of ``n_rows``.
    """
    board = np.zeros(TAKEN + n_parts * LINE + ROOM, dtype=np.int64)
    board[N_PARTS], board[ROWS], board[N_ROWS] = n_parts, rows, n_rows
    return board


def kind_of(types: Iterable[Any]) -> int:
    """A number for types of arguments, the same in every process."""
    digest = hashlib.blake2b(", ".join(map(str, types)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def machine_code(compiled: Any, arguments: tuple[Any, ...]) -> tuple[int, int]:
    """Where the machine code of a kernel for such arguments is, and the ``kind_of`` their types.

    Parameters
    ----------
    compiled
        The numba dispatcher of ``kernel(start, stop, *arguments)``, which returns nothing.
    """
    from numba import types

    kinds = tuple(compiled.typeof_pyval(argument) for argument in arguments)
    whole = (types.int64, types.int64, *kinds)
    compiled.compile(whole)
    made = compiled.overloads[whole]
    address = made.library.get_pointer_to_function(made.fndesc.llvm_func_name)
    return int(address), kind_of(kinds)


@Instruction
def are_of_kind(typing_context: Any, arguments: Any, kind: Any) -> Any:
    """Whether ``kind_of`` says this number of the types of arguments."""
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        own = context.get_constant(types.int64, kind_of(arguments.types))
        return builder.icmp_signed("==", own, values[1])

    return types.boolean(arguments, types.int64), generate


@Instruction
def lay_out(typing_context: Any, board: Any, place: Any, address: Any, arguments: Any) -> Any:
    """Lay where a kernel is and its arguments on the board; returns code that calls it with them.

    The code takes the address of ``place``, start and stop, and returns 0 if all went well.
    """
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import types

    taken = (types.int64, types.int64, *arguments.types)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        word = ir.IntType(64)
        _, spot, machine, given = values
        words = context.make_array(board)(context, builder, values[0]).data
        if context.get_abi_sizeof(given.type) > (ROOM - 1) * LINE:
            raise TypeError("a kernel has more arguments than a board has room for")
        builder.store(machine, builder.gep(words, [spot]))
        behind = builder.gep(words, [builder.add(spot, word(1))])
        builder.store(given, builder.bitcast(behind, given.type.as_pointer()))

        form = ir.FunctionType(word, [word, word, word])
        code = ir.Function(builder.module, form, builder.module.get_unique_name("laid_out"))
        code.linkage = "internal"
        inside = ir.IRBuilder(code.append_basic_block())
        laid = inside.inttoptr(code.args[0], word.as_pointer())
        behind = inside.bitcast(inside.gep(laid, [word(1)]), given.type.as_pointer())
        members = inside.load(behind)
        each = [inside.extract_value(members, number) for number in range(len(arguments.types))]
        called = context.call_conv.get_function_type(types.none, taken)
        answers = [inside.alloca(answer.pointee) for answer in called.args[:2]]
        flat = context.get_arg_packer(taken).as_arguments(inside, [*code.args[1:], *each])
        entry = inside.inttoptr(inside.load(laid), called.as_pointer())
        inside.ret(inside.sext(inside.call(entry, [*answers, *flat]), word))
        return builder.ptrtoint(code, word)

    return types.int64(board, types.int64, types.int64, arguments), generate


@Instruction
def call_laid_out(typing_context: Any, code: Any, where: Any, start: Any, stop: Any) -> Any:
    """Call the code that ``lay_out`` made on some rows; 0 if all went well."""
    from llvmlite import ir
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        word = ir.IntType(64)
        form = ir.FunctionType(word, [word, word, word])
        return builder.call(builder.inttoptr(values[0], form.as_pointer()), values[1:])

    return types.int64(*[types.int64] * 4), generate


@kernel
def live_parts(board: Array, own: int, job: int) -> None:
    """Do the parts of a job that nobody has taken, a thread's own one first."""
    n_parts, rows = board[N_PARTS], board[ROWS]
    for step in range(n_parts):
        part = (own + step) % n_parts
        if replace_now(board, TAKEN + part * LINE, job - 1, job):
            start = part * rows
            where = np.int64(board.ctypes.data) + (TAKEN + n_parts * LINE) * LINE
            if call_laid_out(board[CODE], where, start, min(start + rows, board[N_ROWS])) != 0:
                store_now(board, FAILED, 1)
            add_now(board, DONE, 1)


@kernel
def look_out(board: Array, own: int, patience: int) -> None:
    """Help with jobs until ``patience`` looks at the board in a row have shown nothing new."""
    seen, looks = np.int64(-1), 0
    while looks < patience and load_now(board, STOP) == 0:
        job = load_now(board, JOB)
        if job != seen:
            live_parts(board, own, job)
            seen, looks = job, 0
        looks += 1
    add_now(board, ASLEEP, 1)


@kernel
def call_up(board: Array) -> int:
    """How many threads have gone to sleep since they were called up last."""
    asleep: int = load_now(board, ASLEEP)
    add_now(board, ASLEEP, -asleep)
    return asleep


@kernel
def wait_for_all(board: Array, patience: int) -> int:
    """Wait until all parts of the last job are done, or ``patience`` looks have been in vain."""
    due = load_now(board, JOB) * board[N_PARTS]
    for _ in range(patience):
        if load_now(board, DONE) == due:
            return WRONG if load_now(board, FAILED) != 0 else FINE
    return UNDONE


@kernel
def share_out(board: Array, address: int, kind: int, arguments: Any, patience: int) -> int:
    """Have ``kernel(start, stop, *arguments)`` done on all rows by whoever looks at the board.

    The arguments must live until all parts are done.
    """
    if not are_of_kind(arguments, kind):
        return OF_OTHER_TYPES
    job = board[JOB] + 1
    board[FAILED] = 0
    board[CODE] = lay_out(board, TAKEN + board[N_PARTS] * LINE, address, arguments)
    store_now(board, JOB, job)
    live_parts(board, 0, job)
    return wait_for_all(board, patience)
