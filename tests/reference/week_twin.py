"""Weeks of mechanisms in plain Python, written from their equations and not from their code.

``look`` copies a market into plain lists. Functions named as a family change such a copy to what
the family's step should leave behind; those called ``chances_of_...`` say what luck should bring:
``(what happened, probability)`` for each customer, given copies before and after the step.
"""

from __future__ import annotations

import math
from types import SimpleNamespace

from sim.tables import Response

LEAVING = int(Response.EXIT)


def look(market):
    """All tables, purchases, communities and levers as lists of Python numbers."""
    tables = {
        name: SimpleNamespace(**{column: v.tolist() for column, v in table.state().items()})
        for name, table in market.tables._asdict().items()
    }
    bought = {name: v.tolist() for name, v in market.purchases.state().items()}
    return SimpleNamespace(
        **tables, bought=SimpleNamespace(**bought), week=market.week, n=market.n_customers,
        levers=[dict(firm.levers) for firm in market.firms], world=market.world,
        attribute_category=market.attribute_category.tolist(),
        offer_names=list(market.offer_names), categories=range(len(market.category_names)),
        own=[
            [o for o, f in enumerate(tables["offers"].firm) if f == firm]
            for firm in range(market.n_firms)
        ],
        communities=[
            SimpleNamespace(
                admits=c.admits.tolist(), content=c.content.tolist(), answers=c.answers.tolist(),
            ) for c in market.communities
        ],
    )


def purchases(week):
    """Row, customer, offer and firm of each purchase."""
    for row, o in enumerate(week.bought.offer):
        if o >= 0:
            yield row, week.bought.customer[row], o, week.offers.firm[o]


def supply(week, p, unit_cost):
    """Shops and suppliers order up to a target, in units; stock costs its keepers."""
    offers, week_slot = week.offers, lambda w: w % len(week.offers.orders[0])
    now = week_slot(week.week)
    holding = [0] * len(week.own)
    for o, lead in enumerate(offers.lead_time):
        if lead == 0 or offers.launch_week[o] > week.week:
            continue
        firm, safety = offers.firm[o], offers.safety_weeks[o]
        coming, brewing = offers.pipeline[o], offers.depot_pipeline[o]
        begins = offers.supplied_since_week[o] == 0
        if begins:
            settings = list(week.world.firms.values())[firm].offers[week.offer_names[o]].supply
            steady = settings.initial_demand * week.n / 1000
            offers.supplied_since_week[o] = week.week
            offers.demand_forecast[o] = offers.depot_forecast[o] = steady
            offers.stock[o] = offers.depot_stock[o] = steady * safety
            offers.orders[o] = [steady] * len(offers.orders[o])
            for later in range(lead):
                coming[week_slot(week.week + later)] = steady
            for later in range(p.production_weeks):
                brewing[week_slot(week.week + later)] = steady
        sold, forecast = week.bought.offer.count(o), offers.demand_forecast[o]
        demand = forecast if begins else sold + (1 - offers.availability[o]) * forecast
        stock = offers.stock[o] - sold + coming[now]
        owed, ready = max(-offers.depot_stock[o], 0), max(offers.depot_stock[o], 0) + brewing[now]
        coming[now] = brewing[now] = 0.0
        forecast += p.forecast_smoothing * (demand - forecast)
        order = max(max(forecast * (lead + 1 + safety), 1) - (stock + sum(coming) + owed), 0)
        sent = min(owed + order, ready)
        coming[week_slot(week.week + lead)] += sent
        depot = ready - sent if ready > sent else sent - owed - order
        offers.orders[o][now] = order
        shown = week.levers[firm]["shares_sales_data"]
        heard = offers.orders[o][week_slot(week.week - p.information_delay)]
        seen, planned = shown * demand + (1 - shown) * heard, offers.depot_forecast[o]
        planned += p.forecast_smoothing * (seen - planned)
        target = planned * (p.production_weeks + safety)
        brewing[week_slot(week.week + p.production_weeks)] += max(
            target - depot - sum(brewing), 0
        )
        offers.stock[o], offers.demand_forecast[o] = stock, forecast
        offers.depot_stock[o], offers.depot_forecast[o] = depot, planned
        offers.availability[o] = min(max(stock, 0) / forecast, 1) if forecast else float(stock > 0)
        supplier = firm if offers.supplier[o] < 0 else offers.supplier[o]
        holding[firm] += round(p.holding_rate * unit_cost[o] * max(stock, 0))
        holding[supplier] += round(p.holding_rate * unit_cost[o] * max(depot, 0))
    week.firms.holding_cents = holding


def tailored(week, p, i, o):
    """Whether she specifies the offer, her effort, and the experience lost to what does not fit."""
    c, offers = week.customers, week.offers
    way = abs(c.taste[i][offers.category[o]] - offers.position[o])
    mismatch = 2 * min(way, 1 - way)
    learned = offers.personalization[o] * c.known[i][offers.firm[o]]
    specified = offers.customization[o] * (1 - p.confusion * (1 - c.expertise[i]))
    effort = c.effort_cost[i] * offers.customization[o]
    herself = p.fit_worth * p.mismatch_weight * mismatch * (specified - learned) > effort
    fit = specified if herself else learned
    return herself, effort, learned, p.mismatch_weight * mismatch * (1 - fit)


