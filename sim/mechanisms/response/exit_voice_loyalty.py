"""A disappointed customer leaves, complains, tells others, or stays silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, gumbel
from sim.tables import Array, Response

if TYPE_CHECKING:
    from sim.market import Market

SILENCE, VOICE, EXIT, TELL = Response.SILENCE, Response.VOICE, Response.EXIT, Response.TELL
UTILITIES = (
    "tolerance", "severity_weight", "voice_base", "voice_openness_weight", "voice_loyalty_weight",
    "exit_base", "exit_rival_weight", "exit_loyalty_weight", "tell_base",
)


@mechanism
class ExitVoiceLoyalty(Mechanism):
    """After an experience short of expectation by more than ``tolerance``, a logit choice.

    A fan of the firm tolerates ``fan_tolerance`` more, where there are clubs.

    Equation
    --------
    With shortfall g = e - x and loyalty L:
    voice: voice_base + severity_weight * g + openness_weight * openness + loyalty_weight * L
    + personal propensity (only if no complaint of hers waits at the firm);
    exit: exit_base + severity_weight * g + rival_weight * (best rival's e - own e)
    - loyalty_weight * L - switching_cost; tell others: tell_base + severity_weight * g;
    silence: 0; each with Gumbel luck. A rival is an offer of the category that she knows, can buy
    this week and does not avoid. Exit: the offer is avoided for exit_weeks and loyalty is 0.
    Telling: she talks next week for certain.

    Reads / Writes
    --------------
    market.purchases -> customers.avoid_until_week, loyalty (n_customers, n_offers),
    customers.complaining (n_customers, n_firms), customers.telling (n_customers,),
    firms.n_complaints (n_firms,), purchases.response.

    References
    ----------
    Hirschman (1970), Exit, voice and loyalty; Singh (1988); science.md A5.

    Not modeled
    -----------
    Complaints to third parties. What a complaint is expected to be good for beside the openness
    of the channel (A5): customers do not see how a firm answers others.
    """

    class Parameters(Declared):
        """What tips a disappointed customer."""

        tolerance: float = param(
            0.1, unit="1", bounds=(0, 1), by_segment=True, doc="Shortfall that passes unnoticed."
        )
        severity_weight: float = param(
            4.0, unit="utility", bounds=(0, 100), by_segment=True,
            doc="Utility of any action per unit of shortfall.",
        )
        voice_base: float = param(
            -2.0, unit="utility", bounds=(-50, 50), by_segment=True,
            doc="Utility of complaining to a closed firm.", source="A5",
        )
        voice_openness_weight: float = param(
            2.0, unit="utility", bounds=(0, 50), by_segment=True,
            doc="Utility added by a fully open channel.", source="A5",
        )
        voice_loyalty_weight: float = param(
            1.0, unit="utility", bounds=(0, 50), by_segment=True,
            doc="Utility added by full loyalty.", source="Hirschman (1970)",
        )
        exit_base: float = param(
            -2.0, unit="utility", bounds=(-50, 50), by_segment=True,
            doc="Utility of leaving for an equal rival.", source="A5",
        )
        exit_rival_weight: float = param(
            4.0, unit="utility", bounds=(0, 50), by_segment=True,
            doc="Utility of leaving per unit of better expected experience elsewhere.",
            source="A5",
        )
        exit_loyalty_weight: float = param(
            2.0, unit="utility", bounds=(0, 50), by_segment=True,
            doc="Utility of leaving taken away by full loyalty.", source="Hirschman (1970)",
        )
        tell_base: float = param(
            -1.5, unit="utility", bounds=(-50, 50), by_segment=True,
            doc="Utility of telling others.", source="A2",
        )
        fan_tolerance: float = param(
            0.1, unit="1", bounds=(0, 1), source="M30",
            doc="Shortfall that a fan of the firm forgives besides, where there are clubs.",
        )
        exit_weeks: int = param(
            26, unit="weeks", bounds=(0, 520), doc="How long an offer is avoided after leaving."
        )

    reads = (
        "customers.expectation", "customers.loyalty", "customers.aware",
        "customers.voice_propensity", "customers.fan", "customers.avoid_until_week",
        "offers.launch_week", "offers.availability",
    )
    writes = (
        "customers.avoid_until_week", "customers.loyalty", "customers.complaining",
        "customers.telling", "firms.n_complaints",
    )
    cites = ("Hirschman (1970)", "Singh (1988)")
    is_default = True

    def step(self, market: Market) -> None:
        """Let this week's disappointed buyers respond."""
        customers, offers, firms = market.tables
        bought = market.purchases
        if bought.n:
            weights = self.by_segment(market, *UTILITIES)
            if self.prepared is None:
                segments = market.world.customers.segments.values()
                self.prepared = np.array([s.switching_cost for s in segments], dtype=np.float64)
            openness = np.array([firm.levers["voice_openness"] for firm in market.firms])
            exit_until = market.week + self.parameters.exit_weeks
            some_fans = market.mechanisms["clubs"].variant != "none"
            market.sweep(
                respond, market.streams.key("response.luck", market.week),
                bought.starts, market.week, exit_until, customers.label, customers.segment, weights,
                self.prepared, openness, some_fans, self.parameters.fan_tolerance, customers.fan,
                offers.label, offers.firm, offers.category,
                (offers.launch_week <= market.week) & (offers.availability > 0.0),
                customers.expectation, customers.aware, customers.voice_propensity,
                customers.loyalty, customers.avoid_until_week, customers.complaining,
                customers.telling, bought.customer, bought.offer, bought.serial, bought.expected,
                bought.experienced, bought.response,
            )
        voiced = bought.offer[bought.response == VOICE]
        firms.n_complaints[:] = np.bincount(offers.firm[voiced], minlength=market.n_firms)

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """How she responded to a disappointment."""
        bought = market.purchases
        words = {
            SILENCE: "was disappointed by {} and stayed silent",
            VOICE: "complained to the firm about {}",
            EXIT: "left {} for " + f"{self.parameters.exit_weeks} weeks",
            TELL: "decided to tell others about {}",
        }
        return [
            Happening(words[int(bought.response[p])].format(market.offer_names[bought.offer[p]]))
            for p in np.flatnonzero((bought.customer == row) & (bought.response > 0))
        ]


@kernel
def respond(
    start: int, stop: int, key: np.uint64, starts: Array, week: int, exit_until: int,
    label: Array, segment: Array, weights: Array, switching: Array, openness: Array,
    some_fans: bool, fan_tolerance: float, fan: Array,
    offer_label: Array, firm_of: Array, category: Array, to_be_had: Array, expectation: Array,
    aware: Array, voice_propensity: Array, loyalty: Array, avoid_until_week: Array,
    complaining: Array, telling: Array, customer: Array, offer: Array, serial: Array,
    expected: Array, experienced: Array, response: Array,
) -> None:
    """Decide what disappointed buyers from ``start`` to ``stop`` do."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i = customer[p]
        s = segment[i]
        gap = expected[p] - experienced[p]
        f = firm_of[o]
        forgiven = fan_tolerance if some_fans and fan[i, f] == 1 else 0.0
        if gap <= weights[s, 0] + forgiven:
            continue
        own_loyalty = loyalty[i, o]
        urge = weights[s, 1] * gap
        rival = -1.0
        for r in range(category.size):
            if (
                r != o and category[r] == category[o] and aware[i, r] == 1
                and to_be_had[r] and avoid_until_week[i, r] < week
            ):
                rival = max(rival, expectation[i, r])
        state = address(address(key, label[i]), offer_label[o] * 256 + serial[p])
        chosen = SILENCE
        best = gumbel(state, 0)
        if complaining[i, f] == 0:
            value = weights[s, 2] + urge + weights[s, 3] * openness[f] + voice_propensity[i]
            value += weights[s, 4] * own_loyalty + gumbel(state, 1)
            if value > best:
                best = value
                chosen = VOICE
        value = weights[s, 5] + urge - weights[s, 7] * own_loyalty - switching[s]
        value += weights[s, 6] * (rival - expectation[i, o]) + gumbel(state, 2)
        has_left = avoid_until_week[i, o] >= week  # on another occasion of this week
        if rival >= 0.0 and not has_left and value > best:
            best = value
            chosen = EXIT
        if weights[s, 8] + urge + gumbel(state, 3) > best:
            chosen = TELL
        response[p] = chosen
        if chosen == VOICE:
            complaining[i, f] = 1
        elif chosen == EXIT:
            avoid_until_week[i, o] = exit_until
            loyalty[i, o] = 0.0
        elif chosen == TELL:
            telling[i] = o + 1
