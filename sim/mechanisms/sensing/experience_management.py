"""Experience management: firms ask and watch customers, each instrument with its own blindness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.mechanisms.base import Happening, Mechanism, mechanism
from sim.mechanisms.sensing.instruments import Round, draw_noise, draw_units, follow_up, visit
from sim.parameters import Declared, param
from sim.streams import address, uniform
from sim.tables import Array

if TYPE_CHECKING:
    from sim.market import Market

SATISFIED = 0.6
"""A customer counts as satisfied from this satisfaction on, as in the census of observers."""

RECORDS, SURVEY, PANEL, STUDY, OBSERVATION = range(5)
WORDS = ("", "answered a survey of {}", "was interviewed in a panel of {}",
         "took part in a study of {}", "was watched in daily life by {}")


@mechanism
class ExperienceManagement(Mechanism):
    """A firm weighs what its instruments say against its own idea of what matters.

    Equation
    --------
    Instruments: *records* (sales only: free), *surveys* after survey_share of its sales,
    *panels* of panel_size every panel_interval weeks, a *study* of study_size once each time its
    lever turns positive, *observation* of observation_share a week. The last three draw on all
    customers and need no product on sale. Stated weights of a customer are her needs, scaled to
    what was asked, with an error of answer_noise; polite buyers in surveys move weights towards the
    profile of what they bought and satisfaction towards 1, both by politeness. Records take the
    profile of what was bought again for what matters, and purchases by who had bought before for
    satisfied customers. Surveys ask only for what an offer of the firm has; no record or survey
    shows a latent attribute, a panel does with panel_latent_prob a wave and firm, studies and
    observation do.

    Precision of an instrument = silo / (waves * error^2 + noise^2 / n), silo being
    customer_facing_share, noise^2 = answer_noise^2 for needs and 1/4 for shares, and waves =
    panel_interval for instruments of every week, so that a quarter of them says as much as one
    panel. Needs believed move to the mean of the belief, of precision 1 / own_error^2 + evidence,
    and of all instruments, each scaled to what the firm believes of the attributes that it asked
    for; evidence += precision, and keeps ``memory`` of itself a week. Satisfaction believed is the
    same mean without an idea of one's own.

    Reads / Writes
    --------------
    market.purchases, customers.needs (n_customers, n_attributes), satisfaction, purchase_count,
    last_purchase_week (n_customers, n_offers), offers.quality, firms' levers ->
    firms.believed_needs, need_evidence (n_firms, n_attributes), believed_satisfaction,
    satisfaction_evidence, studying, sensing_cents (n_firms,).

    References
    ----------
    Meyer and Schwager (2007), Understanding customer experience; sources.md M07 to M10, M32.

    Not modeled
    -----------
    Customers who refuse, tire of questions, or answer for effect; staff who read selectively.
    """

    class Parameters(Declared):
        """What instruments cost, and how far the firm may trust each."""

        own_error: float = param(
            0.1, unit="1", bounds=(1e-3, 10),
            doc="Error of a weight that the firm allows its own idea: small is stubborn.",
        )
        records_error: float = param(
            0.3, unit="1", bounds=(1e-3, 10), doc="Error of a weight that it allows records."
        )
        survey_error: float = param(
            0.15, unit="1", bounds=(1e-3, 10), doc="Error of a weight that it allows surveys."
        )
        panel_error: float = param(
            0.08, unit="1", bounds=(1e-3, 10), doc="Error of a weight that it allows a panel."
        )
        study_error: float = param(
            0.05, unit="1", bounds=(1e-3, 10), doc="Error of a weight that it allows a study."
        )
        observation_error: float = param(
            0.05, unit="1", bounds=(1e-3, 10), doc="Error of a weight that it allows observation."
        )
        answer_noise: float = param(
            0.2, unit="1", bounds=(0, 10), doc="Standard deviation of one stated weight."
        )
        politeness: float = param(
            0.3, unit="1", bounds=(0, 1), doc="How far survey answers please the firm.",
            source="M07",
        )
        panel_latent_prob: float = param(
            0.1, unit="1", bounds=(0, 1),
            doc="Probability that a panel wave comes upon a latent attribute.", source="M10",
        )
        panel_interval: int = param(
            13, unit="weeks", bounds=(1, 520), doc="Weeks between waves of a panel.", source="M07"
        )
        memory: float = param(
            0.97, unit="1/week", bounds=(0, 1), doc="Share of evidence kept after a week."
        )
        survey_cost: float = param(
            0.5, unit="currency", bounds=(0, 1e6), doc="Cost of a survey answer."
        )
        panel_cost: float = param(
            20.0, unit="currency", bounds=(0, 1e6), doc="Cost of a panel interview."
        )
        study_cost: float = param(
            60.0, unit="currency", bounds=(0, 1e6), doc="Cost of a participant of a study."
        )
        observation_cost: float = param(
            100.0, unit="currency", bounds=(0, 1e6), doc="Cost of observing a customer.",
            source="M07: observation costs more",
        )

    reads = (
        "customers.needs", "customers.satisfaction", "customers.purchase_count",
        "customers.last_purchase_week", "offers.quality",
    )
    writes = (
        "firms.believed_needs", "firms.need_evidence", "firms.believed_satisfaction",
        "firms.satisfaction_evidence", "firms.studying", "firms.sensing_cents",
    )
    cites = ("Meyer and Schwager (2007)",)

    def setup(self, market: Market) -> None:
        """Note what each firm sells in, what is latent, and how far instruments are trusted."""
        p, offers = self.parameters, market.tables.offers
        attributes = [a for c in market.world.categories.values() for a in c.attributes.values()]
        self._latent = np.array([a.latent for a in attributes], dtype=bool)
        n_categories = len(market.category_names)
        sells = np.zeros((market.n_firms, n_categories), dtype=bool)
        sells[offers.firm, offers.category] = True
        self._within = sells[:, market.attribute_category]  # (n_firms, n_attributes)
        self._member = (
            np.arange(n_categories)[:, None] == market.attribute_category
        ).astype(np.float64)
        error = np.array([
            p.records_error, p.survey_error, p.panel_error, p.study_error, p.observation_error
        ])
        waves = np.array([p.panel_interval, p.panel_interval, 1, 1, p.panel_interval])
        self._error = waves * error**2
        self._cost = np.array([0, p.survey_cost, p.panel_cost, p.study_cost, p.observation_cost])
        self._rounds: list[Round] = []

    def step(self, market: Market) -> None:
        """Look at this week's sales, ask whom it is time to ask, and believe."""
        self._rounds = self._plan(market)
        surveys = {r.firm: r for r in self._rounds if r.instrument == SURVEY}
        visits = [r for r in self._rounds if r.instrument > SURVEY]
        records = self._read_sales(market, surveys)
        if visits:
            heard = self._visit(market, visits, None)
            for made, sums in zip(visits, heard, strict=True):
                made.take(sums)
        costs = np.zeros(market.n_firms)
        for made in self._rounds:
            costs[made.firm] += made.n_asked * self._cost[made.instrument]
        market.tables.firms.sensing_cents[:] = np.rint(costs * 100.0)
        for number in range(market.n_firms):
            own = [r for r in (*records, *self._rounds) if r.firm == number]
            self._believe(market, number, own)

    def _plan(self, market: Market) -> list[Round]:
        """Which instruments firms use this week."""
        p, (_, offers, firms), plan = self.parameters, market.tables, []
        for number, firm in enumerate(market.firms):
            levers = firm.levers
            starts_study = levers["study_size"] > 0 and not firms.studying[number]
            firms.studying[number] = levers["study_size"] > 0
            open_to, shown = self._within[number], self._within[number] & ~self._latent
            offered = (offers.quality[offers.firm == number] > 0).any(axis=0)
            panel = levers["panel_size"] if market.week % p.panel_interval == 0 else 0.0
            found = self._found(market, number) if panel > 0.0 else shown
            for instrument, chance, asked in (
                (SURVEY, levers["survey_share"], shown & offered),
                (PANEL, panel / 1000.0, shown | (open_to & found)),
                (STUDY, levers["study_size"] / 1000.0 if starts_study else 0.0, open_to),
                (OBSERVATION, levers["observation_share"] / 1000.0, open_to),
            ):
                if chance > 0.0:
                    nothing = np.zeros(market.n_attributes)
                    plan.append(Round(number, instrument, chance, asked, nothing, nothing))
        return plan

    def _found(self, market: Market, number: int) -> Array:
        """Latent attributes that a panel of the firm would come upon this week."""
        luck = np.empty(market.n_attributes)
        draw_units(
            market.streams.key("sensing.latent", market.week),
            int(market.tables.firms.label[number]), luck,
        )
        found: Array = luck < self.parameters.panel_latent_prob
        return found

    def _read_sales(self, market: Market, surveys: dict[int, Round]) -> list[Round]:
        """What records and surveys of this week's sales say; fills in the surveys."""
        (customers, offers, _), bought = market.tables, market.purchases
        n, n_firms = market.n_attributes, market.n_firms
        share, asked = np.zeros(n_firms), np.zeros((n_firms, n), dtype=bool)
        for number, made in surveys.items():
            share[number], asked[number] = made.chance, made.asked
        sales = np.zeros((market.n_blocks, market.n_offers, 2), dtype=np.int64)
        answers = np.zeros((market.n_blocks, n_firms, 2 * n + 3))
        market.sweep(
            follow_up, market.streams.key("sensing.survey", market.week), bought.starts,
            bought.customer, bought.offer, bought.serial, bought.satisfaction, customers.label,
            customers.purchase_count, customers.needs, offers.label, offers.firm, offers.category,
            offers.quality, market.attribute_category, share, asked, self.parameters.politeness,
            SATISFIED, sales, answers,
        )
        heard = answers.sum(axis=0)
        for number, made in surveys.items():
            made.take(heard[number])
        return self._records(market, sales.sum(axis=0))

    def _records(self, market: Market, sales: Array) -> list[Round]:
        """Sales of the week as an instrument: repeated ones stand for needs and satisfaction."""
        offers, made = market.tables.offers, []
        visible = np.where(self._latent, 0.0, offers.quality)
        profile = visible / np.maximum(visible.sum(axis=1, keepdims=True), 1e-12)
        for number in range(market.n_firms):
            own = market.offer_order[offers.firm[market.offer_order] == number]
            repeated = sales[own, 1]
            n = repeated @ self._member[offers.category[own]] * ~self._latent
            answers = (repeated[:, None] * profile[own]).sum(axis=0)
            made.append(Round(
                number, RECORDS, 1.0, self._within[number], answers, n,
                float(sales[own, 0].sum()), float(repeated.sum()),
            ))
        return made

    def _visit(self, market: Market, visits: list[Round], row: int | None) -> Array:
        """Sums of panels, studies and observation, (n_visits, 2 * n_attributes + 3)."""
        customers, offers, firms = market.tables
        heard = np.zeros((market.n_blocks, len(visits), 2 * market.n_attributes + 3))
        firm = np.array([made.firm for made in visits])
        key, offset = market.streams.key("sensing.turn", market.week), np.empty(len(visits))
        for r, made in enumerate(visits):
            luck = np.empty(OBSERVATION + 1)
            draw_units(key, int(firms.label[made.firm]), luck)
            offset[r] = luck[made.instrument]
        arguments = (
            market.streams.key("sensing.visit", market.week), customers.label,
            np.array([made.chance for made in visits]), offset, firm,
            np.array([made.asked for made in visits]), self._member.shape[0],
            market.attribute_category, customers.needs, offers.label, offers.firm,
            customers.purchase_count, customers.last_purchase_week, customers.satisfaction,
            SATISFIED, heard,
        )
        if row is None:
            market.sweep(visit, *arguments)
        else:
            visit(row, row + 1, *arguments)
        sums: Array = heard.sum(axis=0)
        return sums

    def _believe(self, market: Market, number: int, rounds: list[Round]) -> None:
        """Weigh what instruments of one firm say against what it believes."""
        p, firms = self.parameters, market.tables.firms
        silo = market.firms[number].levers["customer_facing_share"]
        part = self._member @ firms.believed_needs[number].astype(np.float64)
        share = firms.believed_needs[number] / np.maximum(part @ self._member, 1e-12)
        said, precision = np.zeros(market.n_attributes), np.zeros(market.n_attributes)
        satisfied, sure = 0.0, 0.0
        for made in rounds:
            answer, noise = self._answer(market, made, share)
            weight = np.where(made.counts > 0, silo / (self._error[made.instrument] + noise**2), 0)
            said += weight * answer
            precision += weight
            if made.n_rating > 0:
                one = silo / (self._error[made.instrument] + 0.25 / made.n_rating)
                satisfied += one * made.n_satisfied / made.n_rating
                sure += one
        evidence = firms.need_evidence[number].astype(np.float64)
        if precision.any():
            before = 1.0 / p.own_error**2 + evidence
            share = np.maximum((before * share + said) / (before + precision), 0.0)
            firms.believed_needs[number] = self._whole(share, part, precision)
        firms.need_evidence[number] = p.memory * (evidence + precision)
        known = float(firms.satisfaction_evidence[number])
        if sure > 0:
            old = known * float(firms.believed_satisfaction[number]) if known > 0 else 0.0
            firms.believed_satisfaction[number] = (old + satisfied) / (known + sure)
        firms.satisfaction_evidence[number] = p.memory * (known + sure)

    def _answer(self, market: Market, made: Round, share: Array) -> tuple[Array, Array]:
        """Mean stated weights of a round, and the standard deviation of their noise.

        They say how what was asked compares: what was not asked keeps its share of the belief.
        """
        heard = made.counts > 0
        n = np.where(heard, made.counts, 1.0)
        noise, luck = self.parameters.answer_noise / np.sqrt(n), np.zeros(market.n_attributes)
        if made.instrument != RECORDS:
            label = int(market.tables.firms.label[made.firm])
            key = market.streams.key("sensing.noise", market.week)
            draw_noise(key, label, made.instrument, luck)
        scale = (self._member @ (share * heard)) @ self._member
        stated = made.answers / n + noise * luck
        return np.where(heard, np.where(scale > 0, scale, 1.0) * stated, 0.0), noise

    def _whole(self, share: Array, part: Array, precision: Array) -> Array:
        """Weights over all categories from shares within each; a category keeps its part."""
        asked = self._member @ (precision > 0)
        # A category that the firm did not think of gets as much as the mean of all.
        part = np.where((part <= 0) & (asked > 0), max(part.mean(), 1e-12), part)
        weights = share * ((part / np.maximum(self._member @ share, 1e-12)) @ self._member)
        whole: Array = weights / max(weights.sum(), 1e-12)
        return whole

    def explain(self, market: Market, row: int, before: dict[str, Any]) -> list[Happening]:
        """Who asked her, or watched her."""
        told, bought, offers = [], market.purchases, market.tables.offers
        label = int(market.tables.customers.label[row])
        own = np.uint64(address(market.streams.key("sensing.survey", market.week), label))
        visits = [made for made in self._rounds if made.instrument > SURVEY]
        heard = self._visit(market, visits, row) if visits else np.zeros((0, 1))
        asked = [made for made, sums in zip(visits, heard, strict=True) if sums[-1] > 0]
        mine = np.flatnonzero((bought.customer == row) & (bought.offer >= 0))
        for made in self._rounds:
            if made.instrument == SURVEY:
                for p in mine[offers.firm[bought.offer[mine]] == made.firm]:
                    number = int(offers.label[bought.offer[p]]) * 256 + int(bought.serial[p])
                    if uniform(np.uint64(address(own, number)), 0) < made.chance:
                        asked.append(made)
        for made in asked:
            name = market.firm_names[made.firm]
            told.append(Happening(WORDS[made.instrument].format(name), {"firm": name}))
        return told
