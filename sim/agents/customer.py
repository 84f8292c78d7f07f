"""Customers as Mesa agents: views of rows, and a set of them that works on columns.

``market.customers`` looks and behaves like any Mesa ``AgentSet``; a ``Customer`` object is made
when somebody asks for one. What can be done on a whole column is done there: ``get``, ``set``,
``agg``, ``groupby`` and ``sort`` by column name; functions of an agent run over views.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.agents.agent_list import AgentList, grouped
from sim.agents.columns import refuse_several, taken, write
from sim.tables import CustomerTable

if TYPE_CHECKING:
    from sim.market import Market

Rows = NDArray[np.int64]
FAST = frozenset({*CustomerTable.columns, "row", "unique_id"})
"""What can be had for all customers at once."""


class Customer(mesa.Agent):
    """One customer: a view of her row; reading and writing it reads and writes the table.

    Traits, the columns that setup writes, are meant to stay: outcomes of power, needs and seekers
    go by traits as they were when first observed, whatever is written into them later.

    A subclass with a ``step`` of its own acts each week before the mass once it is assigned to
    rows with ``market.customers.assign(rows, MyCustomer)``.

    Attributes
    ----------
    row : her row of the customer table.
    """

    model: Market
    row: int

    def __init__(self, market: Market, row: int) -> None:
        # Mesa's own __init__ registers and numbers the agent; a view is neither new nor counted.
        object.__setattr__(self, "model", market)
        object.__setattr__(self, "row", int(row))
        object.__setattr__(self, "pos", None)

    @property
    def unique_id(self) -> int:
        """Mesa's number of the agent: firms come first, then customers by row."""
        return len(self.model.firms) + len(self.model.communities) + self.row + 1

    @property
    def segment_name(self) -> str:
        """Name of her segment."""
        return self.model.segment_names[int(self.model.tables.customers.segment[self.row])]

    @property
    def friends(self) -> CustomerSet:
        """The customers she is tied to."""
        network = self.model.network
        rows = network.indices[network.indptr[self.row] : network.indptr[self.row + 1]]
        return CustomerSet(self.model, rows.astype(np.int64))

    def __getattr__(self, name: str) -> Any:
        if name in CustomerTable.columns:
            value = getattr(self.model.tables.customers, name)[self.row]
            # Several values come as a live view of the row: copy what is to stay as it was.
            return value.item() if np.ndim(value) == 0 else value
        raise AttributeError(f"a customer has no column {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in CustomerTable.columns:
            getattr(self.model.tables.customers, name)[self.row] = value
        elif type(self) is Customer:
            raise AttributeError(
                f"a customer has no column {name!r}, and her view does not keep attributes; "
                "assign a subclass to her row for that"
            )
        else:
            object.__setattr__(self, name, value)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *CustomerTable.columns]

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def remove(self) -> None:
        """Customers stay: a market is a fixed population.

        Raises
        ------
        TypeError
            Always; take her out of a selection instead, or set her purchase rate to 0.
        """
        raise TypeError("customers cannot be removed from a market; set purchase_rate to 0 instead")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Customer) and self.model is other.model and self.row == other.row
        )

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.row}>"


