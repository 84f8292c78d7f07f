"""Customers like flat rates better than they cost, and pay otherwise with patience and data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compile import kernel
from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.parameters import Declared, param
from sim.streams import BLOCK, address, uniform
from sim.tables import Array, Options, Purchases, Tariff

if TYPE_CHECKING:
    from sim.market import Market

SUBSCRIPTION, FREE = Tariff.SUBSCRIPTION, Tariff.FREE
EFFECTS = ("flat_rate_bias", "ad_annoyance", "penalty_pain")
MOST_DISCOUNT = 2**31 - 1
ZERO, ONE, CENT = np.float32(0), np.float32(1), np.float32(0.01)


@mechanism
class FlatRateBias(Mechanism):
    """Use is paid each time, by subscription, or by putting up with advertising; penalties hurt.

    Equation
    --------
    A free offer and one that she subscribes to cost nothing in use. Who does not subscribe weighs
    the fee over the uses that she expects of a period, at least this one:
    perceived = price / (max(purchase_rate * fee_weeks, 1) * (1 + flat_rate_bias)), and pays the
    whole fee when she chooses the offer. From then on she subscribes for fee_weeks weeks, in place
    of an earlier subscription in the category; what she subscribed to when she chose costs nothing
    to the end of that week all the same, and does not begin again in it. In the last week of a
    period it is renewed at the price of that week if the offer was her latest purchase in the
    category, within the period, and she did not leave it; else it ends. Advertising in use takes
    ad_annoyance * ad_load of her experience, which she knows before. With penalty_prob a use ends
    in the penalty: she pays the fee and loses penalty_pain of her experience, which she does not
    foresee; without a fee there is no penalty. Third parties pay
    income_per_use + ad_load * ad_income a use.

    Reads / Writes
    --------------
    market.purchases, customers' purchase_rate, last_offer (n_customers, n_categories),
    last_purchase_week, avoid_until_week (n_customers, n_offers), offers' tariff settings ->
    customers.subscription, paid_until_week (n_customers, n_categories), spend_cents
    (n_customers,), firms.tariff_cents, third_party_cents (n_firms,); purchases: price_cents of
    uses that cost nothing; charged_customer, charged_offer, charged_cents (n_charges,).

    References
    ----------
    Train, McFadden and Ben-Akiva (1987); Lambrecht and Skiera (2006); science.md A11.

    Not modeled
    -----------
    More use because it costs nothing; notice periods; discounts of other mechanisms on renewals.
    Who left in the last week of a period has paid for the next one already.
    """

    class Parameters(Declared):
        """How customers take fees, advertising and penalties."""

        flat_rate_bias: float = param(
            0.2, unit="1", bounds=(0, 5), by_segment=True,
            doc="How much dearer than paying per use a flat rate may be and seem equal.",
            source="A11: .1-.4",
        )
        ad_annoyance: float = param(
            0.1, unit="1", bounds=(0, 1), by_segment=True,
            doc="Experience lost to full advertising in use.",
        )
        penalty_pain: float = param(
            0.2, unit="1", bounds=(0, 1), by_segment=True, doc="Experience lost to a penalty."
        )

    reads = (
        "customers.purchase_rate", "customers.price_sensitivity", "customers.last_offer",
        "customers.last_purchase_week", "customers.avoid_until_week", "offers.price_cents",
        "offers.tariff", "offers.fee_weeks", "offers.ad_load", "offers.ad_income",
        "offers.income_per_use", "offers.penalty_cents", "offers.penalty_prob",
    )
    writes = (
        "customers.subscription", "customers.paid_until_week", "customers.spend_cents",
        "firms.tariff_cents", "firms.third_party_cents",
    )
    cites = ("Train, McFadden and Ben-Akiva (1987)", "Lambrecht and Skiera (2006)")

    def weigh(self, market: Market, options: Options) -> None:
        """Let her see what each offer costs her now, and what advertising spoils."""
        customers, offers = market.tables.customers, market.tables.offers
        marked = np.flatnonzero((offers.tariff != Tariff.PER_USE) | (offers.ad_load > 0.0))
        market.sweep(
            see, market.week, marked, options.starts, options.customer, options.category,
            customers.segment, self.by_segment(market, *EFFECTS).astype(np.float32),
            customers.price_sensitivity, customers.purchase_rate, customers.subscription,
            customers.paid_until_week, offers.category, offers.tariff, offers.fee_weeks,
            offers.price_cents, offers.ad_load, options.utility, options.foreseen,
            options.discount_cents,
        )

    def serve(self, market: Market, uses: Purchases) -> None:
        """Take what advertising and penalties spoil off the experience."""
        customers, offers = market.tables.customers, market.tables.offers
        chance = _chance_of_penalty(market)
        if not (offers.ad_load.any() or chance.any()):
            return
        market.sweep(
            spoil, market.streams.key("tariffs.penalty", market.week), uses.starts,
            customers.label, customers.segment,
            self.by_segment(market, *EFFECTS).astype(np.float32), offers.label, offers.ad_load,
            chance, uses.customer, uses.offer, uses.serial, uses.service,
        )

    def serve_on_average(self, market: Market, uses: Purchases) -> None:
        """Take off what advertising spoils, and penalties by their probability."""
        offers, chance = market.tables.offers, _chance_of_penalty(market)
        if not (offers.ad_load.any() or chance.any()):
            return
        _, annoyance, pain = self.by_segment(market, *EFFECTS).T[:, :, None]
        market.sweep(
            spoil_on_average, uses.starts, market.tables.customers.segment,
            annoyance * offers.ad_load + pain * chance, uses.customer, uses.offer, uses.service,
        )

    def step(self, market: Market) -> None:
        """Charge what was chosen, begin and end subscriptions, and collect from third parties."""
        customers, offers, firms = market.tables
        bought = market.purchases
        penalties = np.zeros(bought.n, dtype=np.int64)
        market.sweep(
            charge, market.streams.key("tariffs.penalty", market.week), market.week,
            bought.starts, customers.label, offers.label, offers.category, offers.tariff,
            offers.fee_weeks, offers.penalty_cents, _chance_of_penalty(market), bought.customer,
            bought.offer, bought.serial, bought.price_cents, customers.subscription,
            customers.paid_until_week, customers.spend_cents, penalties,
        )
        met, renewed = np.flatnonzero(penalties), self._renewed(market)
        # Together they are the money that the books get: nobody else writes it down.
        bought.charged_customer = np.concatenate([bought.customer[met], renewed[0]])
        bought.charged_offer = np.concatenate([bought.offer[met], renewed[1]])
        bought.charged_cents = np.concatenate([penalties[met], renewed[2]])
        firms.tariff_cents[:] = 0
        np.add.at(firms.tariff_cents, offers.firm[bought.charged_offer], bought.charged_cents)
        n_uses = np.bincount(bought.offer + 1, minlength=market.n_offers + 1)[1:]
        income = n_uses * (offers.income_per_use + offers.ad_load * offers.ad_income)
        cents = np.rint(income * 100.0).astype(np.int64)
        firms.third_party_cents[:] = 0
        np.add.at(firms.third_party_cents, offers.firm, cents)

    def _renewed(self, market: Market) -> tuple[Array, Array, Array]:
        """Renew or end what is due: customer, offer and fee in cents of each renewal."""
        customers, offers = market.tables.customers, market.tables.offers
        starts = np.zeros(market.n_blocks + 1, dtype=np.int64)
        market.sweep(
            count_due, market.week, customers.subscription, customers.paid_until_week, starts
        )
        starts.cumsum(out=starts)
        customer, offer = np.zeros((2, starts[-1]), dtype=np.int32)
        market.sweep(
            renew, market.week, starts, offers.tariff, offers.fee_weeks, offers.price_cents,
            customers.last_offer, customers.last_purchase_week, customers.avoid_until_week,
            customers.subscription, customers.paid_until_week, customers.spend_cents,
            customer, offer,
        )
        kept = np.flatnonzero(offer >= 0)
        renewed = offer[kept].astype(np.int16)
        return customer[kept], renewed, offers.price_cents[renewed]

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Which subscriptions of hers began, went on or ended, and which penalties she paid."""
        told = self._told_of_penalties(market, row)
        customers = market.tables.customers
        for k in range(len(market.category_names)):
            was, now = int(before["subscription"][k]), int(customers.subscription[row, k])
            until, had = int(customers.paid_until_week[row, k]), int(before["paid_until_week"][k])
            if was >= 0 and now != was:
                told.append(Happening(f"ended the subscription of {market.offer_names[was]}"))
            if now >= 0 and (now != was or until != had):
                verb = "renewed the subscription of" if now == was else "subscribed to"
                text = f"{verb} {market.offer_names[now]}, paid until week {until}"
                told.append(Happening(text, {"offer": market.offer_names[now], "until": until}))
        return told

    def _told_of_penalties(self, market: Market, row: int) -> list[Happening]:
        offers, bought = market.tables.offers, market.purchases
        key = market.streams.key("tariffs.penalty", market.week)
        own = np.uint64(address(key, int(market.tables.customers.label[row])))
        chance, told = _chance_of_penalty(market), []
        for p in np.flatnonzero((bought.customer == row) & (bought.offer >= 0)):
            o = int(bought.offer[p])
            state = np.uint64(address(own, int(offers.label[o]) * 256 + int(bought.serial[p])))
            if uniform(state, 0) < chance[o]:
                fee = offers.penalty_cents[o] / 100
                told.append(Happening(f"paid a penalty of {fee:.2f} for {market.offer_names[o]}"))
        return told


