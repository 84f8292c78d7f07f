"""Whose numbers the data hold: from names in a file to offers of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sim.calibration.data import ONLY_SERIES, Data
from sim.errors import DataError
from sim.scenario.schema import Document
from sim.wording import did_you_mean, visible

Owned: TypeAlias = tuple[int, ...]
"""Rows of the offer table."""


def parse_names(written: Sequence[str]) -> dict[str, str]:
    """Names of ``DATA_NAME=OFFER``; a lone ``OFFER`` is for data that name nobody.

    Raises
    ------
    DataError
        If a name is given twice, or blank.
    """
    names: dict[str, str] = {}
    for text in written:
        before, equals, after = text.rpartition("=")
        name, whose = before.strip(), after.strip()
        if not whose or (equals and not name):
            raise DataError(f"--as '{visible(text)[:80]}': must read DATA_NAME=OFFER")
        if name in names:
            raise DataError(f"--as: '{visible(name)[:60]}' is named twice; keep one of them")
        names[name] = whose
    return names


def owners(world: Document, data: Data, names: dict[str, str]) -> tuple[Owned, ...]:
    """The offers that each series of the data stands for, in the order of the series.

    A name is that of an offer, a firm (all it sells) or a category (all sold in it).

    Raises
    ------
    DataError
        If a series stands for nothing in the scenario, or two for the same offer.
    """
    unknown = [name for name in names if name not in data.series]
    if unknown:
        had = "the data name nobody; write --as OFFER" if ONLY_SERIES in data.series else (
            f"the data have no '{visible(unknown[0])[:60]}'"
            f"{did_you_mean(unknown[0], data.series)}"
        )
        raise DataError(f"--as: {had}")
    known = _known(world)
    found = tuple(_owned(world, known, name, names, data) for name in data.series)
    for number, own in enumerate(found):
        for other, earlier in enumerate(found[:number]):
            if set(own) & set(earlier) and len(own) == len(earlier):
                raise DataError(
                    f"--as: '{visible(data.series[other])[:60]}' and "
                    f"'{visible(data.series[number])[:60]}' stand for the same offers"
                )
    return found


def _owned(
    world: Document, known: dict[str, Owned], name: str, names: dict[str, str], data: Data
) -> Owned:
    whose = names.get(name, name)
    if whose in known:
        return known[whose]
    offers = [offer for firm in world.firms.values() for offer in firm.offers]
    if name == ONLY_SERIES and not names:
        if len(offers) == 1 or data.kind == "purchases":
            return tuple(range(len(offers)))
        raise DataError(
            f"{data.name}: the scenario has {len(offers)} offers; name the one by --as OFFER"
        )
    raise DataError(
        f"{data.name}: '{visible(whose)[:60]}' is no offer, firm or category of the scenario"
        f"{did_you_mean(whose, list(known))}; name one by --as {visible(name)[:60]}=OFFER"
    )


def _known(world: Document) -> dict[str, Owned]:
    """Offers by the names of categories, firms and offers; the narrower name wins."""
    known: dict[str, list[int]] = {}
    by_firm: dict[str, list[int]] = {}
    by_offer: dict[str, list[int]] = {}
    row = 0
    for firm_name, firm in world.firms.items():
        for name, offer in firm.offers.items():
            known.setdefault(offer.category, []).append(row)
            by_firm.setdefault(firm_name, []).append(row)
            by_offer[name] = [row]
            row += 1
    return {name: tuple(rows) for name, rows in (known | by_firm | by_offer).items()}
