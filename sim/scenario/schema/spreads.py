"""How a quantity is spread over customers."""

from __future__ import annotations

from sim.parameters import Declared, param


class Lognormal(Declared):
    """A positive quantity spread over customers: exp(Normal(log(median), spread))."""

    median: float = param(unit="1", bounds=(0, 1e6), doc="Median over the customers.")
    spread: float = param(
        0.0, unit="1", bounds=(0, 3), doc="Standard deviation of its logarithm; 0: all alike."
    )


class Gamma(Declared):
    """A positive quantity spread over customers as gamma; purchase counts are then NBD."""

    mean: float = param(unit="1/week", bounds=(0, 100), doc="Mean over the customers.")
    shape: float | None = param(
        None, unit="1", bounds=(0.01, 1000), doc="Gamma shape; none: all customers alike."
    )


class Normal(Declared):
    """A quantity spread over customers as Normal(mean, sd)."""

    mean: float = param(unit="utility", bounds=(-100, 100), doc="Mean over the customers.")
    sd: float = param(0.0, unit="utility", bounds=(0, 100), doc="Standard deviation.")


class Proportion(Declared):
    """A share from 0 to 1 spread over customers as beta."""

    mean: float = param(unit="1", bounds=(0, 1), doc="Mean over the customers.")
    concentration: float | None = param(
        None, unit="1", bounds=(0.1, 10_000), doc="Beta concentration; none: all alike."
    )


class TwoKinds(Declared):
    """A quantity with two peaks: a part of the customers has one value, the rest another."""

    low: float = param(unit="utility", bounds=(0, 100), doc="The value of one part.")
    high: float = param(unit="utility", bounds=(0, 100), doc="The value of the rest.")
    high_share: float = param(0.5, unit="1", bounds=(0, 1), doc="Share of those who have `high`.")


class Circle(Declared):
    """Ideal positions on a circle of designs, spread around a center."""

    center: float = param(0.0, unit="1", bounds=(0, 1), doc="Center of the positions.")
    spread: float = param(
        0.5, unit="1", bounds=(0, 0.5),
        doc="Largest distance from the center, all equally likely; 0.5: anywhere.",
    )