def tailoring(week, p):
    """What making to measure costs, each unit's to a thousandth of a cent."""
    spent = [0] * len(week.own)
    for _, i, o, f in purchases(week):
        herself, _, learned, _ = tailored(week, p, i, o)
        share = p.personalization_cost * learned
        if herself:
            share = p.customization_cost * week.offers.customization[o]
        spent[f] += round(1000 * week.offers.unit_cost_cents[o] * share)
    week.firms.tailoring_cents = [round(mills / 1000) for mills in spent]


def disclosure(week, p):
    """Who discloses lets the firm learn; who leaves takes along what it knew."""
    c, offers = week.customers, week.offers
    paid = [0] * len(week.own)
    for row, i, o, f in purchases(week):
        if week.bought.response[row] == LEAVING:
            c.known[i][f] = 0.0
            continue
        ask, payment = offers.data_ask[o], week.levers[f]["data_payment"]
        net = p.benefit_weight * offers.personalization[o] + c.price_sensitivity[i] * payment
        net -= c.privacy_concern[i] * ask * (1 - c.trust[i][f])
        if ask > 0 and (offers.data_required[o] or net > 0):
            c.known[i][f] += p.learning_rate * ask * (1 - c.known[i][f])
            paid[f] += round(payment * 100)
    week.firms.disclosure_cents = paid


def trust(week, p, answered):
    """Trust follows purchases and sharing, then answers and silence; who was answered is given."""
    felt = week.customers.trust
    for row, i, _, f in purchases(week):
        gap = week.bought.satisfaction[row] - felt[i][f]
        felt[i][f] += (p.gain_rate if gap > 0 else p.loss_rate) * gap
        felt[i][f] += p.sharing_gain * week.levers[f]["information_sharing"] * (1 - felt[i][f])
    for i, of_firms in enumerate(week.customers.complaining):
        for f, waits in enumerate(of_firms):
            if waits:
                felt[i][f] *= 1 - p.silence_loss
            elif (i, f) in answered:
                felt[i][f] += p.answer_gain * (1 - felt[i][f])


def step_of_money(cents):
    """Which of 16 even steps of which doubling a sum lies in."""
    doubling = max(cents, 1).bit_length() - 1
    return doubling, (max(cents, 1) - 2**doubling) * 16 // 2**doubling


def rewards(week, p):
    """Tiers by recency, frequency and money at a review, perks every week."""
    c, firms = week.customers, week.firms
    for row, i, _, f in purchases(week):
        c.spent_cents[i][f] += week.bought.price_cents[row]
    for f, own in enumerate(week.own):
        budget, focus = (week.levers[f][name] for name in ("reward_budget", "reward_focus"))
        budget *= week.n / 1000
        if week.week % p.interval == 0:
            records = {
                i: (
                    max(c.last_purchase_week[i][o] for o in own),
                    sum(c.purchase_count[i][o] for o in own), step_of_money(c.spent_cents[i][f]),
                ) for i in range(week.n) if budget and any(c.purchase_count[i][o] for o in own)
            }
            firms.n_tier[f] = [0, 0, 0, 0]
            for i in range(week.n):
                c.tier[i][f] = 0
                if i not in records:
                    continue
                score = 0
                for which, record in enumerate(records[i]):
                    all_of_them = [other[which] for other in records.values()]
                    below = sum(other < record for other in all_of_them)
                    score += 1 + 5 * (2 * below + all_of_them.count(record)) // (2 * len(records))
                c.tier[i][f] = 1 + (score >= p.good_score) + (score >= p.best_score)
                firms.n_tier[f][c.tier[i][f]] += 1
        weights = [0, (1 - focus) ** 2, 1 - focus, 1]
        claims = sum(n * w for n, w in zip(firms.n_tier[f], weights, strict=True))
        firms.perk[f] = [budget * w / claims if claims else 0 for w in weights]
        firms.rewards_cents[f] = math.floor(budget * 100 + 1e-6) if claims else 0


# What luck should bring -----------------------------------------------------------------------


def chances_of_solving(week, after, p):
    """Complaints that peers solve."""
    c = week.customers
    experts = [
        sum(c.expertise[i] for i in range(week.n) if c.member[i][k]) / week.n
        for k in range(len(week.communities))
    ]
    for row, i, o, _ in purchases(week):
        if week.bought.response[row] != Response.VOICE:
            continue
        rate = 0.0
        for k, community in enumerate(week.communities):
            if c.member[i][k] and community.admits[o]:
                stock = community.answers[o]
                rate += p.expert_rate * experts[k]
                rate += p.knowledge_rate * stock / (stock + p.knowledge_half)
        yield after.bought.response[row] == Response.PEER, 1 - math.exp(-rate)


