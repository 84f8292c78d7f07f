"""A panel of customers for what would be dear to ask of all: what each offer is worth to them.

Observers draw nothing, so the panel is no sample by chance: it holds the customers with evenly
spaced labels, at most ``LARGEST``. Labels say nothing about a customer, since every trait is drawn
under its own address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.streams import BLOCK
from sim.tables import Array, DefectKnowledge, Options, Purchases

if TYPE_CHECKING:
    from sim.market import Market

Values = NDArray[np.float64]

LARGEST = 2048
WEIGHTS = (
    "experience_weight", "loyalty_weight", "trust_weight", "reactance_weight", "defect_aversion",
    "stealing_thunder",
)
RELIEF = "warned_relief"
TOLD_BY_FIRM = DefectKnowledge.TOLD_BY_FIRM
CENT = 0.01


class Panel:
    """One occasion for each member in each category that she ever buys in.

    Parameters
    ----------
    market
        Whose customers.
    rows
        The members, in rising order; None: customers with evenly spaced labels.

    Attributes
    ----------
    customer, category : of each occasion, (n_occasions,), in the order of rows.
    rate : occasions a week of that customer in that category, of those that can be hers.
    outside : utility of buying nothing; 0 for those who always buy.
    price_sensitivity : of that customer.
    scale : customers in the market for each member of the panel.
    """

    def __init__(self, market: Market, rows: NDArray[np.int64] | None = None) -> None:
        customers = market.tables.customers
        if rows is None:
            spacing = max(-(-customers.n // LARGEST), 1)
            rows = np.flatnonzero(customers.label % spacing == 0)
        who, category = np.nonzero(customers.purchase_rate[rows] > 0)
        self.customer = rows[who].astype(np.int32)
        self.category = category.astype(np.int32)
        segments = list(market.world.customers.segments.values())
        regular = np.array([s.regular_purchases for s in segments])
        self.rate = occasions_of(
            market, customers.purchase_rate[self.customer, category].astype(np.float64),
            regular[customers.segment[self.customer]],
        )
        self.scale = customers.n / max(len(rows), 1)
        # Traits: they stay as they are.
        worth_of_nothing = np.array([s.outside_utility or 0.0 for s in segments], dtype=np.float64)
        self.outside: Values = worth_of_nothing[customers.segment[self.customer]]
        self.price_sensitivity = customers.price_sensitivity[self.customer]
        self._switching = np.array([s.switching_cost for s in segments], dtype=np.float64)
        borders = np.arange(market.n_blocks + 1) * BLOCK
        self._starts = np.searchsorted(self.customer, borders).astype(np.int64)
        self._uses: Purchases | None = None

    def utility(self, market: Market, added: Options) -> Values | None:
        """What each offer on sale this week is worth after it, (n_occasions, n_offers).

        As the next choice finds it, but for what is launched only then. The terms of
        ``choice/multinomial_logit`` and of all families that weigh, without luck and without the
        pressure of a sales contact, which is no worth to her. Minus infinity: not known, not on
        sale, avoided or not to be had. None: customers do not choose by utility. ``added`` is what
        ``terms_of_families`` says.
        """
        choice = market.mechanisms["choice"]
        if not hasattr(choice.parameters, WEIGHTS[0]):
            return None
        customers, offers, _ = market.tables
        value = np.empty((len(self.customer), market.n_offers))
        appraise(
            self.customer, self.category, market.week, customers.segment,
            choice.by_segment(market, *WEIGHTS), self._switching, customers.expectation,
            customers.loyalty, customers.price_sensitivity, customers.trust, customers.reactance,
            customers.knows_defect, customers.last_offer, customers.aware,
            customers.avoid_until_week, offers.firm, offers.category, offers.launch_week,
            offers.price_cents * CENT, offers.defect_severity, bool(market.weighing),
            added.utility, added.foreseen, added.discount_cents, value,
        )
        return value

    def lived(self, market: Market, added: Options) -> Values:
        """What a use of each offer brings her on average, (n_occasions, n_offers), 0 to 1.

        It is what her expectation of an offer in the category of the occasion would learn: her
        needs in its quality, less the loss to defects (of who is warned of one, only the part that
        she cannot avoid), and what families add, such as misfit, less what she foresees of it on
        top of her expectation. ``added`` is what ``terms_of_families`` says.
        """
        customers, offers, _ = market.tables
        experience = market.mechanisms["experience"]
        relief = np.zeros(len(market.world.customers.segments))
        if hasattr(experience.parameters, RELIEF):
            relief = experience.by_segment(market, RELIEF)
        value = self._served(market).reshape(len(self.customer), market.n_offers)
        if market.weighing:
            value -= added.foreseen
        use(
            self.customer, self.category, customers.segment, relief, customers.needs,
            customers.knows_defect, offers.category, offers.quality,
            offers.defect_rate * offers.defect_severity, offers.defect_disclosed, value,
        )
        return value

    def _served(self, market: Market) -> Values:
        """What families add to the experience of every use on average."""
        if not market.serving:
            return np.zeros(len(self.customer) * market.n_offers)
        if self._uses is None:
            self._uses = self._every_use(market)
        self._uses.service[:] = 0.0
        for family in market.serving:
            family.serve_on_average(market, self._uses)
        return self._uses.service.astype(np.float64)

    def _every_use(self, market: Market) -> Purchases:
        """A use of every offer on each occasion, -1 where it is of another category."""
        n = market.n_offers
        uses = Purchases.allocate(self._starts * n)
        uses.customer[:] = np.repeat(self.customer, n)
        fits = self.category[:, None] == market.tables.offers.category
        uses.offer[:] = np.where(fits, np.arange(n), -1).ravel()
        return uses

    def terms_of_families(self, market: Market) -> Options:
        """What other families weigh in: utility, foreseen experience, discount in cents."""
        n = len(self.customer) if market.weighing else 0
        shape = (n, market.n_offers)
        options = Options(
            starts=self._starts, customer=self.customer,
            serial=np.zeros(n, dtype=np.uint8), category=self.category,
            utility=np.zeros(shape, dtype=np.float32), foreseen=np.zeros(shape, dtype=np.float32),
            discount_cents=np.zeros(shape, dtype=np.int32),
        )
        for family in market.weighing:
            family.weigh(market, options)
        return options


def occasions_of(market: Market, rate: Values, regular: NDArray[np.bool_]) -> Values:
    """Occasions expected a week at a rate, of which no more than the most count.

    They come by Poisson, or at even intervals to who is ``regular``; all arrays are alike in shape.
    """
    most = getattr(market.mechanisms["choice"].parameters, "max_occasions", None)
    if most is None:
        return rate
    left_out, term = np.zeros(rate.shape), np.exp(-rate)
    for count in range(most):
        left_out += (most - count) * term
        term = term * rate / (count + 1)
    return np.asarray(np.where(regular, np.minimum(rate, most), most - left_out))


@kernel
def use(
    customer: Array, kind: Array, segment: Array, relief: Array, needs: Array,
    knows_defect: Array, category: Array, quality: Array, loss: Array, disclosed: Array,
    value: Array,
) -> None:
    """Add quality and defects to the value of every offer of each occasion's category."""
    for e in range(customer.size):
        i = customer[e]
        for o in range(loss.size):
            if category[o] != kind[e]:
                continue
            warned = knows_defect[i, o] > 0 or disclosed[o] == 1
            lost = loss[o] * (1.0 - relief[segment[i]] if warned else 1.0)
            worth = value[e, o] - lost
            for a in range(quality.shape[1]):
                worth += needs[i, a] * quality[o, a]
            value[e, o] = min(max(worth, 0.0), 1.0)


