"""What ``counterpoise game`` does: check, begin a game, serve its pages until Ctrl-C."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.terminal.console import say


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the scenario."""

    teams: int = 4
    rounds: int = 8
    weeks: int = 13
    seed: int = 0
    strategy: str | None = None
    port: int | None = None
    host: str = "127.0.0.1"
    assignments: list[str] = field(default_factory=list)
    browser: bool = True
    out: Path | None = None
    allow_code: bool = False
    quiet: bool = False


def play(name: str, asked: Asked) -> None:
    """Serve a game.

    Raises
    ------
    CounterpoiseError
        If the extra is not installed, the scenario cannot be played, the port is taken, or
        results cannot be kept where they shall be.
    """
    from sim.studio.server import (
        LOOPBACK,
        Guard,
        address_of,
        check_installed,
        listen,
        make_token,
        serve,
    )

    check_installed()
    from sim.studio.game import Game
    from sim.studio.game_server import game_app
    from sim.studio.game_sheet import KeptGame, check_new
    from sim.terminal.inputs import load_all, read_assignments

    (scenario,) = load_all(
        [name], read_assignments(asked.assignments),
        [asked.strategy] if asked.strategy else [], allow_code=asked.allow_code,
    )
    if asked.out is not None:
        check_new(asked.out)
    place = listen(asked.host, asked.port)
    options: dict[str, Any] = {
        "teams": asked.teams, "rounds": asked.rounds, "weeks": asked.weeks, "seed": asked.seed,
        "strategy": asked.strategy,
    }
    game = (
        Game(scenario, **options) if asked.out is None
        else KeptGame(scenario, out=asked.out, **options)
    )
    token = None if asked.host in LOOPBACK else make_token()
    app = Guard(game_app(game, token=token), token=token, names=LOOPBACK if not token else None)
    address = address_of(place, token)
    instructor = f"{address.partition('?')[0]}instructor#{game.instructor}"
    serve(app, place, started=lambda: _started(address, instructor, game.code, asked))
    if asked.out is not None:
        say(f"results: {asked.out}")


def _started(address: str, instructor: str, code: str, asked: Asked) -> None:
    say(f"Teams open {address} and join with {code}")
    say(f"The instructor opens {instructor}")
    if asked.out is not None:
        say(f"Results are kept in {asked.out} after each round")
    if not asked.quiet:
        say("Ctrl-C ends the game.")
    if asked.browser:
        import webbrowser

        webbrowser.open(instructor)
