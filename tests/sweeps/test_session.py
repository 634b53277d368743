"""What a session does when something goes wrong: bugs, signals, lost leases, lost workers."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.executors.processes import Processes
from sweeps.interrupts import HEARD
from sweeps.lease import LeaseError
from sweeps.problem import Problem
from sweeps.reading import read_sweep
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome, Result
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher
from tracking.records import SweepEnd


def test_failed_trials_are_data(bench: Bench) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({2, 7})))
    summary = bench.run()
    assert (summary.done, summary.failed) == (8, 2)
    failed = [record for record in bench.tracker.trials if record.status == "FAILED"]
    assert [record.number for record in failed] == [2, 7]
    assert failed[0].tags["sweeps.failure"] == "diverged"


def test_what_a_trainer_raises_fails_the_trial_and_no_other(bench: Bench) -> None:
    bench.train_with(FakeTrainer(raising=frozenset({5})))
    summary = bench.run()
    assert (summary.ending, summary.done, summary.failed) == ("finished", 9, 1)
    failure = bench.results(summary.sweep_id)[5].error
    assert failure is not None
    assert (failure.reason, failure.message) == ("crashed", "RuntimeError: trial 5 found a bug")
    assert "in _outcome" in failure.traceback


def test_the_same_error_in_three_of_the_first_five_trials_stops_the_sweep(bench: Bench) -> None:
    bench.train_with(FakeTrainer(raising=frozenset(range(1, 10))))
    summary = bench.run()
    assert (summary.ending, summary.done, summary.failed) == ("failed", 1, 3)
    assert summary.cause == "crashed: RuntimeError: trial 3 found a bug"
    last = bench.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert last.status == "FAILED"
    ledger = bench.ledger()
    row = ledger.sweep(summary.sweep_id)
    ledger.close()
    assert (row.state, row.cause) == ("failed", summary.cause)
    bench.train_with(FakeTrainer())
    assert bench.resume(summary.sweep_id).done == 7, "what failed has its result"


def test_three_networks_that_diverge_first_stop_nothing(bench: Bench) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({0, 1, 2, 3, 4})))
    summary = bench.run()
    assert (summary.ending, summary.done, summary.failed) == ("finished", 5, 5)


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


def test_a_report_that_fails_is_said_and_the_sweep_is_finished(bench: Bench) -> None:
    def report(*_: Any) -> list[Any]:
        raise ZeroDivisionError("no spread")

    watcher = RecordingWatcher()
    summary = bench.run(watcher=watcher, report=report)
    assert (summary.ending, watcher.lines) == (
        "finished",
        ["no report: ZeroDivisionError: no spread"],
    )


@dataclass(frozen=True)
class Broken(FakeTrainer):
    """Its packing has a bug."""

    def pack(self, fits: Sequence[Fit], problem: Problem) -> list[Pack]:
        if any(fit.trial.number == 5 for fit in fits):
            raise ZeroDivisionError("no packs")
        return super().pack(fits, problem)


def test_a_bug_stops_the_sweep_tells_the_tracker_and_leaves_it_resumable(bench: Bench) -> None:
    bench.train_with(Broken())
    with pytest.raises(ZeroDivisionError):
        bench.run()
    last = bench.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert last.status == "FAILED"
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"tracking", "sweeps-heartbeat", "sweeps-listener"}
    ledger = bench.ledger()
    (row,) = ledger.sweeps()
    ledger.close()
    assert (row.state, row.cause, row.done) == ("failed", "ZeroDivisionError: no packs", 4)
    bench.train_with(FakeTrainer())
    assert bench.resume(row.sweep_id).done == 10


@dataclass(frozen=True)
class OnAFullDisk(FakeTrainer):
    """Keeps a checkpoint for trial 6, or tries to."""

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 6:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "6-0-0.npz")
        return super().train(pack, problem, progress)


def test_a_full_disk_fails_no_trial_and_stops_the_sweep(bench: Bench) -> None:
    bench.train_with(OnAFullDisk())
    summary = bench.run()
    assert (summary.ending, summary.done, summary.failed) == ("failed", 6, 0)
    assert summary.cause is not None
    assert "No space left on device: '6-0-0.npz'" in summary.cause
    bench.train_with(FakeTrainer())
    assert bench.resume(summary.sweep_id).done == 10


def test_a_coordinator_that_lost_its_sweep_leaves_it_and_everything_else_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_over(result: Result) -> None:
        if result.trial.number == 2:
            monkeypatch.setattr("sweeps.ledger_records.surely_dead", lambda owner: True)
            ledger = bench.ledger()
            ledger.claim(ledger.sweeps()[0].sweep_id)
            ledger.close()

    with pytest.raises(LeaseError, match="taken over"):
        bench.run(watcher=RecordingWatcher(on_result=take_over))
    assert not any(isinstance(record, SweepEnd) for record in bench.tracker.records)
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"tracking", "sweeps-heartbeat", "sweeps-interrupts"}


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


def test_rows_that_cannot_be_split_so_are_refused_before_anything_is_written(bench: Bench) -> None:
    for evaluate in ({"folds": 40}, {"validation": 0.005}):
        sweep = read_sweep(DOCUMENT | {"evaluate": evaluate})
        with pytest.raises(SpaceError, match="the rows cannot be split like this") as caught:
            bench.run(sweep)
        assert caught.value.path == ("evaluate",)
    with pytest.raises(ValueError, match="workers: -1"):
        bench.run(workers=-1)
    assert not bench.store.folder.exists()


def test_the_trainers_variables_do_not_outlast_the_session(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Needy(FakeTrainer):
        @property
        def environment(self) -> dict[str, str]:
            return {"SWEEPS_TEST_VARIABLE": "here"}

        def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
            assert os.environ["SWEEPS_TEST_VARIABLE"] == "here"
            return super().train(pack, problem, progress)

    monkeypatch.delenv("SWEEPS_TEST_VARIABLE", raising=False)
    bench.train_with(Needy())
    assert bench.run().done == 10
    assert "SWEEPS_TEST_VARIABLE" not in os.environ


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
    assert (summary.ending, summary.done, summary.failed) == ("interrupted", 2, 0)
    bench.train_with(FakeTrainer())
    assert bench.resume(summary.sweep_id).done == 10


class Endless(FakeTrainer):
    """Trial 3 takes as long as nobody ends it; `reached` tells that it has begun."""

    reached = threading.Event()

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 3:
            self.reached.set()
            threading.Event().wait(60)
        return super().train(pack, problem, progress)


def test_a_lost_lease_ends_what_is_under_way(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweeps.lease.LEASE_MS", 3000)

    def take_over() -> None:
        assert Endless.reached.wait(20)
        monkeypatch.setattr("sweeps.ledger_records.surely_dead", lambda owner: True)
        ledger = bench.ledger()
        ledger.claim(ledger.sweeps()[0].sweep_id)
        ledger.close()

    bench.train_with(Endless())
    other = threading.Thread(target=take_over)
    other.start()
    with pytest.raises(LeaseError, match="taken over"):
        bench.run()
    other.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
