"""What kernels ask of the processor and Python has no words for."""

from __future__ import annotations

from typing import Any

from sim.compile import Instruction


@Instruction
def load_now(typing_context: Any, array: Any, index: Any) -> Any:
    """Read an int64 of an array from memory, where another thread may just have written it.

    An ordinary read in a loop is done once by the compiler, before the loop.
    """
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.load_atomic(builder.gep(made.data, [arguments[1]]), "acquire", 8)

    return types.int64(array, types.intp), generate


@Instruction
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Begin to bring a cell of a vector into the cache, where it will soon be read."""
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte, code = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(builder.gep(made.data, [arguments[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, code, code, code])
        hint = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        to_read, to_keep, data = code(0), code(3), code(1)
        builder.call(hint, [address, to_read, to_keep, data])
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate
