"""Experience management: what each instrument can see, what it costs, and what is believed."""

from __future__ import annotations

import math

import numpy as np
import pytest
import worlds

from sim.biography import tell
from sim.market import FEWEST_CUSTOMERS_FOR_THREADS
from sim.mechanisms.sensing import instruments
from sim.mechanisms.sensing.experience_management import SATISFIED
from sim.observers import census
from sim.observers.perception import own_margin
from sim.scenario import Scenario
from sim.streams import BLOCK, address, uniform

NEEDS = {"worth": 5, "ease": 2, "speed": 3}
TRUE = np.array([0.5, 0.2, 0.3])


def clinic(levers=None, n=4000, weeks=26, *, buying=True, quality=None, parameters=None, **own):
    """One firm that believes in worth alone; speed is a latent need; some never buy."""
    world = worlds.plain(n, weeks, needs_concentration=20, outside_utility=0.0, **own)
    world["categories"]["thing"]["attributes"] = {
        "worth": {}, "ease": {}, "speed": {"latent": True},
    }
    world["customers"]["segments"]["all"]["needs"] = NEEDS
    firm = world["firms"]["Fone"]
    firm["offers"]["one"]["quality"] = quality or {"worth": 0.6, "ease": 0.3}
    firm.update(beliefs={"worth": 1}, levers=levers or {})
    if buying:
        world = worlds.with_mechanism(world, "choice", "multinomial_logit")
        world = worlds.with_mechanism(world, "experience", "expectancy_disconfirmation")
    return worlds.with_mechanism(
        world, "sensing", "experience_management", **(parameters or {})
    )


def believed(*args, **kwargs):
    return worlds.lived(clinic(*args, **kwargs)).tables.firms.believed_needs[0]


def distance(weights):
    return float(np.abs(weights - TRUE).sum()) / 2


# What instruments can see ----------------------------------------------------------------------


def test_a_firm_that_looks_only_at_its_sales_finds_its_own_strengths_confirmed():
    found = believed()
    assert found[2] == 0.0
    assert found[0] > 0.65  # its product is two thirds worth
    assert distance(found) > 0.25


def test_surveys_learn_of_what_is_offered_and_never_of_a_latent_need():
    found = believed({"survey_share": 0.5})
    assert found[2] == 0.0
    assert found[1] > believed()[1] + 0.02
    assert believed({"survey_share": 0.5}, quality={"worth": 0.6, "speed": 0.6})[2] == 0.0


def test_surveys_do_not_ask_for_what_no_offer_has():
    found = believed({"survey_share": 0.5}, quality={"worth": 0.6})
    assert found.tolist() == [1.0, 0.0, 0.0]


def test_a_panel_comes_upon_a_latent_need_only_by_luck():
    panel = {"panel_size": 100}
    never = believed(panel, parameters={"panel_latent_prob": 0.0})
    always = believed(panel, parameters={"panel_latent_prob": 1.0})
    assert never[2] == 0.0 < never[1]
    assert always[2] > 0.15


def test_a_panel_comes_upon_it_in_the_stated_share_of_waves():
    """False alarm below 1e-5: 4.5 standard deviations of a binomial count."""
    made = worlds.market(clinic({"panel_size": 5}, n=100, weeks=1500, parameters={
        "panel_interval": 1, "panel_latent_prob": 0.2,
    }, buying=False), observe=False)
    waves = 0
    for _ in range(1500):
        made.step()
        waves += int(made.mechanisms["sensing"]._rounds[0].asked[2])
    assert abs(waves - 300) < 4.5 * math.sqrt(1500 * 0.2 * 0.8)


@pytest.mark.parametrize("levers", [{"study_size": 200}, {"observation_share": 20}])
def test_studies_and_observation_find_a_latent_need_before_there_is_a_product(levers):
    world = worlds.changed(clinic(levers, weeks=13), firms__Fone__offers__one__launch_week=500)
    made = worlds.lived(world)
    assert not made.tables.customers.purchase_count.any()
    assert made.tables.firms.believed_needs[0, 2] > 0.2
    blind = worlds.changed(
        clinic({"survey_share": 1.0}, weeks=13), firms__Fone__offers__one__launch_week=500
    )
    assert worlds.lived(blind).tables.firms.believed_needs[0].tolist() == [1.0, 0.0, 0.0]


def test_enough_observation_finds_the_true_needs():
    found = believed({"observation_share": 200}, weeks=104, parameters={"own_error": 1.0})
    assert distance(found) < 0.02


