"""What a session does when something goes wrong: failed trials, bugs, a full disk."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.errors import LedgerError
from sweeps.executors.executor import ClusterLostError
from sweeps.lease import Claim
from sweeps.ledger.ledger import Ledger
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher, Threads
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


def test_an_error_after_the_end_does_not_change_what_the_sweep_ended_as(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Ledger.release
    errors = [LedgerError("the ledger cannot be written: database is locked")]

    def locked_once(self: Ledger, claim: Claim) -> None:
        if errors:
            raise errors.pop()
        release(self, claim)

    monkeypatch.setattr(Ledger, "release", locked_once)
    with pytest.raises(LedgerError):
        bench.run()
    ledger = bench.ledger()
    (row,) = ledger.sweeps()
    ledger.close()
    assert (row.state, row.done, row.holder) == ("finished", 10, None)


class Falling(Threads):
    """A cluster whose head is lost when so many calls have been handed over."""

    def __init__(self, calls: int) -> None:
        super().__init__(2)
        self.calls = calls

    def submit_on(self, terms: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.calls -= 1
        if self.calls >= 0:
            return super().submit_on(terms, fn, *args, **kwargs)
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        future.set_exception(ClusterLostError("the head is gone"))
        return future


def test_a_lost_cluster_interrupts_the_sweep_and_costs_no_trial_a_try(bench: Bench) -> None:
    with Falling(5) as executor:
        summary = bench.run(executor=executor)
    assert (summary.ending, summary.failed) == ("interrupted", 0)
    assert summary.done in (4, 5), "the fifth may not have begun when the loss is noticed"
    assert (summary.signal, summary.cause) == (None, "the head is gone")
    resumed = bench.resume(summary.sweep_id)
    assert (resumed.ending, resumed.done, resumed.cause) == ("finished", 10, None)
    straight = bench.run()
    assert [one.score for one in bench.results(summary.sweep_id)] == [
        one.score for one in bench.results(straight.sweep_id)
    ]
