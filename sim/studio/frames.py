"""What changes on the stage each week, a byte a customer: brand, satisfaction, power and more.

A frame looks at the market and changes nothing. It is made in the thread that steps the market.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.observers.panel import Panel
from sim.studio.overheard import Ear

if TYPE_CHECKING:
    from sim.market import Market
    from sim.network.shown import Shown
    from sim.tables import Options

VERSION = 1
PLANES = ("brand", "satisfaction", "power", "membership", "talk")
NOTHING = 255
FULL = 254
MOST_COMMUNITIES = 6
FAN, OWNER = 64, 128
SILENT, GOOD, BAD = range(3)
BAD_NEWS = 1 << 31
HEAD = struct.Struct("<IHBBII")

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Frame:
    """The stage at the end of one week.

    Attributes
    ----------
    brand : offer bought last in the first category, 255 none, (n,).
    satisfaction : with that offer, 0 to 254; 255: nothing bought, (n,).
    power : see ``Powers``, 0 to 254, (n,).
    membership : bit c: community c; bit 6: fan of a club; bit 7: has bought something, (n,).
    talk : 0 silent, 1 says something good this week, 2 something bad, (n,).
    lit : ties over which word of mouth came this week; the top bit marks bad news, (n_lit,).
    """

    week: int
    brand: Bytes
    satisfaction: Bytes
    power: Bytes
    membership: Bytes
    talk: Bytes
    lit: NDArray[np.uint32]

    @property
    def planes(self) -> tuple[Bytes, ...]:
        """The five planes in the order of ``PLANES``."""
        return self.brand, self.satisfaction, self.power, self.membership, self.talk

    def packed(self, number: int, side: int = 0) -> bytes:
        """The frame as the page reads it, little endian."""
        head = HEAD.pack(number, self.week, side, VERSION, len(self.brand), len(self.lit))
        planes = b"".join(plane.tobytes() for plane in self.planes)
        return head + planes + self.lit.astype("<u4").tobytes()


class Camera:
    """Makes frames of one market; ``listen`` must be called after every week it lives."""

    def __init__(self, market: Market, shown: Shown) -> None:
        self._shown = shown
        self._ear = Ear(market, shown)
        self._powers = Powers(market, shown.rows)

    def listen(self, market: Market) -> None:
        """Note who heard whom in the week just lived."""
        self._ear.listen(market)

    def frame(self, market: Market) -> Frame:
        """The stage as it is now."""
        rows, customers = self._shown.rows, market.tables.customers
        last = customers.last_offer[rows, 0].astype(np.int64)
        has = last >= 0
        felt = customers.satisfaction[rows, np.maximum(last, 0)]
        return Frame(
            week=market.week,
            brand=np.where(has, last, NOTHING).astype(np.uint8),
            satisfaction=np.where(has, in_bytes(felt), NOTHING).astype(np.uint8),
            power=in_bytes(self._powers.of(market)),
            membership=self._membership(market),
            talk=self._talk(market),
            lit=self._lit(),
        )

    def _membership(self, market: Market) -> Bytes:
        rows, customers = self._shown.rows, market.tables.customers
        found = np.zeros(len(rows), dtype=np.uint8)
        for c in range(min(len(market.communities), MOST_COMMUNITIES)):
            found |= (customers.member[rows, c] > 0).astype(np.uint8) << c
        found[(customers.fan[rows] > 0).any(axis=1)] |= FAN
        found[(customers.last_offer[rows] >= 0).any(axis=1)] |= OWNER
        return found

    def _talk(self, market: Market) -> Bytes:
        said = market.tables.customers.message[self._shown.rows]
        mechanism = market.mechanisms["word_of_mouth"]
        if not hasattr(mechanism.parameters, "neutral_satisfaction"):
            return np.zeros(len(said), dtype=np.uint8)
        segment = market.tables.customers.segment[self._shown.rows]
        neutral = mechanism.by_segment(market, "neutral_satisfaction")[segment]
        bad = ((said & 128) != 0) | ((said >> 8) / 2.0**22 < neutral)
        return np.where(said < 0, SILENT, np.where(bad, BAD, GOOD)).astype(np.uint8)

    def _lit(self) -> NDArray[np.uint32]:
        heard = self._ear.heard
        tie = self._shown.ties(heard.listener, self._shown.places(heard.friend))
        seen = tie >= 0
        ties, first = np.unique(tie[seen], return_inverse=True)
        bad = np.zeros(len(ties), dtype=np.uint32)
        np.maximum.at(bad, first, heard.bad[seen].astype(np.uint32))
        return ties.astype(np.uint32) | bad * np.uint32(BAD_NEWS)


def in_bytes(share: NDArray[np.floating]) -> Bytes:
    """Numbers from 0 to 1 as bytes from 0 to 254."""
    full: Bytes = np.round(np.clip(np.nan_to_num(share), 0.0, 1.0) * FULL).astype(np.uint8)
    return full


class Powers(Panel):
    """The power that a customer has by herself, 0 to 1: the mean of what she knows and of exit.

    What she knows is one minus her mean error about the offers on sale in the categories that she
    buys in, where not knowing one is an error of 1. Exit is the odds of the next best offer that
    she knows against her best one, weighted by her rates; 0 where she knows but one. They are the
    components of ``sim.observers.power`` that one customer has; price, voice and surplus belong to
    the market as a whole.
    """

    def __init__(self, market: Market, rows: NDArray[np.int64]) -> None:
        super().__init__(market, rows)
        self._place = np.searchsorted(rows, self.customer)
        self._n = len(rows)

    def of(self, market: Market) -> NDArray[np.float64]:
        """Power of each customer shown now, (n,)."""
        added = self.terms_of_families(market)
        known = self._mean(1.0 - self._error(market, added), np.ones(len(self.customer)))
        # Nothing is on sale before week 1.
        odds = self._exit(market, added) if market.week else None
        return known if odds is None else (known + self._mean(odds, self.rate)) / 2

    def _mean(
        self, value: NDArray[np.float64], weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        total = np.bincount(self._place, value * weight, self._n)
        return np.asarray(total / np.maximum(np.bincount(self._place, weight, self._n), 1e-12))

    def _error(self, market: Market, added: Options) -> NDArray[np.float64]:
        """Mean error about the offers of each occasion; 1 where nothing is on sale."""
        customers, offers, _ = market.tables
        lived = self.lived(market, added)
        error = np.abs(customers.expectation[self.customer] - lived)
        error = np.where(customers.aware[self.customer] > 0, error, 1.0)
        on_sale = offers.launch_week <= max(market.week, 1)
        there = (offers.category == self.category[:, None]) & on_sale
        count = there.sum(axis=1)
        return np.asarray(
            np.where(count > 0, (error * there).sum(axis=1) / np.maximum(count, 1), 1.0)
        )

    def _exit(self, market: Market, added: Options) -> NDArray[np.float64] | None:
        """Odds of the second best against the best; None where nobody chooses by utility."""
        utility = self.utility(market, added)
        if utility is None:
            return None
        if utility.shape[1] < 2:
            return np.zeros(len(utility))
        best = np.partition(utility, -2, axis=1)[:, -2:]
        both = np.isfinite(best).all(axis=1)
        gap = np.subtract(best[:, 0], best[:, 1], out=np.zeros(len(best)), where=both)
        return np.where(both, np.exp(gap), 0.0)
