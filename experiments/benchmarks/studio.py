"""The studio in a browser, beside Mesa's SolaraViz: ``python -m experiments.benchmarks.studio``.

For each number of customers shown, one after the other in the same Chromium: seconds from the
command to the first picture, pictures a second at full speed, how soon a lever and Pause act, and
memory. Full speed is for pictures and Pause; levers move at ten weeks a second, where a studio
begins. With ``--minutes`` it also plays the studio so long, with levers, forks and resets, and
prints memory along the way. Needs the extras of the tests; SolaraViz is left out where the
interpreter named by BENCHMARK_SOLARA_PYTHON (else this one) does not have it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.benchmarks.peers import solara_virus

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-precise-memory-info",
]
LEVER = "firms.Nova.offers.nova_box.price"
MOVES = 20
MOST_WEEKS = 1_040
PATIENCE = 120.0

MOVE = """([path, value]) => new Promise(done => {
  const { page, parts } = __studio, slider = parts.levers.rows.get(path).box.querySelector("input");
  const before = page.state.log.length, start = performance.now();
  slider.value = value;
  for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind, { bubbles: true }));
  const look = () => {
    const spent = performance.now() - start, { log } = page.state;
    if (log.length > before && __studio.week >= log.at(-1)[0]) done(spent);
    else if (spent > 5000) done(NaN);
    else requestAnimationFrame(look);
  };
  look();
})"""
REST = """([button, read]) => new Promise(done => {
  const count = new Function(`return ${read}`), start = performance.now();
  let known = count(), last = start;
  button.click();
  const look = () => {
    const now = performance.now(), seen = count();
    if (seen !== known) [known, last] = [seen, now];
    now - last > 1500 ? done(last - start) : requestAnimationFrame(look);
  };
  look();
})"""
HEAP = "performance.memory.usedJSHeapSize / 1e6"


@dataclass(frozen=True)
class Seen:
    """What one page at one size did; milliseconds, megabytes; not a number is not measured."""

    engine: str
    shown: int
    first: float
    frames: float
    lever: tuple[float, float]
    pause: float
    server: float
    page: float

    def line(self) -> str:
        """A row of the table."""
        median, late = self.lever
        return (
            f"{self.engine:12}{self.shown:7,}{self.first:9.1f} s{self.frames:11.1f}"
            f"{median:13.0f}{late:9.0f}{self.pause:9.0f}{self.server:12.0f}{self.page:9.0f}"
        )


def memory_of(process: int) -> float:
    """Resident megabytes of a process and its children."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    own = next((float(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
    listed = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8")
    return own + sum(memory_of(int(child)) for child in listed.split())


