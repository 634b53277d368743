"""The loop from end to end with made-up scores: order, crashes, interruptions, time, failures."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps import coordinator, session
from sweeps.executors.processes import Processes
from sweeps.interrupts import HEARD
from sweeps.lease import LeaseError
from sweeps.ledger import Ledger
from sweeps.problem import Problem
from sweeps.reading import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Result
from sweeps.watcher import Summary
from tests.sweeps.fakes import FakeTrainer, MemoryTracker, RecordingWatcher, Threads
from tests.sweeps.tiny_task import TinyTask
from tracking.records import SweepEnd, SweepRecord

DOCUMENT = {
    "task": "penguins",
    "space": {"width": {"low": 1, "high": 500}, "learning_rate": {"low": 0.001, "high": 0.1}},
    "search": {"backend": "random", "trials": 10, "batch": 4},
}
RANDOM = read_sweep(DOCUMENT)
HALT = "the machine lost its power"


class Bench:
    """A store, a tracker and a trainer for one test."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = Store.at(folder)
        self.tracker = MemoryTracker()
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(session, "task_for", lambda choice: TinyTask())
        self.train_with(FakeTrainer())

    def train_with(self, trainer: Any) -> None:
        self._monkeypatch.setattr(session, "trainer_for", lambda name: trainer)

    def run(self, sweep: Sweep = RANDOM, **options: Any) -> Summary:
        return coordinator.run(sweep, store=self.store, tracker=lambda: self.tracker, **options)

    def resume(self, sweep_id: str, **options: Any) -> Summary:
        return coordinator.resume(
            sweep_id, store=self.store, tracker=lambda: self.tracker, **options
        )

    def ledger(self) -> Ledger:
        return Ledger.open(self.store.ledger_url)

    def results(self, sweep_id: str) -> list[Result]:
        ledger = self.ledger()
        try:
            return ledger.results(sweep_id)
        finally:
            ledger.close()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path / "store", monkeypatch)


@pytest.fixture
def threads() -> Iterator[Threads]:
    executor = Threads(3)
    yield executor
    executor.shutdown()


def halt_after(count: int) -> Callable[[Result], None]:
    """A watcher's reaction that breaks the session off after that many results."""
    seen: list[Result] = []

    def react(result: Result) -> None:
        seen.append(result)
        if len(seen) == count:
            raise RuntimeError(HALT)

    return react


def test_a_sweep_runs_to_its_end(bench: Bench) -> None:
    watcher = RecordingWatcher()
    summary = bench.run(watcher=watcher)
    results = bench.results(summary.sweep_id)
    assert [result.trial.number for result in results] == list(range(10))
    assert (summary.ending, summary.done, summary.failed, summary.unsent) == ("finished", 10, 0, 0)
    assert summary.best is not None
    assert summary.best.score == max(result.score for result in results if result.score is not None)
    assert watcher.results == results
    assert watcher.totals == [10]
    assert watcher.summaries == [summary]


def test_the_tracker_gets_parent_children_and_end_in_that_order(bench: Bench) -> None:
    summary = bench.run()
    first, *middle, last = bench.tracker.records
    assert isinstance(first, SweepRecord)
    assert isinstance(last, SweepEnd)
    assert [record.number for record in bench.tracker.trials] == list(range(10))
    assert len(middle) == 10
    assert last.status == "FINISHED"
    assert summary.where == f"memory/{summary.sweep_id}"


@pytest.mark.parametrize("count", [1, 3, 4, 5, 9])
def test_a_broken_sweep_resumes_to_what_an_unbroken_one_is(bench: Bench, count: int) -> None:
    expected = bench.results(bench.run().sweep_id)
    with pytest.raises(RuntimeError, match=HALT):
        bench.run(watcher=RecordingWatcher(on_result=halt_after(count)))
    ledger = bench.ledger()
    broken = ledger.sweeps()[-1]
    ledger.close()
    assert broken.state == "failed"
    assert broken.done == count
    summary = bench.resume(broken.sweep_id)
    assert bench.results(broken.sweep_id) == expected
    assert summary.done == 10


def test_what_was_kept_but_not_sent_is_sent_when_resumed(bench: Bench) -> None:
    sweep_id = bench.run().sweep_id
    sent = bench.tracker.trials
    ledger = bench.ledger()
    ledger_engine = ledger._engine
    with ledger_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE trial SET shipped = 0 WHERE number IN (2, 5)")
    ledger.close()
    bench.tracker = MemoryTracker()
    bench.resume(sweep_id)
    assert bench.tracker.trials == [sent[2], sent[5]], "a replay must equal the original"


