"""Run every strategy of a scenario over replications that share their luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.asking import first_and_last, known, length_of, names_of, share_between, whole
from sim.errors import RunError
from sim.observers.base import Outcome, outcomes
from sim.results import tidy
from sim.results.jobs import EVENT_WEEKS, Job, live_all
from sim.results.provenance import provenance
from sim.results.statistics import Estimate, difference, estimate, over_weeks
from sim.results.verdicts import Verdict, judge
from sim.scenario import Scenario, load_scenario
from sim.scenario.memory import results_fault
from sim.scenario.overrides import plain
from sim.streams import SEED_LIMIT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_REPLICATIONS = 1_000_000


def run(
    scenario: Scenario | str | Path,
    *,
    strategies: Sequence[str] | None = None,
    replications: int = 20,
    seed: int = 0,
    weeks: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> RunResult:
    """Run strategies of a scenario.

    Parameters
    ----------
    scenario
        A scenario, the path of a scenario file, or the id of a shipped one.
    strategies
        Which strategies; None is all. The first is the baseline of comparisons.
    replications
        Markets a strategy; replication r has the same luck under every strategy.
    seed
        Seed of the whole run.
    weeks
        Weeks to live; None is the scenario's own number.
    overrides
        Settings by path, over those of the file.
    workers
        Processes at work, this one among them; None decides by the work. The result does not
        depend on it.
    progress
        Called with the number of markets just finished.

    Raises
    ------
    ScenarioError
        If the scenario, a strategy or an override cannot be run.
    NetworkError
        If the network of the scenario cannot be built or read.
    MechanismError
        If a policy decides what a firm cannot do.
    RunError
        If strategies are no list, a number is no whole one in its bounds, the results cannot fit
        into memory, a policy of one's own breaks, a worker process dies, or would lack code.
    """
    source = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if overrides:
        source = Scenario(
            source.raw, name=source.name, text=source.text, path=source.path,
            overrides={**source.overrides, **plain(overrides)}, allow_code=source.allow_code,
        )
    source.check_permission()
    names = names_of(strategies, source.strategies)
    replications = whole("replications", replications, 1, MOST_REPLICATIONS)
    seed = whole("seed", seed, 0, SEED_LIMIT - 1)
    length = length_of(weeks, source.world(names[0]))
    series = _live(source, names, range(replications), seed, length, workers, progress)
    return RunResult(
        scenario=source, strategies=names, seed=seed, replications=replications, weeks=length,
        event_weeks=series.pop(EVENT_WEEKS), series=series,
    )


def _live(
    source: Scenario, names: list[str], replications: range, seed: int, weeks: int,
    workers: int | None, progress: Callable[[int], None] | None,
) -> dict[str, NDArray[np.float64]]:
    """Outcomes of some replications, (n_strategies, n_replications, n_weeks[, n_firms]) each.

    ``EVENT_WEEKS`` is among them: when conditional events happened.
    """
    observed = tuple(outcomes())
    if too_many := results_fault(source.document, len(names), len(replications), weeks):
        raise RunError(too_many)
    jobs = [
        Job(name, replication, seed, weeks, observe=observed, events=True)
        for replication in replications for name in names
    ]
    lived = live_all(source, jobs, workers=workers, progress=progress)
    series: dict[str, NDArray[np.float64]] = {}
    for outcome in (*observed, EVENT_WEEKS):
        stacked = np.stack([one[outcome] for one in lived])
        shape = (len(replications), len(names), *stacked.shape[1:])
        series[outcome] = np.swapaxes(stacked.reshape(shape), 0, 1).copy()
    return series


def extend(
    result: RunResult, replications: int, *, workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> RunResult:
    """The same run with more replications: what it was, and the ones that are missing.

    It equals, bit for bit, a run with so many replications from the start.

    Raises
    ------
    RunError
        If there are no whole numbers of workers, a worker process dies, or as ``run``.
    """
    more = _live(
        result.scenario, result.strategies, range(result.replications, replications), result.seed,
        result.weeks, workers, progress,
    )
    events = more.pop(EVENT_WEEKS)
    series = {
        name: np.concatenate([result.series[name], more[name]], axis=1) for name in result.series
    }
    return RunResult(
        scenario=result.scenario, strategies=result.strategies, seed=result.seed,
        replications=replications, weeks=result.weeks, series=series,
        event_weeks=None if result.event_weeks is None
        else np.concatenate([result.event_weeks, events], axis=1),
    )


class RunResult:
    """Outcomes of a run: strategies x replications x weeks, and firms or offers if they are theirs.

    Attributes
    ----------
    series : arrays by outcome, (n_strategies, n_replications, n_weeks[, n_firms or n_offers]).
    event_weeks : weeks in which events with a condition happened, not a number where they did not,
        (n_strategies, n_replications, n_conditional_events); None where it was not kept.
    firm_names, offer_names : in the order of the scenario; ``firm_of`` says who sells an offer.
    declared : what each outcome is, also of those that an observer registered ``elsewhere`` has.
    """

    def __init__(
        self,
        *,
        scenario: Scenario,
        strategies: list[str],
        seed: int,
        replications: int,
        weeks: int,
        series: dict[str, NDArray[np.float64]],
        history: dict[str, Any] | None = None, elsewhere: Mapping[str, Outcome] | None = None,
        event_weeks: NDArray[np.float64] | None = None,
    ) -> None:
        self.scenario, self.strategies, self.seed = scenario, strategies, seed
        self.replications, self.weeks, self.series = replications, weeks, series
        self.event_weeks = event_weeks
        firms = scenario.document.firms
        self.firm_names = list(firms)
        self.firm_of = {offer: name for name, firm in firms.items() for offer in firm.offers}
        self.offer_names = list(self.firm_of)
        self.provenance = history or provenance(scenario, strategies, seed, replications, weeks)
        there = {**(elsewhere or {}), **outcomes()}
        self.declared: dict[str, Outcome] = {n: there[n] for n in series if n in there}

    def __repr__(self) -> str:
        return (
            f"<RunResult {self.scenario.id}: {', '.join(self.strategies)}; "
            f"replications {self.replications:,}, weeks {self.weeks}, seed {self.seed}>"
        )

    # Values over replications -----------------------------------------------------------------

    def values(
        self, outcome: str, strategy: str, firm: str | None = None,
        weeks: tuple[int, int] | None = None,
    ) -> NDArray[np.float64]:
        """An outcome summarized over weeks, one value a replication, (n_replications,).

        Parameters
        ----------
        firm
            Whose: a firm, or an offer for an outcome of offers; None for outcomes of the market,
            or where there is only one.
        weeks
            First and last week, counted from 1; None is all weeks. Values are not numbers where
            some of the weeks were not run.

        Raises
        ------
        ScenarioError
            If there is no such outcome, strategy or firm.
        RunError
            If the weeks are not in order, or it is not said whose outcome is meant.
        """
        first, last = (1, self.weeks) if weeks is None else first_and_last(weeks)
        series = self.series[known(outcome, self.series, "outcome")]
        block = series[self.strategies.index(known(strategy, self.strategies, "strategy")), :]
        if last > self.weeks:
            return np.full(self.replications, np.nan)
        block = block[:, first - 1 : last]
        if firm is not None:
            if series.ndim < 4:
                raise RunError(f"{outcome} is of the whole market; leave the firm out")
            per, names = self.owners(outcome)
            block = block[..., names.index(known(firm, names, per))]
        elif series.ndim == 4:
            per, names = self.owners(outcome)
            if len(names) > 1:
                raise RunError(f"{outcome} is of each {per}: say of which, as {names[0]}")
            block = block[..., 0]
        return over_weeks(block, self.declared[outcome].over_weeks)

    def owners(self, outcome: str) -> tuple[str, list[str]]:
        """Of what an outcome has one value each, and their names."""
        per = self.declared[outcome].per
        return per, {"firm": self.firm_names, "offer": self.offer_names}.get(per, [])

    def estimate(
        self, outcome: str, strategy: str, firm: str | None = None,
        weeks: tuple[int, int] | None = None, confidence: float = 0.95,
    ) -> Estimate:
        """Mean over replications with its interval; ``confidence`` lies between 0 and 1.

        The interval of a part of a whole ends at 0 and 1, which nothing can pass.

        Raises
        ------
        RunError
            If the confidence does not lie between 0 and 1; else as ``values``.
        """
        found = estimate(self.values(outcome, strategy, firm, weeks), share_between(confidence))
        return found.within(*self.declared[outcome].bounds)

    def difference(
        self, outcome: str, strategy: str, firm: str | None = None,
        weeks: tuple[int, int] | None = None, against: str | None = None,
        confidence: float = 0.95,
    ) -> Estimate:
        """Mean paired difference to another strategy, by default the first.

        Raises
        ------
        RunError
            If the confidence does not lie between 0 and 1; else as ``values``.
        """
        baseline = self.values(outcome, against or self.strategies[0], firm, weeks)
        values = self.values(outcome, strategy, firm, weeks)
        least, most = self.declared[outcome].bounds
        found = difference(values, baseline, share_between(confidence))
        return found.within(least - most, most - least)

    def verdicts(self) -> list[Verdict]:
        """What the run says of each claim of the scenario."""
        return [judge(self, claim) for claim in self.scenario.document.claims]

    # Run folders ------------------------------------------------------------------------------

    def save(self, folder: str | Path) -> Path:
        """Write the run into a folder, completely or not at all; the folder is returned.

        Parameters
        ----------
        folder
            Where; it must not exist yet, or be empty. Folders above it are made. It will hold the
            scenario, tables, a summary, a report and where it all comes from.

        Raises
        ------
        RunError
            If something stands there already, it cannot be written, or a network or policy file
            of the scenario has changed since the run.
        """
        from sim.results.store import save

        return save(self, Path(folder))

    @staticmethod
    def load(folder: str | Path, *, allow_code: bool = False) -> RunResult:
        """Restore a run from its folder, bit for bit.

        Parameters
        ----------
        folder
            One that ``save`` or ``counterpoise run`` wrote.
        allow_code
            Whether policies of its author's own in it may run, where weeks are lived again.

        Raises
        ------
        RunError
            If the folder is missing, not that of a run, of another format, damaged or changed.
        """
        from sim.results.store import load

        return load(Path(folder), allow_code=allow_code)

    # Display ----------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        from sim.report.notebook import as_html

        return as_html(self)

    def plot(
        self, outcome: str, *, firm: str | None = None, strategies: Sequence[str] | None = None
    ) -> Figure:
        """Draw an outcome over weeks, one line a strategy: see ``sim.report.notebook.plot``.

        Raises
        ------
        ScenarioError
            If there is no such outcome, firm or strategy.
        """
        from sim.report.notebook import plot

        return plot(self, outcome, firm=firm, strategies=strategies)

    # Tidy tables ------------------------------------------------------------------------------

    @property
    def firms(self) -> pd.DataFrame:
        """One row a strategy, replication, week and firm; a column an outcome; units in attrs."""
        return tidy.outcome_table(self, "firm")

    @property
    def offers(self) -> pd.DataFrame:
        """One row a strategy, replication, week and offer, with its firm; a column an outcome."""
        return tidy.outcome_table(self, "offer")

    @property
    def market(self) -> pd.DataFrame:
        """One row a strategy, replication and week; a column an outcome; units in attrs."""
        return tidy.outcome_table(self, "market")

    @property
    def events(self) -> pd.DataFrame:
        """One row a strategy, replication and event with a condition; ``week`` is <NA> if never.

        Events that have a week happen in it and are not listed, nor those of other strategies.

        Raises
        ------
        RunError
            If the folder was written before weeks of events were kept.
        """
        return tidy.event_table(self)

    def summary(self, weeks: tuple[int, int] | None = None) -> pd.DataFrame:
        """A row a strategy, outcome and firm or offer: mean, interval, difference to the first.

        The difference is paired; ``offer`` is None for outcomes of firms and of the market.

        Raises
        ------
        RunError
            If the weeks are not in order.
        """
        return tidy.summary_table(self, weeks)
