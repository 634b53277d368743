"""A sweep's best configurations trained once more: in the loop, the ledger, MLflow and progress."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sweeps import afterwards, coordinator
from sweeps.ledger.records import SweepRow
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.remembering import best_of
from sweeps.stopwatch import Stopwatch
from sweeps.sweep import Sweep
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Outcome, Result
from sweeps.trials_table import table
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher
from tests.sweeps.made_up import MadeUp
from tracking.records import SweepEnd

SPACE: Any = DOCUMENT["space"]
EVALUATE = {"confirm_top": 3, "repeats": 4, "search_repeats": 2, "folds": 2}
CONFIRMED = read_sweep({**DOCUMENT, "evaluate": EVALUATE})
OPTUNA = read_sweep(
    {
        **DOCUMENT,
        "evaluate": EVALUATE,
        "search": {"backend": "optuna", "trials": 10, "batch": 4},
    }
)


@pytest.fixture(autouse=True)
def nothing_simple(monkeypatch: pytest.MonkeyPatch) -> None:
    """No simple model is measured, which is not what is tested here."""
    monkeypatch.setattr(afterwards, "measure", lambda _: None)


def row(bench: Bench, sweep_id: str) -> SweepRow:
    ledger = bench.ledger()
    try:
        return ledger.sweep(sweep_id)
    finally:
        ledger.close()


def go_on(bench: Bench, order: Callable[..., Any], *arguments: Any) -> None:
    order(*arguments, store=bench.store, tracker=lambda: bench.tracker)


def confirmed(results: list[Result]) -> list[Result]:
    return [result for result in results if result.trial.confirms is not None]


def best(results: list[Result], count: int, sweep: Sweep = CONFIRMED) -> list[int]:
    scored = [
        (sweep.objective.minimised(result.score), result.trial.number)
        for result in results
        if result.score is not None and result.trial.confirms is None
    ]
    return [number for _, number in sorted(scored)[:count]]


def test_the_best_are_trained_on_fresh_seeds(bench: Bench) -> None:
    summary = bench.run(CONFIRMED)
    results = bench.results(summary.sweep_id)
    assert (summary.ending, summary.done, summary.confirmed) == ("finished", 10, 3)
    assert [one.trial.confirms for one in confirmed(results)] == best(results, 3)
    places = [(part.repeat, part.fold) for part in results[12].parts]
    assert places == [(repeat, fold) for repeat in (2, 3, 4, 5) for fold in (0, 1)]
    assert [part.repeat for part in results[0].parts] == [0, 0, 1, 1]
    assert summary.best == best_of(CONFIRMED, results[:10])


def test_all_of_it_is_counted(bench: Bench) -> None:
    watcher = RecordingWatcher()
    summary = bench.run(CONFIRMED, watcher=watcher)
    assert (watcher.totals, len(watcher.results)) == ([13], 13)
    found = row(bench, summary.sweep_id)
    assert (found.done, found.confirmed, found.searched, found.ended) == (10, 3, 10, 13)
    end = bench.tracker.records[-1]
    assert isinstance(end, SweepEnd)
    figures = {metric.name: metric.value for metric in end.metrics}
    assert (figures["trials_done"], figures["trials_confirmed"]) == (10, 3)
    assert figures["best_trial"] == best(bench.results(summary.sweep_id), 1)[0]


def test_mlflow_is_told_what_is_confirmed(bench: Bench) -> None:
    results = bench.results(bench.run(CONFIRMED).sweep_id)
    tags = {record.number: record.tags.get("sweeps.confirms") for record in bench.tracker.trials}
    assert [tags[number] for number in range(10)] == [None] * 10
    assert [tags[number] for number in (10, 11, 12)] == [str(n) for n in best(results, 3)]
    hashes = {record.number: record.tags["sweeps.config_hash"] for record in bench.tracker.trials}
    assert hashes[10] == hashes[best(results, 1)[0]]


def test_notebooks_show_what_is_confirmed(bench: Bench) -> None:
    results = bench.results(bench.run(CONFIRMED).sweep_id)
    frame = table(results)
    assert list(frame["confirms"][10:]) == best(results, 3)
    assert frame["confirms"][:10].isna().all()
    assert "confirms" not in table(results[:10]).columns


@pytest.mark.parametrize("sweep", [CONFIRMED, OPTUNA], ids=lambda s: s.search.backend)
@pytest.mark.parametrize("after", [3, 9, 10])
def test_interrupted_anywhere_it_comes_to_the_same(bench: Bench, sweep: Sweep, after: int) -> None:
    unbroken = bench.results(bench.run(sweep).sweep_id)

    def interrupt(result: Result) -> None:
        if result.trial.number == after:
            signal.raise_signal(signal.SIGINT)

    broken = bench.run(sweep, watcher=RecordingWatcher(interrupt))
    assert broken.ending == ("finished" if after > 12 else "interrupted")
    bench.resume(broken.sweep_id)
    assert bench.results(broken.sweep_id) == unbroken


@pytest.mark.parametrize("sweep", [CONFIRMED, OPTUNA], ids=lambda s: s.search.backend)
def test_extended_it_confirms_what_is_among_the_best_then(bench: Bench, sweep: Sweep) -> None:
    sweep_id = bench.run(sweep).sweep_id
    go_on(bench, coordinator.extend, sweep_id, 20)
    results = bench.results(sweep_id)
    first, later = results[10:13], confirmed(results[13:])
    assert len(results) - len(confirmed(results)) == 30
    new = [number for number in best(results, 3) if number > 12]
    assert new, "or this shows nothing"
    assert [one.trial.confirms for one in later] == new
    assert [one.trial.confirms for one in first] == best(results[:10], 3)
    assert row(bench, sweep_id).state == "finished"


def test_the_extension_is_what_a_longer_sweep_would_have_tried(bench: Bench) -> None:
    document = {**DOCUMENT, "search": {"backend": "optuna", "trials": 20, "batch": 5}}
    whole = bench.results(bench.run(read_sweep(document)).sweep_id)
    shorter = {**document, "search": {"backend": "optuna", "trials": 10, "batch": 5}}
    sweep = read_sweep({**shorter, "evaluate": {"confirm_top": 2, "repeats": 2}})
    sweep_id = bench.run(sweep).sweep_id
    go_on(bench, coordinator.extend, sweep_id, 10)
    searched = [one for one in bench.results(sweep_id) if one.trial.confirms is None]
    assert [one.trial.config for one in searched] == [one.trial.config for one in whole]
    assert [one.score for one in searched] == [one.score for one in whole]


def test_failed_confirmations_are_counted_apart_and_may_be_retried(bench: Bench) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({2, 11})))
    summary = bench.run(CONFIRMED)
    assert (summary.done, summary.failed) == (9, 1)
    assert (summary.confirmed, summary.unconfirmed) == (2, 1)
    found = row(bench, summary.sweep_id)
    assert (found.failed, found.unconfirmed, found.ended) == (1, 1, 13)
    bench.train_with(FakeTrainer())
    go_on(bench, coordinator.retry, summary.sweep_id)
    found = row(bench, summary.sweep_id)
    assert (found.state, found.done, found.confirmed, found.unconfirmed) == ("finished", 10, 3, 0)


@dataclass(frozen=True)
class Better(FakeTrainer):
    """One trial is better than all others, if it does not fail."""

    number: int = 2

    def train(self, pack: Pack, problem: Problem, progress: Progress | None) -> list[Outcome]:
        outcomes = super().train(pack, problem, progress)
        if pack.fits[0].trial.number == self.number:
            for outcome in outcomes:
                dict.update(outcome.metrics, {problem.objective.metric: 2.0})
        return outcomes


def test_what_was_retried_and_is_among_the_best_is_confirmed(bench: Bench) -> None:
    """The search took it for failed for good; people see its score."""
    bench.train_with(Better(failing=frozenset({2})))
    sweep_id = bench.run(CONFIRMED).sweep_id
    bench.train_with(Better())
    go_on(bench, coordinator.retry, sweep_id)
    results = bench.results(sweep_id)
    assert best(results, 1) == [2]
    assert [one.trial.confirms for one in results[13:]] == [2]


def test_nothing_is_confirmed_when_the_time_is_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = read_sweep({**DOCUMENT, "evaluate": EVALUATE, "budget": {"minutes": 9}})

    def too_late(result: Result) -> None:
        if result.trial.number == 9:
            monkeypatch.setattr(Stopwatch, "seconds", 540.0)

    watcher = RecordingWatcher(too_late)
    summary = bench.run(sweep, watcher=watcher)
    assert (summary.ending, summary.done, summary.confirmed) == ("out_of_time", 10, 0)
    assert watcher.lines == ["the time was up: 0 of the best 3 were confirmed"]


def test_pruners_ask_about_no_confirmation(bench: Bench) -> None:
    document: dict[str, Any] = {
        **DOCUMENT,
        "space": {**SPACE, "epochs": 9},
        "search": {
            "backend": "random",
            "trials": 12,
            "batch": 4,
            "pruner": {"median": {"n_startup_trials": 2}},
        },
        "evaluate": {"confirm_top": 3, "repeats": 2},
    }
    bench.train_with(MadeUp())
    sweep = read_sweep(document)
    summary = bench.run(sweep)
    results = bench.results(summary.sweep_id)
    again = confirmed(results)
    assert summary.pruned
    assert [one.trial.confirms for one in again] == best(results, 3, sweep)
    assert all((one.state, one.reported) == ("done", ()) for one in again)
    assert all(part.metrics["epochs"] == 9 for one in again for part in one.parts)
    without = bench.results(bench.run(read_sweep({**document, "evaluate": {}})).sweep_id)
    assert results[:12] == without


@pytest.mark.slow
def test_pruners_learn_from_no_confirmation(bench: Bench) -> None:
    """Fourteen trials are finished before any is pruned, whatever was confirmed after twelve."""
    search = {
        "backend": "random",
        "trials": 12,
        "batch": 4,
        "pruner": {"median": {"n_startup_trials": 14}},
    }
    space = {**SPACE, "epochs": 9}
    bench.train_with(MadeUp())
    document = {**DOCUMENT, "space": space, "search": search}
    sweep = read_sweep({**document, "evaluate": {"confirm_top": 3, "repeats": 2}})
    sweep_id = bench.run(sweep).sweep_id
    go_on(bench, coordinator.extend, sweep_id, 8)
    more = read_sweep({**document, "search": {**search, "trials": 20}})
    longer = bench.results(bench.run(more).sweep_id)
    searched = [one for one in bench.results(sweep_id) if one.trial.confirms is None]
    assert [one.state for one in searched] == [one.state for one in longer]
    assert [one.score for one in searched] == [one.score for one in longer]
    assert any(one.pruned for one in longer)


def test_what_the_ledger_keeps_of_the_search_is_small(bench: Bench) -> None:
    sweep_id = bench.run(CONFIRMED).sweep_id
    ledger = bench.ledger()
    state = ledger.backend_state(sweep_id)
    ledger.close()
    assert list(state) == ["search"]
    assert len(json.dumps(state)) < 200


@pytest.mark.slow
def test_processes_confirm_the_same(bench: Bench) -> None:
    bench.train_with(MadeUp())
    here = bench.results(bench.run(OPTUNA).sweep_id)
    there = bench.results(bench.run(OPTUNA, executor="processes", workers=2).sweep_id)
    assert there == here


@pytest.mark.slow
def test_hyperband_confirms_what_was_trained_in_full(bench: Bench) -> None:
    document: dict[str, Any] = {
        **DOCUMENT,
        "space": {**SPACE, "epochs": 9},
        "search": {"backend": "hyperband"},
        "evaluate": {"confirm_top": 3, "repeats": 2},
    }
    bench.train_with(MadeUp())
    results = bench.results(bench.run(read_sweep(document)).sweep_id)
    again = confirmed(results)
    assert len(again) == 3
    assert all(one.trial.budget == 9 and one.trial.parent is None for one in again)
    assert all(results[one.trial.confirms or 0].trial.budget == 9 for one in again)
