"""Who the customers are before week 1: segment, traits, what they know and own.

Every trait is drawn under the customer's own label, so that a customer keeps her luck when others
are added, left out or put in another order.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.compile import kernel
from sim.scenario.respondents import Respondents, respondents_of, write_segments, write_traits
from sim.scenario.schema import (
    Circle,
    Document,
    Gamma,
    Lognormal,
    Normal,
    Proportion,
    Segment,
    TwoKinds,
)
from sim.streams import Streams, address, gamma, normal, to_unit, uniform
from sim.tables import Array, CustomerTable, OfferTable, Trigger

TRAITS = ("needs", "price_sensitivity", "purchase_rate", "talkativeness", "voice", "phase")
ROLES = ("privacy_concern", "expertise", "effort_cost", "information_seeking", "taste")


@kernel
def assign_segments(key: np.uint64, label: Array, upper: Array, segment: Array) -> None:
    """Draw each customer's segment; ``upper`` holds the cumulated shares, (n_segments,)."""
    for i in range(label.size):
        unit = to_unit(address(key, label[i]))
        s = 0
        while s < upper.size - 1 and unit >= upper[s]:
            s += 1
        segment[i] = s


@kernel
def draw_needs(
    key: np.uint64, label: Array, segment: Array, mean: Array, concentration: Array,
    n_categories: int, category: Array, needs: Array,
) -> None:
    """Dirichlet weights around the segment's mean, summing to 1 over each category."""
    n_attributes = needs.shape[1]
    for i in range(label.size):
        s = segment[i]
        state = address(key, label[i])
        for k in range(n_categories):
            total = 0.0
            for a in range(n_attributes):
                if category[a] == k and mean[s, a] > 0.0:
                    weight = mean[s, a]
                    if concentration[s] > 0.0:
                        weight = gamma(address(state, a), weight * concentration[s])
                    needs[i, a] = weight
                    total += weight
            if total > 0.0:
                for a in range(n_attributes):
                    if category[a] == k:
                        needs[i, a] /= total


@kernel
def draw_lognormal(
    key: np.uint64, label: Array, segment: Array, median: Array, spread: Array, out: Array
) -> None:
    """exp(Normal(log(median), spread)) by segment."""
    for i in range(label.size):
        s = segment[i]
        value = median[s]
        if spread[s] > 0.0:
            value *= math.exp(spread[s] * normal(address(key, label[i]), 0))
        out[i] = value


@kernel
def draw_normal(
    key: np.uint64, label: Array, segment: Array, mean: Array, sd: Array, out: Array
) -> None:
    """Normal(mean, sd) by segment."""
    for i in range(label.size):
        s = segment[i]
        value = mean[s]
        if sd[s] > 0.0:
            value += sd[s] * normal(address(key, label[i]), 0)
        out[i] = value


@kernel
def draw_rates(
    key: np.uint64, label: Array, segment: Array, mean: Array, shape: Array, out: Array
) -> None:
    """Gamma(mean, shape) by segment and category; shape 0 means that all are alike."""
    for i in range(label.size):
        s = segment[i]
        state = address(key, label[i])
        for k in range(mean.shape[1]):
            value = mean[s, k]
            if shape[s, k] > 0.0 and value > 0.0:
                value *= gamma(address(state, k), shape[s, k]) / shape[s, k]
            out[i, k] = value


@kernel
def draw_phase(key: np.uint64, label: Array, out: Array) -> None:
    """Uniform(0, 1) for each customer."""
    for i in range(label.size):
        out[i] = to_unit(address(key, label[i]))


@kernel
def draw_two_kinds(
    key: np.uint64, label: Array, segment: Array, low: Array, high: Array, high_share: Array,
    out: Array,
) -> None:
    """One of two values by segment."""
    for i in range(label.size):
        s = segment[i]
        out[i] = high[s] if to_unit(address(key, label[i])) < high_share[s] else low[s]


@kernel
def draw_proportion(
    key: np.uint64, label: Array, segment: Array, mean: Array, concentration: Array, out: Array
) -> None:
    """Beta(mean, concentration) by segment; concentration 0 means that all are alike."""
    for i in range(label.size):
        s = segment[i]
        value = mean[s]
        if concentration[s] > 0.0 and 0.0 < value < 1.0:
            state = address(key, label[i])
            for_it = gamma(address(state, 0), value * concentration[s])
            against = gamma(address(state, 1), (1.0 - value) * concentration[s])
            value = for_it / max(for_it + against, 1e-300)
        out[i] = value