@contextmanager
def started(command: list[str], **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended afterwards, with its own children."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, **more
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def until(page: Any, expression: str) -> None:
    """Wait in small steps: what is measured is the page, not the patience of the tool."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        if time.monotonic() > end:
            raise TimeoutError(expression)
        time.sleep(0.02)


def play_anew(page: Any) -> None:
    """Begin at week 0 and play for half a second."""
    page.click("#reset")
    until(page, "!__studio.page.state.playing && __studio.page.state.week === 0")
    page.click("#play")
    time.sleep(0.5)


def frames_a_second(page: Any, read: str, seconds: float = 10.0) -> float:
    """Pictures a second, counted by the page itself."""
    began, start = page.evaluate(read), time.perf_counter()
    time.sleep(seconds)
    return float((page.evaluate(read) - began) / (time.perf_counter() - start))


def studio_command(shown: int, weeks: int) -> list[str]:
    """The studio with so many customers, all of them shown."""
    return [
        sys.executable, "-m", "sim", "studio", "first_lesson", "--no-browser", "--quiet",
        "--set", f"customers.n={shown}", "--set", f"weeks={weeks}", "--shown", str(shown),
    ]


def see_studio(browser: Any, shown: int) -> Seen:
    """The page of this project."""
    begun = time.perf_counter()
    with started(studio_command(shown, MOST_WEEKS)) as process:
        assert process.stdout is not None
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(process.stdout.readline().strip())
        until(page, "Boolean(window.__studio && __studio.ready && __studio.frames > 0)")
        first = time.perf_counter() - begun
        time.sleep(1.0)
        page.select_option("#speed", "0")
        play_anew(page)
        frames = frames_a_second(page, "__studio.frames", 2.5)  # a small market soon has no weeks
        page.select_option("#speed", "10")  # where a studio begins; a week is a tenth of a second
        play_anew(page)
        moves = []
        for k in range(MOVES):
            moves.append(page.evaluate(MOVE, [LEVER, 5.6 + 0.2 * (k % 3)]))
            time.sleep(0.3)
        page.select_option("#speed", "0")
        time.sleep(0.5)
        button = page.query_selector("#play")
        pause = page.evaluate(REST, [button, "__studio.frames"])
        found = Seen(
            "studio", shown, first, frames, tuple(np.nanpercentile(moves, [50, 95])), pause,
            memory_of(process.pid), page.evaluate(HEAP),
        )
        page.close()
    return found


def see_solara(browser: Any, shown: int) -> Seen:
    """Mesa's page with its own example."""
    interpreter = os.environ.get("BENCHMARK_SOLARA_PYTHON", sys.executable)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        interpreter, "-m", "solara", "run", solara_virus.__file__, "--host", "127.0.0.1",
        "--port", str(port), "--no-open", "--production",
    ]
    begun = time.perf_counter()
    environment = {**os.environ, solara_virus.NODES: str(shown)}
    with started(command, env=environment, stderr=subprocess.DEVNULL) as process:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        while True:
            try:
                page.goto(f"http://127.0.0.1:{port}/")
                break
            except Exception:  # not listening yet
                if process.poll() is not None:
                    raise RuntimeError(f"{interpreter} cannot run SolaraViz") from None
                if time.perf_counter() - begun > PATIENCE:
                    raise
                time.sleep(0.05)
        until(page, solara_virus.READY)
        first = time.perf_counter() - begun
        time.sleep(1.0)
        page.get_by_role("button", name="▶").click()
        time.sleep(2.0)
        frames = frames_a_second(page, solara_virus.STEP)
        button = page.get_by_role("button", name="❚❚").element_handle()
        pause = page.evaluate(REST, [button, solara_virus.STEP])
        found = Seen(
            "SolaraViz", shown, first, frames, (float("nan"), float("nan")), pause,
            memory_of(process.pid), page.evaluate(HEAP),
        )
        page.close()
    return found


def play_long(browser: Any, shown: int, minutes: float) -> None:
    """Play, steer, fork and begin anew, as a class would, and print what memory does."""
    weeks = 104
    with started(studio_command(shown, weeks)) as process:
        assert process.stdout is not None
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(process.stdout.readline().strip())
        until(page, "Boolean(window.__studio && __studio.ready && __studio.frames > 0)")
        print(f"{'minutes':>8}{'weeks lived':>13}{'server MB':>11}{'page MB':>9}")
        page.select_option("#speed", "0")
        begun, told, lived = time.monotonic(), 0.0, 0
        while (now := (time.monotonic() - begun) / 60) < minutes:
            if now >= told:
                heap = page.evaluate(HEAP)
                print(f"{now:8.1f}{lived:13,}{memory_of(process.pid):11.0f}{heap:9.0f}", flush=True)
                told += minutes / 10
            page.click("#play")
            until(page, "__studio.page.state.week >= 30")
            page.evaluate(MOVE, [LEVER, 5.5])
            page.evaluate("week => __studio.send({ type: 'fork', week })", 20)
            until(page, "__studio.page.state.forked")
            page.evaluate("__studio.send({ type: 'play' })")
            until(page, "__studio.page.state.finished")
            lived += weeks + (weeks - 20)
            page.click("#reset")
            until(page, "__studio.page.state.week === 0 && !__studio.page.state.finished")
        heap = page.evaluate(HEAP)
        print(f"{minutes:8.1f}{lived:13,}{memory_of(process.pid):11.0f}{heap:9.0f}")
        page.close()


def main() -> None:
    """Print the tables."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shown", type=int, nargs="*", default=[500, 2000, 5000])
    parser.add_argument("--minutes", type=float, default=0.0)
    asked = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        if asked.shown:
            print(f"{'page':12}{'shown':>7}{'first':>11}{'pictures/s':>11}{'lever ms 50%':>13}"
                  f"{'95%':>9}{'pause ms':>9}{'server MB':>12}{'page MB':>9}")
        for shown in asked.shown:
            for see in (see_studio, see_solara):
                try:
                    print(see(browser, shown).line(), flush=True)
                except Exception as error:
                    print(f"{see.__name__} at {shown:,}: {str(error).splitlines()[0]}", flush=True)
        if asked.minutes:
            play_long(browser, 2_000, asked.minutes)
        browser.close()


if __name__ == "__main__":
    main()
