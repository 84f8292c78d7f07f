"""Who heard whom this week: the draws of listening are walked again, nothing is drawn anew.

``word_of_mouth/listening.py`` lets every customer collect messages over the ties that she uses and
keeps only sums. Draws are addressed, so the same walk finds the same ties afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.mechanisms.word_of_mouth.message import ATTENTION, DEFECT, STEP
from sim.mechanisms.word_of_mouth.talk import TalkParameters
from sim.streams import address, skip, uniform
from sim.tables import Array, Trigger

if TYPE_CHECKING:
    from sim.market import Market
    from sim.network.shown import Shown


class Hearing(NamedTuple):
    """One entry for each time that a customer shown heard a friend.

    Attributes
    ----------
    listener : her place among those shown, (n,).
    friend : row of the friend, (n,).
    bad : whether it was bad news, (n,).
    """

    listener: NDArray[np.int64]
    friend: NDArray[np.int64]
    bad: NDArray[np.bool_]


def nothing_heard() -> Hearing:
    """A week in which nobody told anybody anything."""
    return Hearing(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_))


class Ear:
    """What customers shown hear, week by week; it must listen after every week.

    Variants without messages (``bass``, ``threshold``, ``talk_of_the_network``) tell a customer of
    an offer once: then the friend who told her of it this week is who she heard.
    """

    def __init__(self, market: Market, shown: Shown) -> None:
        self._shown = shown
        self._told = self._by_friends(market)
        self.heard = nothing_heard()

    def listen(self, market: Market) -> None:
        """Note what was heard in the week just lived."""
        mechanism = market.mechanisms["word_of_mouth"]
        if isinstance(mechanism.parameters, TalkParameters):
            self.heard = _overhear(market, self._shown.rows)
            return
        told = self._by_friends(market)
        listener, offer = np.nonzero(told & ~self._told)
        friend = market.tables.customers.teller[self._shown.rows[listener], offer]
        self._told = told
        self.heard = Hearing(listener, friend.astype(np.int64), np.zeros(len(friend), np.bool_))

    def _by_friends(self, market: Market) -> NDArray[np.bool_]:
        customers, rows = market.tables.customers, self._shown.rows
        return np.asarray(
            (customers.trigger[rows] == Trigger.FRIEND) & (customers.teller[rows] >= 0)
        )


def _overhear(market: Market, rows: NDArray[np.int64]) -> Hearing:
    customers, network = market.tables.customers, market.network
    prepared = market.mechanisms["word_of_mouth"].prepared
    if prepared is None or not prepared[3]:  # before week 1, or nobody ever listens
        return nothing_heard()
    most = int((network.indptr[rows + 1] - network.indptr[rows]).sum())
    listener, friend = np.empty(most, np.int64), np.empty(most, np.int64)
    bad = np.empty(most, np.bool_)
    n = overhear(
        market.streams.key("word_of_mouth.listen", market.week), rows, network.indptr,
        network.indices, network.strong, customers.label, customers.segment, customers.message,
        prepared[2], listener, friend, bad,
    )
    return Hearing(listener[:n], friend[:n], bad[:n])


@kernel
def overhear(
    key: np.uint64, rows: Array, indptr: Array, indices: Array, strong: Array, label: Array,
    segment: Array, message: Array, traits: Array, listener: Array, friend: Array, bad: Array,
) -> int:
    """Write who of some rows heard whom this week, and how often anybody heard anybody."""
    n = 0
    for e in range(rows.size):
        i = rows[e]
        s = segment[i]
        if traits[s, 2] <= 0.0:
            continue
        state = address(key, label[i])
        number = 0
        position = indptr[i] + skip(state, number, traits[s, 3])
        while position < indptr[i + 1]:
            said = message[indices[position]]
            used = said >= 0
            if used and traits[s, 0] != traits[s, 1]:
                chance = traits[s, 1] if strong[position] == 1 else traits[s, 0]
                used = uniform(state, ATTENTION + number) * traits[s, 2] < chance
            if used:
                listener[n] = e
                friend[n] = indices[position]
                goodness = np.float32(said >> 8) * STEP
                bad[n] = (said & DEFECT) != 0 or goodness < traits[s, 7]
                n += 1
            number += 1
            position += 1 + skip(state, number, traits[s, 3])
    return n
