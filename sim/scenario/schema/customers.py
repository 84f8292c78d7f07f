"""Who is in the market: segments, their traits, their ties, and the communities they meet in."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from sim.parameters import Declared, param
from sim.scenario.schema.spreads import Circle, Gamma, Lognormal, Normal, Proportion, TwoKinds
from sim.scenario.schema.words import (
    MOST_CUSTOMERS,
    Concern,
    Name,
    Rate,
    Share,
    Text,
    Utility,
    Weight,
)


class Segment(Declared):
    """A kind of customers: what they need, how they choose, how they behave."""

    share: float = param(
        1.0, unit="1", bounds=(0, 1e6), doc="Weight of the segment among all customers."
    )
    needs: dict[Name, Weight] = param(
        {}, unit="1", doc="Mean weight of each attribute; one left out weighs nothing."
    )
    needs_concentration: float | None = param(
        None, unit="1", bounds=(0.1, 10_000),
        doc="Dirichlet concentration of the weights around their mean; none: all alike.",
    )
    price_sensitivity: Weight | Lognormal = param(
        unit="utility/currency", doc="Utility lost per unit of price.", source="science.md A3"
    )
    # Left to right: what has a mean is one rate, not two categories named mean and shape.
    purchase_rate: Annotated[
        Rate | Gamma | dict[Name, Rate | Gamma], Field(union_mode="left_to_right")
    ] = param(
        unit="1/week",
        doc="Purchase occasions a week, for all categories or by category; one left out is 0.",
    )
    regular_purchases: bool = param(
        False, unit="1", doc="Purchases come at even intervals instead of by chance (Poisson)."
    )
    talkativeness: Weight | Lognormal = param(
        1.0, unit="1", doc="Factor on the propensity to talk.", source="science.md A2"
    )
    voice_propensity: Utility | Normal = param(
        0.0, unit="utility", doc="Inclination to complain to the firm.", source="science.md A5"
    )
    switching_cost: float = param(
        0.0, unit="utility", bounds=(0, 100),
        doc="Utility lost by buying another offer than last time.", source="science.md A5",
    )
    outside_utility: float | None = param(
        0.0, unit="utility", bounds=(-100, 100),
        doc="Utility of buying nothing; none: she always buys.", source="science.md A3",
    )
    privacy_concern: Concern | TwoKinds = param(
        0.0, unit="utility", doc="Utility lost to being asked for all her data.",
        source="science.md A9: two peaks",
    )
    expertise: Share | Proportion = param(
        0.0, unit="1", doc="Knowledge of the category, from which contributions and answers come.",
        source="M12",
    )
    entry_contributions: float = param(
        0.0, unit="contributions per 1,000 customers", bounds=(0, 1e6),
        doc="Contributions that a firm must have received, such as translations, before the "
        "segment can buy from it what is not localized; 0: always.", source="M12",
    )
    effort_cost: Weight | Lognormal = param(
        0.0, unit="utility", doc="Utility lost to specifying an offer in full.", source="M20"
    )
    information_seeking: Rate | Gamma = param(
        0.0, unit="1/week", doc="How often she looks up what offers are really like.",
        source="M16",
    )
    taste: Circle | dict[Name, Circle] = param(
        Circle(), unit="1", doc="Ideal positions on the circle of designs, by category or for all."
    )
    channel_affinity: dict[Name, Utility | Normal] = param(
        {}, unit="utility", doc="Liking of channels; one left out is 0.", source="M24"
    )
    behavior: dict[Name, dict[str, float]] = param(
        {}, unit="1",
        doc="Mechanism parameters that differ in this segment: family, parameter, value.",
    )


class Network(Declared):
    """The social network: a generator with its parameters, or a file beside the scenario."""

    model_config = ConfigDict(extra="allow")

    kind: Name | None = param(None, unit="1", doc="Generator, such as watts_strogatz.")
    file: Text | None = param(None, unit="1", doc="Network file in the scenario's folder.")


class Customers(Declared):
    """Who is in the market."""

    n: int = param(unit="customers", bounds=(0, MOST_CUSTOMERS), doc="Number of customers.")
    file: Text | None = param(
        None, unit="1",
        doc="CSV file in the scenario's folder with a row a respondent and traits as columns, "
        "instead of drawn ones: see sim/respondents.py.",
    )
    network: Network = param(unit="1", doc="How they are tied.")
    segments: dict[Name, Segment] = param(unit="1", doc="Their kinds.")


class Community(Declared):
    """A place where customers meet."""

    initial_share: float = param(
        0.0, unit="1", bounds=(0, 1), doc="Share of customers who belong to it before week 1."
    )
    host: Name = param(
        "customers", unit="1",
        doc="Who runs it and earns its income: customers, third_party, or a firm by its name.",
        source="M13",
    )
    vendors: list[Name] = param(
        [], unit="1",
        doc="Firms admitted: members see all they sell, other firms are not talked of; "
        "none named: all are talked of, nobody shows anything.", source="M13",
    )
    categories: list[Name] = param(
        [], unit="1", doc="Its topic: the categories talked of; none named: all.", source="M13"
    )