class Steered(FakeTrainer):
    """Trial 0 is not done before the others of its batch are."""

    others_done = threading.Event()

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        if pack.fits[0].trial.number == 0:
            assert self.others_done.wait(timeout=30)
        return super().train(pack, problem, progress)


def test_results_are_kept_as_they_come_and_told_in_order(bench: Bench, threads: Threads) -> None:
    expected = bench.results(bench.run().sweep_id)
    trainer = Steered()
    bench.train_with(trainer)

    def release(result: Result) -> None:
        if result.trial.number == 3:
            trainer.others_done.set()

    watcher = RecordingWatcher(on_result=release)
    summary = bench.run(watcher=watcher, executor=threads)
    assert [result.trial.number for result in watcher.results][3] == 0
    assert bench.results(summary.sweep_id) == expected


def test_failed_trials_are_data(bench: Bench) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({2, 7})))
    summary = bench.run()
    assert (summary.done, summary.failed) == (8, 2)
    failed = [record for record in bench.tracker.trials if record.status == "FAILED"]
    assert [record.number for record in failed] == [2, 7]
    assert failed[0].tags["sweeps.failure"] == "diverged"


def test_a_bug_stops_the_sweep_and_leaves_it_resumable(bench: Bench) -> None:
    bench.train_with(FakeTrainer(raising=frozenset({5})))
    with pytest.raises(RuntimeError, match="trial 5 found a bug"):
        bench.run()
    bench.train_with(FakeTrainer())
    ledger = bench.ledger()
    (row,) = ledger.sweeps()
    ledger.close()
    assert (row.state, row.done) == ("failed", 5)
    assert bench.resume(row.sweep_id).done == 10


def test_ctrl_c_finishes_what_runs_and_stops(bench: Bench) -> None:
    def interrupt(result: Result) -> None:
        if result.trial.number == 2:
            signal.raise_signal(signal.SIGINT)

    watcher = RecordingWatcher(on_result=interrupt)
    summary = bench.run(watcher=watcher)
    assert watcher.lines == [HEARD]
    assert (summary.ending, summary.signal, summary.done) == ("interrupted", signal.SIGINT, 3)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
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


def test_a_bug_is_told_to_the_tracker_as_well(bench: Bench) -> None:
    bench.train_with(FakeTrainer(raising=frozenset({5})))
    with pytest.raises(RuntimeError) as caught:
        bench.run()
    assert caught.value.__notes__ == ["while training trial 5"]
    last = bench.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert last.status == "FAILED"
    assert not [t for t in threading.enumerate() if t.name in ("tracking", "sweeps-heartbeat")]


def test_a_coordinator_that_lost_its_sweep_leaves_it_and_everything_else_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_over(result: Result) -> None:
        if result.trial.number == 2:
            monkeypatch.setattr("sweeps.ledger_view.surely_dead", lambda owner: True)
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


def test_the_time_budget_counts_all_sessions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from sweeps import stopwatch

    seconds = iter(range(0, 100_000, 7))
    monkeypatch.setattr(stopwatch.time, "monotonic", lambda: float(next(seconds)))
    summary = bench.run(read_sweep(DOCUMENT | {"budget": {"minutes": 1.0}}))
    assert summary.ending == "out_of_time"
    assert 0 < summary.done < 10
    assert bench.resume(summary.sweep_id).done - summary.done <= 1


def test_a_sweep_changed_behind_its_document_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="not what its document says"):
        bench.run(replace(RANDOM, seed=9))
    assert not bench.store.folder.exists()


def test_a_report_is_drawn_once_and_kept_with_the_parent(bench: Bench) -> None:
    from tracking.records import Artifact

    def report(sweep: Sweep, results: Any, folder: Path) -> list[Artifact]:
        (folder / "scores.txt").write_text(str(len(results)))
        return [Artifact("scores.txt", file=folder / "scores.txt")]

    summary = bench.run(report=report)
    assert (bench.store.reports(summary.sweep_id) / "scores.txt").read_text() == "10"
    last = bench.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert [artifact.path for artifact in last.artifacts] == ["scores.txt"]
