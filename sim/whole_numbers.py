"""What counts as a whole number, wherever somebody gives one in Python."""

from __future__ import annotations

from numbers import Integral
from typing import Any


def is_whole(number: Any) -> bool:
    """Whether it is an integer of Python or NumPy, and not a truth value."""
    return isinstance(number, Integral) and not isinstance(number, bool)
