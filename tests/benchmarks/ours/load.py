"""A whole sweep, ledger and MLflow included, with a clock beside it.

    python -m tests.benchmarks.ours.load made-up BACKEND TRIALS
    python -m tests.benchmarks.ours.load TRAINER EPOCHS TRIALS

`made-up` takes scores out of the air; a TRAINER trains in this process. MLflow's address comes from
MLFLOW_TRACKING_URI; without one nothing is sent. What MLflow lacks at the end is not waited for.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sweeps import coordinator, parts
from sweeps.reading.sweep import read_sweep
from sweeps.reading.sweep_file import load_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Result
from sweeps.watcher import AtWork, Summary
from tests.benchmarks.child import report
from tests.sweeps.durability.loads import load_of
from tests.sweeps.fakes import MemoryTracker
from tests.sweeps.made_up import MadeUp
from tests.sweeps.tiny_task import TinyTask


class Clock:
    """When the sweep began, and when its last result so far was kept."""

    def __init__(self) -> None:
        self.began_at = self.kept_at = 0.0
        self.troubles: list[str] = []

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        self.began_at = time.time()

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        self.kept_at = time.time()

    def training(self, live: Sequence[AtWork]) -> None:
        pass

    def said(self, line: str) -> None:
        self.troubles.append(line)

    def ended(self, summary: Summary) -> None:
        pass


def sweep_of(trainer: str, what: str, trials: int) -> Sweep:
    if trainer == "made-up":
        vars(parts).update(trainer_for=lambda *_: MadeUp(), task_for=lambda *_: TinyTask())
        file = Path("sweep.yaml")
        file.write_text(load_of(what, trials)[0])
        return load_sweep(file)
    space = {
        "width": {"low": 4, "high": 64, "log": True},
        "learning_rate": {"low": 0.001, "high": 0.1, "log": True},
        "epochs": int(what),
    }
    search = {"backend": "random", "trials": trials, "batch": 4}
    return read_sweep({"task": "penguins", "trainer": trainer, "search": search, "space": space})


def main() -> None:
    trainer, what, trials = sys.argv[1:]
    sweep, clock = sweep_of(trainer, what, int(trials)), Clock()
    sends = "MLFLOW_TRACKING_URI" in os.environ
    summary = coordinator.run(
        sweep,
        store=Store.at(Path("store")),
        watcher=clock,
        tracker=None if sends else MemoryTracker,
    )
    ended_at = time.time()
    report(
        summary.done,
        clock.kept_at - clock.began_at,
        clock.began_at,
        exit_seconds=ended_at - clock.kept_at,
        unsent=summary.unsent,
        troubles=clock.troubles,
    )


if __name__ == "__main__":
    main()
