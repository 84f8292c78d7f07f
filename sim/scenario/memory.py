"""What a run needs of memory, so that nothing too large is begun."""

from __future__ import annotations

import os

from sim.network import parameters_of
from sim.network.registry import find as find_generator
from sim.observers.base import outcomes
from sim.scenario.faults import Fault
from sim.scenario.schema import Document

BYTES_A_CUSTOMER, BYTES_AN_OFFER, BYTES_A_TIE = 260, 40, 24
BYTES_A_VALUE, BYTES_AN_ARRAY = 8, 128
SHARE_OF_MEMORY = 0.8
COPIES_OF_RESULTS = 2
"""Results are kept market by market until all of them stand in one array."""


def memory_faults(document: Document) -> list[Fault]:
    """Refuse what cannot fit into this machine, before anything is allocated."""
    needed, available = memory_needed(document), memory_of_machine()
    if available is None or needed <= SHARE_OF_MEMORY * available:
        return []
    n = document.customers.n
    return [Fault(
        ("customers", "n"),
        f"customers.n = {n}: the run needs about {needed / 1e9:.3g} GB of memory and this machine "
        f"has {available / 1e9:.3g} GB; use fewer customers, offers or ties",
    )]


def memory_needed(document: Document) -> float:
    """Bytes that the state of a run takes, roughly."""
    n = document.customers.n
    offers = sum(len(firm.offers) for firm in document.firms.values())
    network = document.customers.network
    ties = 0.0
    if network.kind is not None:
        parameters = parameters_of(network.kind)(**(network.model_extra or {}))
        ties = find_generator(network.kind).expect(n, parameters)
    return n * (BYTES_A_CUSTOMER + BYTES_AN_OFFER * offers) + BYTES_A_TIE * ties


def results_fault(
    document: Document, strategies: int, replications: int, weeks: int
) -> str | None:
    """Why the results of so many markets cannot fit into this machine, if they cannot."""
    needed = results_needed(document, strategies * replications, weeks)
    available = memory_of_machine()
    if available is None or needed <= SHARE_OF_MEMORY * available:
        return None
    return (
        f"the results of {strategies:,} strategies, {replications:,} replications and {weeks:,} "
        f"weeks need about {needed / 1e9:.3g} GB of memory and this machine has "
        f"{available / 1e9:.3g} GB; use fewer replications or weeks"
    )


def results_needed(document: Document, markets: int, weeks: int) -> float:
    """Bytes that all outcomes of so many markets take, roughly."""
    a_market = BYTES_A_VALUE * values_of(document, 1, weeks) + BYTES_AN_ARRAY * len(outcomes())
    return float(COPIES_OF_RESULTS * markets * a_market)


def values_of(document: Document, markets: int, weeks: int) -> int:
    """How many values all outcomes of so many markets have."""
    firms = document.firms
    owners = {"firm": len(firms), "offer": sum(len(firm.offers) for firm in firms.values())}
    return markets * weeks * sum(owners.get(outcome.per, 1) for outcome in outcomes().values())


def memory_of_machine() -> float | None:
    """Bytes of memory, where the system says it."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE")) * float(os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return None
