"""A sweep as a user starts it, measured from the process's start to its end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure, timed
from tests.benchmarks.figures import Run, Table
from tests.benchmarks.table import number

COMMAND = "from sweeps.cli.app import main; main()"
"""What the installed `sweeps` command runs."""


def script(bench: Bench, names: Sequence[str], repeats: int, fits: int, cache: Path) -> Run:
    """A small script that calls `sweeps.run` for each experiment, in a store that is in use."""
    return measure(
        "script of sweeps.run",
        "tests.benchmarks.ours.in_a_row",
        [bench.options.trainer, "run", ",".join(names), str(repeats)],
        bench.used_store(),
        SWEEPS_CACHE_DIR=str(cache),
    )


def command(bench: Bench, names: Sequence[str], repeats: int, fits: int, cache: Path) -> Run:
    """`sweeps reproduce penguins --only …`, which also judges conclusions and draws pictures."""
    arguments = ["reproduce", "penguins", "--only", ",".join(names), "--repeats", str(repeats)]
    spent = timed(
        [sys.executable, "-c", COMMAND, *arguments],
        bench.used_store(),
        {"SWEEPS_CACHE_DIR": str(cache)},
    )
    return Run(
        name="sweeps reproduce penguins",
        fits=fits,
        seconds=spent.seconds,
        start_seconds=0.0,
        total_seconds=spent.seconds,
        megabytes=spent.megabytes,
        cpu_seconds=spent.cpu_seconds,
    )


WAYS = (script, command)


def cold_and_warm(
    bench: Bench, names: Sequence[str], repeats: int, fits: int
) -> dict[str, list[Run]]:
    """Each way with an empty compile cache and then with the one it filled, in turns.

    The keys name the way and the cache: `script of sweeps.run, cold`.
    """
    found: dict[str, list[Run]] = {}
    for turn in range(bench.options.rounds):
        for way in WAYS:
            cache = bench.fresh(f"cache-{way.__name__}-{turn}")
            for state in ("cold", "warm"):
                run = way(bench, names, repeats, fits, cache)
                found.setdefault(f"{run.name}, {state}", []).append(run)
    return found


def fastest(runs: Sequence[Run]) -> Run:
    return min(runs, key=lambda run: run.total_seconds)


def table(
    title: str, found: dict[str, list[Run]], plain: Run | None, notes: Sequence[str] = ()
) -> Table:
    """One row for each way and cache: the fastest turn, all turns, memory, and the multiple.

    `plain` is the plain loop, where it was measured; its time is that of its fits alone.
    """
    rows = [_row(name, runs, plain) for name, runs in found.items()]
    return Table(
        title,
        (
            "compile cache cold or warm",
            "fits",
            "s",
            "all turns, s",
            "CPU s",
            "ms a fit",
            "peak MB",
            "x plain loop",
        ),
        rows,
        [
            "from process start to its end, ledger, MLflow and reports included, in a store where "
            "a sweep has run before; the files of all packages are in the system's cache",
            *notes,
        ],
    )


def _row(name: str, runs: Sequence[Run], plain: Run | None) -> list[str]:
    best = fastest(runs)
    each = best.total_seconds / best.fits
    return [
        name,
        f"{best.fits:,}",
        number(best.total_seconds),
        ", ".join(number(run.total_seconds) for run in runs),
        number(min(run.cpu_seconds for run in runs)),
        number(1000 * each),
        f"{max(run.megabytes for run in runs):,.0f}",
        "" if plain is None else number(plain.seconds_a_fit / each),
    ]
