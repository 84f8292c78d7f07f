"""What each mechanism contributes, and the Shapley shares: a sentence and two tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sim.results.key import outcome_unit
from sim.results.text import (
    NO_VALUE,
    TIMES,
    claim_quantity,
    claim_unit,
    count,
    format_estimate,
    format_value,
    upper,
)
from sim.terminal.claims import STYLES
from sim.terminal.console import bold, console, dim, put, say
from sim.terminal.figures import Scale, scale_for

if TYPE_CHECKING:
    from rich.console import Console

    from sim.results.ablation import AblationResult, Contribution, Shares
    from sim.results.combinations import Plan
    from sim.results.shapley import Share
    from sim.results.statistics import Estimate
    from sim.results.verdicts import Verdict

GAP, INDENT = 2, 4
Row = list[Text]


def show_ablation(result: AblationResult) -> None:
    """Show what each mechanism contributes."""
    screen, made = console(), result.plan
    put(screen, bold(made.scenario.document.title))
    put(screen, dim(_circumstances(made)))
    for setting, value in made.scenario.overrides.items():
        put(screen, f"with {setting} = {value}")
    say("")
    put(screen, sentence(result))
    say("")
    _show_contributions(screen, result)
    if result.shares is not None:
        say("")
        _show_shares(screen, result, result.shares)


def _circumstances(made: Plan) -> str:
    text = f"{count(len(made.mechanisms), 'mechanism')} switched off in turn; "
    if made.replications == 1:
        return f"{text}seed {made.seed}; one replication cannot tell an effect from luck"
    return f"{text}{made.replications:,} replications that share their luck; seed {made.seed}"


def sentence(result: AblationResult) -> str:
    """The answer: the quantity, what it would be without the mechanism that matters most."""
    run, quantity = result.everything, result.plan.quantity
    unit = claim_unit(run, quantity)
    found = format_estimate(result.value, unit, sign=quantity.by == "difference")
    text = f"{upper(claim_quantity(run, quantity))} is {found}"
    known = [one for one in result.contributions if _is_told(one)]
    if known:
        value = format_value(known[0].without.value, unit, sign=quantity.by == "difference")
        equals = [one.mechanism for one in known if one.without.value == known[0].without.value]
        text += f"; without {_any_of(equals)} it would be {value}"
    elif result.plan.replications > 1:
        text += "; no contribution is distinguishable from zero"
    return f"{text}.{_fate(result)}"


def _is_told(one: Contribution) -> bool:
    from sim.results.ablation import DISTINCT, UNKNOWN

    return one.status in (DISTINCT, UNKNOWN)


def _fate(result: AblationResult) -> str:
    """What becomes of the claim when one link is broken."""
    if result.verdict is None or result.verdict.verdict != "shown":
        return f" The claim is {result.verdict.verdict}." if result.verdict else ""
    breaking = [
        one.mechanism for one in result.contributions
        if one.verdict is not None and one.verdict.verdict != "shown"
    ]
    if not breaking:
        return " The claim is shown, and still is without any one of them."
    return f" The claim is shown, but no longer without {_any_of(breaking)}."


def _any_of(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"any one of {', '.join(names[:-1])} or {names[-1]}"


def _scale(result: AblationResult, found: Sequence[Estimate]) -> Scale:
    """Shares are written as percentages, ratios as they are."""
    quantity = result.plan.quantity
    if quantity.by == "ratio":
        return Scale(TIMES, 1.0, TIMES)
    return scale_for(outcome_unit(result.everything, quantity.outcome), found)


def _unit_name(result: AblationResult, scale: Scale) -> str:
    is_points = scale.factor == 100.0 and result.plan.quantity.by == "difference"
    return "percentage points" if is_points else scale.name


def _show_contributions(screen: Console, result: AblationResult) -> None:
    from sim.results.ablation import INERT

    told = [one for one in result.contributions if one.status != INERT]
    inert = [one.mechanism for one in result.contributions if one.status == INERT]
    scale = _scale(result, [result.value, *(one.without for one in told)])
    signed = result.plan.quantity.by == "difference"
    head = ["switched off", "value", "contribution", _interval(result), "claim"]
    first = ["nothing", scale.written(result.value, is_difference=signed)[0], "", ""]
    rows = [_plain(head, dim), _plain(first) + _verdict(result.verdict)]
    rows += [_row(one, scale, signed=signed) for one in told]
    if result.verdict is None:
        rows = [row[:4] for row in rows]
    put(screen, f"Contributions, in {_unit_name(result, scale)}")
    _show_columns(screen, rows, narrow=3)
    if inert:
        put(screen, f"no effect at all: {', '.join(inert)}")
    for note in _notes(result):
        put(screen, dim(note))


def _interval(result: AblationResult) -> str:
    """A heading, where there are intervals."""
    return "95% interval" if result.plan.replications > 1 else ""


def _plain(cells: Sequence[str], style: Callable[[str], Text] = Text) -> Row:
    return [style(cell) for cell in cells]


def _row(one: Contribution, scale: Scale, *, signed: bool) -> Row:
    from sim.results.ablation import NOT_DISTINCT, UNDEFINED

    value = scale.written(one.without, is_difference=signed)[0]
    if one.status == UNDEFINED:
        return _plain([one.mechanism, NO_VALUE, "", ""]) + _verdict(one.verdict)
    effect, interval = scale.written(one.estimate, is_difference=True)
    if one.estimate.is_exact:
        interval = "in every replication"
    if one.status == NOT_DISTINCT:
        row = _plain([one.mechanism, value]) + _plain(["not distinguishable", interval], dim)
    else:
        row = [*_plain([one.mechanism, value]), bold(effect), *_plain([interval])]
    return row + _verdict(one.verdict)


def _verdict(found: Verdict | None) -> Row:
    return [Text(found.verdict, style=STYLES[found.verdict]) if found else Text()]


def _notes(result: AblationResult) -> list[str]:
    """What a reader must know so as not to read too much into the table."""
    from sim.results.ablation import UNDEFINED

    made = result.plan
    notes = [
        f"without {one.mechanism} only {one.estimate.n} of {made.replications} replications have "
        "a value; the contribution is that in them"
        for one in result.contributions
        if 0 < one.estimate.n < made.replications and one.status != UNDEFINED
    ]
    if made.replications > 1:
        notes.append(
            "Contribution: the value with everything at work minus the value without this one. "
            "Contributions overlap and do not add up. Each interval holds by itself: one in 20 "
            "mechanisms without any effect would seem to have one."
        )
    return notes


def _show_shares(screen: Console, result: AblationResult, shares: Shares) -> None:
    put(screen, f"Shapley shares of {count(len(shares.game.players), 'mechanism')} "
                f"({combinations(shares.game.orders)})")
    if not shares.game.players:
        put(screen, "There are none: without any one of these the quantity has no value.", by=GAP)
        return
    if shares.undefined:
        put(screen, "There are none: with "
            f"{' and '.join(shares.undefined)} off the quantity has no value. Name mechanisms "
            "that leave it one by --mechanism.", by=GAP)
        return
    ranked = sorted(
        shares.by_mechanism.items(), key=lambda item: (-abs(item[1].estimate.value), item[0])
    )
    scale = _scale(result, [shares.total, *(share.estimate for _, share in ranked)])
    head = ["mechanism", "share", _interval(result), "of total", "s.e. orders", "s.e. luck"]
    rows = [_plain(head, dim), *(_share(name, own, shares, scale) for name, own in ranked)]
    rows.append(_plain(["sum", *scale.written(shares.total, is_difference=True), "", "", ""]))
    if shares.game.orders is None:
        rows = [row[:4] for row in rows]
    _show_columns(screen, rows, narrow=3)
    put(screen, _check_of_sum(result, shares))
    for note in _notes_on_shares(result, shares):
        put(screen, dim(note))


def _share(name: str, share: Share, shares: Shares, scale: Scale) -> Row:
    found, total = share.estimate, shares.total
    is_known = total.low > 0 or total.high < 0
    part = f"{found.value / total.value:.0%}" if is_known and found.value else ""
    errors = (share.error_of_orders, share.error_of_replications)
    cells = [*scale.written(found, is_difference=True), part]
    cells += [_error(scale.factor * error) for error in errors]
    is_distinct = found.low > 0 or found.high < 0 or math.isnan(found.low)
    return [Text(name), *_plain(cells, Text if is_distinct else dim)]


def _error(size: float) -> str:
    """A standard error with two digits."""
    if not math.isfinite(size) or size == 0:
        return "" if size else "0"
    return f"{size:,.{max(1 - math.floor(math.log10(size)), 0)}f}"


def _check_of_sum(result: AblationResult, shares: Shares) -> str:
    """The check: shares must add up to what all of them do together."""
    run, quantity = result.everything, result.plan.quantity
    signed, unit = quantity.by == "difference", claim_unit(run, quantity)
    before, after = (
        format_value(found.value, unit, sign=signed) for found in (shares.all_on, shares.all_off)
    )
    gap = abs(shares.sum - shares.total.value)
    is_rounding = gap <= 1e-9 * max(abs(shares.all_on.value), abs(shares.total.value))
    agree = "add up to" if is_rounding else f"miss by {gap:g} (a defect; please report it)"
    return (
        f"Check: the shares {agree} what all of these do together: {before} with everything at "
        f"work, {after} with all of these off."
    )


def _notes_on_shares(result: AblationResult, shares: Shares) -> list[str]:
    """What is not in the shares, and what would make them more certain."""
    made, notes = result.plan, []
    left_out = sorted(set(made.mechanisms) - set(shares.game.players))
    if left_out:
        notes.append(f"Not shared: {', '.join(left_out)}, without which there is no value.")
    if shares.total.n < made.replications:
        notes.append(
            f"Only {shares.total.n} of {made.replications} replications have a value in every "
            "combination; shares are those in them."
        )
    own = shares.by_mechanism.values()
    if any(share.error_of_orders > share.error_of_replications for share in own):
        notes.append(
            "Standard errors (s.e.) come from sampling orders and from the luck of replications; "
            "more --orders would narrow the intervals."
        )
    return notes


def _show_columns(screen: Console, rows: Sequence[Row], *, narrow: int) -> None:
    """Rows in columns; in a narrow terminal the cells from ``narrow`` on stand below the first."""
    if _width(rows) > screen.width:
        rows = [part for row in rows for part in _halves(row, narrow)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        line = row[0].copy()
        line.append(" " * (widths[0] - len(line)))
        for cell, width in zip(row[1:], widths[1:], strict=True):
            line.append(" " * (GAP + width - len(cell)))
            line.append_text(cell)
        line.rstrip()
        screen.print(line, soft_wrap=True)


def _width(rows: Sequence[Row]) -> int:
    cells = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return sum(cells) + GAP * (len(cells) - 1)


def _halves(row: Row, at: int) -> list[Row]:
    below = _plain([" " * INDENT]) + row[at:]
    size = max(at, len(below))
    halves = [half + _plain([""] * (size - len(half))) for half in (row[:at], below)]
    return halves if any(cell.plain.strip() for cell in halves[1]) else halves[:1]


def combinations(orders: Sequence[Any] | None) -> str:
    """Which combinations are lived for shares."""
    return "all combinations" if orders is None else f"{len(orders)} sampled orders"