@kernel
def draw_positions(
    key: np.uint64, label: Array, segment: Array, center: Array, spread: Array, out: Array
) -> None:
    """Uniform on the circle around a center, by segment and category."""
    for i in range(label.size):
        s = segment[i]
        state = address(key, label[i])
        for k in range(center.shape[1]):
            position = center[s, k] + spread[s, k] * (2.0 * uniform(state, k) - 1.0)
            out[i, k] = position - math.floor(position)


@kernel
def endow(
    key: np.uint64, label: Array, offer_label: Array, order: Array, category: Array,
    awareness: Array, owners: Array, expectation: Array, aware: Array, trigger: Array,
    expected: Array, satisfaction: Array, loyalty: Array, last_offer: Array, started: int,
) -> None:
    """Give customers what they know and own before week 1."""
    n_offers = offer_label.size
    for i in range(label.size):
        state = address(key, label[i])
        for o in range(n_offers):
            expected[i, o] = expectation[o]
            if awareness[o] > 0.0 and uniform(state, offer_label[o] + 1) < awareness[o]:
                aware[i, o] = 1
                trigger[i, o] = started
        for k in range(last_offer.shape[1]):
            unit = uniform(address(state, k), 0)
            below = 0.0
            for turn in range(n_offers):
                o = order[turn]  # by label: she owns the same in whatever order offers stand
                if category[o] == k and owners[o] > 0.0:
                    if below <= unit < below + owners[o]:
                        last_offer[i, k] = o
                        aware[i, o] = 1
                        trigger[i, o] = started
                        loyalty[i, o] = 1.0
                        satisfaction[i, o] = expectation[o]
                    below += owners[o]


def _lognormal(value: float | Lognormal) -> Lognormal:
    return value if isinstance(value, Lognormal) else Lognormal(median=value)


def _normal(value: float | Normal) -> Normal:
    return value if isinstance(value, Normal) else Normal(mean=value)


def _rate(segment: Segment, category: str) -> Gamma:
    value = segment.purchase_rate
    if isinstance(value, dict):
        value = value.get(category, 0.0)
    return value if isinstance(value, Gamma) else Gamma(mean=value)


def _draw_roles(
    customers: CustomerTable, world: Document, streams: Streams
) -> None:
    """What customers are beyond buyers: private, expert, busy, curious, of a taste and a channel.

    Where no segment says anything, nothing is drawn and the column stays untouched.
    """
    segments = list(world.customers.segments.values())
    keys = {trait: streams.key(f"setup.{trait}") for trait in ROLES}
    who = (customers.label, customers.segment)

    def column(values: list[float]) -> Array:
        return np.array(values, dtype=np.float64)

    concern = [
        p if isinstance(p, TwoKinds) else TwoKinds(low=p, high=p)
        for p in (s.privacy_concern for s in segments)
    ]
    if any(c.low or c.high for c in concern):
        draw_two_kinds(
            keys["privacy_concern"], *who, column([c.low for c in concern]),
            column([c.high for c in concern]), column([c.high_share for c in concern]),
            customers.privacy_concern,
        )
    expertise = [
        e if isinstance(e, Proportion) else Proportion(mean=e)
        for e in (s.expertise for s in segments)
    ]
    if any(e.mean for e in expertise):
        draw_proportion(
            keys["expertise"], *who, column([e.mean for e in expertise]),
            column([e.concentration or 0.0 for e in expertise]), customers.expertise,
        )
    effort = [_lognormal(s.effort_cost) for s in segments]
    if any(e.median for e in effort):
        draw_lognormal(
            keys["effort_cost"], *who, column([e.median for e in effort]),
            column([e.spread for e in effort]), customers.effort_cost,
        )
    seeking = [
        g if isinstance(g, Gamma) else Gamma(mean=g)
        for g in (s.information_seeking for s in segments)
    ]
    if any(g.mean for g in seeking):
        draw_rates(
            keys["information_seeking"], *who, column([g.mean for g in seeking])[:, None],
            column([g.shape or 0.0 for g in seeking])[:, None],
            customers.information_seeking[:, None],
        )
    for h, name in enumerate(world.channels):
        affinity = [_normal(s.channel_affinity.get(name, 0.0)) for s in segments]
        draw_normal(
            streams.key(f"setup.channel_affinity.{name}"), *who,
            column([a.mean for a in affinity]), column([a.sd for a in affinity]),
            customers.channel_affinity[:, h],
        )
    if "tailoring" in world.mechanisms or any("taste" in s.model_fields_set for s in segments):
        circles = [
            [s.taste if isinstance(s.taste, Circle) else s.taste.get(name, Circle())
             for name in world.categories]
            for s in segments
        ]
        draw_positions(
            keys["taste"], *who, np.array([[c.center for c in row] for row in circles]),
            np.array([[c.spread for c in row] for row in circles]), customers.taste,
        )


