"""What is made of a sweep when its training has ended: the simple model that it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sweeps import afterwards, parts
from sweeps.found import Found
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.tasks.no_rows import NoRows
from sweeps.trial import Part
from sweeps.trust.baseline import Baseline
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher, Threads
from tracking.records import Artifact

CONFIRMED = read_sweep({**DOCUMENT, "evaluate": {"confirm_top": 2, "repeats": 3}})
PLAIN = read_sweep(DOCUMENT)


@dataclass
class Measure:
    """Stands in for the measuring; `repeats` says of how many repeats there are figures."""

    repeats: int = 4
    error: BaseException | None = None
    times: int = 0

    def __call__(self, problem: Problem) -> Baseline:
        self.times += 1
        if self.error is not None:
            raise self.error
        figures = {problem.objective.metric: 0.5}
        return Baseline("made up", tuple(Part(0, n, figures, {}, 0.1) for n in range(self.repeats)))


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Measure:
    measure = Measure()
    monkeypatch.setattr(afterwards, "measure", measure)
    return measure


def kept(bench: Bench, sweep_id: str) -> Baseline | None:
    ledger = bench.ledger()
    text = ledger.baseline(sweep_id)
    ledger.close()
    return None if text is None else Baseline.from_json(text)


def test_a_simple_model_is_measured_on_the_rows_of_all_trials(bench: Bench) -> None:
    summary = bench.run(CONFIRMED)
    baseline = kept(bench, summary.sweep_id)
    assert baseline is not None
    assert [part.repeat for part in baseline.parts] == [0, 1, 2, 3]
    scores = {part.metrics["val_accuracy"] for part in baseline.parts}
    assert len(scores) > 1, "a confirmation has rows of its own"


def test_before_the_report_is_drawn(bench: Bench, measure: Measure) -> None:
    drawn: list[Found] = []

    def report(found: Found, folder: Path) -> Sequence[Artifact]:
        drawn.append(found)
        return ()

    bench.run(PLAIN, report=report)
    assert [found.baseline is not None for found in drawn] == [True]


def test_one_that_cannot_be_measured_is_said_and_no_more(bench: Bench, measure: Measure) -> None:
    measure.error = ValueError("nothing to see")
    watcher = RecordingWatcher()
    summary = bench.run(PLAIN, watcher=watcher)
    assert (summary.ending, summary.done) == ("finished", 10)
    assert watcher.lines == ["no simple model to compare with: ValueError: nothing to see"]
    assert kept(bench, summary.sweep_id) is None


def test_it_is_measured_once(bench: Bench, measure: Measure) -> None:
    summary = bench.run(PLAIN)
    bench.resume(summary.sweep_id)
    assert measure.times == 1


def test_and_again_where_confirmations_have_come_since(bench: Bench, measure: Measure) -> None:
    measure.repeats = 1
    sweep_id = bench.run(CONFIRMED).sweep_id
    measure.repeats = 4
    bench.resume(sweep_id)
    bench.resume(sweep_id)
    assert measure.times == 2
    baseline = kept(bench, sweep_id)
    assert baseline is not None
    assert len(baseline.parts) == 4


def test_not_of_a_sweep_that_goes_on(bench: Bench, measure: Measure) -> None:
    watcher = RecordingWatcher(lambda result: bench_stops(result.trial.number))

    def bench_stops(number: int) -> None:
        if number == 5:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        bench.run(PLAIN, watcher=watcher)
    assert measure.times == 0


def test_ctrl_c_leaves_it_to_the_next_session(bench: Bench, measure: Measure) -> None:
    measure.error = KeyboardInterrupt()

    def report(found: Found, folder: Path) -> Sequence[Artifact]:
        raise AssertionError("nobody waits for it")

    watcher = RecordingWatcher()
    summary = bench.run(PLAIN, report=report, watcher=watcher)
    assert (summary.ending, summary.done, watcher.lines) == ("finished", 10, [])
    measure.error = None
    bench.resume(summary.sweep_id)
    assert kept(bench, summary.sweep_id) is not None


def test_ctrl_c_frees_the_workers(bench: Bench, measure: Measure) -> None:
    class Waiting(Future[Any]):
        def result(self, timeout: float | None = None) -> Any:
            raise KeyboardInterrupt

    @dataclass
    class Impatient(Threads):
        killed: list[bool] = field(default_factory=list)

        def __post_init__(self) -> None:
            super().__init__(1)

        def submit_on(self, terms: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            if fn is afterwards._measured:
                return Waiting()
            return super().submit_on(terms, fn, *args, **kwargs)

        def kill(self) -> None:
            self.killed.append(True)
            super().kill()

    executor = Impatient()
    summary = bench.run(PLAIN, executor=executor)
    assert (summary.ending, executor.killed) == ("finished", [True])


def test_nothing_is_measured_where_no_trial_has_a_score(bench: Bench, measure: Measure) -> None:
    bench.train_with(FakeTrainer(failing=frozenset(range(10))))
    assert bench.run(PLAIN).done == 0
    assert measure.times == 0


def test_nothing_is_measured_where_there_are_no_rows(
    bench: Bench, measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "task_for", lambda *_: NoRows("none"))
    assert bench.run(read_sweep({**DOCUMENT, "objective": "val_loss"})).done == 10
    assert measure.times == 0
