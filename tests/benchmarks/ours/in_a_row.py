"""A small script as a user would write it: the study's experiments, one sweep after the other.

    python -m tests.benchmarks.ours.in_a_row TRAINER HOW EXPERIMENT,... REPEATS

HOW is `run` (`sweeps.run`: ledger, MLflow, a report of each sweep) or `bare` (ledger and MLflow, no
report, one executor for all sweeps).
"""

from __future__ import annotations

import sys
import time

import sweeps
from sweeps import coordinator
from sweeps.executors.executor import executor_for
from sweeps.reading.sweep import read_sweep
from sweeps.reproduce.experiments import EXPERIMENTS, document_of
from sweeps.sweep import Sweep
from sweeps.trainers.choose import trainer_for
from tests.benchmarks.child import report
from tests.benchmarks.ours.workers import workers_for


def sweep_of(name: str, trainer: str, repeats: int) -> Sweep:
    """The experiment's sweep file with that trainer and so many repeats."""
    known = {found.name: found for found in EXPERIMENTS}
    document = document_of(known[name])
    document["trainer"] = trainer
    document["evaluate"]["repeats"] = repeats
    return read_sweep(document)


def run(wanted: list[Sweep]) -> int:
    """As a user would; trials without a score, of all sweeps."""
    tables = [sweeps.run(sweep, memo=False) for sweep in wanted]
    return sum(int(table["score"].isna().sum()) for table in tables)


def bare(wanted: list[Sweep], trainer: str) -> int:
    executor = executor_for(workers_for(trainer), trainer_for(trainer).environment)
    try:
        return sum(coordinator.run(sweep, executor=executor).failed for sweep in wanted)
    finally:
        executor.shutdown()


def main() -> None:
    trainer, how, names, repeats = sys.argv[1:]
    wanted = [sweep_of(name, trainer, int(repeats)) for name in names.split(",")]
    started, before = time.time(), time.perf_counter()
    failed = run(wanted) if how == "run" else bare(wanted, trainer)
    seconds = time.perf_counter() - before
    trials = sum(sweep.space.count or 0 for sweep in wanted)
    if failed:
        raise SystemExit(f"{failed} of {trials} trials failed")
    report(trials * int(repeats), seconds, started)


if __name__ == "__main__":
    main()
