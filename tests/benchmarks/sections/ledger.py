"""What keeping trials costs, and how long the commands look for them in a large store."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.table import number

SWEEPS, TRIALS = 5, 10_000
MOST_MS = 1.0
MOST_SECONDS = 1.0
SHOWN = ("opening", "sweeps()", "sweep()", "best()", "reasons()")
"""What `ls`, `status` and `best` wait for."""


def section(bench: Bench) -> Section:
    """Begin and commit in packs of 1, 32 and 1,024; reading beside five sweeps of 10,000 trials."""
    run = measure(
        "ledger without training",
        "tests.benchmarks.ours.ledger_load",
        [str(bench.fresh("ledger-store")), str(SWEEPS), str(TRIALS)],
        bench.fresh("ledger"),
    )
    packs, readings = run.figures["packs"], run.figures["readings"]
    targets = [
        Target(f"ms a trial in packs of {size}", 1000 * seconds, MOST_MS, "ms", most=True)
        for size, seconds in packs.items()
        if size != "1"
    ]
    slowest = max(readings[name] for name in SHOWN)
    targets.append(
        Target("slowest of what the commands ask for", slowest, MOST_SECONDS, "s", most=True)
    )
    return Section("ledger", "measured", [_writing(run), _reading(run)], targets, [run])


def _writing(run: Run) -> Table:
    return Table(
        "Ledger: begin and commit, SQLite, results of five epochs",
        ("trials a pack", "ms a trial"),
        [[size, number(1000 * seconds)] for size, seconds in run.figures["packs"].items()],
        ["every transaction is on the disk before the next one begins"],
    )


def _reading(run: Run) -> Table:
    return Table(
        f"Ledger: reading, {SWEEPS} sweeps of {TRIALS:,} trials, "
        f"{run.figures['megabytes']:,.0f} MB",
        ("", "ms"),
        [[name, number(1000 * seconds)] for name, seconds in run.figures["readings"].items()],
        ["the median of five; trials() is what a sweep that is resumed reads, once"],
    )
