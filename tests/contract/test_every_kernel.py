"""Kernels call only kernels of their own module or of shared ones, because of numba's cache."""

from __future__ import annotations

import dis
import importlib
import pkgutil

import pytest

import sim
from sim.compile import SHARED, Instruction, Kernel
from sim.instructions import prefetch


def kernels():
    """Every kernel of the package by the name of its module and its own."""
    found = {}
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Kernel) and value.python.__module__ == module.name:
                found[f"{module.name}.{name}"] = value
    return found


KERNELS = kernels()


def called(kernel):
    """The kernels among the globals that a kernel names."""
    code = kernel.python.__code__
    names = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    known = kernel.python.__globals__
    return [known[name] for name in names if isinstance(known.get(name), Kernel)]


def instructions(kernel):
    """The instructions among the globals that a kernel names."""
    names = {i.argval for i in dis.get_instructions(kernel.python.__code__)}
    known = kernel.python.__globals__
    return [known[name] for name in names if isinstance(known.get(name), Instruction)]


def test_there_are_kernels_that_call_kernels():
    assert len(KERNELS) >= 30
    assert any(called(kernel) for kernel in KERNELS.values())


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_calls_only_its_own_module_and_shared_ones(name):
    kernel = KERNELS[name]
    shared = {"sim." + file.removesuffix(".py").replace("/", ".") for file in SHARED}
    allowed = {kernel.python.__module__, *shared}
    assert {other.python.__module__ for other in called(kernel)} <= allowed
    assert {other.define.__module__ for other in instructions(kernel)} <= allowed


def test_instructions_are_for_kernels_only():
    assert any(instructions(kernel) for kernel in KERNELS.values())
    with pytest.raises(NotImplementedError, match="prefetch works in kernels only"):
        prefetch(None, 0)


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_draws_no_numbers_of_its_own(name):
    code = KERNELS[name].python.__code__
    assert not {"random", "rand", "default_rng", "seed"} & set(code.co_names)
