"""One declaration a parameter: it serves validation, JSON Schema, documents, ranges and sliders."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Declared(BaseModel):
    """A frozen group of declared parameters; unknown names are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, allow_inf_nan=False
    )


def param(
    default: Any = ...,
    *,
    unit: str,
    bounds: tuple[float | None, float | None] = (None, None),
    doc: str,
    source: str = "assumption",
    **extra: Any,
) -> Any:
    """Declare one parameter of a ``Declared`` group.

    Parameters
    ----------
    default
        Value where none is given; left out, the parameter must be given.
    unit
        Unit of the value, "1" for a pure number.
    bounds
        Lowest and highest accepted value, both inclusive; None is unbounded.
    doc
        What the parameter does, one sentence.
    source
        Where default and bounds come from.
    extra
        Further attributes of the declaration, such as ``by_segment=True``.

    Raises
    ------
    ValueError
        If the default is a number outside of the bounds, or no number could be within them.
    """
    lowest, highest = bounds
    if lowest is not None and highest is not None and lowest > highest:
        raise ValueError(f"bounds are the lowest, then the highest value. Got {bounds}. ({doc})")
    if isinstance(default, int | float) and not isinstance(default, bool) and (
        (lowest is not None and default < lowest) or (highest is not None and default > highest)
    ):
        raise ValueError(f"default {default} is outside of its bounds {bounds}. ({doc})")
    return Field(
        default,
        ge=lowest,
        le=highest,
        description=doc,
        json_schema_extra={"unit": unit, "source": source, **extra},
    )


def declaration(group: type[Declared], name: str) -> dict[str, Any]:
    """The unit, source and further attributes of one parameter."""
    extra = group.model_fields[name].json_schema_extra
    return dict(extra) if isinstance(extra, dict) else {}


def in_words(parameters: Declared, most: int = 4) -> str:
    """Parameters that are not as declared, as they end a line: ``: influence 0.5, reach 2``."""
    changed = [f"{k} {v}" for k, v in parameters.model_dump(exclude_defaults=True).items()]
    more = ", ..." if len(changed) > most else ""
    return f": {', '.join(changed[:most])}{more}" if changed else ""
