"""The market: tables, network, agents and streams, built from a scenario, stepped by weeks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet
from numpy.typing import NDArray

from sim import garbage
from sim.agents.agent_list import MarketAgents, let_go
from sim.agents.community import Community
from sim.agents.customer import Customer, CustomerSet
from sim.agents.firm import Firm
from sim.asking import known
from sim.assortment import write_offers
from sim.checkpoint import Checkpoint, adopt_levers, checked, in_one_line, put_back, take
from sim.errors import ScenarioError
from sim.events import EventCalendar
from sim.mechanisms.base import Mechanism, families
from sim.network import Network, build_network, parameters_of, read_network
from sim.population import draw_customers, draw_segments
from sim.recorder import Recorder
from sim.scenario import Document, Scenario, load_scenario
from sim.scenario.mechanisms import chosen_mechanisms
from sim.scenario.overrides import plain
from sim.schedule import WEEK
from sim.streams import BLOCK, Streams
from sim.tables import CustomerTable, FirmTable, OfferTable, Purchases, Tables
from sim.team import Team
from sim.whole_numbers import is_whole

FEWEST_CUSTOMERS_FOR_THREADS = 15_000  # below, handing out work costs more than it saves


class Market(mesa.Model):
    """Firms and socially tied customers in one market; a step is a week.

    Parameters
    ----------
    scenario
        A scenario, the path of a scenario file, or the id of a shipped one.
    strategy
        Which of its strategies; None runs the file without one.
    seed, rng
        Any integer from 0 to 2**63 - 1; ``rng`` is Mesa's newer name for the same. None is 0, not
        chance: iterations of Mesa's ``batch_run`` differ only if seeds are among its parameters,
        and its Step is the week less one, since outcomes are of weeks lived.
    overrides
        Settings by path, over those of file and strategy.
    threads
        Threads for markets large enough to gain from them; results do not depend on it.
    observe
        Names of outcomes to record each week, True for all, False for none.
    network
        Ties to use instead of the scenario's, for example ``Network.from_networkx(graph)``.

    Raises
    ------
    ScenarioError
        If the scenario, strategy, an override or outcome does not exist or cannot be run.
    NetworkError
        If the network cannot be built or read.
    ValueError
        If seed or threads are no whole numbers in their range, or both seed and rng are given.
    """

    def __init__(
        self, scenario: Scenario | str | Path, strategy: str | None = None, *,
        seed: int | None = None, rng: int | None = None,
        overrides: Mapping[str, Any] | None = None, threads: int = 1,
        observe: bool | tuple[str, ...] = True, network: Network | None = None,
    ) -> None:
        if seed is not None and rng is not None:
            raise ValueError("give seed or rng, not both: they are two names for one thing")
        garbage.resume()  # all that stays is imported by now
        number = seed if seed is not None else rng if rng is not None else 0
        self.seed, self.streams = number, Streams(number)
        super().__init__(rng=number)
        self._n_registered, self._only_clock = 0, False
        source = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
        source.check_permission()
        self._source, self.strategy = source, strategy
        self.overrides = plain(overrides)
        self.world: Document = source.world(strategy, self.overrides)
        if not is_whole(threads) or threads < 1:
            raise ValueError(f"threads must be a whole number from 1. Got {threads!r} instead.")
        self.week, self.threads = 0, threads
        self._team: Team | None = None
        self._size_up()
        self._build_tables()
        self.network = network if network is not None else self._build_network()
        if self.network.n != self.n_customers:
            raise ScenarioError(
                f"the network has {self.network.n:,} customers, the scenario {self.n_customers:,}"
            )
        draw_customers(*self.tables[:2], self.world, self.streams, source.folder)
        self.firms = [Firm(self, name=n, number=f) for f, n in enumerate(self.world.firms)]
        self.communities = [
            Community(self, name=n, number=c) for c, n in enumerate(self.world.communities)
        ]
        self.customers = CustomerSet(self)
        self.calendar = EventCalendar(self)
        self.purchases = Purchases.none(self.n_blocks)
        self.mechanisms = self._build_mechanisms()
        self.stages = self._build_stages()
        in_order = [self.mechanisms[name] for name, _ in WEEK if name in self.mechanisms]
        self.weighing = [mechanism for mechanism in in_order if mechanism.weighs(self)]
        self.serving = [mechanism for mechanism in in_order if mechanism.serves()]
        self.listeners: list[Callable[[Market, str, bool], None]] = []
        self.recorder = Recorder(self, observe)
        # What observers share of the week just lived (observers.base.once_a_week).
        self.taken_of_week: dict[str, tuple[int, Purchases, Any]] = {}
        self._datacollector: Any = None
        self._names = frozenset(self.__dict__)

    def _size_up(self) -> None:
        world = self.world
        self.firm_names = list(world.firms)
        self.segment_names = list(world.customers.segments)
        self.category_names = list(world.categories)
        self.channel_names = list(world.channels)
        self.offer_names = [o for firm in world.firms.values() for o in firm.offers]
        pairs = [(a, k) for k, c in enumerate(world.categories.values()) for a in c.attributes]
        self.attribute_names = [a for a, _ in pairs]
        self.attribute_category = np.array([k for _, k in pairs], dtype=np.int64)
        self.n_customers, self.n_firms = world.customers.n, len(self.firm_names)
        self.n_offers, self.n_attributes = len(self.offer_names), len(pairs)
        self.n_blocks = max(-(-self.n_customers // BLOCK), 1)

    def _build_tables(self) -> None:
        sizes = {
            "customer": self.n_customers, "offer": self.n_offers, "firm": self.n_firms,
            "category": len(self.category_names), "attribute": self.n_attributes,
            "community": len(self.world.communities), "channel": len(self.channel_names),
        }
        self.tables = Tables(CustomerTable(sizes), OfferTable(sizes), FirmTable(sizes))
        customers, offers, _ = self.tables
        customers.label[:] = np.arange(self.n_customers)
        draw_segments(customers, self.world, self.streams, self._source.folder)
        write_offers(self)
        # Sums over offers follow their labels: the order in a scenario changes no bit.
        self.offer_order = np.argsort(offers.label, kind="stable")
        # Sums by firm are products with this (n_firms, n_offers): 1 where the firm sells it.
        self.sells = (np.arange(self.n_firms)[:, None] == offers.firm).astype(np.float64)
        offers.development_quality[:] = offers.quality
        offers.price_cents[:] = offers.list_price_cents

    def _build_network(self) -> Network:
        settings = self.world.customers.network
        if settings.file is not None:
            folder = self._source.path.parent if self._source.path else Path()
            return read_network(folder / settings.file, n=self.n_customers)
        kind = settings.kind or "none"
        parameters = parameters_of(kind)(**(settings.model_extra or {}))
        groups = self.tables.customers.segment
        return build_network(kind, parameters, self.n_customers, self.streams, groups)

    def _build_mechanisms(self) -> dict[str, Mechanism]:
        built: dict[str, Mechanism] = {}
        chosen = chosen_mechanisms(self.world)
        self._supplied = chosen["supply"][0] != "none"
        for family, (variant, parameters) in chosen.items():
            built[family] = families()[family][variant](parameters)
            built[family].setup(self)
        return built

    def _build_stages(self) -> list[tuple[str, Callable[[], None]]]:
        own: dict[str, Callable[[], None]] = {
            "events": self.calendar.apply, "policies": self._decide, "scripted": self.customers.act,
        }
        stages: list[tuple[str, Callable[[], None]]] = []
        for name, _ in WEEK:
            if name in own:
                stages.append((name, own[name]))
            elif self.mechanisms[name].variant != "none":
                stages.append((name, lambda name=name: self.mechanisms[name].step(self)))  # type: ignore[misc]
        return stages

    def _decide(self) -> None:
        for firm in self.firms:
            firm.decide()

    @property
    def source(self) -> Scenario:
        """The scenario that the market was built from."""
        return self._source

    def offer_number(self, name: str) -> int:
        """Row of an offer in the offer table.

        Raises
        ------
        RequestError
            If there is no such offer.
        """
        return self.offer_names.index(known(name, self.offer_names, "offer"))

    def cost_to_seller(self) -> NDArray[np.int64]:
        """What a unit costs the firm that sells it, as in its books, in cents, (n_offers,).

        The wholesale price where another firm delivers it, else the unit cost.
        """
        offers = self.tables.offers
        bought_in = (offers.supplier >= 0) & self._supplied
        return np.where(bought_in, offers.wholesale_price_cents, offers.unit_cost_cents)

    def step(self) -> None:
        """Live one week."""
        if self._only_clock:
            return
        self.week += 1
        try:
            for name, run_stage in self.stages:
                for listener in self.listeners:
                    listener(self, name, False)
                run_stage()
                for listener in self.listeners:
                    listener(self, name, True)
        except Exception as error:
            error.add_note(f"(in the stage {name!r} of week {self.week})")
            raise
        self.calendar.look_ahead()
        self.recorder.observe()
        self.running = self.week < self.world.weeks

    def mute(self, rows: NDArray[np.int64]) -> None:
        """Let what these customers say from now on reach nobody; they live on as they did."""
        self.tables.customers.muted[rows] = 1

    @property
    def some_muted(self) -> bool:
        """Whether what some customers say reaches nobody."""
        return bool(self.tables.customers.muted.any())

    def set_clock(self, week: int) -> None:
        """Go to a week without living the weeks before: the clock of a restored market."""
        self._only_clock = True
        own_step: Any = getattr(self, "_user_step", None)
        self._user_step = lambda: None  # a step of one's own must not live the past again
        for _ in range(self.steps, week):
            self.step()  # Mesa counts steps, and from 3.5 on time and its own events
        self._user_step, self._only_clock = own_step, False
        self.week = week

    def run_model(self) -> None:
        """Live all weeks of the scenario that are left."""
        while self.week < self.world.weeks:
            self.step()

    # Work over rows ---------------------------------------------------------------------------

    def sweep(self, kernel: Callable[..., None], *arguments: Any) -> None:
        """Call ``kernel(start, stop, *arguments)`` over all customers, on threads if it pays."""
        n, call = self.n_customers, getattr(kernel, "compiled", kernel)
        if self.threads == 1 or n < FEWEST_CUSTOMERS_FOR_THREADS:
            call(0, n, *arguments)
            return
        if self._team is None:
            self._team = Team(self.threads, n)
        self._team.run(call, arguments)

    # Mesa's view ------------------------------------------------------------------------------

    @property
    def agents(self) -> AgentSet:
        """All agents: firms, communities, agents of one's own, then customers."""
        return MarketAgents(list(super().agents), self.customers, self.random)

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], AgentSet]:
        """Agents by their type."""
        known: dict[type[mesa.Agent], AgentSet] = dict(super().agents_by_type)
        known.update(self.customers.by_type())
        return known

    def register_agent(self, agent: mesa.Agent) -> None:
        """Register an agent as Mesa does; numbers of customers are not given twice."""
        super().register_agent(agent)
        let_go(self)
        self._n_registered += 1
        agent.unique_id = self._n_registered + len(self.__dict__.get("customers", ()))

    def deregister_agent(self, agent: mesa.Agent) -> None:
        """Deregister an agent of one's own; firms, communities and customers stay.

        Raises
        ------
        TypeError
            If the agent is part of the market.
        """
        if isinstance(agent, Firm | Community | Customer):
            raise TypeError(f"a {type(agent).__name__.lower()} cannot be removed from a market")
        super().deregister_agent(agent)

    @property
    def agent_types(self) -> list[type]:
        """Types of agents in the market."""
        return list(self.agents_by_type)

    @property
    def datacollector(self) -> Any:
        """A Mesa ``DataCollector``: one's own, or one filled with the recorded outcomes."""
        return self._datacollector if self._datacollector is not None else self.recorder.collector()

    @datacollector.setter
    def datacollector(self, collector: Any) -> None:
        self._datacollector = collector

    # Checkpoints ------------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        """All that happened so far; ``Market.resume`` and ``Market.fork`` go on from it."""
        return take(self)

    @classmethod
    def resume(cls, checkpoint: Checkpoint, *, threads: int = 1) -> Market:
        """The market as it was, with all its future before it.

        Agents of one's own beside firms, communities and customers are not part of a checkpoint;
        pickling a market keeps them.
        """
        market = cls._anew(checked(checkpoint), checkpoint.strategy, checkpoint.overrides, threads)
        put_back(market, checkpoint)
        return market

    @classmethod
    def fork(
        cls, checkpoint: Checkpoint, strategy: str | None = None, *,
        overrides: Mapping[str, Any] | None = None, threads: int = 1,
    ) -> Market:
        """A twin with the same past and luck that follows another strategy from now on.

        Levers, policies and mechanisms become those of the other strategy where the two strategies
        differ; everything else stays as it came about, and a warning says so where it differs.
        Events that belong to a strategy happen from now on; earlier ones are neither made up for
        nor undone.

        Parameters
        ----------
        strategy
            Which one to follow; None goes on with that of the checkpoint.
        overrides
            Settings by path, over those of the checkpoint and the strategy.

        Raises
        ------
        ScenarioError
            If the strategy or an override cannot be run.
        """
        settings = {**checked(checkpoint).overrides, **(overrides or {})}
        twin = cls._anew(checkpoint, strategy or checkpoint.strategy, settings, threads)
        put_back(twin, checkpoint)
        adopt_levers(twin, checkpoint.scenario.world(checkpoint.strategy, checkpoint.overrides))
        return twin

    @classmethod
    def _anew(
        cls, checkpoint: Checkpoint, strategy: str | None, overrides: dict[str, Any], threads: int
    ) -> Market:
        market = cls.__new__(cls)
        Market.__init__(
            market, checkpoint.scenario, strategy, seed=checkpoint.seed, overrides=overrides,
            threads=threads, observe=checkpoint.observed, network=checkpoint.network,
        )
        return market

    def __reduce__(self) -> tuple[Callable[..., Market], tuple[Checkpoint], dict[str, Any]]:
        # Mesa's own state holds weak references and wrapped methods; a checkpoint and what a
        # subclass has added say it all.
        added = {name: v for name, v in self.__dict__.items() if name not in self._names}
        added["_datacollector"] = self._datacollector
        added["_own_agents"] = [a for a in super().agents if not isinstance(a, Firm | Community)]
        return type(self).resume, (self.checkpoint(),), added

    def __setstate__(self, added: dict[str, Any]) -> None:
        for agent in added.pop("_own_agents"):
            self.register_agent(agent)
        self.__dict__.update(added)

    __repr__ = in_one_line

    @property
    def nbytes(self) -> int:
        """Bytes of state: tables and ties."""
        return sum(table.nbytes for table in self.tables) + self.network.nbytes

    def outcome(self, name: str, firm: str | None = None) -> float:
        """Latest recorded value of an outcome, such as ``market.outcome("units", "Treo")``.

        Raises
        ------
        RequestError
            If there is no such outcome or firm, it is not recorded, or whose is not said.
        """
        return self.recorder.latest(name, firm)
