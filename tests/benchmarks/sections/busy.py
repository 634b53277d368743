"""How busy one coordinator keeps 32 workers with short trials, on each kind of ledger."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

from tests.benchmarks.bench import Bench
from tests.benchmarks.child import ChildError, measure
from tests.benchmarks.figures import Run, Section, Table, Target
from tests.benchmarks.table import number
from tests.sweeps.postgres import NoServerError, Server, running

WORKERS = 32
SECONDS = (0.2, 0.05)
TRIALS_A_WORKER = {0.2: 40, 0.05: 120}
"""Trials for each of the workers."""

LEAST = 90.0
"""Per cent of the time in which a worker has a trial: of 200 ms trials a must, of 50 ms a goal."""

NOTES = (
    "from when the last worker had its first trial to the beginning of the last trial; the workers "
    "sleep, so that two cores can hold them",
    "a commit is one transaction, on the disk before the next one begins; `core` is the share of "
    "one core that the coordinator computed, the sender of its MLflow records included",
    "MLflow is an SQLite store written by the coordinator's own process; unsent trials are sent "
    "when training has ended",
)


def section(bench: Bench) -> Section:
    """Both lengths of a trial on SQLite, on PostgreSQL, and on SQLite with MLflow."""
    bench.need("mlflow")
    with ExitStack() as stack:
        server, absent = _server(stack)
        runs = list(_runs(bench, server))
    table = Table(
        f"Busy: {WORKERS} worker processes, one coordinator",
        ("", "trials", "busy %", "idlest %", "trials/s", "trials a commit", "core %", "unsent"),
        [_row(run) for run in runs],
        [*NOTES, *absent, f"load now {os.getloadavg()[0]:.1f}"],
    )
    return Section("busy", "measured", [table], [_target(run) for run in runs], runs)


def _server(stack: ExitStack) -> tuple[Server | None, list[str]]:
    """A PostgreSQL server that keeps what it says it has kept; why there is none."""
    try:
        return stack.enter_context(running(fsync="on")), []
    except NoServerError as reason:
        return None, [f"skipped: PostgreSQL: {reason}"]


def _runs(bench: Bench, server: Server | None) -> Iterator[Run]:
    for seconds in SECONDS:
        name = f"{1000 * seconds:.0f} ms trials"
        yield slept(bench, f"{name}, SQLite", WORKERS, seconds)
        if server is not None:
            yield slept(bench, f"{name}, PostgreSQL", WORKERS, seconds, url=server.fresh())
        yield slept(bench, f"{name}, SQLite and MLflow", WORKERS, seconds, sends=True)


def slept(
    bench: Bench, name: str, workers: int, seconds: float, url: str = "", sends: bool = False
) -> Run:
    """A sweep of trials that sleep so long, measured in a process of its own."""
    folder = bench.with_mlflow("busy") if sends else bench.fresh("busy")
    env = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"} if sends else {}
    trials = workers * TRIALS_A_WORKER[seconds]
    run = measure(
        name,
        "tests.benchmarks.ours.many_workers",
        [str(workers), str(seconds), str(trials), url],
        folder,
        **env,
    )
    if run.fits != trials:
        raise ChildError(f"{name}: {run.fits} of {trials} trials: {run.figures['said']}")
    return run


def _row(run: Run) -> list[str]:
    busy = run.figures["busy"]
    return [
        run.name,
        f"{run.fits:,}",
        number(100 * busy["mean"]),
        number(100 * busy["least"]),
        number(busy["rate"]),
        number(run.fits / run.figures["commits"]),
        number(100 * run.figures["share"]),
        f"{run.figures['unsent']:,}",
    ]


def _target(run: Run) -> Target:
    text = f"{WORKERS} workers, {run.name}: a worker is busy"
    share = 100 * run.figures["busy"]["mean"]
    return Target(text if run.name.startswith("200") else f"goal: {text}", share, LEAST, "%")
