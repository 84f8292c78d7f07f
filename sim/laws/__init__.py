"""Regularities of markets: what science finds in most of them, and whether a scenario shows it.

A law is a file in one of the folders of this package: a sentence, a source, the range in which its
number must fall, and a measure of what one market lived. Markets are lived by probes
(``sim/laws/probes/``): the scenario as it stands, or twins of it under the same luck in which one
thing is different. ``sim.laws.gather.check`` lives what the laws of a scenario need, once for all
of them, and says which laws hold. A law is an observation about a market, not a test of the
program: one that does not hold may say that the market is of another kind.
"""
