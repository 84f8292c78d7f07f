"""A Mesa ``AgentSet`` over a plain list, for agents of several kinds."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from random import Random
from typing import Any

import mesa
from mesa.agent import AgentSet


class AgentList(AgentSet):
    """An ordered set of agents that holds them itself.

    Mesa's own set holds agents weakly, which would lose customers: their views live only as long
    as somebody holds them.
    """

    def __init__(self, agents: Iterable[mesa.Agent], random: Random) -> None:
        self.listed: list[Any] = list(agents)
        self.random = random

    def __len__(self) -> int:
        return len(self.listed)

    def __iter__(self) -> Iterator[mesa.Agent]:
        return iter(self.listed)

    def __contains__(self, agent: object) -> bool:
        return agent in self.listed

    def __getitem__(self, item: int | slice) -> Any:
        return self.listed[item]

    def __copy__(self) -> AgentList:
        return AgentList(self.listed, self.random)

    copy = __copy__

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self):,}>"

    def to_list(self) -> list[mesa.Agent]:
        """Its agents as a list."""
        return list(self.listed)

    def _with(self, agents: Iterable[mesa.Agent], inplace: bool) -> AgentList:
        if not inplace:
            return AgentList(agents, self.random)
        self.listed = list(agents)
        return self

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type[mesa.Agent] | None = None,
    ) -> AgentList:
        """The agents that fulfil a condition, as Mesa's ``AgentSet.select``."""
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        chosen = [
            agent for agent in self.listed
            if (agent_type is None or isinstance(agent, agent_type))
            and (filter_func is None or filter_func(agent))
        ]
        return self._with(chosen if at_most == float("inf") else chosen[: int(at_most)], inplace)

    def shuffle(self, inplace: bool = False) -> AgentList:
        """The same agents in random order."""
        agents = list(self.listed)
        self.random.shuffle(agents)
        return self._with(agents, inplace)

    def sort(
        self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> AgentList:
        """The same agents by an attribute or a function, descending as Mesa has it."""
        by = operator.attrgetter(key) if isinstance(key, str) else key
        return self._with(sorted(self.listed, key=by, reverse=not ascending), inplace)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AgentList:
        """Call a method or function on every agent.

        The weekly life of the mass of customers is the schedule's: their ``step`` does something
        only where a subclass of one's own defines it.
        """
        self.map(method, *args, **kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Call a method or function on every agent and return the results."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AgentList:
        """``do`` in random order."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def get(
        self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None
    ) -> list[Any]:
        """Values of one or several attributes, as Mesa's ``AgentSet.get``.

        Raises
        ------
        ValueError
            If ``handle_missing`` is neither ``error`` nor ``default``.
        AttributeError
            If an agent lacks the attribute and ``handle_missing`` is ``error``.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(
                f"Unknown handle_missing option: {handle_missing}, should be 'error' or 'default'"
            )
        missing = () if handle_missing == "error" else (default_value,)
        if isinstance(attr_names, str):
            return self._values(attr_names, *missing)
        columns = [self._values(name, *missing) for name in attr_names]
        return [list(row) for row in zip(*columns, strict=True)]

    def _values(self, name: str, *missing: Any) -> list[Any]:
        return [getattr(agent, name, *missing) for agent in self]

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> Any:
        """Groups by an attribute or a function, as Mesa's ``GroupBy``."""
        return grouped(self.listed, by, result_type, lambda group: AgentList(group, self.random))

    def add(self, agent: mesa.Agent) -> None:
        """Add an agent to this selection."""
        if agent not in self.listed:
            self.listed.append(agent)

    def discard(self, agent: mesa.Agent) -> None:
        """Take an agent out of this selection, if it is in it."""
        if agent in self.listed:
            self.listed.remove(agent)

    def remove(self, agent: mesa.Agent) -> None:
        """Take an agent out of this selection.

        Raises
        ------
        KeyError
            If it is not in it.
        """
        if agent not in self.listed:
            raise KeyError(agent)
        self.listed.remove(agent)

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def grouped(
    agents: Iterable[Any],
    by: Callable[[Any], Any] | str,
    result_type: str,
    make: Callable[[list[Any]], Any],
) -> Any:
    """Mesa's ``GroupBy`` of agents, in order of first appearance."""
    key = operator.attrgetter(by) if isinstance(by, str) else by
    groups: dict[Any, list[Any]] = {}
    for agent in agents:
        groups.setdefault(key(agent), []).append(agent)
    # Mesa 3.5 moved GroupBy together with AgentSet.
    group_by: Any = sys.modules[AgentSet.__module__].__dict__["GroupBy"]
    if result_type == "agentset":
        return group_by({name: make(group) for name, group in groups.items()})
    return group_by(groups)


class MarketAgents(AgentList):
    """All agents of a market; customers become objects only when somebody looks at them.

    Parameters
    ----------
    few
        Firms, communities and agents of one's own.
    customers
        The set of all customers.
    """

    def __init__(self, few: list[mesa.Agent], customers: AgentSet, random: Random) -> None:
        self.few, self.customers, self.random = few, customers, random

    @property
    def listed(self) -> list[Any]:  # type: ignore[override]
        """All agents as a list, made at each call."""
        return [*self.few, *self.customers]

    def __len__(self) -> int:
        return len(self.few) + len(self.customers)

    def __iter__(self) -> Iterator[mesa.Agent]:
        return chain(self.few, self.customers)

    def __contains__(self, agent: object) -> bool:
        return agent in self.few or agent in self.customers

    def __getitem__(self, item: int | slice) -> Any:
        if isinstance(item, slice):
            return [self[i] for i in range(*item.indices(len(self)))]
        number = item if item >= 0 else len(self) + item
        if number < len(self.few):
            return self.few[number]
        return self.customers[number - len(self.few)]

    def _with(self, agents: Iterable[mesa.Agent], inplace: bool) -> AgentList:
        if inplace:
            raise TypeError("the set of all agents cannot be changed in place; use a copy")
        return AgentList(agents, self.random)

    def _refuse(self, agent: mesa.Agent) -> None:
        """Refuse to change who is in the market.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("the set of all agents cannot be changed; work on a selection of it")

    add = discard = remove = _refuse


def let_go(model: mesa.Model) -> None:
    """Take a model out of the table in which Mesa 3.3 and 3.4 count the agents of each.

    The table belongs to a class, so every market that was ever built would stay in memory.
    """
    getattr(mesa.Agent, "_ids", {}).pop(model, None)
