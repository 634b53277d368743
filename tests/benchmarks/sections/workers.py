"""Whether more workers train as much more, as far as one coordinator goes."""

from __future__ import annotations

import os

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.sections.busy import LEAST, slept
from tests.benchmarks.table import number

COUNTS = (1, 2, 4, 8, 16, 32)
SECONDS = 0.2


def section(bench: Bench) -> Section:
    """Trials of a fixed time with 1 to 32 workers: how much of each worker more is a gain."""
    runs = [slept(bench, f"{count} workers", count, SECONDS) for count in COUNTS]
    table = Table(
        f"Workers: trials of {1000 * SECONDS:.0f} ms that sleep, ledger on SQLite, no MLflow",
        ("workers", "trials", "trials/s", "efficiency %", "core %"),
        [_row(count, run) for count, run in zip(COUNTS, runs, strict=True)],
        [
            "efficiency: trials a second, as a share of what so many workers could do at most",
            f"`core`: the share of one core that the coordinator computed; "
            f"load now {os.getloadavg()[0]:.1f}",
        ],
    )
    text = f"efficiency of {COUNTS[-1]} workers"
    target = Target(text, efficiency(COUNTS[-1], runs[-1]), LEAST, "%")
    return Section("workers", "measured", [table], [target], runs)


def efficiency(workers: int, run: Run) -> float:
    """Per cent of the trials that so many workers do when none of them ever waits."""
    return float(100 * run.figures["busy"]["rate"] * SECONDS / workers)


def _row(count: int, run: Run) -> list[str]:
    return [
        str(count),
        f"{run.fits:,}",
        number(run.figures["busy"]["rate"]),
        number(efficiency(count, run)),
        number(100 * run.figures["share"]),
    ]
