"""Sixteen clients of a service at once, and the same while it is killed."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.table import number

SWEEPS, TRIALS, CLIENTS, KILLS = 200, 50, 16, 3
MOST_MS = 1000.0
ASKED = ("submit", "status")


def section(bench: Bench) -> Section:
    """All sweeps are submitted at once; a fifth as many unless all of each peer's work is done."""
    bench.need("mlflow")
    sweeps = SWEEPS if bench.options.full else SWEEPS // 5
    runs = [_run(bench, sweeps, kills) for kills in (0, KILLS)]
    targets = [
        Target(
            f"{run.name}: p99 of {asked}",
            run.figures["milliseconds"][f"{asked} p99"],
            MOST_MS,
            "ms",
            most=True,
        )
        for run in runs
        for asked in ASKED
    ]
    targets += [
        Target(f"{run.name}: lost, doubled or not whole", len(run.figures["wrong"]), 0, "", True)
        for run in runs
    ]
    return Section("service", "measured", [_answers(runs), _whole(runs, sweeps)], targets, runs)


def _run(bench: Bench, sweeps: int, kills: int) -> Run:
    return measure(
        f"killed {kills} times" if kills else "left alone",
        "tests.benchmarks.ours.service",
        [str(sweeps), str(TRIALS), str(CLIENTS), str(kills)],
        bench.fresh(f"service-{kills}"),
    )


def _answers(runs: Sequence[Run]) -> Table:
    rows = [
        [
            f"{run.name}, {asked}",
            f"{run.figures['answers'][asked]:,}",
            *(
                number(run.figures["milliseconds"][f"{asked} {name}"])
                for name in ("p50", "p99", "longest")
            ),
        ]
        for run in runs
        for asked in ASKED
    ]
    return Table(
        f"Service: {CLIENTS} clients submit at once, others ask for the status",
        ("", "answers", "p50 ms", "p99 ms", "longest ms"),
        rows,
        ["clients, service, coordinators and their workers on the same cores"],
    )


def _whole(runs: Sequence[Run], sweeps: int) -> Table:
    return Table(
        f"Service: {sweeps} sweeps of {TRIALS} trials of a function that takes no time",
        ("", "submitted s", "over s", "trials a second", "wrong", "load of the machine"),
        [
            [
                run.name,
                number(run.figures["submitted"]),
                number(run.seconds),
                number(run.fits / run.seconds),
                str(len(run.figures["wrong"])),
                number(run.figures["machine_load"][0]),
            ]
            for run in runs
        ],
        ["wrong: what `sweeps doctor` says of any sweep, and sweeps that are lost or doubled"],
    )
