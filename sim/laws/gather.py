"""Lives the markets that the laws of a scenario need, once for all laws, and holds them against it.

Every replication lives each needed probe once; all laws of a probe look at the same markets. What
they say is a few numbers a market, so that nothing large leaves a worker process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sim.errors import RunError, ScenarioError
from sim.laws.base import Checked, Law, Measured, judge, laws, not_applicable
from sim.laws.needs import World
from sim.laws.probing import Ground, probes
from sim.replications.base import each
from sim.results.jobs import replication_seed
from sim.results.run import MOST_REPLICATIONS
from sim.scenario import Scenario

REPLICATIONS = 20


@dataclass(frozen=True)
class LawsResult:
    """All laws held against one scenario.

    Attributes
    ----------
    scenario : as it was lived, with its overrides.
    seed, replications : its luck.
    checked : every law, topic by topic.
    """

    scenario: Scenario
    seed: int
    replications: int
    checked: tuple[Checked, ...]
    _by_id: dict[str, Checked] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_id.update({one.law.id: one for one in self.checked})

    @property
    def n_customers(self) -> int:
        """Customers in every market."""
        return self.scenario.world().customers.n

    def __getitem__(self, law_id: str) -> Checked:
        return self._by_id[law_id]

    def with_verdict(self, verdict: str) -> list[str]:
        """Ids of the laws with this verdict."""
        return [one.law.id for one in self.checked if one.verdict == verdict]


@dataclass(frozen=True)
class Survey:
    """Which laws apply to a scenario, and what has to be lived for them.

    Attributes
    ----------
    apply : laws that apply, by probe.
    missing : for each other law, what it needs and the scenario has not.
    """

    apply: Mapping[str, tuple[Law, ...]]
    missing: Mapping[str, tuple[str, ...]]

    @property
    def markets(self) -> int:
        """Markets a replication."""
        return sum(probes()[name].markets for name in self.apply)


def survey(scenario: Scenario, chosen: Sequence[Law] | None = None) -> Survey:
    """Which laws apply to a scenario, without living anything."""
    world = World.of(scenario.world())
    apply: dict[str, tuple[Law, ...]] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for law in chosen if chosen is not None else laws().values():
        lacking = tuple(dict.fromkeys(what for need in law.needs if (what := need(world))))
        if lacking:
            missing[law.id] = lacking
        else:
            apply[law.probe] = (*apply.get(law.probe, ()), law)
    return Survey(apply, missing)


@dataclass(frozen=True)
class Task:
    """One probe of one replication."""

    ground: Ground
    probe: str
    law_ids: tuple[str, ...]


def carry_out(task: Task) -> dict[str, Measured]:
    """Live the markets of a task and measure its laws."""
    try:
        seen = probes()[task.probe].live(task.ground)
    except ScenarioError as error:  # a setting of the scenario belongs to what a twin goes without
        reason = f"its twin cannot be run: {str(error).splitlines()[0]}"
        return {law_id: Measured.nothing(reason) for law_id in task.law_ids}
    return {law_id: laws()[law_id].measure(seen) for law_id in task.law_ids}


def check(
    scenario: Scenario,
    *,
    replications: int = REPLICATIONS,
    seed: int = 0,
    workers: int | None = None,
    chosen: Sequence[Law] | None = None,
    progress: Callable[[int], None] | None = None,
) -> LawsResult:
    """Hold a scenario against laws.

    Parameters
    ----------
    scenario
        Its file is lived without a strategy, overrides included.
    replications
        How often every probe is lived, each time with other luck.
    seed
        Of all luck.
    workers
        Worker processes; the result does not depend on it.
    chosen
        Laws; None: all.
    progress
        Called with the number of markets just finished.

    Raises
    ------
    RunError
        If there are no or too many replications, or a worker process dies.
    """
    if not 1 <= replications <= MOST_REPLICATIONS:
        raise RunError(
            f"replications must be from 1 to {MOST_REPLICATIONS:,}. Got {replications} instead."
        )
    scenario.check_permission()
    wanted = list(chosen) if chosen is not None else list(laws().values())
    plan = survey(scenario, wanted)
    found = _live(_tasks(scenario, plan, replications, seed), workers, progress)
    return LawsResult(scenario, seed, replications, tuple(
        not_applicable(law, plan.missing[law.id]) if law.id in plan.missing
        else judge(law, found[law.id])
        for law in wanted
    ))


def _tasks(scenario: Scenario, plan: Survey, replications: int, seed: int) -> list[Task]:
    return [
        Task(Ground(scenario, replication_seed(seed, r), r), name, tuple(law.id for law in own))
        for r in range(replications) for name, own in plan.apply.items()
    ]


def _live(
    tasks: Sequence[Task], workers: int | None, progress: Callable[[int], None] | None
) -> dict[str, list[Measured]]:
    """What every task says, by law, in the order of replications."""
    report = progress or (lambda n: None)
    found: dict[str, list[Measured]] = {}
    # A replication runs here first: it compiles what every worker would compile again.
    first = len({task.probe for task in tasks})
    done: list[dict[str, Measured]] = []
    for task in tasks[:first]:
        done.append(carry_out(task))
        report(probes()[task.probe].markets)
    rest = tasks[first:]
    if workers == 1:
        for task in rest:
            done.append(carry_out(task))
            report(probes()[task.probe].markets)
    else:
        done += each(carry_out, rest, workers=workers)
        report(sum(probes()[task.probe].markets for task in rest))
    for said in done:
        for law_id, measured in said.items():
            found.setdefault(law_id, []).append(measured)
    return found
