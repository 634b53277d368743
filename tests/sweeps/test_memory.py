"""Keras grows with every network that it builds; a sweep's processes do not."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import pytest

from sweeps.executors.processes import Processes
from sweeps.reading.sweep import read_sweep
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Pack
from sweeps.trial import Result
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import RecordingWatcher
from tests.sweeps.trainers.fitting import fit_of, problem_on

WORKERS = 2
ROOM = 170
"""MB that a worker may grow by before it is replaced."""

ONE_TRIAL = 200
"""MB that one of these trials adds at most: the last one before its worker is looked at."""

COORDINATOR = 150
"""MB that the coordinator may grow by."""


@dataclass
class Memory:
    """Resident MB of this process and of each child, looked at whenever a trial is done.

    Children of other tests that there are already are no workers of this one.
    """

    workers: dict[int, float] = field(default_factory=dict)
    coordinator: list[float] = field(default_factory=list)
    others: set[int] = field(default_factory=lambda: children())

    def look(self, _: Result) -> None:
        self.coordinator.append(megabytes(os.getpid()))
        for pid in children() - self.others:
            with suppress(psutil.NoSuchProcess):  # a worker may be replaced at this moment
                self.workers[pid] = max(megabytes(pid), self.workers.get(pid, 0.0))


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def megabytes(process: int) -> float:
    resident: int = psutil.Process(process).memory_info().rss
    return resident / 2**20


def train_one() -> float:
    """The size of a worker that has trained a network, whatever TensorFlow takes here."""
    KerasFit().train(Pack((fit_of({"width": 8}, budget=1),)), problem_on(), None)
    return megabytes(os.getpid())


def size_of_a_worker() -> float:
    processes = Processes(1, KerasFit().environment)
    try:
        return processes.submit(train_one).result()
    finally:
        processes.shutdown()


def sweep_of(trials: int) -> dict[str, object]:
    return {
        "task": "penguins",
        "trainer": "keras",
        "search": {"backend": "random", "trials": trials, "batch": 16},
        "space": {"layer_count": [1, 2], "width": {"low": 800, "high": 2000}, "epochs": 1},
    }


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    "trials",
    [pytest.param(36, marks=pytest.mark.slow), pytest.param(500, marks=pytest.mark.soak)],
)
def test_memory_is_bounded_by_the_replacement_of_workers(
    bench: Bench, trials: int, record_property: Callable[[str, object], None]
) -> None:
    limit = size_of_a_worker() + ROOM
    bench.train_with(KerasFit())
    memory = Memory()
    processes = Processes(WORKERS, KerasFit().environment, megabytes=int(limit))
    try:
        summary = bench.run(
            read_sweep(sweep_of(trials)),
            executor=processes,
            watcher=RecordingWatcher(on_result=memory.look),
        )
    finally:
        processes.shutdown()
    assert (summary.done, summary.failed) == (trials, 0)
    largest, grown = max(memory.workers.values()), memory.coordinator[-1] - memory.coordinator[0]
    record_property("workers", len(memory.workers))
    record_property("largest_worker_mb", round(largest))
    record_property("coordinator_grown_mb", round(grown))
    assert largest < limit + ONE_TRIAL
    assert grown < COORDINATOR
    assert len(memory.workers) > WORKERS + 2, "none was replaced, so nothing was tried"
