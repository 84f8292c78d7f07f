"""The network picture: who is tied to whom, and what she bought last, at the end of a run.

A market of the run is lived once more for it; nothing here happens in a batch of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.export.replay import Notes, setting_of
from sim.network.layout import positions_of
from sim.network.shown import Shown, choose_shown
from sim.report.chart import Pen

if TYPE_CHECKING:
    from sim.market import Market
    from sim.results.run import RunResult

SIDE = 1000
MOST_CUSTOMERS = 2000
MOST_TIES = 4000
NOTHING = "nothing yet"


@dataclass(frozen=True)
class Picture:
    """One market at its end.

    Attributes
    ----------
    shares : share of all customers by firm bought from last, and of those who bought nothing.
    """

    strategy: str
    shares: dict[str, float]
    svg: str


@dataclass(frozen=True)
class Gallery:
    """Pictures of the same customers under several strategies.

    Attributes
    ----------
    ties_drawn, ties : how many of the ties between them are drawn, and how many there are.
    """

    pictures: tuple[Picture, ...]
    shown: int
    customers: int
    ties_drawn: int
    ties: int
    category: str


@dataclass(frozen=True)
class End:
    """What a picture needs of a market at its end.

    Attributes
    ----------
    firm : whom each customer bought from last in the first category, -1 for nobody, (n_customers,).
    """

    strategy: str
    firm: NDArray[np.int64]


def live(
    result: RunResult, strategies: Iterable[str], progress: Callable[[int], None] | None = None
) -> tuple[list[End], Shown, str]:
    """Live the first market of a run again under each strategy.

    Raises
    ------
    RunError
        If this version of the program lives it otherwise than the run did.
    """
    ends: list[End] = []
    shown: Shown | None = None
    category = ""
    for strategy in strategies:
        market = _lived(result, strategy)
        # Strategies that change the ties are rare; the stage is that of the first.
        shown = shown or choose_shown(market.network, most=MOST_CUSTOMERS)
        category = market.category_names[0] if len(market.category_names) > 1 else ""
        ends.append(End(strategy, _bought_from(market)))
        if progress is not None:
            progress(1)
    assert shown is not None
    return ends, shown, category


def _lived(result: RunResult, strategy: str) -> Market:
    setting = setting_of(result, strategy, 0)
    market = setting.market()
    notes = Notes(result.weeks, market.n_offers, market.n_firms)
    market.listeners.append(notes)
    while market.week < result.weeks:
        market.step()
    notes.check(setting)
    return market


def _bought_from(market: Market) -> NDArray[np.int64]:
    last = market.tables.customers.last_offer[:, 0].astype(np.int64)
    firm = market.tables.offers.firm.astype(np.int64)
    return np.where(last >= 0, firm[last], -1)


def gallery(
    result: RunResult, pens: dict[str, Pen], strategies: Iterable[str],
    progress: Callable[[int], None] | None = None,
) -> Gallery:
    """Pictures of the first market of a run under some of its strategies.

    Parameters
    ----------
    pens
        The pen of each firm.
    progress
        Called with the number of markets just finished.

    Raises
    ------
    RunError
        If this version of the program lives it otherwise than the run did.
    """
    ends, shown, category = live(result, strategies, progress)
    at = np.round(positions_of(shown) / 65535 * (SIDE - 40) + 20).astype(np.int64)
    keep = np.arange(len(shown.source))
    if len(keep) > MOST_TIES:  # evenly spaced, so that no part of the market looks untied
        keep = (np.arange(MOST_TIES) * len(keep)) // MOST_TIES
    ties = _ties(at[shown.source[keep]], at[shown.target[keep]])
    pictures = []
    for number, end in enumerate(ends):
        holders = {name: end.firm == f for f, name in enumerate(result.firm_names)}
        holders[NOTHING] = end.firm < 0
        shares = {n: float(who.mean()) for n, who in holders.items()} if len(end.firm) else {}
        body = (
            f'<path id="ties" class="ties" d="{ties}"/>' if number == 0 else '<use href="#ties"/>'
        )
        body += _customers(result, pens, at, end.firm[shown.rows])
        pictures.append(Picture(end.strategy, shares, _svg(body, _alt(end.strategy, shares))))
    return Gallery(
        tuple(pictures), shown.n, shown.of, len(keep), shown.ties_of, category,
    )


def _ties(one: NDArray[Any], other: NDArray[Any]) -> str:
    steps = np.column_stack([one, other - one]).tolist()
    return "".join(f"M{x} {y}l{dx} {dy}" for x, y, dx, dy in steps)


def _customers(
    result: RunResult, pens: dict[str, Pen], at: NDArray[Any], firm: NDArray[np.int64]
) -> str:
    """Who bought nothing first, as rings, below those who did."""
    drawn = [f'<path class="idle" d="{_dots(at[firm < 0])}"/>']
    for f, name in enumerate(result.firm_names):
        color = pens[name].css if name in pens else "currentColor"
        drawn.append(f'<path style="stroke:{color}" d="{_dots(at[firm == f])}"/>')
    return "".join(drawn)


def _dots(at: NDArray[Any]) -> str:
    return "".join(f"M{x} {y}h0" for x, y in at.tolist())


def _svg(body: str, alt: str) -> str:
    return (
        f'<svg class="picture" viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{escape(alt)}">'
        f"{body}</svg>"
    )


def _alt(strategy: str, shares: dict[str, float]) -> str:
    said = "; ".join(f"{name} {share:.0%}" for name, share in shares.items())
    return f"The social network at the end under {strategy}. Customers bought last from: {said}."
