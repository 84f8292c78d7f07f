"""One published way to draw ties a file; each registers itself under the name of its file.

A generator decides who is tied to whom and nothing else: homophily and the strength of ties are
added to all of them alike by ``sim.network.build``. Row numbers are arbitrary to the other
mechanisms, so a generator may give neighbors neighboring rows, which is quick to read.
"""
