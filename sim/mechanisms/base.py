"""The contract of a mechanism: declared parameters, columns it reads and writes, setup and step.

A family is a folder, a variant a file, and ``none.py`` is the variant that does nothing. The
decorator ``mechanism`` registers a class under the names of its folder and file, or in a notebook
under names that it is given; nothing lists mechanisms by hand. Mechanisms never import each other:
what passes between them are columns of the tables and fields of the agents. A mechanism acts once a
week, in ``step``, at its family's place in the schedule; besides it may add terms to what customers
weigh up (``weigh``) and to what buyers live (``serve``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from sim.discovery import enter, import_all
from sim.errors import MechanismError
from sim.mechanisms.declared import fault_of
from sim.parameters import Declared, in_words
from sim.schedule import WEEK
from sim.wording import closest

if TYPE_CHECKING:
    from sim.market import Market
    from sim.tables import Options, Purchases

PACKAGE = "sim.mechanisms"
NAMED = '@mechanism(family="response", variant="grumble")'


@dataclass(frozen=True)
class Happening:
    """Something a mechanism did to one customer in one week, in words and in numbers."""

    text: str
    details: dict[str, Any] = field(default_factory=dict)


REGISTRY: dict[str, dict[str, type[Mechanism]]] = {}


class Mechanism:
    """One variant of one family.

    Class attributes
    ----------------
    Parameters : its declared parameters.
    reads, writes : columns as ``"customers.aware"``; the contract suite holds it to ``writes``.
    cites : the literature it follows, as ``"Bass (1969)"``, listed in ``science.md``; empty where
        its References section begins with None and says why.
    is_default : True for the variant that a scenario gets when it names none.
    """

    class Parameters(Declared):
        """No parameters."""

    family: ClassVar[str]
    variant: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()
    writes: ClassVar[tuple[str, ...]] = ()
    cites: ClassVar[tuple[str, ...]] = ()
    is_default: ClassVar[bool] = False

    def __init__(self, parameters: Declared | None = None) -> None:
        self.parameters: Any = parameters if parameters is not None else self.Parameters()
        self.prepared: Any = None  # what a variant derives from its parameters once a market
        self._by_segment: dict[tuple[str, ...], NDArray[np.float64]] = {}

    def __repr__(self) -> str:
        name = f"{self.family}/{self.variant}" if hasattr(self, "family") else type(self).__name__
        return f"<Mechanism {name}{in_words(self.parameters)}>"

    def setup(self, market: Market) -> None:
        """Prepare the market before week 1."""

    def step(self, market: Market) -> None:
        """Do this week's part."""

    def weigh(self, market: Market, options: Options) -> None:
        """Add this family's terms to the options of the week, just before customers choose.

        Terms of families add up; a family only touches ``options``, never a table.
        """

    def serve(self, market: Market, uses: Purchases) -> None:
        """Add this family's part to ``uses.service``, just before experience.

        Parts of families add up; a family only touches ``uses``, never a table.
        """

    def serve_on_average(self, market: Market, uses: Purchases) -> None:
        """Add what ``serve`` adds on average over luck; the same where it has no luck in it."""
        self.serve(market, uses)

    def weighs(self, market: Market) -> bool:
        """Whether this variant has terms in the utility of options in this market."""
        return type(self).weigh is not Mechanism.weigh

    @classmethod
    def serves(cls) -> bool:
        """Whether this variant has a part in what buyers experience."""
        return cls.serve is not Mechanism.serve

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """What this week's step did to one customer, and why; called right after ``step``.

        Parameters
        ----------
        row
            Her row.
        before
            Her row of the customer table as it was before the step, by column.
        """
        return []

    def by_segment(self, market: Market, *names: str) -> NDArray[np.float64]:
        """Parameters by segment: shape ``(n_segments,)`` for one name, else a column a name.

        A segment that gives a parameter in its ``behavior`` has its own value.
        """
        known: NDArray[np.float64] | None = self._by_segment.get(names)
        if known is None:
            segments = market.world.customers.segments.values()
            own = [segment.behavior.get(self.family, {}) for segment in segments]
            table = [[b.get(n, getattr(self.parameters, n)) for n in names] for b in own]
            known = np.array(table, dtype=np.float64)
            known = known[:, 0].copy() if len(names) == 1 else known
            self._by_segment[names] = known
        return known


M = TypeVar("M", bound=Mechanism)


@overload
def mechanism(cls: type[M]) -> type[M]: ...


@overload
def mechanism(*, family: str, variant: str) -> Callable[[type[M]], type[M]]: ...


def mechanism(cls: type[M] | None = None, *, family: str = "", variant: str = "") -> Any:
    """Register a mechanism: ``@mechanism``, or ``@mechanism(family=..., variant=...)``.

    Parameters
    ----------
    cls
        The class.
    family, variant
        Its names; those of its folder and its file where they are not given.

    Raises
    ------
    MechanismError
        If there is no such family in the week, another mechanism has its name, or the class is no
        mechanism: of another base, without anything to do, with columns that there are not.
    """
    if cls is None:
        return partial(_register, family=family, variant=variant)
    if not isinstance(cls, type):
        raise MechanismError(f"@mechanism({cls!r}): name both, {NAMED}")
    return _register(cls, family, variant)


def _register(cls: type[M], family: str, variant: str) -> type[M]:
    if not cls.__module__.startswith(PACKAGE):
        families()  # those of the package come first
    *_, folder, file = ("", *cls.__module__.split("."))
    cls.family, cls.variant = family or folder, variant or file
    known = [name for name, _ in WEEK if name in REGISTRY or cls.__module__.startswith(PACKAGE)]
    if cls.family not in known:
        close = closest(cls.family, known)
        if close:
            hint = f", did you mean {close!r}?"
        elif cls.__module__.startswith(PACKAGE):
            hint = " in sim/schedule.py: a new one is entered there, at its place in the week"
        else:
            hint = f" in sim/schedule.py: they are {', '.join(known)}"
        raise MechanismError(
            f"{cls.__module__}: a mechanism stands in a folder named as its family, in a file "
            f"named as its variant, such as response/grumble.py, or is told both: {NAMED}; "
            f"there is no family {cls.family!r}{hint}"
        )
    variants = REGISTRY.get(cls.family, {})
    other = variants.get(cls.variant, cls)
    if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
        raise MechanismError(
            f"{cls.__module__}.{cls.__qualname__}: {other.__module__}.{other.__qualname__} is "
            f"called {cls.family}/{cls.variant} already; give one of them another variant's name"
        )
    if fault := fault_of(cls, Mechanism):
        raise MechanismError(f"{cls.__module__}: {fault}")
    enter(variants, cls.variant, cls)  # the same class, loaded again, replaces itself
    enter(REGISTRY, cls.family, variants)
    return cls


def families() -> dict[str, dict[str, type[Mechanism]]]:
    """Every registered variant by family; imports the mechanism files at the first call."""
    import_all(PACKAGE)
    return REGISTRY


def default_variant(family: str) -> str:
    """The variant of a family that a scenario gets when it names none."""
    return next((name for name, cls in families()[family].items() if cls.is_default), "none")
