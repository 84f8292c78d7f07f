"""The text of a new experiment: small, complete, and with a word on each part for who edits it."""

from __future__ import annotations

SCHEMA = "experiment_schema.json"
"""The schema's file beside a new experiment; that of scenarios is called ``schema.json``."""

TEMPLATE = (
    f"# yaml-language-server: $schema={SCHEMA}"
    + '''
# Two strategies in 24 worlds. Change a line, then: counterpoise validate NAME.yaml
# See what it varies: counterpoise show NAME.yaml; live it: counterpoise sweep NAME.yaml

id: NAME                         # the name of this file
title: Does listening pay in worlds that may all be the true one?
question: How much more does Nova earn if it listens, and what does that depend on most?

# The market: the id of a shipped scenario (`counterpoise list`), or a file beside this one, such as
# my_market.yaml. Paths, strategies, firms and outcomes below are those of this scenario.
scenario: first_lesson

# What holds in every run; everything else is as the scenario has it.
weeks: 52
set:
  customers.n: 500               # small markets are quick; take more for what you publish

# Strategies to compare, first the baseline; left out, all of the scenario.
strategies: [shout, listen]

# What varies: a path, and a range, or levels. With nothing behind its path a factor has the range
# that the scenario itself calls uncertain.
factors:
  mechanisms.word_of_mouth.contact_prob:
  mechanisms.word_of_mouth.negativity:
  firms.Nova.offers.nova_box.price: {low: 4, high: 9}
  mechanisms.development.productivity: {low: 0.00015, high: 0.0006, scale: log}
  customers.network.neighbors: {levels: [4, 6, 10]}

# Which combinations are lived. latin_hypercube and sobol fill the space, grid crosses all levels,
# saltelli and morris serve `counterpoise sensitivity`, list reads rows from a CSV file.
design: {kind: latin_hypercube, n: 24, seed: 1}
replications: 2                  # markets a combination and strategy
seed: 0                          # of all luck; strategies share it

# What is kept of each run: over all weeks, over some, of one week, or week by week.
outcomes:
  - {name: profit, firm: Nova}
  - {name: market_share, firm: Nova, weeks: [27, 52]}
  - {name: satisfaction, firm: Nova, week: 52}
  - {name: units, firm: Nova, series: true}

# How `counterpoise decide` compares the strategies, by the first outcome.
decide:
  goal: maximize
  tolerated: 0.1                 # a tenth less than the best is still good enough
'''
)
