"""A sweep that nobody runs: retried, extended, made final, sent to MLflow."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sweeps import coordinator, searching
from sweeps.coordinator import FinalError
from sweeps.ledger.records import SweepRow
from sweeps.reading.sweep import read_sweep
from sweeps.trial import Result
from tests.sweeps.bench import DOCUMENT, RANDOM, Bench
from tests.sweeps.fakes import FakeTrainer, MemoryTracker, RecordingWatcher
from tracking.records import SweepEnd, SweepRecord, TrialRecord
from tracking.tracker import TrackingError

OPTUNA = read_sweep(DOCUMENT | {"search": {"backend": "optuna", "trials": 10, "batch": 4}})
HYPERBAND = read_sweep(
    DOCUMENT
    | {"search": {"backend": "hyperband", "factor": 3}}
    | {"space": {**DOCUMENT["space"], "epochs": 9}}  # type: ignore[dict-item]
)


def row(bench: Bench, sweep_id: str) -> SweepRow:
    ledger = bench.ledger()
    try:
        return ledger.sweep(sweep_id)
    finally:
        ledger.close()


def interrupt_after(number: int) -> Callable[[Result], None]:
    def interrupt(result: Result) -> None:
        if result.trial.number == number:
            signal.raise_signal(signal.SIGINT)

    return interrupt


def retried(bench: Bench, sweep_id: str, *reasons: str) -> int:
    summary = coordinator.retry(
        sweep_id,
        set(reasons) or None,  # type: ignore[arg-type]
        store=bench.store,
        tracker=lambda: bench.tracker,
    )
    return summary.done


@pytest.mark.parametrize("sweep", [RANDOM, OPTUNA, HYPERBAND], ids=lambda s: s.search.backend)
def test_failed_trials_are_tried_again_and_nothing_else_is(bench: Bench, sweep) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({2, 7})))
    before = bench.run(sweep)
    bench.tracker.records.clear()
    bench.train_with(FakeTrainer())
    assert retried(bench, before.sweep_id, "diverged") == before.done + 2
    results = bench.results(before.sweep_id)
    assert all(result.error is None for result in results)
    sent = [(r.number, r.attempt) for r in bench.tracker.records if isinstance(r, TrialRecord)]
    assert sent == [(2, 2), (7, 2)]


def test_a_retry_of_the_last_wave_is_as_if_it_had_never_failed(bench: Bench) -> None:
    """Optuna learns from it; the first waves rest on the failure, which stays."""
    unbroken = bench.results(bench.run(OPTUNA).sweep_id)
    bench.train_with(FakeTrainer(failing=frozenset({9})))
    broken = bench.run(OPTUNA)
    bench.train_with(FakeTrainer())
    retried(bench, broken.sweep_id)
    assert bench.results(broken.sweep_id) == unbroken


def test_the_first_trials_failed_for_one_cause_and_a_retry_makes_the_sweep_whole(
    bench: Bench,
) -> None:
    unbroken = bench.results(bench.run(OPTUNA).sweep_id)
    bench.train_with(FakeTrainer(raising=frozenset(range(4))))
    broken = bench.run(OPTUNA)
    assert (broken.ending, broken.failed) == ("failed", 3)
    bench.train_with(FakeTrainer())
    assert retried(bench, broken.sweep_id) == 10
    assert bench.results(broken.sweep_id) == unbroken


@pytest.mark.parametrize("sweep", [OPTUNA, HYPERBAND], ids=lambda s: s.search.backend)
def test_a_retry_broken_off_and_resumed_ends_like_an_unbroken_one(bench: Bench, sweep) -> None:
    def history(stop: bool) -> list[Result]:
        bench.train_with(FakeTrainer(failing=frozenset({1, 2})))
        first = bench.run(sweep, watcher=RecordingWatcher(on_result=interrupt_after(5)))
        bench.train_with(FakeTrainer())
        coordinator.retry(
            first.sweep_id,
            store=bench.store,
            tracker=lambda: bench.tracker,
            watcher=RecordingWatcher(on_result=interrupt_after(1 if stop else 10_000)),
        )
        if stop:
            bench.resume(first.sweep_id)
        assert row(bench, first.sweep_id).state == "finished"
        return bench.results(first.sweep_id)

    assert history(stop=True) == history(stop=False)


def test_there_must_be_something_to_retry(bench: Bench) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({2})))
    summary = bench.run()
    with pytest.raises(ValueError, match=r"no trial of sweep \w+ has failed because of crashed"):
        retried(bench, summary.sweep_id, "crashed")
    assert row(bench, summary.sweep_id).state == "finished"
    assert row(bench, summary.sweep_id).holder is None


def test_an_extended_random_sweep_is_the_longer_sweep(bench: Bench) -> None:
    longer = read_sweep(DOCUMENT | {"search": {"backend": "random", "trials": 15, "batch": 4}})
    expected = bench.results(bench.run(longer).sweep_id)
    first = bench.run()
    summary = coordinator.extend(
        first.sweep_id, 5, store=bench.store, tracker=lambda: bench.tracker
    )
    assert (summary.ending, summary.done) == ("finished", 15)
    assert bench.results(first.sweep_id) == expected
    assert bench.resume(first.sweep_id).done == 15, "the number is kept"


def test_a_sweep_without_a_number_of_trials_cannot_be_extended(bench: Bench) -> None:
    grid = read_sweep(DOCUMENT | {"search": "grid", "space": {"width": [1, 2, 3]}})
    summary = bench.run(grid)
    with pytest.raises(ValueError, match=r"no `search\.trials`"):
        coordinator.extend(summary.sweep_id, 5, store=bench.store)
    assert row(bench, summary.sweep_id).state == "finished"


@pytest.mark.parametrize(("ending", "status"), [("stopped", "FINISHED"), ("cancelled", "KILLED")])
def test_a_sweep_that_nobody_runs_is_made_final(bench: Bench, ending, status: str) -> None:
    first = bench.run(watcher=RecordingWatcher(on_result=interrupt_after(5)))
    watcher = RecordingWatcher()
    summary = coordinator.conclude(
        first.sweep_id, ending, store=bench.store, tracker=lambda: bench.tracker, watcher=watcher
    )
    assert (summary.ending, summary.done, summary.cancelled) == (ending, 6, 2)
    assert summary.best is not None
    assert first.best is not None
    assert summary.best.trial == first.best.trial
    assert watcher.summaries == [summary]
    found = row(bench, first.sweep_id)
    assert (found.state, found.running, found.end_sent, found.holder) == (ending, 0, True, None)
    last = bench.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert last.status == status
    for again in (bench.resume, lambda i: coordinator.retry(i, store=bench.store)):
        with pytest.raises(FinalError, match=f"was {ending}"):
            again(first.sweep_id)


@dataclass
class Away(MemoryTracker):
    """Cannot be reached until it is `back`."""

    back: bool = False

    def begin(self, record: SweepRecord) -> None:
        if not self.back:
            raise TrackingError("MLflow cannot be reached")
        super().begin(record)


def test_what_mlflow_lacks_is_sent_later_with_its_own_times(bench: Bench) -> None:
    bench.tracker = Away()
    first = bench.run()
    assert first.unsent == 10
    assert not row(bench, first.sweep_id).end_sent
    kept = row(bench, first.sweep_id).ended_ms
    bench.tracker.back = True
    left = coordinator.sync(first.sweep_id, store=bench.store, tracker=lambda: bench.tracker)
    found = row(bench, first.sweep_id)
    assert (left, found.unsent, found.end_sent, found.state) == (0, 0, True, "finished")
    assert [record.number for record in bench.tracker.trials] == list(range(10))
    last = bench.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert (last.ended_ms, last.status) == (kept, "FINISHED")


def test_nothing_is_sent_twice(bench: Bench) -> None:
    first = bench.run()
    bench.tracker.records.clear()
    assert coordinator.sync(first.sweep_id, store=bench.store, tracker=lambda: bench.tracker) == 0
    assert bench.tracker.records == []


def test_a_sweep_whose_coordinator_is_gone_is_told_as_crashed(bench: Bench) -> None:
    first = bench.run(watcher=RecordingWatcher(on_result=interrupt_after(5)))
    ledger = bench.ledger()
    claim = ledger.claim(first.sweep_id)
    ledger.take_up(claim)
    ledger.end(claim, "running", 0.0)
    ledger.release(claim)
    ledger.close()
    coordinator.sync(first.sweep_id, store=bench.store, tracker=lambda: bench.tracker)
    last = bench.tracker.records[-1]
    assert isinstance(last, SweepEnd)
    assert (last.status, last.tags["sweeps.state"]) == ("KILLED", "crashed")
    ledger = bench.ledger()
    assert last.ended_ms >= max(begun.ended_ms or 0 for begun in ledger.trials(first.sweep_id)) > 0
    ledger.close()
    assert bench.resume(first.sweep_id).done == 10


def test_a_sweep_that_runs_is_not_sent_by_anybody_else(bench: Bench) -> None:
    refused: list[str] = []

    def beside(result: Result) -> None:
        if result.trial.number == 2:
            ledger = bench.ledger()
            (found,) = ledger.sweeps()
            ledger.close()
            for deed in (coordinator.sync, coordinator.resume, coordinator.retry):
                with pytest.raises(RuntimeError, match="is being run by process") as caught:
                    deed(found.sweep_id, store=bench.store)
                refused.append(str(caught.value))

    assert bench.run(watcher=RecordingWatcher(on_result=beside)).done == 10
    assert len(refused) == 3


def test_a_backend_that_is_restored_slowly_keeps_its_lease(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.run(watcher=RecordingWatcher(on_result=interrupt_after(5)))
    monkeypatch.setattr("sweeps.lease.LEASE_MS", 900)
    restored = searching.restored_search

    def slowly(*args: object) -> object:
        threading.Event().wait(1.5)
        return restored(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(searching, "restored_search", slowly)
    assert bench.resume(first.sweep_id).done == 10
