"""A market in Mesa's own SolaraViz, for those who live there.

It needs what this project does not install; in an environment of its own::

    pip install counterpoise "mesa[viz]>=3.3,<3.6" "ipyvuetify>=1.9,<2" "ipyvue>=1.9,<2"
    solara run experiments/examples/solara_market.py --host 127.0.0.1 --no-open

The pins are those of Mesa's own page, which is written for version 1 of ipyvuetify and breaks with
version 3. The page loads parts of itself from the internet; ``pip install solara-assets`` brings
them along.

Everything to the left of the page is Mesa's: step, play, reset. The sliders act at Reset, as
everywhere in SolaraViz. It draws no network: a market has its ties in ``market.network`` and no
Mesa space, so that no batch run pays for a layout. The studio of this project draws it, and lets
levers act while the market lives.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from sim import Market

SCENARIO = "first_lesson"

# %% The model: a market whose levers are keyword arguments, as SolaraViz makes models


class LessonMarket(Market):
    """The first lesson with a few settings as arguments.

    Parameters
    ----------
    strategy
        One of the scenario's strategies.
    price
        Nova's price, euro.
    contact_prob
        Chance that a customer hears what a friend has to say in a week.
    """

    def __init__(
        self, strategy: str = "listen", price: float = 6.0, contact_prob: float = 0.1,
        seed: int | None = None, rng: int | None = None,
    ) -> None:
        super().__init__(
            SCENARIO, strategy, seed=seed if seed is not None else rng,
            overrides={
                "firms.Nova.offers.nova_box.price": price,
                "mechanisms.word_of_mouth.contact_prob": contact_prob,
            },
        )


# %% What is drawn: curves from Mesa's data collector, and customers by columns


def curves(outcome: str) -> Any:
    """A figure of one outcome of all firms, from the recorded weeks."""
    from matplotlib.figure import Figure

    def draw(model: Market) -> Figure:
        figure = Figure(figsize=(5, 3))
        axes = figure.subplots()
        for firm, values in weekly(model, outcome).items():
            axes.plot(range(1, len(values) + 1), values, label=firm)
        axes.set(xlabel="Week", ylabel=outcome.replace("_", " "), ylim=(0, None))
        axes.legend(frameon=False)
        return figure

    return draw


def weekly(model: Market, outcome: str) -> dict[str, list[float]]:
    """Values of an outcome by firm, a week each."""
    recorded = model.recorder.recorded()[outcome]
    return {firm: recorded[:, f].tolist() for f, firm in enumerate(model.firm_names)}


def happy(model: Market) -> str:
    """One sentence from the customers, asked as Mesa asks an ``AgentSet``."""
    bought = model.customers.select(lambda customer: customer.spend_cents > 0)
    return f"week {model.week}: {len(bought):,} of {len(model.customers):,} customers have bought"


PARAMETERS: dict[str, Any] = {
    "strategy": {
        "type": "Select", "value": "listen", "values": ["shout", "listen"], "label": "Strategy",
    },
    "price": {
        "type": "SliderFloat", "value": 6.0, "min": 3.0, "max": 12.0, "step": 0.5,
        "label": "Nova's price",
    },
    "contact_prob": {
        "type": "SliderFloat", "value": 0.1, "min": 0.0, "max": 0.5, "step": 0.05,
        "label": "Chance to hear a friend",
    },
}
OUTCOMES = ("market_share", "satisfaction", "bad_news")

# %% The page


def make_page() -> Any:
    """The page, as ``solara run`` looks for it."""
    import solara
    from mesa.visualization import SolaraViz
    from mesa.visualization.utils import update_counter

    def figure_of(outcome: str) -> Any:
        draw = curves(outcome)

        @solara.component
        def Curves(model: Market) -> None:  # noqa: N802
            update_counter.get()  # drawn again after every step
            solara.FigureMatplotlib(draw(model))

        return Curves

    @solara.component
    def Sentence(model: Market) -> None:  # noqa: N802
        update_counter.get()
        solara.Markdown(happy(model))

    parts = [*((figure_of(outcome), 0) for outcome in OUTCOMES), (Sentence, 0)]
    return SolaraViz(
        LessonMarket(), components=parts, model_params=PARAMETERS, name="A firm that listens",
    )


if importlib.util.find_spec("solara") is not None:
    page = make_page()
