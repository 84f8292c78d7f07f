"""What a class must be before it is a mechanism: the first thing that is missing, in one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sim.parameters import Declared
from sim.tables import CustomerTable, FirmTable, OfferTable
from sim.wording import NAME, did_you_mean, shown

if TYPE_CHECKING:
    from sim.mechanisms.base import Mechanism

COLUMNS = {
    f"{table}.{name}"
    for table, kind in (("customers", CustomerTable), ("offers", OfferTable), ("firms", FirmTable))
    for name in kind.columns
}
PARTS = ("setup", "step", "weigh", "serve")


def fault_of(cls: type[Any], base: type[Mechanism]) -> str | None:
    """The first thing that keeps a class from being a mechanism, and its mend; None if nothing.

    Parameters
    ----------
    cls
        The class.
    base
        What mechanisms are derived from.
    """
    name = cls.__qualname__
    if not issubclass(cls, base):
        return f"derive {name} from sim.mechanisms.base.Mechanism: class {name}(Mechanism)"
    if not re.fullmatch(NAME, cls.variant):
        return (
            f"the variant {cls.variant!r} must be named by letters a to z, digits, spaces, '_' and "
            "'-', first a letter"
        )
    if not (isinstance(cls.Parameters, type) and issubclass(cls.Parameters, Declared)):
        return f"derive {name}.Parameters from sim.parameters.Declared"
    if cls.variant != "none" and all(getattr(cls, p) is getattr(base, p) for p in PARTS):
        return (
            f"{name} does nothing: write 'step(self, market)', or one of 'setup(self, market)', "
            "'weigh(self, market, options)', 'serve(self, market, uses)'"
        )
    return _fault_of_columns(cls, "reads") or _fault_of_columns(cls, "writes")


def _fault_of_columns(cls: type[Mechanism], said: str) -> str | None:
    names = getattr(cls, said)
    if not isinstance(names, tuple):
        return f"{said} of {cls.__qualname__} must be a tuple of columns. Got {names!r}."
    for name in names:
        if name not in COLUMNS:
            table = str(name).partition(".")[0]
            near = sorted(c for c in COLUMNS if c.startswith(f"{table}.")) or sorted(COLUMNS)
            hint = did_you_mean(str(name), near)
            return (
                f"{said} of {cls.__qualname__}: there is no column {shown(name)}"
                + (hint if "did you mean" in hint else "; columns are listed in sim/ODD.md")
            )
    return None
