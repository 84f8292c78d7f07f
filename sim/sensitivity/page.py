"""The page of a sensitivity analysis, and its numbers as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from sim import __version__
from sim.report.page import Page, Section, Table, render_page
from sim.results.text import count, format_value, in_a_row, in_two_digits
from sim.sensitivity import figures
from sim.sensitivity.carry_out import Answer, OverTime, Sensitivity
from sim.sensitivity.chance import Parts

CONVERGED, NOT_CONVERGED = "Converged", "Not converged"
NOT_RELIED_ON = "Not to be relied on"
SHARES = ("ST", "S1")
"""Indices that are shares of the outcome's variance."""

LARGE = 100.0
"""From here on decimals say nothing."""

BEYOND_ONE = (
    "An index above 1 is sampling error: no setting can move more than all of the variance. A "
    "larger --n mends it."
)


def page(found: Sensitivity) -> str:
    """The whole page as HTML."""
    document = found.study.document
    good = bool(found.answers) and all(answer.converged for answer in found.answers)
    status: Literal["shown", "open"] = "shown" if good else "open"
    return render_page(Page(
        title=f"What matters: {document.title}",
        question=document.question,
        answer=sentence(main_answer(found)) if found.answers else "See the weeks below.",
        status=status,
        sections=[
            *(_section(found, number, one) for number, one in enumerate(found.answers)),
            *_weeks(found),
        ],
        facts={
            "Method": f"{found.method.name}, base size {found.n:,}: {found.method.about}",
            "Runs": runs(found),
            "Scenario": found.study.scenario.id,
            "Engine": f"counterpoise {__version__}",
            "Sweep": found.folder.name,
            **({"Without indices": "; ".join(found.left_out)} if found.left_out else {}),
        },
    ))


def runs(found: Sensitivity) -> str:
    """How much was lived, in words."""
    return (
        f"{found.rows:,} rows × {count(len(found.study.strategies), 'strategy', 'strategies')} × "
        f"{count(found.replications, 'replication', 'replications')} with shared luck"
    )


def main_answer(found: Sensitivity) -> Answer:
    """The first outcome under the last strategy, as a difference where there are several."""
    first = found.answers[0].subject.column
    return [one for one in found.answers if one.subject.column == first][-1]


def subject_in_words(answer: Answer | OverTime) -> str:
    """Such as: units of Nova, weeks 27-52, under listen."""
    column, _, weeks = answer.subject.column.partition("@")
    name, _, firm = column.removesuffix(":weekly").partition(".")
    text = name.replace("_", " ") + (f" of {firm}" if firm else "")
    if weeks:
        text += f", week{'s' if '-' in weeks else ''} {weeks.removesuffix(':weekly')}"
    how = "difference" if answer.subject.is_difference else "under"
    return f"{text}, {how} {answer.subject.strategy}"


def sentence(answer: Answer) -> str:
    """What matters most, in one sentence that says how sure it is."""
    said = finding(answer)
    return said if answer.indices.is_constant else f"{said} {verdict(answer)}"


def finding(answer: Answer) -> str:
    """What matters most, in one sentence; whether it is known well stands in ``verdict``."""
    what = subject_in_words(answer)
    if answer.indices.is_constant:
        return f"Of {what}: {answer.trust.reason}."
    main, names = answer.indices.main, answer.indices.factors
    first, *rest = answer.indices.order.tolist()
    symbol = figures.SYMBOLS.get(main.name, main.name)
    largest = float(main.value[first])
    said = [
        f"{in_two_digits(size)} ± {in_two_digits(width)}" if largest < LARGE
        else _with_width(size, width, largest)
        for size, width in ((float(main.value[f]), float(main.half_width[f]))
                            for f in (first, *rest[:1]))
    ]
    text = f"{upper(what)} depends most on {figures.short(names[first])} ({symbol} {said[0]})"
    if rest:
        second = said[1].partition(" ")[0]
        text += f", then on {figures.short(names[rest[0]])} ({second})"
    return f"{text}."


