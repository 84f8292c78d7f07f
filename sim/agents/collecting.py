"""What a market recorded, as Mesa's ``DataCollector`` keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mesa
from numpy.typing import NDArray


def collector(
    recorded: Mapping[str, NDArray[Any]], weeks: int, *,
    names: Callable[[str], Sequence[str]], latest: Callable[..., Any],
) -> mesa.DataCollector:
    """A Mesa ``DataCollector``: a variable an outcome, firm and offer.

    Parameters
    ----------
    recorded
        Values by outcome, ``(n_weeks,)`` or ``(n_weeks, n_firms or n_offers)``.
    weeks
        How many there are.
    names
        Of the firms or offers of an outcome.
    latest
        Tells the latest value of an outcome, and of which firm or offer.
    """
    made = mesa.DataCollector()
    if hasattr(made, "_collection_steps"):  # Mesa 3.5 asks when values were collected
        made._collection_steps = list(range(1, weeks + 1))
    for name, values in recorded.items():
        if values.ndim == 1:
            made.model_reporters[name] = [latest, [name]]
            made.model_vars[name] = list(values)
        else:
            for f, whose in enumerate(names(name)):
                made.model_reporters[f"{name}.{whose}"] = [latest, [name, whose]]
                made.model_vars[f"{name}.{whose}"] = list(values[:, f])
    return made
