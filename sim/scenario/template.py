"""The text of a new scenario: small, complete, and with a word on each part for who edits it."""

from __future__ import annotations

import re

from sim.scenario.faults import Fault, FaultyScenarioError
from sim.wording import IDENTIFIER, shown

SCHEMA = "schema.json"
SCHEMA_LINE = f"# yaml-language-server: $schema={SCHEMA}"

TEMPLATE = (
    SCHEMA_LINE
    + '''
# Two cafes, two kinds of guests. Change a number, then: counterpoise validate NAME.yaml
# What is left out takes its default; `counterpoise show` lists what there is.

id: NAME                         # the name of this file
title: Two cafes on one street
represents: Two neighboring cafes that most people in the district could walk to.
does_not_represent: Opening hours, seats, and the food.
sources:
  - invented, to begin with
question: Does better service win more guests than a lower price?

weeks: 104                       # one step is one week
currency: euro

# Who is in the market, and who knows whom.
customers:
  n: 5000
  # file: survey.csv             # traits of real respondents instead of drawn ones, a row each
  network:
    kind: watts_strogatz         # circles of friends, and a few ties across town
  segments:
    Regulars:
      share: 0.6                 # weights; they need not add up to 1
      needs: {coffee: 2, service: 3}
      price_sensitivity: 0.4     # utility lost per euro
      purchase_rate: 1.5         # visits a week
    Students:
      share: 0.4
      needs: {coffee: 2, service: 1}
      price_sensitivity: {median: 0.9, spread: 0.3}    # they differ among themselves
      purchase_rate: 0.8

# What they choose, and what it is judged by.
categories:
  cafe:
    attributes:
      coffee: {}
      service: {}

# Who sells. Price, advertising and everything under `levers` is a firm's own decision.
firms:
  Corner:
    offers:
      Corner cafe:
        category: cafe
        quality: {coffee: 0.6, service: 0.5}           # from 0 to 1
        price: 3.2
        unit_cost: 1.1
        initial_awareness: 0.5   # who knows it before week 1
    levers:
      voice_openness: 0.3        # how easy it is to complain
  Harbor:
    offers:
      Harbor cafe:
        category: cafe
        quality: {coffee: 0.6, service: 0.5}
        price: 3.2
        unit_cost: 1.1
        initial_awareness: 0.5

# How people behave: a family, and which of its variants. The rest is at its default.
mechanisms:
  word_of_mouth: cascade

# The alternatives, first the one to compare with. Each sets some of the above.
strategies:
  as_is:
    title: Leave everything as it is
  listen:
    title: Listen to guests
    set:
      firms.Corner.levers.voice_openness: 0.9
      firms.Corner.offers.Corner cafe.quality.service: 0.8

# What happens from outside, in a week or when something becomes true ("when: market_share.Corner <
# 0.2"). With "strategies: [listen]" it happens under these only: that is how a strategy has a date.
events:
  - name: Harbor lowers its price
    week: 53
    set:
      firms.Harbor.offers.Harbor cafe.price: 2.8

# What the runs should show. They may also refute it.
claims:
  - id: listening_pays
    text: In the second year, listening wins Corner at least a tenth more of the market.
    outcome: market_share
    firm: Corner
    weeks: [53, 104]
    strategy: listen
    by: ratio
    against: as_is
    at_least: 1.1

# What is not known exactly, with its plausible range; sweeps vary it.
uncertain:
  customers.segments.Regulars.price_sensitivity: {low: 0.2, high: 0.6}
'''
)


def template(name: str, text: str = TEMPLATE, what: str = "a scenario") -> str:
    """Text of a new file.

    Parameters
    ----------
    name
        Its id, and its file's name without the suffix.
    text, what
        The template, and what it begins.

    Raises
    ------
    FaultyScenarioError
        If the name cannot be an id.
    """
    check_id(name, what)
    return text.replace("NAME", name)


def check_id(name: str, what: str) -> None:
    """Refuse a name that cannot be an id of ``what``.

    Raises
    ------
    FaultyScenarioError
        If it is too long or has other characters than an id.
    """
    if len(name) > 60 or not re.fullmatch(IDENTIFIER.strip("^$"), name):
        message = (
            f"{shown(name)} cannot name {what}: use at most 60 lower-case letters, digits and "
            "'_', first a letter"
        )
        raise FaultyScenarioError([Fault((), message)], name)
