"""What each mechanism contributes to an outcome: lived again without it, under the same luck."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.asking import known
from sim.errors import RunError, ScenarioError
from sim.mechanisms.base import families
from sim.results import shapley
from sim.results.combinations import EVERYTHING, NOTHING, Lived, Plan, overrides_without
from sim.results.quantity import Span, choose, strategies_of
from sim.results.run import MOST_REPLICATIONS, RunResult
from sim.results.statistics import Estimate, Values, difference, estimate
from sim.results.verdicts import Verdict
from sim.scenario import Scenario, load_scenario
from sim.scenario.mechanisms import chosen_mechanisms
from sim.scenario.schema import Claim

if TYPE_CHECKING:
    import pandas as pd

MEASURES = "books"
"""The family that measures rather than acts: never switched off unless asked for."""

DISTINCT, NOT_DISTINCT = "distinguishable from zero", "not distinguishable from zero"
INERT, UNDEFINED, UNKNOWN = "no effect at all", "no value without it", "one replication"
ORDERS = 24
FEWEST_ORDERS = 10
"""With fewer the sampling error cannot be told from the orders themselves."""


@dataclass(frozen=True)
class Contribution:
    """What one mechanism contributes: the quantity with everything minus the one without it.

    Parameters
    ----------
    mechanism, variant
        Which.
    without
        The quantity without it.
    estimate
        The contribution, paired over replications.
    status
        ``DISTINCT``, ``NOT_DISTINCT``, ``INERT``, ``UNDEFINED`` or ``UNKNOWN``.
    verdict
        What becomes of the claim without it; None if the quantity is not of a claim.
    """

    mechanism: str
    variant: str
    without: Estimate
    estimate: Estimate
    status: str
    verdict: Verdict | None


@dataclass(frozen=True)
class Shares:
    """Shapley shares of the mechanisms in what all of them do together.

    Parameters
    ----------
    game
        Who shared, and which combinations were lived.
    by_mechanism
        Share by family; in replications where some combination has no value there is none.
    total
        Everything at work minus all of these off.
    all_on, all_off
        The quantity with everything at work and with all of these off, in replications in which
        every combination has a value.
    undefined
        The smallest set of mechanisms without which the quantity has no value; usually empty.
    """

    game: shapley.Game
    by_mechanism: dict[str, shapley.Share]
    total: Estimate
    all_on: Estimate
    all_off: Estimate
    undefined: tuple[str, ...] = ()

    @property
    def sum(self) -> float:
        """The sum of the shares: the total, if nothing went wrong."""
        return math.fsum(share.estimate.value for share in self.by_mechanism.values())


@dataclass(frozen=True)
class AblationResult:
    """What each mechanism contributes to a quantity.

    Parameters
    ----------
    plan
        What was done.
    everything
        The run with all mechanisms at work, recorded for the quantity only.
    value
        The quantity there.
    verdict
        What the run says of the claim; None if the quantity is not of a claim.
    contributions
        One a mechanism, by size.
    shares
        Shapley shares, if they were asked for.
    """

    plan: Plan
    everything: RunResult
    value: Estimate
    verdict: Verdict | None
    contributions: tuple[Contribution, ...]
    shares: Shares | None

    def table(self) -> pd.DataFrame:
        """One row a mechanism; what is explained stands in ``attrs``."""
        import pandas as pd

        frame = pd.DataFrame([self._row(one) for one in self.contributions])
        frame.attrs["quantity"] = self.plan.quantity.model_dump(mode="json")
        frame.attrs["value"] = self.value
        return frame

    def _row(self, one: Contribution) -> dict[str, Any]:
        row: dict[str, Any] = {
            "mechanism": one.mechanism, "variant": one.variant, "status": one.status,
            "without": one.without.value, "without_low": one.without.low,
            "without_high": one.without.high, "contribution": one.estimate.value,
            "low": one.estimate.low, "high": one.estimate.high, "n": one.estimate.n,
        }
        if one.verdict is not None:
            row["verdict"] = one.verdict.verdict
        share = self.shares and self.shares.by_mechanism.get(one.mechanism)
        if share:
            row |= {
                "share": share.estimate.value, "share_low": share.estimate.low,
                "share_high": share.estimate.high, "error_of_orders": share.error_of_orders,
                "error_of_replications": share.error_of_replications,
            }
        return row


def ablate(
    scenario: Scenario | str | Path,
    *,
    claim: str | None = None,
    outcome: str | None = None,
    firm: str | None = None,
    weeks: Span | None = None,
    strategy: str | None = None,
    against: str | None = None,
    mechanisms: Sequence[str] | None = None,
    shapley: bool = False,
    orders: int = ORDERS,
    replications: int = 20,
    seed: int = 0,
    overrides: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> AblationResult:
    """Switch each mechanism off in turn and measure what it contributes.

    Parameters
    ----------
    scenario
        A scenario, the path of a scenario file, or the id of a shipped one.
    claim, outcome, firm, weeks, strategy, against
        What is explained, see ``sim.results.quantity.choose``; by default the quantity of the
        first claim.
    mechanisms
        Families to switch off; None is all that are at work, except the books.
    shapley
        Whether to divide what they do together into shares.
    orders
        Orders to sample for shares, an even number, where there are too many combinations.
    replications, seed, workers, progress
        As in ``sim.run``.
    overrides
        Settings by path, over those of the file.

    Raises
    ------
    ScenarioError
        If something named does not exist, or the scenario cannot be run.
    RunError
        If numbers are out of bounds, or a worker process dies.
    """
    source = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    if overrides:
        source = Scenario(
            source.raw, name=source.name, text=source.text, path=source.path,
            overrides={**source.overrides, **overrides}, allow_code=source.allow_code,
        )
    quantity = choose(
        source, claim=claim, outcome=outcome, firm=firm, weeks=weeks, strategy=strategy,
        against=against,
    )
    made = plan(
        source, quantity, mechanisms=mechanisms, orders=orders if shapley else None,
        replications=replications, seed=seed,
    )
    return carry_out(made, workers=workers, progress=progress)


def plan(
    scenario: Scenario, quantity: Claim, *, mechanisms: Sequence[str] | None = None,
    orders: int | None = None, replications: int = 20, seed: int = 0,
) -> Plan:
    """Check what is asked for; nothing is lived yet.

    Parameters
    ----------
    orders
        Orders to sample for Shapley shares; None: no shares.

    Raises
    ------
    ScenarioError
        If a mechanism does not exist or is not at work, or the scenario cannot be run without it.
    RunError
        If replications or orders are not in their range.
    """
    if not 1 <= replications <= MOST_REPLICATIONS:
        raise RunError(f"replications must be from 1 to {MOST_REPLICATIONS:,}. Got {replications}.")
    if orders is not None and (orders < FEWEST_ORDERS or orders % 2):
        raise RunError(
            f"orders must be an even number of at least {FEWEST_ORDERS}. Got {orders} instead."
        )
    scenario.check_permission()
    at_work = _at_work(scenario, strategies_of(scenario, quantity))
    chosen = mechanisms or [name for name in at_work if name != MEASURES]
    for name in map(str, chosen):
        if known(name, families(), "mechanism family") not in at_work:
            raise ScenarioError(f"'{name}' is off already; at work are {', '.join(at_work)}")
    if not chosen:
        raise ScenarioError(f"no mechanism is at work in {scenario.id}")
    variants = {name: at_work[name] for name in dict.fromkeys(chosen)}
    for name in variants:
        for strategy in strategies_of(scenario, quantity):
            scenario.world(strategy, overrides_without({name}))
    game = None if orders is None else shapley.lay_out([*variants], orders, seed)
    return Plan(scenario, quantity, variants, orders, game, replications, seed)


def _at_work(scenario: Scenario, strategies: Sequence[str]) -> dict[str, str]:
    """Variants by family, of all families that some strategy has at work and can be without."""
    found: dict[str, list[str]] = {}
    for strategy in strategies:
        for family, (variant, _) in chosen_mechanisms(scenario.world(strategy)).items():
            found.setdefault(family, []).append(variant)
    return {
        family: " or ".join(dict.fromkeys(variants)) for family, variants in sorted(found.items())
        if set(variants) != {NOTHING} and NOTHING in families()[family]
    }


def carry_out(
    made: Plan, *, workers: int | None = None, progress: Callable[[int], None] | None = None
) -> AblationResult:
    """Live all that is planned and compare.

    Raises
    ------
    ScenarioError
        If the quantity has no value in these weeks.
    RunError
        If workers are no whole number from 1, or one of them dies.
    """
    lived = Lived(made, workers, progress)
    lived.live(made.in_turn)
    if not np.isfinite(lived[EVERYTHING]).any():
        raise ScenarioError(
            f"{made.quantity.outcome} has no value in these weeks, so there is nothing to explain"
        )
    found = [_contribution(lived, name) for name in made.mechanisms]
    sizes = {INERT: 2, UNDEFINED: 1}
    found.sort(key=lambda one: (sizes.get(one.status, 0), -abs(one.estimate.value), one.mechanism))
    return AblationResult(
        plan=made, everything=lived.results[EVERYTHING], value=estimate(lived[EVERYTHING]),
        verdict=lived.verdict(EVERYTHING), contributions=tuple(found),
        shares=_shares(lived, found) if made.game is not None else None,
    )


def _contribution(lived: Lived, name: str) -> Contribution:
    off = frozenset({name})
    with_it, without = lived[EVERYTHING], lived[off]
    found = difference(with_it, without)
    return Contribution(
        name, lived.plan.mechanisms[name], estimate(without), found, _status(with_it, without),
        lived.verdict(off),
    )


def _status(with_it: Values, without: Values) -> str:
    """What the paired values say of a contribution."""
    if np.array_equal(with_it, without, equal_nan=True):
        return INERT
    found = difference(with_it, without)
    if found.n == 0:
        return UNDEFINED
    if math.isnan(found.low):
        return UNKNOWN
    return DISTINCT if found.low > 0 or found.high < 0 else NOT_DISTINCT


def _shares(lived: Lived, found: Sequence[Contribution]) -> Shares:
    """Shares of all mechanisms without which the quantity has a value."""
    game = lived.plan.game
    assert game is not None
    undefined = {one.mechanism for one in found if one.status == UNDEFINED}
    if undefined:
        left = [name for name in game.players if name not in undefined]
        game = shapley.lay_out(left, lived.plan.orders or ORDERS, lived.plan.seed)
    everybody = frozenset(game.players)
    asked = [everybody - coalition for coalition in game.coalitions]
    lived.live(asked)
    worth = {everybody - off: lived[off] for off in asked}
    values = np.array([*worth.values()])
    holes = ~np.isfinite(values).all(axis=0)
    all_on, all_off = (
        np.where(holes, np.nan, worth[one]) for one in (everybody, frozenset[str]())
    )
    ends = estimate(all_on - all_off), estimate(all_on), estimate(all_off)
    if holes.all():
        lost = [off for off in asked if not np.isfinite(lived[off]).any()]
        smallest = min(lost, key=len, default=everybody)
        return Shares(game, {}, *ends, tuple(sorted(smallest)))
    added = shapley.shares(game, lambda coalition: worth[coalition])
    shares = {name: shapley.summarize(np.where(holes, np.nan, v)) for name, v in added.items()}
    return Shares(game, shares, *ends)