def test_polite_answers_hide_needs_behind_praise():
    kind, frank = (
        believed({"survey_share": 1.0}, parameters={"politeness": p, "own_error": 1.0})
        for p in (0.9, 0.0)
    )
    # Of what is asked, worth is two thirds of the product but five sevenths of the needs.
    assert kind[0] < frank[0] - 0.02


def test_what_was_found_once_is_not_lost_where_others_do_not_ask():
    found = believed({"study_size": 300, "survey_share": 0.5, "panel_size": 50},
                     parameters={"panel_latent_prob": 0.0}, weeks=104)
    assert found[2] > 0.2


def test_each_category_is_learned_on_its_own():
    world = worlds.busy(2000)
    world["firms"]["Ana"].update(beliefs={"taste": 1, "speed": 3})
    made = worlds.lived(
        worlds.with_mechanism(
            worlds.changed(world, firms__Bo__levers__observation_share=900.0),
            "sensing", "experience_management",
        )
    )
    believed_by_ana, believed_by_bo = made.tables.firms.believed_needs[:2]
    assert believed_by_ana.sum() == pytest.approx(1.0, abs=1e-6)
    assert believed_by_ana[2:].sum() == pytest.approx(0.75, abs=1e-6)
    assert not believed_by_bo[2:].any()  # Bo sells drinks, and asks of nothing else


# Satisfaction ----------------------------------------------------------------------------------


def test_polite_buyers_say_that_they_are_satisfied():
    def sure(**parameters):
        made = worlds.lived(clinic({"survey_share": 1.0}, parameters={
            "records_error": 10.0, "survey_error": 1e-3, **parameters,
        }))
        return float(made.tables.firms.believed_satisfaction[0])

    assert sure(politeness=0.0) < sure(politeness=0.3) < sure(politeness=1.0)
    assert sure(politeness=1.0) == pytest.approx(1.0, abs=0.01)


def test_records_know_survivors_and_panels_hear_those_who_left():
    # Half of all who own the product are not satisfied and buy no more.
    def belief(levers):
        made = worlds.market(clinic(levers, weeks=13, n=2000, parameters={
            "records_error": 0.3, "panel_error": 0.01,
        }))
        made.tables.customers.purchase_count[:] = 2
        made.tables.customers.last_purchase_week[:] = 1
        made.tables.customers.satisfaction[:] = 0.9
        made.tables.customers.satisfaction[:1500] = 0.1
        made.tables.customers.avoid_until_week[:1500] = 500
        made.run_model()
        customers = made.tables.customers
        truth = float((customers.satisfaction[:, 0] >= SATISFIED).mean())
        return float(made.tables.firms.believed_satisfaction[0]), truth

    records, truth = belief({})
    panel, _ = belief({"panel_size": 500})
    assert records > 0.95 > truth + 0.5
    assert panel < truth + 0.15


def test_satisfied_means_the_same_to_firms_and_observers():
    assert SATISFIED == census.SATISFIED


# What is made of it ----------------------------------------------------------------------------


def test_silos_thin_what_is_sensed():
    levers = {"observation_share": 100}
    open_, half, shut = (
        distance(believed({**levers, "customer_facing_share": share}, weeks=8))
        for share in (1.0, 0.2, 0.0)
    )
    assert open_ < half < shut
    assert believed({**levers, "customer_facing_share": 0.0}).tolist() == [1.0, 0.0, 0.0]


def test_a_stubborn_firm_learns_little():
    levers = {"observation_share": 100}
    assert distance(believed(levers, parameters={"own_error": 1e-3})) > 0.4
    assert distance(believed(levers, parameters={"own_error": 0.1})) < 0.25


def test_the_revision_is_the_mean_by_precision():
    """One study of everybody without noise: belief and answer weigh as their precisions."""
    world = clinic({"study_size": 1000}, weeks=1, buying=False, parameters={
        "answer_noise": 0.0, "own_error": 0.1, "study_error": 0.05, "memory": 0.5,
    })
    made = worlds.lived(world)
    needs = made.tables.customers.needs.mean(axis=0, dtype=np.float64)
    expected = (100 * np.array([1.0, 0, 0]) + 400 * needs) / 500
    assert made.tables.firms.believed_needs[0] == pytest.approx(expected, abs=1e-6)
    assert made.tables.firms.need_evidence[0] == pytest.approx([200] * 3)


