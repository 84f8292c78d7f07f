"""Mesa's own example ``virus_on_network`` in SolaraViz, with as many nodes as the environment says.

Run by ``solara run``; the model, the portrayal and the panels are those that Mesa ships. What is
played here is as fast as SolaraViz goes: its pause between steps is set to one millisecond.
"""

from __future__ import annotations

import os

NODES = "BENCHMARK_NODES"

COUNTER = """window.__pictures = {
  count: 0, seen: "",
  drawn: () => Boolean(document.querySelector(".vega-embed canvas, .vega-embed svg, img")),
};
new MutationObserver(changes => {
  const drawn = changes.some(({ addedNodes }) => [...addedNodes].some(node =>
    node.nodeName === "CANVAS" || node.nodeName === "svg" || node.querySelector?.("canvas, svg")));
  if (drawn) __pictures.count += 1;
}).observe(document.body, { childList: true, subtree: true });"""
"""Counts in the page how often a picture was put into it."""

if os.environ.get(NODES):
    import altair
    from mesa.examples.basic.virus_on_network import app as shipped
    from mesa.examples.basic.virus_on_network.model import VirusOnNetwork
    from mesa.visualization import SolaraViz, SpaceRenderer

    altair.data_transformers.disable_max_rows()
    model = VirusOnNetwork(num_nodes=int(os.environ[NODES]))
    renderer = SpaceRenderer(model, backend="altair")
    renderer.draw_structure()
    renderer.draw_agents(shipped.agent_portrayal)
    page = SolaraViz(
        model, renderer, components=[shipped.StatePlot, shipped.get_resistant_susceptible_ratio],
        model_params={"num_nodes": int(os.environ[NODES])}, play_interval=1, name="Virus Model",
    )
    page  # noqa: B018
