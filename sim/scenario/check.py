"""Checks that need more than one place of a document: names that must exist, sums, files, sizes.

They read the raw document and skip what is not there, so that they can speak beside structural
faults; what the structure already refuses is not said twice.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from sim.mechanisms.base import families
from sim.parameters import Declared, declaration
from sim.scenario.faults import Fault, dotted, subject, unknown_key, wrong_name, wrong_value
from sim.scenario.lesson_check import lesson_faults
from sim.scenario.mechanisms import Chosen, choose
from sim.scenario.memory import memory_faults
from sim.scenario.money_check import money_faults
from sim.scenario.network_check import network_faults
from sim.scenario.overrides import at, attribute_names
from sim.scenario.policies import Shelf, policy_faults
from sim.scenario.respondent_check import respondent_faults
from sim.scenario.schema import MOST_CHANNELS, MOST_OFFERS, MOST_SEGMENTS, Document
from sim.scenario.shapes import expected, forms_of_field
from sim.scenario.statements import carrier_faults, claim_faults, event_faults, uncertain_faults
from sim.scenario.structure import structural
from sim.wording import did_you_mean, listed, shown, visible


def check(
    raw: Mapping[str, Any], folder: FilePath | None, *, allow_code: bool = False,
    ranges: bool = True, strategy: str | None = None,
) -> tuple[Document | None, list[Fault]]:
    """The document that raw data spells, as far as it has one, and everything wrong with it.

    Parameters
    ----------
    raw
        Plain data as read.
    folder
        The scenario's own folder, where a network file may lie; None without a file.
    allow_code
        Whether policies named module:Class may be imported, and so be checked.
    ranges
        Whether to check what is uncertain, what carries the result, and amounts of money that
        would be nothing; this means nothing once settings were replaced on purpose or drawn.
    strategy
        The strategy that changed the data; what events of strategies set is checked there only.
    """
    document, faults = structural(Document, raw, (), raw)
    chosen, wrong = choose(at(raw, "mechanisms"), raw)
    faults += wrong
    for more in (
        _enough(raw), _few_enough(raw), _attributes(raw), _offers(raw), _owners(raw),
        _suppliers(raw), _partners(raw), _channels(raw), _segments(raw), _behavior(raw, chosen),
        policy_faults(raw, Shelf(folder, allow_code)), network_faults(raw, folder),
        respondent_faults(document, folder), _start(document), _communities(raw),
        event_faults(raw, strategy), claim_faults(raw), lesson_faults(raw),
        *((uncertain_faults(raw), carrier_faults(raw), money_faults(raw)) if ranges else ()),
    ):
        faults += more
    faults = first_at_each_place(faults)
    if document is not None and not any(fault.path[:1] == ("customers",) for fault in faults):
        faults += memory_faults(document)
    return document, faults


def first_at_each_place(faults: list[Fault]) -> list[Fault]:
    """One fault a place: the structural one stands first and hides what follows from it."""
    places: dict[tuple[Any, ...], Fault] = {}
    for fault in faults:
        key = (fault.path, fault.on_key) if fault.path else (fault.message,)
        places.setdefault(key, fault)
    return list(places.values())


def _few_enough(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """No more segments and channels than columns of small numbers can tell apart."""
    channels = raw.get("channels")
    for path, found, most in (
        (("customers", "segments"), at(raw, "customers", "segments"), MOST_SEGMENTS),
        (("channels",), channels if isinstance(channels, list) else (), MOST_CHANNELS),
    ):
        if len(found) > most:
            message = f"there are {len(found)} {path[-1]}; at most {most} are possible"
            yield Fault(path, message, on_key=True)


def _enough(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """At least one firm, category, segment, and attribute of each category."""
    sections: list[tuple[str, ...]] = [
        ("firms",), ("categories",), ("customers", "segments"), ("strategies",)
    ]
    sections += [("categories", name, "attributes") for name in at(raw, "categories")]
    for path in sections:
        *owner, name = path
        if at(raw, *owner).get(name) == {}:
            one = {"categories": "category", "strategies": "strategy"}.get(
                name, name.removesuffix("s")
            )
            yield Fault(path, f"{subject(path)} is empty: it needs at least one {one}", on_key=True)


def _attributes(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Attribute names are unique, and needs, beliefs and policies name what exists."""
    seen: dict[str, str] = {}
    complete = bool(at(raw, "categories"))
    for category, content in at(raw, "categories").items():
        attributes = content.get("attributes") if isinstance(content, Mapping) else None
        complete = complete and isinstance(attributes, Mapping)
        for name in at(raw, "categories", category, "attributes"):
            if name in seen:
                yield Fault(
                    ("categories", category, "attributes", name),
                    f"the attribute '{visible(name)}' exists in category "
                    f"'{visible(seen[name])}' already; attribute names must be unique over all "
                    "categories", on_key=True,
                )
            seen.setdefault(name, category)
    if complete:
        for segment in at(raw, "customers", "segments"):
            yield from _named(raw, ("customers", "segments", segment, "needs"), list(seen))
        for firm in at(raw, "firms"):
            yield from _named(raw, ("firms", firm, "beliefs"), list(seen))