def _chance_of_penalty(market: Market) -> Array:
    """Probability of a penalty in a use by offer; there is none where the fee is 0."""
    offers = market.tables.offers
    return np.asarray(offers.penalty_prob * (offers.penalty_cents > 0))


@kernel
def see(
    start: int, stop: int, week: int, marked: Array, starts: Array, customer: Array, kind: Array,
    segment: Array, effects: Array, price_sensitivity: Array, purchase_rate: Array,
    subscription: Array, paid_until_week: Array, category: Array, tariff: Array, fee_weeks: Array,
    price_cents: Array, ad_load: Array, utility: Array, foreseen: Array, discount_cents: Array,
) -> None:
    """Add price and advertising of offers that are not plainly paid per use to all occasions."""
    for e in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        i = customer[e]
        k = kind[e]
        s = segment[i]
        held = subscription[i, k] if paid_until_week[i, k] >= week else -1
        if held >= 0:  # also where it is no subscription any more
            discount_cents[e, held] = min(price_cents[held], MOST_DISCOUNT)
        for m in range(marked.size):
            o = marked[m]
            if category[o] != k:
                continue
            if ad_load[o] > ZERO:
                foreseen[e, o] -= effects[s, 1] * ad_load[o]
            if tariff[o] == FREE:
                discount_cents[e, o] = min(price_cents[o], MOST_DISCOUNT)
            elif tariff[o] == SUBSCRIPTION and o != held:
                uses = max(purchase_rate[i, k] * np.float32(fee_weeks[o]), ONE)
                share = ONE - ONE / (uses * (ONE + effects[s, 0]))
                price = CENT * np.float32(price_cents[o] - discount_cents[e, o])
                utility[e, o] += price_sensitivity[i] * price * share