def verdict(answer: Answer) -> str:
    """Converged or not, and what to try."""
    noise = answer.chance
    if noise.is_noisy and noise.enough_replications is None:
        return f"{NOT_RELIED_ON}: all of what the indices explain is chance."
    if noise.is_noisy:
        return (
            f"{NOT_RELIED_ON}: {noise.noise_share:.0%} of what the indices explain is chance; "
            f"try --replications {noise.enough_replications}."
        )
    if answer.trust.converged:
        return f"{CONVERGED}: {answer.trust.reason}."
    return f"{NOT_CONVERGED}: {answer.trust.reason}; try --n {answer.trust.try_n}."


def verdicts_of_others(main: Answer, others: Sequence[Answer]) -> list[str]:
    """How surely the other answers are known: a sentence for all of a kind, not one for each."""
    kinds: dict[str, list[Answer]] = {}
    for one in others:
        if not one.indices.is_constant:
            kinds.setdefault(_kind(one), []).append(one)
    said = []
    for kind, alike in kinds.items():
        either = "" if main.indices.is_constant or kind != _kind(main) else (
            " too" if kind == CONVERGED else " either"
        )
        whose = "; ".join(map(subject_in_words, alike))
        whose = "all others" if len(kinds) == 1 and len(alike) > 1 else whose
        said.append(f"{kind}{either}: {whose}{_to_try(kind, alike)}.")
    return said


def _kind(answer: Answer) -> str:
    if answer.chance.is_noisy:
        return NOT_RELIED_ON
    return CONVERGED if answer.trust.converged else NOT_CONVERGED


def _to_try(kind: str, alike: Sequence[Answer]) -> str:
    """What would mend all of a kind."""
    if kind == NOT_CONVERGED:
        return f" (try --n {max(one.trust.try_n or 0 for one in alike)})"
    if kind == CONVERGED:
        return ""
    noise = [one.chance for one in alike]
    low, high = (f"{f(one.noise_share for one in noise):.0%}" for f in (min, max))
    enough = [one.enough_replications for one in noise if one.enough_replications is not None]
    needed = f"; try --replications {max(enough)}" if enough else ""
    return f" ({low if low == high else f'{low} to {high}'} is chance{needed})"


def beyond_one(answers: Sequence[Answer]) -> str:
    """Why a share of the variance may come out above 1; empty where none does."""
    above = any(
        bool((kind.value > 1).any())
        for answer in answers if not answer.indices.is_constant
        for kind in answer.indices.kinds if kind.name in SHARES
    )
    return BEYOND_ONE if above else ""


def chance(parts: Parts) -> str:
    """What chance does, in words."""
    if math.isnan(parts.own_luck):
        return "One replication a row: what chance does cannot be told from what settings do."
    return (
        f"Of all variation {parts.share(parts.settings):.0%} comes from the settings, "
        f"{parts.share(parts.common_luck):.0%} from luck that all rows share, "
        f"{parts.share(parts.own_luck):.0%} from luck that each row answers in its own way. "
        f"In the means that the indices explain, {parts.noise_share:.1%} is chance."
    )


def rows(answer: Answer) -> list[tuple[str, ...]]:
    """One row a factor, the most important first: name, then each index with its interval."""
    found = answer.indices
    sizes = [float(np.nanmax(np.abs(kind.value), initial=0.0)) for kind in found.kinds]
    return [
        (
            found.factors[f],
            *(_with_width(float(kind.value[f]), float(kind.half_width[f]), largest)
              for kind, largest in zip(found.kinds, sizes, strict=True)),
        )
        for f in found.order.tolist()
    ]


def _with_width(value: float, half_width: float, largest: float) -> str:
    """An index and its half width, with as many digits as its column and its width allow."""
    if largest < LARGE:
        return f"{value:.3f} ± {half_width:.3f}"
    if not half_width > 0:
        return f"{value:,.0f} ± {half_width:,.0f}"
    places = min(1 - math.floor(math.log10(half_width)), 2)
    digits = max(places, 0)
    return f"{round(value, places):,.{digits}f} ± {round(half_width, places):,.{digits}f}"