class CustomerSet(AgentList):
    """An ordered set of customers, kept as row numbers.

    Parameters
    ----------
    market
        The market they live in.
    rows
        Their rows, (n,); None means all.
    """

    def __init__(self, market: Market, rows: Rows | None = None) -> None:
        self.market = market
        self.rows: Rows = np.arange(market.n_customers) if rows is None else rows
        self.random: Random = market.random
        self.assigned: dict[int, Customer] = {}
        self._whole = rows is None

    # Size, iteration, membership --------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Customer]:
        return (self.market.customers.view(int(row)) for row in self.rows)

    def __contains__(self, agent: object) -> bool:
        return (
            isinstance(agent, Customer) and agent.model is self.market
            and bool(np.any(self.rows == agent.row))
        )

    def __getitem__(self, item: int | slice) -> Any:
        if isinstance(item, slice):
            return [self.market.customers.view(int(row)) for row in self.rows[item]]
        return self.market.customers.view(int(self.rows[item]))

    def view(self, row: int) -> Customer:
        """The customer in one row: the assigned one, or a fresh view."""
        return self.assigned.get(row) or Customer(self.market, row)

    def to_list(self) -> list[Customer]:
        """All customers of the set as views."""
        return list(self)

    def copy(self) -> CustomerSet:
        """The same customers as a set of its own."""
        return CustomerSet(self.market, self.rows.copy())

    __copy__ = copy

    # Columns ----------------------------------------------------------------------------------

    def column(self, name: str) -> NDArray[Any]:
        """One column over the set, (n, ...); a copy.

        Raises
        ------
        AttributeError
            If there is no such column.
        """
        if name == "unique_id":
            return self.rows + len(self.market.firms) + len(self.market.communities) + 1
        if name == "row":
            return self.rows.copy()
        if name not in FAST:
            raise AttributeError(f"a customer has no column {name!r}")
        values: NDArray[Any] = getattr(self.market.tables.customers, name)[self.rows]
        return values

    def _values(self, name: str, *missing: Any) -> list[Any]:
        if name in FAST:
            column = self.column(name)
            return column.tolist() if column.ndim == 1 else list(column)
        # Not a column: a property, or an attribute of an assigned subclass.
        return [getattr(agent, name, *missing) for agent in self]

    def set(self, attr_name: str, value: Any) -> CustomerSet:
        """Write one value, or one value a customer, into a column that can hold it."""
        if attr_name in CustomerTable.columns:
            write(getattr(self.market.tables.customers, attr_name), self.rows, value, attr_name)
            return self
        for agent in self:  # kept by assigned subclasses, refused by the others
            setattr(agent, attr_name, value)
        return self

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """One or several functions of a column, such as ``agg("talkativeness", np.mean)``.

        Of a column with several values a customer, such as ``satisfaction``, (n, n_offers), the
        ``min``, ``max`` and ``sum`` of Python are of each of the values, (n_offers,); any other
        function gets the whole column.

        Raises
        ------
        RequestError
            If a function cannot take several values a customer.
        """
        values: Any
        if attribute in FAST:
            # Columns are narrow: Python's sum over them would wrap or round.
            column = self.column(attribute)
            values = column.astype(np.float64 if column.dtype.kind == "f" else np.int64)
        else:
            values = self.get(attribute)
        if callable(func):
            return taken(func, values, attribute)
        return [taken(f, values, attribute) for f in func]

    # Selections -------------------------------------------------------------------------------

    def select(
        self,
        filter_func: Callable[[Any], bool] | NDArray[np.bool_] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[mesa.Agent] | None = None,
    ) -> CustomerSet:
        """The customers that fulfil a condition.

        Parameters
        ----------
        filter_func
            A function of one customer, or, faster, an array of truth values, (n,).
        at_most
            At most so many, or, between 0 and 1 as a float, at most this share.
        inplace
            Whether to change this set.
        agent_type
            Only customers of this class.

        Raises
        ------
        TypeError
            If the set of all customers is to be changed in place.
        """
        rows = self.rows
        if agent_type is not None and not issubclass(Customer, agent_type):
            chosen = [isinstance(agent, agent_type) for agent in self]
            rows = rows[np.array(chosen, dtype=bool)]
        if callable(filter_func):
            keep = (filter_func(self.market.customers.view(int(row))) for row in rows)
            rows = rows[np.fromiter((bool(k) for k in keep), dtype=bool, count=len(rows))]
        elif filter_func is not None:
            rows = rows[np.asarray(filter_func, dtype=bool)]
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        if at_most != float("inf"):
            rows = rows[: int(at_most)]
        return self._with_rows(rows, inplace)

    def _with_rows(self, rows: Rows, inplace: bool) -> CustomerSet:
        if not inplace:
            return CustomerSet(self.market, rows)
        if self._whole:
            raise TypeError("the set of all customers cannot be changed in place; use a copy")
        self.rows = rows
        return self

    def shuffle(self, inplace: bool = False) -> CustomerSet:
        """The same customers in random order."""
        rows = self.rows.tolist()
        self.random.shuffle(rows)
        return self._with_rows(np.array(rows, dtype=np.int64), inplace)

    def sort(
        self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> CustomerSet:
        """The same customers by a column or a function of one, descending as Mesa has it.

        Raises
        ------
        RequestError
            If the column has several values a customer.
        TypeError
            If the set of all customers is to be changed in place.
        """
        refuse_several(key)
        values = self.get(key) if isinstance(key, str) else [key(agent) for agent in self]
        # Python's sort keeps ties in order in both directions, as Mesa's does.
        order = sorted(range(len(values)), key=values.__getitem__, reverse=not ascending)
        return self._with_rows(self.rows[np.array(order, dtype=np.int64)], inplace)

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> Any:
        """Groups by a column or a function of a customer, as Mesa's ``GroupBy``.

        Raises
        ------
        RequestError
            If the column has several values a customer.
        """
        refuse_several(by)
        return grouped(
            self, by, result_type,
            lambda group: CustomerSet(self.market, np.array([a.row for a in group])),
        )

    # Assigned customers -----------------------------------------------------------------------

    def assign(self, rows: Iterable[int], kind: type[Customer]) -> list[Customer]:
        """Let customers of chosen rows be of a subclass with a ``step`` of its own.

        Raises
        ------
        IndexError
            If there is no such row.
        TypeError
            If the class is not derived from ``Customer``.
        """
        if not (isinstance(kind, type) and issubclass(kind, Customer)):
            raise TypeError(f"derive it from sim.agents.customer.Customer: {kind!r}")
        chosen, n = [int(row) for row in rows], self.market.n_customers
        for row in chosen:
            if not 0 <= row < n:
                raise IndexError(f"rows of customers are from 0 to {n - 1}. Got {row} instead.")
        made = [kind(self.market, row) for row in chosen]
        self.market.customers.assigned.update({agent.row: agent for agent in made})
        return made

    def assigned_state(self) -> dict[int, tuple[type[Customer], dict[str, Any]]]:
        """Class and own attributes of assigned customers by row, for a checkpoint."""
        return {
            row: (type(agent), {k: deepcopy(v) for k, v in agent.__dict__.items()
                                if k != "model"})
            for row, agent in self.assigned.items()
        }

    def reassign(self, assigned: dict[int, tuple[type[Customer], dict[str, Any]]]) -> None:
        """Assign customers again from what a checkpoint kept."""
        for row, (kind, attributes) in assigned.items():
            agent = object.__new__(kind)
            agent.__dict__.update({**deepcopy(attributes), "model": self.market})
            self.assigned[row] = agent

    def by_type(self) -> dict[type[Customer], CustomerSet]:
        """Customers by their class; those not assigned are plain ``Customer``."""
        kinds: dict[type[Customer], list[int]] = {}
        for row in sorted(self.assigned):
            kinds.setdefault(type(self.assigned[row]), []).append(row)
        plain = self if not kinds else CustomerSet(
            self.market, np.setdiff1d(self.rows, np.array(sorted(self.assigned)))
        )
        others = {kind: CustomerSet(self.market, np.array(r)) for kind, r in kinds.items()}
        return {Customer: plain, **others}

    def act(self) -> None:
        """Let assigned customers do their own steps of the week, in order of their rows."""
        for row in sorted(self.assigned):
            self.assigned[row].step()

    # What a fixed population does not do --------------------------------------------------------

    def add(self, agent: Customer) -> None:
        """Add a customer of the same market to a selection."""
        if agent not in self:
            self._with_rows(np.append(self.rows, agent.row), inplace=True)

    def discard(self, agent: Customer) -> None:
        """Take a customer out of a selection, if she is in it."""
        if agent in self:
            self._with_rows(self.rows[self.rows != agent.row], inplace=True)

    def remove(self, agent: Customer) -> None:
        """Take a customer out of a selection.

        Raises
        ------
        KeyError
            If she is not in it.
        """
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def __getstate__(self) -> dict[str, Any]:
        return {"market": self.market, "rows": self.rows, "whole": self._whole}

    def __setstate__(self, state: dict[str, Any]) -> None:
        CustomerSet.__init__(self, state["market"], None if state["whole"] else state["rows"])
