"""What a sweep costs beyond its simulations: ``python -m experiments.benchmarks.sweeping [RUNS]``.

Sweeps the first lesson at 1,000 customers, once on one process and once on two, and prints the
overhead of a run, the efficiency of two cores, and how memory grew. Times of processors and not of
the clock count for the overhead, so that others on the machine disturb it little. What two cores
can do at most is measured too: two sweeps of half the runs beside each other that share nothing.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sim.experiment import working
from sim.experiment.loader import load_experiment
from sim.experiment.reading import open_store
from sim.experiment.sweep import How, sweep
from sim.results.jobs import Job, Series
from sim.scenario import Scenario

TEXT = """\
id: sweeping
title: A benchmark
question: What does a run cost beyond its simulation?
scenario: first_lesson
weeks: 26
factors:
  mechanisms.word_of_mouth.contact_prob:
  mechanisms.word_of_mouth.negativity:
  mechanisms.experience.expectation_rate:
design: {{kind: latin_hypercube, n: {n}}}
outcomes:
  - {{name: units, firm: Nova, weeks: [1, 26]}}
  - {{name: satisfaction, firm: Nova, week: 26}}
  - {{name: market_share, firm: Nova, series: true}}
"""


class Clock:
    """Processor time that simulations take in this process, settings resolved beforehand."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._live = working.live
        working.live = self.live

    def live(self, scenario: Scenario, job: Job) -> Series:
        """Live a market and add up what it takes."""
        scenario.world(job.strategy)  # kept by the scenario: what it takes is the sweep's
        started = time.process_time()
        recorded = self._live(scenario, job)
        self.spent += time.process_time() - started
        return recorded


def swept(runs: int, workers: int, folder: Path, memory: list[float]) -> float:
    """Seconds on the clock; memory in megabytes is noted along the way."""
    path = folder / "sweeping.yaml"
    path.write_text(TEXT.format(n=runs // 2), encoding="utf-8")

    def note(finished: int, failed: int) -> None:
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    study = load_experiment(path)
    return sweep(study, folder / f"{runs}_{workers}", How(workers=workers), progress=note).seconds


def beside_each_other(runs: int) -> float:
    """Seconds of the slower of two processes that each sweep half of the runs alone."""
    command = [sys.executable, "-m", "experiments.benchmarks.sweeping", str(runs // 2), "alone"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return max(float(one.communicate()[0]) for one in both)


def alone(runs: int) -> None:
    """Print the seconds of one sweep on one process."""
    with tempfile.TemporaryDirectory() as name:
        swept(16, 1, Path(name), [])
        print(swept(runs, 1, Path(name), []))


def main(runs: int) -> None:
    """Print the table."""
    clock = Clock()
    memory: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        swept(16, 1, folder, [])  # imports and kernels are not the sweep's
        clock.spent, began = 0.0, time.process_time()
        one = swept(runs, 1, folder, memory)
        beyond = 1000 * (time.process_time() - began - clock.spent) / runs
        both = swept(runs, 2, folder, [])
        busy = open_store(folder / f"{runs}_2").seconds() / both / 2
    most = one / beside_each_other(runs)
    print(f"{runs} runs of 1,000 customers and 26 weeks, {1000 * clock.spent / runs:.1f} ms each")
    print(f"beyond the simulation: {beyond:.2f} ms of processor time a run, settings, results and "
          "all")
    print(f"memory: {memory[len(memory) // 10]:.0f} MB after a tenth, {memory[-1]:.0f} at the end")
    print(f"two processes: {one / both:.2f} times one; they were simulating {busy:.0%} of the "
          "time, their start and the export included")
    print(f"two sweeps that share nothing, without their start: {most:.2f} times one; "
          f"{one / both / most:.0%} of that was reached")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    (alone if sys.argv[2:] == ["alone"] else main)(wanted)