def in_unit(answer: Answer) -> str:
    """In what indices are measured that have the outcome's unit; empty for shares and others."""
    kinds = [kind.name for kind in answer.indices.kinds]
    names = [figures.SYMBOLS[name] for name in kinds if name in figures.SYMBOLS]
    scale = "on the scale 0 to 1" if answer.unit == "0 to 1" else f"in {answer.unit}"
    return f"{in_a_row(names)} {scale}" if names else ""


def _section(found: Sensitivity, number: int, answer: Answer) -> Section:
    title = upper(subject_in_words(answer))
    spread = (
        f"Mean {format_value(answer.mean, answer.unit)}, standard deviation over rows "
        f"{format_value(answer.sd, answer.unit)}."
    )
    if answer.indices.is_constant:
        return Section(title, text=(f"{upper(answer.trust.reason)}.", spread))
    charts = [figures.bars(f"bars-{number}", "Indices with 95% intervals", answer.indices)]
    if any(kind.name == "sigma" for kind in answer.indices.kinds):
        charts.append(figures.morris_plane(
            f"plane-{number}", "Effects, numbered as the rows above", answer.indices
        ))
    heads = [figures.SYMBOLS.get(kind.name, kind.name) for kind in answer.indices.kinds]
    return Section(
        title, text=(sentence(answer), spread), charts=charts, wide=True,
        table=Table(("Setting", *heads), rows(answer), numbers=range(1, len(heads) + 1)),
        notes=tuple(filter(None, (
            in_unit(answer), chance(answer.chance), beyond_one([answer]),
        ))),
    )


def _weeks(found: Sensitivity) -> list[Section]:
    charts = [
        figures.over_weeks(f"weeks-{number}", upper(subject_in_words(one)), one)
        for number, one in enumerate(found.over_time)
    ]
    return [Section("Over the weeks", charts=charts, wide=True)] if charts else []


def upper(text: str) -> str:
    """With a capital at the start."""
    return text[:1].upper() + text[1:]


def as_data(found: Sensitivity) -> dict[str, Any]:
    """All numbers as plain JSON; what has no value is null."""
    return {
        "format": "counterpoise sensitivity", "version": 1,
        "experiment": found.study.document.id, "scenario": found.study.scenario.id,
        "method": found.method.name, "n": found.n, "rows": found.rows,
        "replications": found.replications, "folder": str(found.folder),
        "left_out": list(found.left_out),
        "answers": [_answer(one) for one in found.answers],
        "over_time": [
            {
                "outcome": one.subject.column, "strategy": one.subject.strategy,
                "index": one.index, "factors": list(one.factors),
                "weeks": [[_number(value) for value in week] for week in one.main.tolist()],
            }
            for one in found.over_time
        ],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    found, parts = answer.indices, answer.chance
    return {
        "outcome": answer.subject.column, "strategy": answer.subject.strategy,
        "method": found.method, "unit": answer.unit,
        "answer": sentence(answer), "verdict": verdict(answer),
        "converged": answer.converged, "try_n": answer.trust.try_n,
        "mean": _number(answer.mean), "sd": _number(answer.sd),
        "variance": {
            "settings": _number(parts.settings), "common_luck": _number(parts.common_luck),
            "own_luck": _number(parts.own_luck),
        },
        "factors": [
            {
                "name": name, "value": _number(found.main.value[f]),
                "low": _number(found.main.low[f]), "high": _number(found.main.high[f]),
                "indices": {
                    kind.name: {"value": _number(kind.value[f]), "low": _number(kind.low[f]),
                                "high": _number(kind.high[f])}
                    for kind in found.kinds
                },
            }
            for f, name in enumerate(found.factors)
        ],
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
