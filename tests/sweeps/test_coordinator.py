"""The loop from end to end with made-up scores: order, breaks, time, reports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps import cores
from sweeps.found import Found
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Result
from tests.sweeps.bench import DOCUMENT, RANDOM, Bench
from tests.sweeps.fakes import FakeTrainer, MemoryTracker, RecordingWatcher, Threads
from tracking.records import Artifact, SweepEnd, SweepRecord

HALT = "the machine lost its power"


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


@pytest.mark.parametrize(("workers", "asked"), [(None, [6]), (0, [])])
def test_without_a_number_of_workers_the_trainer_is_asked(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, workers: int | None, asked: list[int]
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(cores, "usable", lambda: 6)

    def processes(self: FakeTrainer, cores: int) -> int:
        seen.append(cores)
        return 0

    monkeypatch.setattr(FakeTrainer, "processes", processes)
    summary = bench.run(workers=workers)
    assert (summary.done, seen) == (10, asked)


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


def test_the_time_budget_counts_all_sessions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from sweeps import stopwatch

    seconds = iter(range(0, 100_000, 7))
    monkeypatch.setattr(stopwatch, "monotonic", lambda: float(next(seconds)))
    summary = bench.run(read_sweep(DOCUMENT | {"budget": {"minutes": 1.0}}))
    assert summary.ending == "out_of_time"
    assert 0 < summary.done < 10
    again = bench.resume(summary.sweep_id)
    assert (again.ending, again.done) == ("out_of_time", summary.done)


def test_a_sweep_changed_behind_its_document_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="not what its document says"):
        bench.run(replace(RANDOM, seed=9))
    assert not bench.store.folder.exists()


def test_a_report_on_very_many_trials_does_without_their_histories(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def report(found: Found, folder: Path) -> list[Artifact]:
        seen.append(any(result.history or result.parts for result in found.results))
        return []

    for most in (10, 9):
        monkeypatch.setattr("sweeps.found.READ_WHOLE", most)
        bench.run(report=report)
    assert seen == [True, False]


def test_a_report_is_drawn_once_and_kept_with_the_parent(bench: Bench) -> None:
    def report(found: Found, folder: Path) -> list[Artifact]:
        (folder / "scores.txt").write_text(str(len(found.results)))
        return [Artifact("scores.txt", file=folder / "scores.txt")]

    summary = bench.run(report=report)
    assert (bench.store.reports(summary.sweep_id) / "scores.txt").read_text() == "10"
    last = bench.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert [artifact.path for artifact in last.artifacts] == ["scores.txt"]
