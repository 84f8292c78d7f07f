"""What a reader sees of a run: numbers in words, charts, and one self-contained HTML page.

This folder owns how results are *said*: ``text.py`` rounds numbers and writes the one-sentence
answer, ``key.py`` says which outcomes and which firm come first, ``bands.py`` makes weekly means
with their intervals, ``chart.py`` makes SVG that is
the same byte for byte, ``figures.py`` and ``forest.py`` draw, ``html.py`` fills the template
``report.html.j2``. Verdicts and estimates come from ``sim.results``; it draws no random number
and changes no result.
"""