def test_a_quarter_of_weekly_answers_says_as_much_as_one_panel():
    parameters = {
        "answer_noise": 0.0, "panel_error": 0.1, "observation_error": 0.1, "memory": 1.0,
        "panel_latent_prob": 1.0,
    }
    panel, weekly = (
        worlds.lived(clinic({lever: 500}, weeks=13, buying=False, parameters=parameters))
        for lever in ("panel_size", "observation_share")
    )
    assert panel.tables.firms.need_evidence[0] == pytest.approx([100] * 3)
    assert weekly.tables.firms.need_evidence[0] == pytest.approx([100] * 3)


def test_records_show_the_visible_profile_of_what_was_bought_again():
    made = worlds.lived(clinic(quality={"worth": 0.6, "ease": 0.2, "speed": 0.8}, weeks=1))
    (records,) = made.mechanisms["sensing"]._records(made, np.array([[50, 40]]))
    assert records.answers == pytest.approx([30, 10, 0])
    assert records.counts.tolist() == [40, 40, 0]
    assert (records.n_rating, records.n_satisfied) == (50, 40)


# What it costs ---------------------------------------------------------------------------------


def test_records_are_free_and_instruments_cost_what_they_ask():
    assert worlds.lived(clinic()).tables.firms.sensing_cents[0] == 0
    for lever, parameter, weeks in (
        ("panel_size", "panel_cost", 13), ("study_size", "study_cost", 1),
        ("observation_share", "observation_cost", 1),
    ):
        made = worlds.lived(
            clinic({lever: 250}, weeks=weeks, buying=False, parameters={parameter: 2.25})
        )
        asked = made.tables.firms.sensing_cents[0] / 225
        assert asked == round(asked), lever
        # False alarm below 1e-5 each: 4.5 standard deviations of a binomial count.
        assert abs(asked - 1000) < 4.5 * math.sqrt(4000 * 0.25 * 0.75), lever


def test_a_survey_follows_the_stated_share_of_sales():
    """False alarm below 1e-5: 4.5 standard deviations of a binomial count."""
    made = worlds.lived(clinic({"survey_share": 0.3}, weeks=1, parameters={"survey_cost": 1.0}))
    sold = int((made.purchases.offer >= 0).sum())
    asked = made.tables.firms.sensing_cents[0] / 100
    assert abs(asked - 0.3 * sold) < 4.5 * math.sqrt(sold * 0.21)
    assert worlds.lived(
        clinic({"survey_share": 1.0}, weeks=1, parameters={"survey_cost": 1.0})
    ).tables.firms.sensing_cents[0] == 100 * sold


def test_a_study_is_made_once_each_time_that_its_lever_is_turned_on():
    path = "firms.Fone.levers.study_size"
    world = worlds.changed(clinic(weeks=9, buying=False), events=[
        {"name": f"{size} from week {week}", "week": week, "set": {path: size}}
        for week, size in ((2, 50), (3, 90), (5, 0), (7, 50))
    ])
    made, studied = worlds.market(world), []
    for week in range(1, 10):
        if week == 4:
            made = type(made).resume(made.checkpoint())
        made.step()
        if made.tables.firms.sensing_cents[0]:
            studied.append(week)
    assert studied == [2, 7]


# Beliefs and what customers live ---------------------------------------------------------------


def rivals(beliefs):
    """Two firms, each strong where the other is weak, and one strong in nothing."""
    world = worlds.plain(500, 1, offers={"a": {}, "b": {}, "c": {}})
    world["categories"]["thing"]["attributes"] = {"worth": {}, "ease": {}}
    for name, quality in (("a", (0.8, 0.2)), ("b", (0.3, 0.7)), ("c", (0.4, 0.4))):
        firm = world["firms"][f"F{name}"]
        firm["offers"][name]["quality"] = {"worth": quality[0], "ease": quality[1]}
        firm["beliefs"] = beliefs.get(name, {})
    return worlds.lived(world)


def test_who_judges_by_its_own_strengths_believes_itself_superior():
    made = rivals({})
    # By a's weights .8 and .2: a .68, b .38, c .4; by b's .3 and .7: a .38, b .58, c .4;
    # c takes both attributes for equal: a .5, b .5, c .4.
    assert own_margin(made) == pytest.approx([0.68 - 0.4, 0.58 - 0.4, 0.4 - 0.5])
    assert [made.outcome("believes_superior", f) for f in ("Fa", "Fb", "Fc")] == [1, 1, 0]
    assert made.outcome("superior_firms") == pytest.approx(2 / 3)


def test_who_agree_on_what_matters_agree_on_who_is_superior():
    made = rivals({name: {"worth": 1} for name in "abc"})
    assert own_margin(made) == pytest.approx([0.8 - 0.4, 0.3 - 0.8, 0.4 - 0.8])
    assert made.outcome("superior_firms") == pytest.approx(1 / 3)


