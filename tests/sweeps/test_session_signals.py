"""Signals to a session and to its workers: what runs is finished, and no trial fails by them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sweeps.executors.processes import Processes
from sweeps.interrupts import HEARD
from sweeps.problem import Problem
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Result
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_finishes_what_runs_and_stops(bench: Bench, number: int) -> None:
    before = signal.getsignal(number)

    def interrupt(result: Result) -> None:
        if result.trial.number == 2:
            signal.raise_signal(number)

    watcher = RecordingWatcher(on_result=interrupt)
    summary = bench.run(watcher=watcher)
    assert watcher.lines == [HEARD]
    assert (summary.ending, summary.signal, summary.done) == ("interrupted", number, 3)
    assert signal.getsignal(number) is before
    assert bench.resume(summary.sweep_id).done == 10


def test_a_second_ctrl_c_stops_at_once(bench: Bench) -> None:
    class Impatient(FakeTrainer):
        def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
            if pack.fits[0].trial.number == 3:
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGINT)
            return super().train(pack, problem, progress)

    bench.train_with(Impatient())
    summary = bench.run()
    assert (summary.ending, summary.signal, summary.done) == ("interrupted", signal.SIGTERM, 3)
    bench.train_with(FakeTrainer())
    assert bench.resume(summary.sweep_id).done == 10


def test_ctrl_c_while_the_sweep_closes_is_not_forgotten(bench: Bench) -> None:
    def report(*_: Any) -> list[Any]:
        signal.raise_signal(signal.SIGINT)
        return []

    summary = bench.run(report=report)
    assert (summary.ending, summary.signal) == ("finished", signal.SIGINT)


@dataclass(frozen=True)
class Struck(FakeTrainer):
    """Trial 3's worker is told to end the first time, as by a signal for the process group."""

    mark: str = ""

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 3 and not Path(self.mark).exists():
            Path(self.mark).touch()
            os.kill(os.getpid(), signal.SIGTERM)
        return super().train(pack, problem, progress)


def test_a_worker_that_was_told_to_end_has_not_failed(bench: Bench, tmp_path: Path) -> None:
    expected = bench.results(bench.run().sweep_id)
    bench.train_with(Struck(mark=str(tmp_path / "struck")))
    executor = Processes(2, {})
    try:
        summary = bench.run(executor=executor)
    finally:
        executor.shutdown()
    assert (summary.done, summary.failed) == (10, 0)
    assert bench.results(summary.sweep_id) == expected


@dataclass(frozen=True)
class Fallen(FakeTrainer):
    """Trial 2's worker leaves, in whatever way, after the sweep was interrupted."""

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 2:
            parent = multiprocessing.parent_process()
            assert parent is not None and parent.pid is not None
            os.kill(parent.pid, signal.SIGTERM)
            os._exit(0)
        return super().train(pack, problem, progress)


def test_a_worker_that_falls_with_the_whole_sweep_fails_no_trial(bench: Bench) -> None:
    bench.train_with(Fallen())
    executor = Processes(1, {})
    try:
        summary = bench.run(executor=executor)
    finally:
        executor.shutdown()
    assert (summary.ending, summary.failed) == ("interrupted", 0)
    # Trial 3 may have been on its way to the worker by then, and then it is finished.
    assert summary.done in (2, 3)
    bench.train_with(FakeTrainer())
    assert bench.resume(summary.sweep_id).done == 10
