"""A page in a browser as tests see it: what it shows, and everything that it must not do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@contextmanager
def serving(*arguments: str, command: str = "studio") -> Iterator[str]:
    """A studio, or a lesson, of its own process; gives its address."""
    line = [sys.executable, "-m", "sim", command, *arguments, "--no-browser", "--quiet"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=20)


class Looker:
    """A page, and everything that it must not do."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("console", lambda said: said.type == "error" and self.wrong.append(said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.on("dialog", lambda dialog: (self.wrong.append(dialog.message), dialog.dismiss()))

    def _asked(self, url: str) -> None:
        place = urlsplit(url)
        if place.scheme not in ("blob", "data", "file") and place.hostname != "127.0.0.1":
            self.wrong.append(f"asked {url}")

    def read(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def until(self, expression: str, wanted: Callable[[Any], bool] = bool) -> Any:
        """The value of an expression once it is as wanted; the page forbids eval, so we poll."""
        end = time.monotonic() + PATIENCE
        while True:
            value = self.read(expression)
            if wanted(value):
                return value
            assert time.monotonic() < end, f"{expression} stayed {value!r}; {self.wrong}"
            time.sleep(0.03)

    def open(self, address: str) -> Looker:
        self.page.goto(address)
        self.until("Boolean(window.__studio && __studio.ready)")
        return self

    @property
    def week(self) -> int:
        return int(self.read("__studio.page.state.week"))

    def reach(self, week: int) -> None:
        self.until("__studio.page.state.week", lambda now: now >= week)

    def rest(self) -> int:
        """Pause, and the week in which the page then is."""
        if self.read("__studio.page.state.playing"):
            self.page.click("#play")
        self.until("!__studio.page.state.playing")
        return self.week

    def plane(self, name: str, side: int = 0) -> list[int]:
        return list(self.read(f"Array.from(__studio.parts.stage.frames[{side}].{name})"))

    def seek(self, week: int) -> None:
        self.page.evaluate(
            "week => { const bar = document.getElementById('scrub'); bar.value = week;"
            " bar.dispatchEvent(new Event('change')); }", week,
        )
        self.until("__studio.parts.stage.frames[0]?.week", lambda shown: shown == week)
