"""The levers of a firm: a dictionary that refuses what is no lever or out of its bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import numpy as np

from sim.agents.checking import lever_problem
from sim.errors import RequestError
from sim.wording import did_you_mean


class FirmLevers(dict[str, float]):
    """Value of each lever of a firm by name.

    It reads as any dictionary and holds every lever always; what is written is held against the
    declarations, as in scenarios, events and policies. Numbers of NumPy become plain ones.

    Parameters
    ----------
    firm
        Name of the firm.
    values
        Value of each lever, as a scenario or a checkpoint has them.

    Raises
    ------
    RequestError
        Where something is written that is no lever, or a value that a lever cannot have.
    KeyError
        Where something is read that is no lever.
    TypeError
        Where a lever is to be removed.
    """

    def __init__(self, firm: str, values: Mapping[str, float]) -> None:
        super().__init__(values)
        self.firm = firm

    def __setitem__(self, name: str, value: float) -> None:
        super().__setitem__(name, self._checked(name, value))

    def update(  # type: ignore[override]
        self, values: Mapping[str, float] | Iterable[tuple[str, float]] = (), /, **more: float
    ) -> None:
        """Set several levers, or none of them if one is refused.

        Raises
        ------
        RequestError
            If one is no lever, or cannot have the value.
        """
        given = dict(values, **more)
        super().update({name: self._checked(name, value) for name, value in given.items()})

    def __ior__(  # type: ignore[override, misc]
        self, values: Mapping[str, float] | Iterable[tuple[str, float]]
    ) -> FirmLevers:
        self.update(values)
        return self

    def setdefault(self, name: str, default: float | None = None, /) -> float:
        """The value of a lever; all have one."""
        return self[name]

    def copy(self) -> FirmLevers:
        """The same values as levers of their own."""
        return FirmLevers(self.firm, self)

    def _keep(self, *_: Any) -> NoReturn:
        """Refuse to remove a lever.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("levers of a firm cannot be removed; set them to other values instead")

    __delitem__ = pop = popitem = clear = _keep

    def __missing__(self, name: str) -> NoReturn:
        raise KeyError(f"firm '{self.firm}' has no lever {name!r}{did_you_mean(str(name), self)}")

    def __reduce__(self) -> tuple[type[FirmLevers], tuple[str, dict[str, float]]]:
        return FirmLevers, (self.firm, dict(self))

    def _checked(self, name: str, value: Any) -> Any:
        wrong = lever_problem(name, value, firm=self.firm)
        if wrong:
            raise RequestError(wrong)
        return value.item() if isinstance(value, np.generic) else value