@kernel
def appraise(
    customer: Array, kind: Array, week: int, segment: Array, weights: Array, switching: Array,
    expectation: Array, loyalty: Array, price_sensitivity: Array, trust: Array, reactance: Array,
    knows_defect: Array, last_offer: Array, aware: Array, avoid_until_week: Array, firm_of: Array,
    category: Array, launch_week: Array, price: Array, severity: Array, weighed: bool,
    added: Array, foreseen: Array, discount_cents: Array, value: Array,
) -> None:
    """Write the utility of every offer on every occasion of the panel, without luck."""
    for e in range(customer.size):
        i, k = customer[e], kind[e]
        s = segment[i]
        sensitivity = np.float64(price_sensitivity[i])
        for o in range(firm_of.size):
            if (
                category[o] != k or aware[i, o] == 0 or launch_week[o] > week
                or avoid_until_week[i, o] > week
            ):
                value[e, o] = -np.inf
                continue
            f = firm_of[o]
            worth = weights[s, 0] * expectation[i, o] + weights[s, 1] * loyalty[i, o]
            worth += weights[s, 2] * trust[i, f] - weights[s, 3] * reactance[i, f]
            worth -= sensitivity * price[o]
            if knows_defect[i, o] > 0:
                told = weights[s, 5] if knows_defect[i, o] == TOLD_BY_FIRM else 1.0
                worth -= weights[s, 4] * severity[o] * told
            if last_offer[i, k] >= 0 and last_offer[i, k] != o:
                worth -= switching[s]
            if weighed:
                worth += added[e, o] + weights[s, 0] * foreseen[e, o]
                worth += sensitivity * CENT * discount_cents[e, o]
            value[e, o] = worth
