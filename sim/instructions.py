"""What kernels ask of the processor and Python has no words for."""

from __future__ import annotations

from typing import Any

from sim.compile import Instruction

WORD = 8  # bytes of an int64


@Instruction
def load_now(typing_context: Any, array: Any, index: Any) -> Any:
    """Read an int64 of an array from memory, where another thread may just have written it.

    An ordinary read in a loop is done once by the compiler, before the loop.
    """
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load_atomic(_cell(context, builder, signature, arguments), "seq_cst", WORD)

    return types.int64(array, types.intp), generate


@Instruction
def store_now(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    """Write an int64 of an array, and all that was written before it, for other threads to see."""
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        cell = _cell(context, builder, signature, arguments)
        builder.store_atomic(arguments[2], cell, "seq_cst", WORD)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), generate


@Instruction
def add_now(typing_context: Any, array: Any, index: Any, more: Any) -> Any:
    """Add to an int64 of an array that other threads add to as well; returns what it was."""
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        cell = _cell(context, builder, signature, arguments)
        return builder.atomic_rmw("add", cell, arguments[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@Instruction
def replace_now(typing_context: Any, array: Any, index: Any, old: Any, new: Any) -> Any:
    """Put ``new`` into an int64 of an array if it is ``old``; whether it was.

    Of several threads that ask for the same, one succeeds.
    """
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        cell = _cell(context, builder, signature, arguments)
        done = builder.cmpxchg(cell, arguments[2], arguments[3], "seq_cst", "seq_cst")
        return builder.extract_value(done, 1)

    return types.boolean(array, types.intp, types.int64, types.int64), generate


@Instruction
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Begin to bring a cell of a vector into the cache, where it will soon be read."""
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        byte, code = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(_cell(context, builder, signature, arguments), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, code, code, code])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        to_read, to_keep, data = code(0), code(3), code(1)
        builder.call(hint, [address, to_read, to_keep, data])
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


def _cell(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Address of a vector's cell: the first two arguments are the vector and which."""
    vector = context.make_array(signature.args[0])(context, builder, arguments[0])
    return builder.gep(vector.data, [arguments[1]])