def test_customers_agree_from_a_high_satisfaction_on():
    made = worlds.market(clinic(weeks=1))
    made.tables.customers.purchase_count[:1000] = 1
    made.tables.customers.last_purchase_week[:1000] = 1
    made.tables.customers.satisfaction[:1000, 0] = np.linspace(0.3, 0.8, 1000)
    made.tables.customers.satisfaction[900:1000, 0] = census.DELIGHTED
    made.tables.customers.purchase_rate[:] = 0.0
    made.step()
    assert made.outcome("delighted_share", "Fone") == pytest.approx(0.1)
    assert made.outcome("superior_by_customers") == pytest.approx(0.1)
    assert made.outcome("superior_firms_by_customers") == 0.0
    assert np.isnan(made.outcome("superior_firms"))  # no rival to compare with
    assert np.isnan(made.outcome("delivery_gap"))


def test_firms_that_sense_agree_on_who_is_best_and_fewer_believe_that_they_are():
    def world(levers):
        generator = np.random.default_rng(5)
        written = worlds.plain(
            3000, 52, offers={f"o{f}": {} for f in range(4)}, needs_concentration=20,
        )
        names = [f"a{j}" for j in range(6)]
        written["categories"]["thing"]["attributes"] = {name: {} for name in names}
        written["customers"]["segments"]["all"]["needs"] = dict(
            zip(names, generator.dirichlet(np.full(6, 2.0)).tolist(), strict=True)
        )
        for firm in written["firms"].values():
            for offer in firm["offers"].values():
                quality = generator.uniform(0.2, 0.9, 6).tolist()
                offer["quality"] = dict(zip(names, quality, strict=True))
            firm["levers"] = levers
        for family, name in (
            ("choice", "multinomial_logit"), ("experience", "expectancy_disconfirmation"),
        ):
            written = worlds.with_mechanism(written, family, name)
        return worlds.with_mechanism(
            written, "sensing", "experience_management", own_error=0.3
        )

    blind = worlds.lived(world({}))
    seeing = worlds.lived(world({"observation_share": 100}))
    assert blind.outcome("superior_firms") >= 0.5
    assert seeing.outcome("superior_firms") == 0.25


# The kernels, threads, order -------------------------------------------------------------------


def busy_sensing(n=300, **levers):
    world = worlds.busy(n)
    world["firms"]["Ana"]["levers"].update(panel_size=300, **levers)
    world["firms"]["Cy"]["levers"].update(survey_share=0.7)
    return worlds.with_mechanism(world, "sensing", "experience_management", panel_interval=3)


def survey_twin(market, plan):
    """What surveys of the week hear, purchase by purchase."""
    customers, offers, bought = market.tables.customers, market.tables.offers, market.purchases
    key = market.streams.key("sensing.survey", market.week)
    heard = np.zeros((market.n_firms, 2 * market.n_attributes + 3))
    repeated = np.zeros((market.n_offers, 2), dtype=int)
    politeness = market.mechanisms["sensing"].parameters.politeness
    for p in np.flatnonzero(bought.offer >= 0):
        i, o = int(bought.customer[p]), int(bought.offer[p])
        f = int(offers.firm[o])
        n_bought = customers.purchase_count[i, offers.firm == f].astype(int).sum()
        repeated[o] += [1, n_bought >= 2]
        number = int(offers.label[o]) * 256 + int(bought.serial[p])
        own = np.uint64(address(np.uint64(address(key, int(customers.label[i]))), number))
        if f not in plan or uniform(own, 0) >= plan[f].chance:
            continue
        felt = float(bought.satisfaction[p])
        said = [felt + politeness * (1 - felt) >= SATISFIED, True]
        heard[f, -2] += said[0]
        heard[f, [-3, -1]] += 1
        asked = plan[f].asked & (market.attribute_category == offers.category[o])
        needs = np.where(asked, customers.needs[i].astype(float), 0.0)
        praise = np.where(asked, offers.quality[o].astype(float), 0.0)
        if needs.sum() > 0:
            stated = (1 - politeness) * needs / needs.sum() + politeness * praise / praise.sum()
            heard[f, : market.n_attributes] += stated
            heard[f, market.n_attributes : 2 * market.n_attributes] += asked
    return heard, repeated


