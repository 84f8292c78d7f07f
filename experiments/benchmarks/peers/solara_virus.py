"""Mesa's own example ``virus_on_network`` in SolaraViz, with as many nodes as the environment says.

Run by ``solara run``; the model is the one that Mesa ships, shown as there but by Matplotlib, since
the other way of drawing fetches its parts from the internet. It plays with the pause between steps
that SolaraViz has by default, a tenth of a second: with one of a millisecond its threads got in
each other's way and it drew nothing (Mesa 3.3.1, Solara 1.64).
"""

from __future__ import annotations

import os

NODES = "BENCHMARK_NODES"

READY = "[...document.images].some(image => image.naturalWidth > 300)"
STEP = r"Number(document.body.innerText.match(/Step: (\d+)/)?.[1] ?? 0)"
"""In the page: whether a picture is there, and the step that it shows."""

if os.environ.get(NODES):
    import solara
    from mesa.examples.basic.virus_on_network.model import State, VirusOnNetwork, number_infected
    from mesa.visualization import SolaraViz, SpaceRenderer, make_plot_component
    from mesa.visualization.components import AgentPortrayalStyle

    COLORS = {State.INFECTED: "red", State.SUSCEPTIBLE: "green", State.RESISTANT: "gray"}

    def portrayal(agent):  # type: ignore[no-untyped-def]
        """A node in the color of its state, as in Mesa's example."""
        return AgentPortrayalStyle(color=COLORS[agent.state], size=20)

    def infected(model):  # type: ignore[no-untyped-def]
        """How many are infected."""
        return solara.Markdown(f"Infected Remaining: {number_infected(model)}")

    model = VirusOnNetwork(num_nodes=int(os.environ[NODES]))
    renderer = SpaceRenderer(model, backend="matplotlib")
    renderer.draw_structure()
    renderer.draw_agents(portrayal)
    curves = {"Infected": "red", "Susceptible": "green", "Resistant": "gray"}
    page = SolaraViz(
        model, renderer, components=[make_plot_component(curves), infected],
        model_params={"num_nodes": int(os.environ[NODES])}, name="Virus Model",
    )
    page  # noqa: B018
