"""Print the table of the project against its peers, and its own scaling.

``python -m experiments.benchmarks peers --n 100000``, ``... scaling``, ``... everything``,
``... startup``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

PEERS = {
    "mesa_neighbor_lists": 100_000,
    "mesa_frames_polars": 1_000_000,
    "starsim_peer": 1_000_000,
    "scipy_sparse": 1_000_000,
    "numpy_expert": 1_000_000,
    "numba_plain": 10_000_000,
    "numba_tuned": 10_000_000,
}
"""Largest market each peer is asked to run; beyond, it takes too long to wait for."""

THREADED = ("counterpoise", "numba_plain", "numba_tuned")
WEEKS = 52
KINDS = {
    "watts_strogatz": {"neighbors": 10, "rewiring_prob": 0.1},
    "barabasi_albert": {"ties_per_newcomer": 5},
}


def build(kind: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The social graph of the workload as compressed sparse rows."""
    from sim.network import build_network, parameters_of
    from sim.streams import Streams

    network = build_network(kind, parameters_of(kind)(**KINDS[kind]), n, Streams(0))
    return network.indptr, network.indices


def measure(name: str, kind: str, n: int, threads: int, repeats: int) -> dict[str, object] | None:
    """Best seconds of one engine; None where it is not installed."""
    home = "experiments.benchmarks.engine"
    if name != "counterpoise":
        home = f"experiments.benchmarks.peers.{name}"
    try:
        engine = importlib.import_module(home)
    except ImportError as error:
        return {"engine": name, "threads": threads, "missing": str(error)}
    indptr, indices = build(kind, n)
    best, shares = float("inf"), None
    for seed in range(repeats):
        seconds, shares = engine.run(indptr, indices, WEEKS, seed, threads)
        best = min(best, seconds)
    return {"engine": name, "threads": threads, "seconds": best, "shares": list(map(float, shares))}


def in_a_process(*arguments: str) -> dict[str, Any]:
    """Measure in a process of its own, so that memory and caches of engines do not mix."""
    interpreter = sys.executable
    if "mesa_frames_polars" in arguments or "starsim_peer" in arguments:
        # These two need an older NumPy than the project: an environment of their own.
        interpreter = os.environ.get("BENCHMARK_PEERS_PYTHON", interpreter)
    done = subprocess.run(
        [interpreter, "-m", "experiments.benchmarks", "one", *arguments],
        capture_output=True, text=True, check=False,
    )
    if done.returncode:
        tail = done.stderr.strip().splitlines()
        return {"missing": tail[-1] if tail else "failed"}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def peers(kind: str, n: int, rounds: int) -> None:
    """Print the table against the peers, as ratios of one run.

    Machines that others use too change their speed from one minute to the next. So all engines take
    turns, and a ratio is the median over rounds of two times measured one after the other.
    """
    engines = [
        (name, threads)
        for name, most in {"counterpoise": 10**9, **PEERS}.items() if n <= most
        for threads in ((1, 2) if name in THREADED else (1,))
    ]
    found: dict[tuple[str, int], list[dict[str, Any]]] = {engine: [] for engine in engines}
    for number in range(rounds):
        for name, threads in engines:
            repeats = 1 if name.startswith("mesa") else 5
            row = in_a_process(name, kind, str(n), str(threads), str(repeats))
            found[name, threads].append(row)
            print(f"  round {number + 1}: {name} on {threads} thread(s)", file=sys.stderr)
    print(f"workload W, {kind}, {n:,} customers, {WEEKS} weeks, {rounds} rounds: best seconds, and "
          f"times as slow as this engine")
    print(f"{'engine':22s} {'threads':>7s} {'seconds':>9s} {'on 1 thread':>12s} "
          f"{'on 2 threads':>13s}  shares")
    for (name, threads), rows in found.items():
        if any("missing" in row for row in rows):
            print(f"{name:22s} {threads:7d}   not measured: {rows[0].get('missing', 'failed')}")
            continue
        shares = " ".join(f"{share:.4f}" for share in rows[0]["shares"])
        seconds = [row["seconds"] for row in rows]
        against = [
            np.median([
                theirs / own["seconds"]
                for theirs, own in zip(seconds, found["counterpoise", k], strict=True)
            ])
            for k in (1, 2)
        ]
        print(f"{name:22s} {threads:7d} {min(seconds):9.4f} {against[0]:12.2f} {against[1]:13.2f}  "
              f"{shares}")


def scaling(largest: int) -> None:
    """Print seconds and memory of the workload from 1,000 customers upwards."""
    print(f"{'customers':>10s} {'build s':>8s} {'52 weeks s':>11s} {'ns/customer/week':>17s} "
          f"{'state bytes/customer':>21s} {'peak MB':>8s}")
    found = []
    n = 1_000
    while n <= largest:
        done = in_a_process("scale", "watts_strogatz", str(n), "2", "1")
        found.append((n, float(done["seconds"])))
        print(f"{n:10,d} {done['build']:8.2f} {done['seconds']:11.3f} "
              f"{float(done['seconds']) / n / WEEKS * 1e9:17.1f} {done['bytes']:21.0f} "
              f"{done['peak_mb']:8.0f}")
        n *= 10
    logs = np.log10(np.array(found))
    slope = np.polyfit(logs[1:, 0], logs[1:, 1], 1)[0]
    print(f"slope of log(seconds) over log(customers) from {found[1][0]:,} up: {slope:.2f}")