def visit_twin(market, made):
    """What one panel, study or observation hears, customer by customer."""
    customers, offers, firms = market.tables
    label = int(firms.label[made.firm])
    turn_key = market.streams.key("sensing.turn", market.week)
    offset = uniform(np.uint64(address(turn_key, label)), made.instrument)
    key = market.streams.key("sensing.visit", market.week)
    n = market.n_attributes
    heard = np.zeros(2 * n + 3)
    for i in range(customers.n):
        bits = int(address(key, int(customers.label[i])))
        unit = ((bits >> 12) + 0.5) * 2.0**-52
        if (unit - offset) % 1.0 >= made.chance:
            continue
        heard[-1] += 1
        for k in range(len(market.category_names)):
            asked = made.asked & (market.attribute_category == k)
            needs = np.where(asked, customers.needs[i].astype(float), 0.0)
            if needs.sum() > 0:
                heard[:n] += needs / needs.sum()
                heard[n : 2 * n] += asked
        mine = [o for o in np.flatnonzero(offers.firm == made.firm)
                if customers.purchase_count[i, o] > 0]
        if mine:
            last = max(
                mine, key=lambda o: (customers.last_purchase_week[i, o], offers.label[o])
            )
            heard[-3] += 1
            heard[-2] += customers.satisfaction[i, last] >= SATISFIED
    return heard


def test_the_kernels_say_what_their_twins_say():
    made, seen = worlds.market(busy_sensing(), observe=False), {}

    def beside(market, stage, after):
        if stage != "sensing" or not after:
            return
        rounds = market.mechanisms["sensing"]._rounds
        surveys = {r.firm: r for r in rounds if r.instrument == 1}
        heard, repeated = survey_twin(market, surveys)
        sales = np.zeros((market.n_blocks, market.n_offers, 2), dtype=np.int64)
        customers, offers, bought = market.tables.customers, market.tables.offers, market.purchases
        instruments.follow_up(
            0, market.n_customers, np.uint64(1), bought.starts, bought.customer, bought.offer,
            bought.serial, bought.satisfaction, customers.label, customers.purchase_count,
            customers.needs, offers.label, offers.firm, offers.category, offers.quality,
            market.attribute_category, np.zeros(3), np.zeros((3, 4), dtype=bool), 0.0, 0.6,
            sales, np.zeros((market.n_blocks, 3, 11)),
        )
        assert np.array_equal(sales.sum(axis=0), repeated)
        for r in rounds:
            expected = heard[r.firm] if r.instrument == 1 else visit_twin(market, r)
            got = [*r.answers, *r.counts, r.n_rating, r.n_satisfied, r.n_asked]
            assert got == pytest.approx(expected, rel=1e-5), r
            seen[r.instrument] = seen.get(r.instrument, 0) + r.n_asked

    made.listeners.append(beside)
    for _ in range(6):
        made.step()
    assert set(seen) == {1, 2, 3, 4}
    assert min(seen.values()) > 10


def test_what_nothing_lets_through_is_none_but_for_what_it_costs():
    world = busy_sensing()
    for firm in world["firms"].values():
        firm["levers"]["customer_facing_share"] = 0.0
    shut, off = worlds.lived(world), worlds.lived(worlds.with_mechanism(world, "sensing", "none"))
    assert worlds.differing(shut, off) == {
        "firms.sensing_cents", "firms.studying", "firms.profit_cents", "firms.cash_cents",
    }


def test_threads_change_nothing():
    n = 45_000
    assert n > max(5 * BLOCK, FEWEST_CUSTOMERS_FOR_THREADS)
    one, three = (
        worlds.lived(busy_sensing(n), weeks=3, threads=threads) for threads in (1, 3)
    )
    assert worlds.differing(one, three) == set()


def test_the_order_of_firms_and_offers_changes_nothing():
    world = busy_sensing()
    turned = {name: world["firms"][name] for name in reversed(world["firms"])}
    turned["Ana"] = {**turned["Ana"], "offers": dict(reversed(turned["Ana"]["offers"].items()))}
    one, other = worlds.lived(world), worlds.lived({**world, "firms": turned})
    place = [other.firm_names.index(name) for name in one.firm_names]
    for column in ("believed_needs", "believed_satisfaction", "need_evidence", "sensing_cents"):
        first, second = (getattr(made.tables.firms, column) for made in (one, other))
        assert first.tobytes() == second[place].tobytes(), column


def test_a_biography_tells_who_asked_her():
    scenario = Scenario.from_dict(busy_sensing(60))
    told = " ".join(
        sentence for i in range(30)
        for sentence in tell(scenario, strategy=None, seed=1, customer=i).sentences()
    )
    for words in (
        "answered a survey of Ana", "was interviewed in a panel of Ana",
        "took part in a study of Ana", "was watched in daily life by Bo",
    ):
        assert words in told