def _named(raw: Mapping[str, Any], path: tuple[str, ...], attributes: list[str]) -> Iterator[Fault]:
    for name in at(raw, *path):
        if name not in attributes:
            yield Fault(
                (*path, name),
                f"{subject(path)}: no category has an attribute '{visible(name)}'"
                f"{did_you_mean(name, attributes)}", on_key=True,
            )


def _offers(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Offers: known category, quality of that category, unique names, sane shares."""
    sellers: dict[str, str] = {}
    owners: dict[str, float] = {}
    categories = at(raw, "categories")
    for firm in at(raw, "firms"):
        for name, offer in at(raw, "firms", firm, "offers").items():
            path = ("firms", firm, "offers", name)
            if name in sellers:
                yield Fault(
                    path, f"the offer '{visible(name)}' is sold by '{visible(sellers[name])}' "
                    "already; offer names must be unique over all firms", on_key=True,
                )
            sellers.setdefault(name, firm)
            category = offer.get("category") if isinstance(offer, Mapping) else None
            if not isinstance(category, str) or not categories:
                continue
            if category not in categories:
                yield wrong_name((*path, "category"), category, list(categories))
                continue
            yield from _quality(raw, path, category)
            share = offer.get("initial_owners", 0.0)
            if isinstance(share, (int, float)):
                owners[category] = owners.get(category, 0.0) + share
                if owners[category] > 1 + 1e-9:
                    yield Fault(
                        (*path, "initial_owners"),
                        f"{dotted((*path, 'initial_owners'))} = {shown(share)}: the initial owners "
                        f"of all offers in category '{visible(category)}' add up to "
                        f"{owners[category]:.6g}; they must be at most 1",
                    )
    if len(sellers) > MOST_OFFERS:
        yield Fault(
            ("firms",), f"firms sell {len(sellers)} offers; at most {MOST_OFFERS} are possible",
            on_key=True,
        )


def _owners(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Nobody owns, and talks of, what is not on sale yet."""
    for firm in at(raw, "firms"):
        for offer in at(raw, "firms", firm, "offers"):
            place = ("firms", firm, "offers", offer)
            path, launch = (*place, "initial_owners"), (*place, "launch_week")
            share, week = (at(raw, *place).get(name) for name in (path[-1], launch[-1]))
            if isinstance(share, (int, float)) and share > 0 and isinstance(week, int) and week > 1:
                yield Fault(
                    path, f"{dotted(path)} = {shown(share)}: it is first sold in week {week} "
                    "('launch_week'), so nobody can own it before week 1; set initial_owners to 0 "
                    "or launch_week to 1", beside=(launch,),
                )


def _suppliers(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A supplier is another firm; a wholesale price has somebody who gets it."""
    for firm in at(raw, "firms"):
        others = [name for name in at(raw, "firms") if name != firm]
        for offer in at(raw, "firms", firm, "offers"):
            path = ("firms", firm, "offers", offer, "supply")
            supply = at(raw, *path)
            name = supply.get("supplier")
            if isinstance(name, str) and name not in others:
                why = "is the seller itself" if name == firm else "is no firm"
                hint = did_you_mean(name, others) if name != firm and others else ""
                yield Fault(
                    (*path, "supplier"), f"{dotted((*path, 'supplier'))}: '{visible(name)}' {why}; "
                    f"a supplier is another firm{hint}",
                )
            if supply.get("wholesale_price") and name is None:
                yield Fault(
                    (*path, "wholesale_price"), f"{subject(path)} has a 'wholesale_price', but no "
                    "'supplier' who gets it", on_key=True,
                )


def _partners(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Partners are other firms, each named once."""
    for firm in at(raw, "firms"):
        path = ("firms", firm, "partners")
        others = [name for name in at(raw, "firms") if name != firm]
        written = at(raw, "firms", firm).get("partners")
        names: list[Any] = written if isinstance(written, list) else []
        for number, name in enumerate(names):
            if not isinstance(name, str):
                continue
            place = (*path, number)
            if name == firm:
                yield Fault(place, f"{subject(path)}: a firm cannot be a partner of itself")
            elif name in names[:number]:
                yield Fault(place, f"{subject(path)}: '{visible(name)}' stands there twice")
            elif name not in others:
                yield Fault(
                    place, f"{subject(path)}: no other firm is called '{visible(name)}'"
                    f"{did_you_mean(name, others) if others else ''}",
                )


def _quality(raw: Mapping[str, Any], path: tuple[str, ...], category: str) -> Iterator[Fault]:
    content = at(raw, "categories", category)
    if not isinstance(content.get("attributes"), Mapping):
        return
    own = list(content["attributes"])
    for name in at(raw, *path, "quality"):
        if name not in own:
            elsewhere = name in attribute_names(raw)
            why = "" if not elsewhere else " (another category has it)"
            hint = f"; it has {listed(own)}" if elsewhere else did_you_mean(name, own)
            yield Fault(
                (*path, "quality", name),
                f"{subject((*path, 'quality'))}: category '{visible(category)}' has no attribute "
                f"'{visible(name)}'{why}{hint}", on_key=True,
            )


def _channels(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Channels that offers are sold in and segments like exist."""
    named = raw.get("channels")
    known = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    places: list[tuple[str, ...]] = [
        ("firms", firm, "offers", offer, setting)
        for firm in at(raw, "firms") for offer in at(raw, "firms", firm, "offers")
        for setting in ("channels", "channel_costs")
    ]
    places += [
        ("customers", "segments", segment, "channel_affinity")
        for segment in at(raw, "customers", "segments")
    ]
    for path in places:
        for name in at(raw, *path):
            if name not in known:
                hint = did_you_mean(name, known) or "; name it under 'channels'"
                yield Fault(
                    (*path, name), f"{subject(path)}: there is no channel '{visible(name)}'{hint}",
                    on_key=True,
                )


def _segments(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Shares that add up to something, and purchase rates of categories that exist."""
    segments = at(raw, "customers", "segments")
    shares = [at(segments, name).get("share", 1.0) for name in segments]
    if shares and all(isinstance(share, (int, float)) and share == 0 for share in shares):
        yield Fault(
            ("customers", "segments"),
            "customers segments: every share is 0; at least one must be above 0", on_key=True,
        )
    categories = at(raw, "categories")
    for segment in segments:
        path = ("customers", "segments", segment, "purchase_rate")
        rates = at(raw, *path)
        by_category = not {"mean", "shape"} & set(rates)
        for name in rates if by_category and categories else ():
            if name not in categories:
                yield Fault(
                    (*path, name), f"{subject(path)}: there is no category '{visible(name)}'"
                    f"{did_you_mean(name, categories)}", on_key=True,
                )


HOSTS = ("customers", "third_party")


def _communities(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Hosts, vendors and topics of communities are names that exist."""
    firms, categories = list(at(raw, "firms")), list(at(raw, "categories"))
    for name in at(raw, "communities"):
        path = ("communities", name)
        host = at(raw, *path).get("host")
        if isinstance(host, str) and firms and host not in (*HOSTS, *firms):
            yield wrong_name((*path, "host"), host, [*HOSTS, *firms])
        for setting, known in (("vendors", firms), ("categories", categories)):
            written = at(raw, *path).get(setting)
            for number, one in enumerate(written if known and isinstance(written, list) else ()):
                if isinstance(one, str) and one not in known:
                    yield wrong_name((*path, setting, number), one, known)


def _behavior(raw: Mapping[str, Any], chosen: Chosen) -> Iterator[Fault]:
    """What differs by segment is a parameter of a chosen variant that may differ by segment."""
    for segment in at(raw, "customers", "segments"):
        path = ("customers", "segments", segment, "behavior")
        for family, values in at(raw, *path).items():
            if family not in families():
                yield unknown_key((*path, family), families())
            elif family in chosen and isinstance(values, Mapping):
                variant, parameters = chosen[family]
                for name, value in values.items():
                    where = (*path, family, name)
                    yield from _by_segment(where, value, type(parameters), variant)


def _by_segment(
    path: tuple[str, ...], value: Any, group: type[Declared], variant: str
) -> Iterator[Fault]:
    name = path[-1]
    able = [key for key in group.model_fields if declaration(group, key).get("by_segment")]
    if name not in able:
        problem = "cannot differ by segment" if name in group.model_fields else "does not exist"
        yield Fault(
            path, f"{subject(path[:-1])}: '{visible(name)}' {problem} in the variant '{variant}'"
            f"{did_you_mean(name, able) or '; nothing in it can differ by segment'}", on_key=True,
        )
        return
    forms = forms_of_field(group, name)
    number = next((form for form in forms if form.is_number), None)
    if number is None or not number.holds(value) or not number.within(value):
        yield wrong_value(path, value, expected((number,) if number else forms))


LAST_YEAR = 9_800
"""A run may last a century, and a chart has room beside its last week."""


def _start(document: Document | None) -> Iterator[Fault]:
    date = document.start_date if document is not None else None
    if date is None:
        return
    if date.year > LAST_YEAR:
        yield Fault(
            ("start_date",), f"start_date = {date}: must be in the year {LAST_YEAR} or before; the "
            "longest run has no dates after year 9999",
        )
    elif date.weekday() != 0:
        monday = date - datetime.timedelta(days=date.weekday())
        yield Fault(
            ("start_date",), f"start_date = {date}: must be a Monday, such as {monday}; "
            f"it is a {date:%A}",
        )