@kernel
def meets_penalty(
    key: np.uint64, label: int, offer_label: int, serial: int, chance: float
) -> bool:
    """Whether a use ends in the penalty."""
    if chance <= 0.0:
        return False
    return uniform(address(address(key, label), offer_label * 256 + serial), 0) < chance


@kernel
def spoil(
    start: int, stop: int, key: np.uint64, starts: Array, label: Array, segment: Array,
    effects: Array, offer_label: Array, ad_load: Array, chance: Array, customer: Array,
    offer: Array, serial: Array, service: Array,
) -> None:
    """Take advertising and penalties off the service of each use."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i = customer[p]
        service[p] -= effects[segment[i], 1] * ad_load[o]
        if meets_penalty(key, label[i], offer_label[o], serial[p], chance[o]):
            service[p] -= effects[segment[i], 2]


@kernel
def spoil_on_average(
    start: int, stop: int, starts: Array, segment: Array, spoiled: Array, customer: Array,
    offer: Array, service: Array,
) -> None:
    """Take what is spoiled by segment and offer off the service of each use."""
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        if offer[p] >= 0:
            service[p] -= np.float32(spoiled[segment[customer[p]], offer[p]])


@kernel
def charge(
    start: int, stop: int, key: np.uint64, week: int, starts: Array, label: Array,
    offer_label: Array, category: Array, tariff: Array, fee_weeks: Array, penalty_cents: Array,
    chance: Array, customer: Array, offer: Array, serial: Array, price_cents: Array,
    subscription: Array, paid_until_week: Array, spend_cents: Array, penalties: Array,
) -> None:
    """Settle every use: penalties, subscriptions that begin, and uses that cost nothing."""
    last, last_kind, held = -1, -1, -1
    for p in range(starts[start // BLOCK], starts[(stop + BLOCK - 1) // BLOCK]):
        o = offer[p]
        if o < 0:
            continue
        i = customer[p]
        k = category[o]
        if i != last or k != last_kind:
            last, last_kind, held = i, k, subscription[i, k]
        if meets_penalty(key, label[i], offer_label[o], serial[p], chance[o]):
            spend_cents[i] += penalty_cents[o]
            penalties[p] = penalty_cents[o]
        begins = tariff[o] == SUBSCRIPTION and o != held and o != subscription[i, k]
        if begins:
            subscription[i, k] = o
            paid_until_week[i, k] = week + fee_weeks[o] - 1
        elif price_cents[p] != 0 and (o == held or tariff[o] in (SUBSCRIPTION, FREE)):
            # Choice let her pay once more in the week in which she subscribed.
            spend_cents[i] -= price_cents[p]
            price_cents[p] = 0


@kernel
def count_due(
    start: int, stop: int, week: int, subscription: Array, paid_until_week: Array, counts: Array
) -> None:
    """Count for each block what ``list_due`` will list, one place on: ``counts`` become starts."""
    for begin in range(start, stop, BLOCK):
        n = 0
        for j in range(begin, min(begin + BLOCK, stop)):
            for k in range(subscription.shape[1]):
                n += int(subscription[j, k] >= 0) & int(paid_until_week[j, k] <= week)
        counts[begin // BLOCK + 1] = n


@kernel
def list_due(week: int, subscription: Array, paid_until_week: Array, due: Array) -> int:
    """List the cells of a block that hold a subscription which is paid up to this week."""
    n_kinds = subscription.shape[1]
    n = 0
    for j in range(subscription.shape[0]):
        for k in range(n_kinds):
            due[n] = j * n_kinds + k
            n += int(subscription[j, k] >= 0) & int(paid_until_week[j, k] <= week)
    return n


@kernel
def renew(
    start: int, stop: int, week: int, starts: Array, tariff: Array, fee_weeks: Array,
    price_cents: Array, last_offer: Array, last_purchase_week: Array, avoid_until_week: Array,
    subscription: Array, paid_until_week: Array, spend_cents: Array, customer: Array, offer: Array,
) -> None:
    """Renew or end the subscriptions of customers of a range that are paid up to this week.

    Whose they are and what she renews goes to ``customer`` and ``offer``, -1 for what ends.
    """
    n_kinds = subscription.shape[1]
    due = np.empty(BLOCK * n_kinds + 1, dtype=np.int32)
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        n = list_due(week, subscription[begin:end], paid_until_week[begin:end], due)
        for d in range(n):
            i = begin + due[d] // n_kinds
            k = due[d] % n_kinds
            o = subscription[i, k]
            at = starts[begin // BLOCK] + d
            customer[at] = i
            used = last_offer[i, k] == o and last_purchase_week[i, o] > week - fee_weeks[o]
            if used and avoid_until_week[i, o] <= week and tariff[o] == SUBSCRIPTION:
                spend_cents[i] += price_cents[o]
                paid_until_week[i, k] = week + fee_weeks[o]
                offer[at] = o
            else:
                offer[at] = -1
                subscription[i, k] = -1
                paid_until_week[i, k] = 0