def scale_once(n: int, threads: int) -> dict[str, float]:
    """Build and live the workload once."""
    from experiments.benchmarks import engine
    from sim import Market, load_scenario

    engine._live(engine._small_ring(), 3, 0, 1)  # compile
    scenario = load_scenario(engine.WORKLOAD)
    Market(scenario, overrides={"customers.n": 100}, observe=False)
    started = time.perf_counter()
    market = Market(scenario, overrides={"customers.n": n}, threads=threads, observe=False)
    built = time.perf_counter()
    market.run_model()
    ended = time.perf_counter()
    return {
        "build": built - started, "seconds": ended - built, "bytes": market.nbytes / n,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def everything(n: int, weeks: int) -> None:
    """Print seconds and memory with every mechanism at work, without and with all observers."""
    print(f"{'customers':>10s} {'observers':>9s} {'build s':>8s} {f'{weeks} weeks s':>12s} "
          f"{'peak MB':>8s}")
    for size in sorted({min(10_000, n), n}):
        for observers in ("none", "all"):
            done = in_a_process("everything", observers, str(size), "2", str(weeks))
            if "missing" in done:
                print(f"{size:10,d} {observers:>9s}   not measured: {done['missing']}")
                continue
            print(f"{size:10,d} {observers:>9s} {done['build']:8.2f} {done['seconds']:12.2f} "
                  f"{done['peak_mb']:8.0f}")


def everything_once(observers: str, n: int, threads: int, weeks: int) -> dict[str, float]:
    """Build and live the market with every mechanism once."""
    from sim import Market, load_scenario

    scenario = load_scenario(Path(__file__).with_name("everything.yaml"))
    settings = {"threads": threads, "observe": observers == "all"}
    Market(scenario, overrides={"customers.n": 500, "weeks": 30}, **settings).run_model()  # compile
    started = time.perf_counter()
    market = Market(scenario, overrides={"customers.n": n, "weeks": weeks}, **settings)
    built = time.perf_counter()
    market.run_model()
    return {
        "build": built - started, "seconds": time.perf_counter() - built,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def startup() -> None:
    """Print what the command line costs before it does anything."""
    def best(code: list[str], repeats: int = 5) -> float:
        times = []
        for _ in range(repeats):
            started = time.perf_counter()
            subprocess.run([sys.executable, *code], capture_output=True, check=False)
            times.append(time.perf_counter() - started)
        return min(times)

    def answered() -> float:
        """Seconds until the verdicts are printed; the report is drawn afterwards."""
        started, seconds = time.perf_counter(), float("nan")
        command = [sys.executable, "-u", "-m", "sim", "run", "first_lesson", "--quiet", "--out"]
        with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
            [*command, f"{folder}/run"], stdout=subprocess.PIPE, text=True,
        ) as process:
            for line in process.stdout or ():
                if line.startswith(("shown", "not shown", "refuted")):
                    seconds = time.perf_counter() - started
        return seconds

    for text in ("--help", "list", "validate scenarios/first_lesson.yaml"):
        print(f"counterpoise {text:40s} {best(['-m', 'sim', *text.split()], 3):6.2f} s")
    # By turns, because a shared machine changes its speed.
    both = [(answered(), best(["-c", "import mesa, numba"], 1)) for _ in range(5)]
    run, imports = (min(times) for times in zip(*both, strict=True))
    beyond = np.median([ours - theirs for ours, theirs in both])
    print(f"counterpoise {'run first_lesson, until its verdicts':40s} {run:6.2f} s")
    print(f"import mesa, numba {'':35s} {imports:6.2f} s")
    print(f"between the two, median of five turns {'':16s} {beyond:6.2f} s")


def main() -> None:
    """Parse and dispatch."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    against = actions.add_parser("peers", help="the table against the peers")
    against.add_argument("--n", type=int, default=100_000)
    against.add_argument("--kind", choices=list(KINDS), default="watts_strogatz")
    against.add_argument("--rounds", type=int, default=3)
    grow = actions.add_parser("scaling", help="from 1,000 customers upwards")
    grow.add_argument("--largest", type=int, default=10_000_000)
    whole = actions.add_parser("everything", help="every mechanism at work")
    whole.add_argument("--n", type=int, default=1_000_000)
    whole.add_argument("--weeks", type=int, default=104)
    actions.add_parser("startup", help="seconds until the command line answers")
    one = actions.add_parser("one", help="measure one engine and print JSON")
    one.add_argument("words", nargs=5)
    chosen = parser.parse_args()
    if chosen.action == "peers":
        peers(chosen.kind, chosen.n, chosen.rounds)
    elif chosen.action == "scaling":
        scaling(chosen.largest)
    elif chosen.action == "everything":
        everything(chosen.n, chosen.weeks)
    elif chosen.action == "startup":
        startup()
    else:
        name, kind, n, threads, repeats = chosen.words
        if name == "scale":
            print(json.dumps(scale_once(int(n), int(threads))))
        elif name == "everything":
            print(json.dumps(everything_once(kind, int(n), int(threads), int(repeats))))
        else:
            print(json.dumps(measure(name, kind, int(n), int(threads), int(repeats))))


if __name__ == "__main__":
    main()
