"""What ``counterpoise studio`` does: check, serve the page at once, prepare behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sim.studio.server import LOOPBACK, check_installed
from sim.terminal.console import say

if TYPE_CHECKING:
    import socket

    from sim.scenario import Scenario
    from sim.studio.catalog import Catalog


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the scenario."""

    port: int | None = None
    host: str = "127.0.0.1"
    seed: int = 0
    strategy: str | None = None
    assignments: list[str] = field(default_factory=list)
    shown: int = 2_000
    browser: bool = True
    allow_code: bool = False
    quiet: bool = False
    lesson: bool = False


def open_studio(name: str, asked: Asked) -> None:
    """Serve the live page until Ctrl-C.

    Raises
    ------
    CounterpoiseError
        If the extra is not installed, the scenario cannot be run, or the port is taken.
    """
    check_installed()
    from sim.studio.server import Guard, listen, make_token, serve, studio

    place = listen(asked.host, asked.port)
    catalog = _catalog(name, asked)
    token = None if asked.host in LOOPBACK else make_token()
    app = Guard(studio(catalog), token=token, names=LOOPBACK if token is None else None)
    serve(app, place, started=lambda: _started(catalog, place, token, asked))


def _catalog(name: str, asked: Asked) -> Catalog:
    """The scenario, held against everything that can be wrong with it."""
    from sim.studio.catalog import Catalog
    from sim.terminal.inputs import load_all, read_assignments

    (scenario,) = load_all(
        [name], read_assignments(asked.assignments),
        [asked.strategy] if asked.strategy else [], allow_code=asked.allow_code,
    )
    return Catalog(
        scenario, strategy=asked.strategy, seed=asked.seed, shown=asked.shown,
        lesson=_lesson(scenario) if asked.lesson else None,
    )


def _lesson(scenario: Scenario) -> Callable[[Scenario], Any]:
    """What lesson mode shows; the first scenario must have a lesson."""
    from sim.studio.lesson import as_scene, lesson_of

    lesson_of(scenario)
    return as_scene


def _started(catalog: Catalog, place: socket.socket, token: str | None, asked: Asked) -> None:
    """Say where the page is, open it, and load what a market needs meanwhile."""
    address = page_address(place, token, catalog)
    say(address)
    if not asked.quiet:
        say("Ctrl-C ends the studio.")
    threading.Thread(target=_behind, args=(address, catalog, asked.browser), daemon=True).start()


def page_address(place: socket.socket, token: str | None, catalog: Catalog) -> str:
    """The address of the page with what it opens."""
    from sim.studio.server import address_of

    opened: dict[str, Any] = {"s": catalog.first, "seed": catalog.seed}
    if catalog.strategy is not None:
        opened["t"] = catalog.strategy
    return f"{address_of(place, token)}#{urlencode(opened)}"


def _behind(address: str, catalog: Catalog, browser: bool) -> None:
    if browser:
        import webbrowser

        webbrowser.open(address)
    from sim.studio.building import prepare  # loads Mesa, numba and the mechanisms

    prepare(catalog)