def chances_of_contributing(week, after, p):
    """Customers who work on a product or test one."""
    c, offers = week.customers, week.offers
    for i in range(week.n):
        liking = {
            o: c.satisfaction[i][o] for o in c.last_offer[i]
            if o >= 0 and week.week - c.last_purchase_week[i][o] <= p.use_weeks
        }
        liking |= {
            o: c.expectation[i][o] for o, launch in enumerate(offers.launch_week)
            if launch > week.week and c.aware[i][o]
        }
        rates = {
            o: week.levers[offers.firm[o]]["openness_to_contributions"] * p.contribution_rate
            * c.expertise[i] * (1 - (1 - likes) * (1 - c.trust[i][offers.firm[o]]))
            for o, likes in liking.items()
        }
        rate = sum(rates.values())
        # Who draws an offer in which she lacks nothing contributes nothing.
        useful = sum(r for o, r in rates.items() if lacks_something(week, i, o))
        done = sum(after.customers.n_contributions[i]) - sum(c.n_contributions[i])
        assert done in (0, 1)
        yield done, (1 - math.exp(-rate)) * useful / rate if rate else 0.0


def lacks_something(week, i, o):
    """Whether an attribute that she needs falls short, in the version that she tries."""
    offers = week.offers
    tests = offers.launch_week[o] > week.week
    version = (offers.development_quality if tests else offers.quality)[o]
    return any(
        need * (1 - quality) > 0
        for need, quality, k in zip(
            week.customers.needs[i], version, week.attribute_category, strict=True
        ) if k == offers.category[o]
    )


def chances_of_inspecting(week, after, p):
    """Offers whose expectation moves, and by how much, or ``None`` where it cannot move."""
    c, offers = week.customers, week.offers
    for i in range(week.n):
        for k in week.categories:
            shelf = [
                o for o, launch in enumerate(offers.launch_week)
                if offers.category[o] == k and launch <= week.week
            ]
            told, found = {}, {}
            for o in shelf:
                told[o] = max((
                    page.content[o] / (page.content[o] + p.content_half)
                    for page, member in zip(week.communities, c.member[i], strict=True) if member
                ), default=0)
                shared = week.levers[offers.firm[o]]["information_sharing"]
                hidden = (1 - p.public_information) * (1 - shared) * (1 - told[o])
                found[o] = 1 - hidden
            search = 1 - math.exp(-c.information_seeking[i] * sum(found.values()) / len(shelf))
            for o in shelf:
                warned = 1 if offers.defect_disclosed[o] else told[o]
                truth = sum(w * q for w, q in zip(c.needs[i], offers.quality[o], strict=True))
                truth -= warned * offers.defect_rate[o] * offers.defect_severity[o]
                move = p.accuracy * found[o] * (max(truth, 0) - c.expectation[i][o])
                moved = after.customers.expectation[i][o] - c.expectation[i][o]
                if abs(move) > 1e-4:
                    assert moved == 0 or abs(moved - move) < 1e-5, (i, o, moved, move)
                    yield moved != 0, search * min(p.n_inspected / len(shelf), 1)


def chances_of_being_a_fan(week, after, p):
    """Buyers who are fans after the purchases of a week, one after the other."""
    c, chances = week.customers, {}
    for row, i, o, f in purchases(week):
        spent = week.levers[f]["club_investment"]
        pleasure = max(week.bought.satisfaction[row] - p.joining_satisfaction, 0)
        rate = p.join_rate * spent / (p.half_saturation + spent) * c.loyalty[i][o]
        join = 1 - math.exp(-rate * pleasure / (1 - p.joining_satisfaction))
        turns = week.bought.satisfaction[row] < p.turning_point
        fan = chances.get((i, f), c.fan[i][f])
        chances[i, f] = (0 if turns else fan) + (1 - fan) * join
    for (i, f), chance in chances.items():
        yield after.customers.fan[i][f], chance


def chances_of_hearing(week, after, p):
    """Offers of which a customer first hears by a recommendation, of any firm."""
    c, offers = week.customers, week.offers
    settings = week.world.firms
    for i in range(week.n):
        silence = {}
        for f, (own, firm) in enumerate(zip(week.own, settings.values(), strict=True)):
            had = {
                offers.category[o] for o in own
                if c.purchase_count[i][o] or c.last_offer[i][offers.category[o]] == o
            }
            acquainted = c.known[i][f] + (1 - c.known[i][f]) * p.account_knowledge * bool(had)
            speaks = 1 - math.exp(-week.levers[f]["recommendation_rate"] * acquainted)
            new = [
                o for o, seller in enumerate(offers.firm)
                if (seller == f or list(settings)[seller] in firm.partners)
                and not c.aware[i][o] and offers.launch_week[o] <= week.week
                and offers.category[o] not in had
            ]
            for o in new:
                silence[o] = silence.get(o, 1) * (1 - speaks / len(new))
        # Where firms recommend the same few offers, the later one takes what is left: only where
        # there is a single offer that she does not know is it this simple.
        unknown = [o for o, known in enumerate(c.aware[i]) if not known]
        for o in unknown if len(unknown) == 1 else []:
            yield after.customers.aware[i][o], 1 - silence.get(o, 1)