def _respondents(
    customers: CustomerTable, world: Document, streams: Streams, folder: Path | None
) -> tuple[Respondents, NDArray[np.int64]] | None:
    """The table of respondents, if there is one, and which of them each customer is."""
    table = respondents_of(world, folder)
    if table is None:
        return None
    if table.n == customers.n:
        return table, np.arange(table.n)
    unit = np.empty(customers.n)
    draw_phase(streams.key("setup.respondent"), customers.label, unit)
    return table, np.minimum((unit * table.n).astype(np.int64), table.n - 1)


def draw_segments(
    customers: CustomerTable, world: Document, streams: Streams, folder: Path | None = None
) -> None:
    """Write each customer's segment; ``folder`` is where a file with respondents lies."""
    shares = np.array([segment.share for segment in world.customers.segments.values()])
    upper = np.cumsum(shares / shares.sum())
    assign_segments(streams.key("setup.segment"), customers.label, upper, customers.segment)
    given = _respondents(customers, world, streams, folder)
    if given is not None:
        write_segments(*given, customers)


def draw_customers(
    customers: CustomerTable, offers: OfferTable, world: Document, streams: Streams,
    folder: Path | None = None,
) -> None:
    """Write traits and endowments; segments are drawn before."""
    segments = list(world.customers.segments.values())
    names = list(world.categories)
    attributes = [(a, k) for k, c in enumerate(world.categories.values()) for a in c.attributes]
    keys = {trait: streams.key(f"setup.{trait}") for trait in TRAITS}
    who = (customers.label, customers.segment)

    needs = np.array([[s.needs.get(a, 0.0) for a, _ in attributes] for s in segments])
    category = np.array([k for _, k in attributes], dtype=np.int64)
    for k in range(len(names)):
        inside = needs[:, category == k]
        needs[:, category == k] = inside / np.maximum(inside.sum(axis=1, keepdims=True), 1e-300)
    concentration = np.array([s.needs_concentration or 0.0 for s in segments])
    draw_needs(keys["needs"], *who, needs, concentration, len(names), category, customers.needs)

    for trait, settings, column in (
        ("price_sensitivity", [_lognormal(s.price_sensitivity) for s in segments],
         customers.price_sensitivity),
        ("talkativeness", [_lognormal(s.talkativeness) for s in segments],
         customers.talkativeness),
    ):
        median = np.array([setting.median for setting in settings], dtype=np.float64)
        spread = np.array([setting.spread for setting in settings], dtype=np.float64)
        draw_lognormal(keys[trait], *who, median, spread, column)

    voice = [_normal(s.voice_propensity) for s in segments]
    draw_normal(
        keys["voice"], *who, np.array([v.mean for v in voice], dtype=np.float64),
        np.array([v.sd for v in voice], dtype=np.float64), customers.voice_propensity,
    )
    rates = [[_rate(s, name) for name in names] for s in segments]
    draw_rates(
        keys["purchase_rate"], *who,
        np.array([[r.mean for r in row] for row in rates], dtype=np.float64),
        np.array([[r.shape or 0.0 for r in row] for row in rates], dtype=np.float64),
        customers.purchase_rate,
    )
    draw_phase(keys["phase"], customers.label, customers.phase)
    _draw_roles(customers, world, streams)
    given = _respondents(customers, world, streams, folder)
    if given is not None:
        write_traits(*given, customers, world)
    for c, (name, community) in enumerate(world.communities.items()):
        unit = np.empty(customers.n)
        draw_phase(streams.key(f"setup.member.{name}"), customers.label, unit)
        customers.member[:, c] = unit < community.initial_share

    settings_by_offer = [o for firm in world.firms.values() for o in firm.offers.values()]
    endow(
        streams.key("setup.endowment"), customers.label, offers.label,
        np.argsort(offers.label, kind="stable"), offers.category,
        np.array([o.initial_awareness for o in settings_by_offer], dtype=np.float64),
        np.array([o.initial_owners for o in settings_by_offer], dtype=np.float64),
        np.array([o.initial_expectation for o in settings_by_offer], dtype=np.float64),
        customers.aware, customers.trigger, customers.expectation, customers.satisfaction,
        customers.loyalty, customers.last_offer, Trigger.START,
    )
