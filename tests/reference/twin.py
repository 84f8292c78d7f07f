"""Scalar twins of the kernels: plain Python from the specification, one customer at a time.

Each function takes a snapshot of the tables before its stage (copies) and changes it to what the
stage should leave behind. Numbers are Python floats; columns of the snapshot round them to their
own type. Draws come from the public scalar functions of ``sim.streams``; which stream and which
index a decision uses is part of the engine's address book and is repeated here in words.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np

from sim import streams

SILENCE, VOICE, EXIT, TELL = 1, 2, 3, 4
BY_ADVERTISING, BY_FRIEND = 1, 2


def snapshot(market):
    """Copies of everything that a stage may see."""
    tables = {
        name: SimpleNamespace(**table.state()) for name, table in market.tables._asdict().items()
    }
    return SimpleNamespace(
        **tables, week=market.week, streams=market.streams, n=market.n_customers,
        segments=list(market.world.customers.segments.values()),
        levers=[dict(firm.levers) for firm in market.firms],
        queues=[firm.complaints.copy() for firm in market.firms],
        ties=[
            [(int(j), int(s)) for j, s in zip(
                market.network.indices[a:b], market.network.strong[a:b], strict=True)]
            for a, b in zip(market.network.indptr[:-1], market.network.indptr[1:], strict=True)
        ],
        purchases=market.purchases.state(), attribute_category=market.attribute_category,
    )


def own(world, mechanism, i, name):
    """A parameter as it holds for customer i: her segment's, else the mechanism's."""
    segment = world.segments[world.customers.segment[i]]
    behavior = segment.behavior.get(mechanism.family, {})
    return behavior.get(name, getattr(mechanism.parameters, name))


def stream(key, *labels):
    """The stream of a chain of labels under a key."""
    state = key
    for label in labels:
        state = np.uint64(streams.address(np.uint64(state), int(label)))
    return state


def uniform(state, index):
    return streams.uniform(np.uint64(state), int(index))


def gumbel(state, index):
    return streams.gumbel(np.uint64(state), int(index))


def unit(state):
    return streams.to_unit(np.uint64(state))


# Advertising -----------------------------------------------------------------------------------


def advertise(world, mechanism):
    """S = retention S + g(x); P(notice) = 1 - exp(-rate S); who never bought may forget."""
    p, c, o = mechanism.parameters, world.customers, world.offers
    notice_key = world.streams.key("advertising.notice", world.week)
    forget_key = world.streams.key("advertising.forget", world.week)
    on_sale = o.launch_week <= world.week
    for offer in range(len(o.label)):
        spent = o.advertising[offer] if on_sale[offer] else 0.0
        hill = spent**p.curvature / (p.half_saturation**p.curvature + spent**p.curvature)
        o.ad_response[offer] = hill
        o.adstock[offer] = p.retention * o.adstock[offer] + hill
    for firm in range(len(world.levers)):
        # Spending is per 1,000 customers, cents are a hundredth.
        world.firms.advertising_cents[firm] = sum(
            round(o.advertising[offer] * world.n / 1000 * 100)
            for offer in range(len(o.label)) if o.firm[offer] == firm and on_sale[offer]
        )
    for i in range(world.n):
        for offer in range(len(o.label)):
            index = int(o.label[offer]) + 1
            if not c.aware[i, offer]:
                rate = own(world, mechanism, i, "reach_rate") * o.adstock[offer]
                chance = 1 - math.exp(-rate) if on_sale[offer] else 0.0
                if uniform(stream(notice_key, c.label[i]), index) < chance:
                    c.aware[i, offer] = 1
                    c.trigger[i, offer] = c.trigger[i, offer] or BY_ADVERTISING
            elif c.purchase_count[i, offer] == 0 and offer not in c.last_offer[i]:
                chance = own(world, mechanism, i, "forget_prob")
                if uniform(stream(forget_key, c.label[i]), index) < chance:
                    c.aware[i, offer] = 0


# Word of mouth (cascade) -----------------------------------------------------------------------


def talk(world, mechanism):
    """What everybody says this week: ``{customer: (offer, goodness, mentions the defect)}``."""
    p, c = mechanism.parameters, world.customers
    key = world.streams.key("word_of_mouth.speak", world.week)
    said = {}
    for i in range(world.n):
        state = stream(key, c.label[i])
        if c.telling[i]:
            offer, chance = int(c.telling[i]) - 1, 1.0
            c.telling[i] = 0
        else:
            owned = [int(offer) for offer in c.last_offer[i] if offer >= 0]
            if not owned:
                continue
            offer = owned[int(uniform(state, 1) * len(owned))]
            gap = float(c.satisfaction[i, offer]) - own(world, mechanism, i, "neutral_satisfaction")
            chance = (
                own(world, mechanism, i, "base_propensity")
                + own(world, mechanism, i, "satisfied_propensity") * max(gap, 0.0) ** 2
                + own(world, mechanism, i, "dissatisfied_propensity") * max(-gap, 0.0) ** 2
            )
            # A purchase of last week is fresh.
            weeks_since = max(world.week - 1 - int(c.last_purchase_week[i, offer]), 0)
            chance *= float(c.talkativeness[i])
            if p.recency_half_life is not None:
                chance *= 2 ** (-weeks_since / p.recency_half_life)
            if p.talking_weeks is not None and weeks_since >= p.talking_weeks:
                chance = 0.0
        if chance >= 1 or unit(state) < chance:
            good = float(c.satisfaction[i, offer]) - float(c.foreseen[i, offer])
            good = min(max(good, 0.0), 1.0)
            said[i] = offer, math.floor(good * 2**22) / 2**22, bool(c.knows_defect[i, offer])
    return said


def encode(said, n):
    """Messages as the table keeps them."""
    messages = np.full(n, -1, dtype=np.int32)
    for i, (offer, goodness, defect) in said.items():
        messages[i] = (int(goodness * 2**22) << 8) | (128 if defect else 0) | offer
    return messages


def used_ties(world, mechanism, i, key):
    """The ties that listener i uses this week, in the order of her row."""
    weak = own(world, mechanism, i, "contact_prob")
    strong = min(weak * mechanism.parameters.strong_tie_factor, 1.0)
    most = max(weak, strong)
    if most <= 0:
        return
    # Skips are how many ties lie between one in use and the next; draws far behind them say
    # whether a tie of the weaker kind is in use as well.
    state, number = stream(key, world.customers.label[i]), 0
    skips_per_log = np.float32(1 / math.log1p(-min(most, 1 - 1e-12)))
    position = streams.skip(state, number, skips_per_log)
    while position < len(world.ties[i]):
        friend, is_strong = world.ties[i][position]
        used = weak == strong
        used = used or uniform(state, 2**32 + number) * most < (strong if is_strong else weak)
        if used and world.customers.message[friend] >= 0:
            yield friend, is_strong
        number += 1
        position += 1 + streams.skip(state, number, skips_per_log)


def cascade(world, mechanism):
    """Talk, then listen: a used tie to a talker makes aware and moves the expectation."""
    p, c, o = mechanism.parameters, world.customers, world.offers
    said = talk(world, mechanism)
    c.message[:] = encode(said, world.n)
    o.n_told_good[:] = 0
    o.n_told_bad[:] = 0
    key = world.streams.key("word_of_mouth.listen", world.week)
    for i in range(world.n):
        for friend, is_strong in used_ties(world, mechanism, i, key):
            offer, goodness, defect = said[friend]
            if not c.aware[i, offer]:
                c.exposures[i, offer] = min(int(c.exposures[i, offer]) + 1, 255)
                c.aware[i, offer] = 1
                if not c.trigger[i, offer]:
                    c.trigger[i, offer], c.teller[i, offer] = BY_FRIEND, friend
            gap = goodness - float(c.expectation[i, offer])
            committed = own(world, mechanism, i, "commitment") * float(c.loyalty[i, offer])
            weight = own(world, mechanism, i, "influence") * (1 - committed)
            weight *= p.strong_influence_factor if is_strong else 1.0
            weight *= own(world, mechanism, i, "negativity") if gap < 0 else 1.0
            c.expectation[i, offer] = float(c.expectation[i, offer]) + min(weight, 1.0) * gap
            if defect and not c.knows_defect[i, offer]:
                c.knows_defect[i, offer] = 3 if world.offers.defect_disclosed[offer] else 2
            bad = defect or goodness < own(world, mechanism, i, "neutral_satisfaction")
            (o.n_told_bad if bad else o.n_told_good)[offer] += 1


# Choice ----------------------------------------------------------------------------------------


def poisson_quantile(level, rate, most):
    """The smallest count whose cumulated Poisson probability exceeds ``level``."""
    cumulated = term = math.exp(-rate)
    count = 0
    while level >= cumulated and count < most:
        count += 1
        term *= rate / count
        cumulated += term
    return count


def occasions(world, mechanism, i, category):
    """How often customer i shops in a category this week."""
    c, most = world.customers, mechanism.parameters.max_occasions
    rate = float(c.purchase_rate[i, category])
    if world.segments[c.segment[i]].regular_purchases:
        so_far, before = (int(rate * w + float(c.phase[i])) for w in (world.week, world.week - 1))
        return min(so_far - before, most)
    key = world.streams.key("choice.occasions", world.week)
    return poisson_quantile(uniform(stream(key, c.label[i]), category), rate, most)


def known_utility(world, mechanism, i, offer, category):
    """The utility of an offer without its luck."""
    c, o, segment = world.customers, world.offers, world.segments[world.customers.segment[i]]
    firm = int(o.firm[offer])

    def weight(name):
        return own(world, mechanism, i, name)

    value = weight("experience_weight") * float(c.expectation[i, offer])
    value -= float(c.price_sensitivity[i]) * int(o.price_cents[offer]) / 100
    value += weight("loyalty_weight") * float(c.loyalty[i, offer])
    value += weight("trust_weight") * float(c.trust[i, firm])
    value -= weight("reactance_weight") * float(c.reactance[i, firm])
    value += weight("push_weight") * float(c.sales_push[i, firm])
    if c.knows_defect[i, offer]:
        told_by_firm = c.knows_defect[i, offer] == 3
        value -= (
            weight("defect_aversion") * float(o.defect_severity[offer])
            * (weight("stealing_thunder") if told_by_firm else 1.0)
        )
    if c.last_offer[i, category] not in (-1, offer):
        value -= segment.switching_cost
    return value


def choose(world, mechanism):
    """Logit choices in customer order; returns the purchases as ``(customer, offer, serial)``."""
    c, o = world.customers, world.offers
    key = world.streams.key("choice.luck", world.week)
    made = []
    for i in range(world.n):
        segment, serial = world.segments[c.segment[i]], 0
        memory = own(world, mechanism, i, "loyalty_memory")
        for category in range(c.n_occasions.shape[1]):
            c.n_occasions[i, category] = occasions(world, mechanism, i, category)
        for category in range(c.n_occasions.shape[1]):
            inside = [x for x in range(len(o.label)) if o.category[x] == category]
            for _ in range(c.n_occasions[i, category]):
                luck = stream(key, c.label[i], serial)
                options = {
                    x: known_utility(world, mechanism, i, x, category)
                    + gumbel(luck, int(o.label[x]) + 1)
                    for x in inside
                    if c.aware[i, x] and o.launch_week[x] <= world.week
                    and c.avoid_until_week[i, x] < world.week
                }
                if segment.outside_utility is not None:
                    options[-1] = segment.outside_utility + gumbel(luck, 0)
                best = max(options, key=options.get) if options else -1
                expected = float(c.expectation[i, best]) if best >= 0 else 0.0
                made.append((i, best, serial, expected))
                serial += 1
                if best < 0:
                    continue
                for x in inside:
                    c.loyalty[i, x] = float(c.loyalty[i, x]) * memory
                c.loyalty[i, best] = float(c.loyalty[i, best]) + (1 - memory)
                c.purchase_count[i, best] += 1
                c.last_purchase_week[i, best] = world.week
                c.last_offer[i, category] = best
                c.spend_cents[i] += o.price_cents[best]
    return made


# Experience ------------------------------------------------------------------------------------


def live(world, mechanism):
    """Experience, disconfirmation, satisfaction; returns what each purchase felt like."""
    c, o, bought = world.customers, world.offers, world.purchases
    key = world.streams.key("experience.use", world.week)
    felt = []
    for number, offer in enumerate(bought["offer"]):
        if offer < 0:
            felt.append((0.0, 0.0, 0, -1))
            continue
        i = int(bought["customer"][number])

        def effect(name, i=i):
            return own(world, mechanism, i, name)

        # One stream a customer, offer and purchase of the week: 0 noise, 1 defect, 2 what lacks.
        state = stream(key, c.label[i], int(o.label[offer]) * 256 + int(bought["serial"][number]))
        needs = [float(w) for w in c.needs[i]]
        quality = [float(q) for q in o.quality[offer]]
        x = sum(w * q for w, q in zip(needs, quality, strict=True))
        if effect("noise_sd") > 0:
            x += effect("noise_sd") * streams.normal(state, 0)
        x += float(bought["service"][number])
        blame, met = 0.0, 0
        if o.defect_rate[offer] > 0:
            if o.defect_disclosed[offer] and not c.knows_defect[i, offer]:
                c.knows_defect[i, offer] = 3
            if uniform(state, 1) < float(o.defect_rate[offer]):
                met = 1
                warned = bool(c.knows_defect[i, offer])
                x -= float(o.defect_severity[offer]) * (
                    1 - effect("warned_relief") if warned else 1.0
                )
                if not warned:
                    blame = effect("concealment_loss")
                    c.knows_defect[i, offer] = 1
        d = x - float(c.expectation[i, offer]) - float(bought["foreseen"][number])
        s = x + effect("positive_gain") * max(d, 0) - effect("negative_gain") * max(-d, 0) - blame
        c.satisfaction[i, offer] = s = min(max(s, 0.0), 1.0)
        c.foreseen[i, offer] = bought["foreseen"][number]
        moved = float(c.expectation[i, offer]) + effect("expectation_rate") * d
        c.expectation[i, offer] = min(max(moved, 0.0), 1.0)
        lacking = -1
        shortfalls = [
            w * (1 - q) * (k == o.category[offer])
            for w, q, k in zip(needs, quality, world.attribute_category, strict=True)
        ]
        if x < float(bought["expected"][number]) and sum(shortfalls) > 0:
            target = uniform(state, 2) * sum(shortfalls)
            passed = np.cumsum(shortfalls)
            lacking = min(int(np.searchsorted(passed, target, side="right")), len(needs) - 1)
        felt.append((x, s, met, lacking))
    return felt


# Response --------------------------------------------------------------------------------------


def respond(world, mechanism):
    """Exit, voice, telling or silence of the disappointed; returns a response a purchase."""
    c, o, bought = world.customers, world.offers, world.purchases
    key = world.streams.key("response.luck", world.week)
    responses = []
    world.firms.n_complaints[:] = 0
    for number, offer in enumerate(bought["offer"]):
        i = int(bought["customer"][number])

        def weight(name, i=i):
            return own(world, mechanism, i, name)

        gap = float(bought["expected"][number]) - float(bought["experienced"][number])
        if offer < 0 or gap <= weight("tolerance"):
            responses.append(0)
            continue
        firm, loyalty = int(o.firm[offer]), float(c.loyalty[i, offer])
        luck = stream(key, c.label[i], int(o.label[offer]) * 256 + int(bought["serial"][number]))
        urge = weight("severity_weight") * gap
        rivals = [
            float(c.expectation[i, x]) for x in range(len(o.label))
            if x != offer and o.category[x] == o.category[offer] and c.aware[i, x]
            and o.launch_week[x] <= world.week and o.availability[x] > 0
            and c.avoid_until_week[i, x] < world.week
        ]
        options = {SILENCE: gumbel(luck, 0)}
        if not c.complaining[i, firm]:
            options[VOICE] = (
                weight("voice_base") + urge + float(c.voice_propensity[i]) + gumbel(luck, 1)
                + weight("voice_openness_weight") * world.levers[firm]["voice_openness"]
                + weight("voice_loyalty_weight") * loyalty
            )
        if rivals and c.avoid_until_week[i, offer] < world.week:
            better = max(rivals) - float(c.expectation[i, offer])
            options[EXIT] = (
                weight("exit_base") + urge + weight("exit_rival_weight") * better
                - weight("exit_loyalty_weight") * loyalty
                - world.segments[c.segment[i]].switching_cost + gumbel(luck, 2)
            )
        options[TELL] = weight("tell_base") + urge + gumbel(luck, 3)
        chosen = max(options, key=options.get)
        if chosen == VOICE:
            c.complaining[i, firm] = 1
            world.firms.n_complaints[firm] += 1
        elif chosen == EXIT:
            c.avoid_until_week[i, offer] = world.week + mechanism.parameters.exit_weeks
            c.loyalty[i, offer] = 0.0
        elif chosen == TELL:
            c.telling[i] = offer + 1
        responses.append(chosen)
    return responses


# Dialogue --------------------------------------------------------------------------------------


def close_complaints(world, mechanism):
    """First come, first served: answers within capacity, and what is given up after patience."""
    p, c, o, f = mechanism.parameters, world.customers, world.offers, world.firms
    bought = world.purchases
    key = world.streams.key("dialogue.routing", world.week)
    turn = world.streams.key("dialogue.turn", world.week)
    for firm, levers in enumerate(world.levers):
        queue = [tuple(int(v) for v in row) for row in world.queues[firm]]
        passed = world.streams.key("dialogue.escalation", world.week)

        def escalated(x, firm=firm, levers=levers, passed=passed):
            state = stream(passed, c.label[bought["customer"][x]])
            return int(uniform(state, int(f.label[firm])) < levers["escalation_share"])

        queue += [
            (int(bought["customer"][x]), int(bought["offer"][x]), int(bought["lacking"][x]),
             world.week, escalated(x))
            for x in sorted(
                np.flatnonzero(bought["response"] == VOICE),
                key=lambda x: int(stream(turn, c.label[bought["customer"][x]])),
            )
            if o.firm[bought["offer"][x]] == firm
        ]
        queue.sort(key=lambda row: -row[4])
        time = float(f.answer_begun[firm]) + levers["support_capacity"] * world.n / 1000
        capacity = math.floor(time + 1e-9)
        f.answer_begun[firm] = max(time - capacity, 0.0)
        answered, left = queue[:capacity], queue[capacity:]
        given_up = [row for row in left if world.week - row[3] >= p.patience]
        world.queues[firm] = [row for row in left if row not in given_up]
        routing = levers["complaint_routing"] * levers["customer_facing_share"]
        routed = np.zeros(f.routed_signal.shape[1])
        for i, offer, attribute, since, first in answered:
            share = p.fast_remedy if world.week - since <= p.fast_weeks else p.remedy
            satisfaction = float(c.satisfaction[i, offer])
            c.satisfaction[i, offer] = satisfaction + share * (1 - satisfaction)
            c.complaining[i, firm] = 0
            heard = uniform(stream(key, c.label[i]), int(f.label[firm])) < routing or first
            if attribute >= 0 and heard:
                routed[attribute] += 1000 / world.n
        for i, offer, _, _, _ in given_up:
            c.satisfaction[i, offer] = float(c.satisfaction[i, offer]) * (1 - p.neglect_loss)
            c.loyalty[i, offer] = float(c.loyalty[i, offer]) * (1 - p.neglect_loss)
            c.complaining[i, firm] = 0
        f.routed_signal[firm] += routed
        f.n_handled[firm], f.n_expired[firm] = len(answered), len(given_up)
        f.n_waiting[firm] = len(world.queues[firm])
        f.support_cents[firm] = round(len(answered) * p.support_cost * 100)
