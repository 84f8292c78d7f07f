"""Compile kernels with numba at their first call, so that importing a mechanism costs nothing.

Why not plain ``numba.njit``: command-line answers such as ``counterpoise validate`` need the
parameter declarations that stand beside the kernels, but not numba, whose import alone takes as
long as such an answer may take.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

SHARED = (
    "streams.py", "listing.py", "instructions.py", "tables/codes.py",
    "mechanisms/choice/occasions.py", "mechanisms/word_of_mouth/message.py",
)
"""Files whose kernels, instructions and constants kernels of other files use."""


class Kernel(Generic[P, R]):
    """A function that numba compiles at its first call and caches on disk.

    A kernel may call other kernels of its own or another module by name. Kernels release the
    interpreter lock, so row ranges of one table run on several threads.
    """

    def __init__(self, function: Callable[P, R], **options: Any) -> None:
        self.python: Callable[P, R] = function
        self.options = options
        functools.update_wrapper(self, function)

    @functools.cached_property
    def compiled(self) -> Any:
        """The numba dispatcher; made when it is first asked for."""
        import numba

        _choose_cache_folder(numba.config)
        return numba.njit(
            nogil=True, cache=True, error_model="numpy", **self.options
        )(self.python)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the machine code, compiling it first if need be."""
        result: R = self.compiled(*args, **kwargs)
        return result

    @property
    def _numba_type_(self) -> Any:
        # numba asks globals that it meets in a kernel for their type: answer as a dispatcher does.
        import numba

        return numba.types.Dispatcher(self.compiled)


class Instruction:
    """A machine instruction for kernels that Python has no words for; imports numba when used.

    Made of a function ``f(typing_context, *types)`` as ``numba.extending.intrinsic`` takes it.
    """

    def __init__(self, define: Callable[..., Any]) -> None:
        self.define = define
        functools.update_wrapper(self, define)

    def __call__(self, *arguments: Any) -> Any:
        """For type checkers; outside a kernel there is no such instruction."""
        raise NotImplementedError(f"{self.define.__name__} works in kernels only")

    @functools.cached_property
    def _numba_type_(self) -> Any:
        from numba.core.registry import cpu_target
        from numba.extending import intrinsic

        # numba meets a global in a kernel and asks it for its type: answer as its own would.
        made = intrinsic(self.define)
        cpu_target.typing_context.refresh()
        return cpu_target.typing_context.resolve_value_type(made)


@functools.cache
def _choose_cache_folder(numba_config: Any) -> None:
    """Give numba a cache folder of our own unless the environment names one.

    numba keys its cache by the file of a kernel, not by what it takes from other files, which is
    what stands in ``SHARED``; so the content of these is part of the folder's name.
    """
    if numba_config.CACHE_DIR:
        return
    content = b"".join((Path(__file__).parent / file).read_bytes() for file in SHARED)
    fingerprint = hashlib.blake2b(content, digest_size=6).hexdigest()
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    folders = [Path(home) if home else Path.home() / ".cache", Path(tempfile.gettempdir())]
    for base in folders:
        folder = base / "counterpoise" / fingerprint
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                numba_config.CACHE_DIR = str(folder)
                return
        except OSError:
            continue


def is_cached(kernel: Kernel[..., Any]) -> bool:
    """Whether the cache has machine code of a kernel, so that its first call need not compile."""
    import numba

    _ = kernel.compiled  # chooses the cache folder; compiles nothing yet
    chosen = vars(numba.config).get("CACHE_DIR")
    source = Path(kernel.python.__code__.co_filename)
    files = Path(chosen or source.parent).rglob(f"{source.stem}.{kernel.python.__name__}-*.nbi")
    return any(files)


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Mark a module-level function as a numba kernel."""
    return Kernel(function)


def inlined(function: Callable[P, R]) -> Kernel[P, R]:
    """Mark a small function that kernels call so often that the call itself would cost."""
    return Kernel(function, forceinline=True)
