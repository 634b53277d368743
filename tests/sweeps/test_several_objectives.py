"""Whole sweeps with several objectives."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from sweeps import coordinator, notebook, pareto
from sweeps.doctor.ledger_side import look_at_ledger
from sweeps.executors.inline import Inline
from sweeps.exporting.choosing import chosen
from sweeps.exporting.manifest import ExportError
from sweeps.ledger.ledger import Ledger
from sweeps.reading.sweep import read_sweep
from sweeps.store import Store
from sweeps.sweep import Sweep
from sweeps.trial import Fit, Outcome, Result
from tests.sweeps.bench import DOCUMENT, Bench
from tests.sweeps.fakes import FakeTrainer, MemoryTracker, RecordingWatcher
from tracking.records import SweepEnd, SweepRecord

OBJECTIVES = ["val_accuracy", "parameters"]


@dataclass(frozen=True)
class Sized(FakeTrainer):
    """Measures how large networks are as well, save for the trials that are `unsized`."""

    unsized: frozenset[int] = frozenset()

    def _outcome(self, fit: Fit, metric: str) -> Outcome:
        outcome = super()._outcome(fit, metric)
        if fit.trial.number in self.unsized:
            return outcome
        size = float(fit.trial.config["width"] or 0)
        return replace(outcome, metrics={**outcome.metrics, "parameters": size})


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path, monkeypatch)
    made.train_with(Sized())
    return made


def sweep_of(**values: Any) -> Sweep:
    return read_sweep({**DOCUMENT, "objective": OBJECTIVES, **values})


def searched(sampler: str, trials: int) -> Sweep:
    search = {"backend": "optuna", "sampler": sampler, "trials": trials, "batch": 5}
    return sweep_of(search=search)


def figures(result: Result) -> tuple[float, float]:
    return result.metrics["val_accuracy"], result.metrics["parameters"]


def test_the_front_is_counted_on_the_way_and_remembered_at_the_end(bench: Bench) -> None:
    watcher = Counting()
    summary = bench.run(sweep_of(), watcher=watcher)
    results = bench.results(summary.sweep_id)
    front = pareto.front_of(sweep_of(), results)
    assert 1 < len(front) < 10
    assert watcher.fronts[0] == 1
    assert watcher.fronts[-1] == summary.front == len(front)
    begun, end = bench.tracker.records[0], bench.tracker.records[-1]
    assert isinstance(begun, SweepRecord)
    assert isinstance(end, SweepEnd)
    assert begun.params["objective"] == "maximize val_accuracy, minimize parameters"
    assert begun.tags["sweeps.objective"] == "val_accuracy, parameters"
    best = {metric.name: metric.value for metric in end.metrics}
    assert best["pareto_size"] == len(front)
    assert best["best_val_accuracy"] == max(figures(one)[0] for one in results)
    assert best["best_parameters"] == min(figures(one)[1] for one in results)
    assert "best_trial" not in best
    assert look_at_ledger(bench.store, summary.sweep_id).faults == []


class Counting(RecordingWatcher):
    def __init__(self) -> None:
        super().__init__()
        self.fronts: list[int] = []

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        self.fronts.append(front)


def test_a_trial_of_which_one_objective_is_missing_has_failed(bench: Bench) -> None:
    bench.train_with(Sized(unsized=frozenset({2})))
    results = bench.results(bench.run(sweep_of()).sweep_id)
    assert [one.trial.number for one in results if one.error is not None] == [2]
    assert results[2].error is not None
    assert results[2].error.reason == "bad_configuration"
    assert "nothing measured parameters" in results[2].error.message
    assert results[2].score is None


@pytest.mark.parametrize("sampler", ["tpe", "nsgaii"])
def test_a_search_that_goes_on_is_as_one_without_a_break(bench: Bench, sampler: str) -> None:
    unbroken = bench.results(bench.run(searched(sampler, 20)).sweep_id)
    sweep_id = bench.run(searched(sampler, 10)).sweep_id
    coordinator.extend(sweep_id, 10, store=bench.store, tracker=lambda: bench.tracker)
    assert [one.trial for one in bench.results(sweep_id)] == [one.trial for one in unbroken]


def test_a_table_of_trials_says_which_are_on_the_front(bench: Bench, tmp_path: Path) -> None:
    sweep_id = bench.run(sweep_of()).sweep_id
    table = notebook.results(sweep_id, store=tmp_path)
    front = pareto.front_of(sweep_of(), bench.results(sweep_id))
    assert sorted(table[table["front"]]["trial"]) == sorted(one.trial.number for one in front)


def test_an_export_needs_the_number_of_a_trial(bench: Bench) -> None:
    sweep_id = bench.run(sweep_of()).sweep_id
    results = bench.results(sweep_id)
    with pytest.raises(ExportError, match=r"no best trial by val_accuracy and parameters.*--trial"):
        chosen(sweep_of(), results, sweep_id, None)
    assert chosen(sweep_of(), results, sweep_id, 7).trial.number == 7
    with pytest.raises(ExportError, match=r"trial 99 of sweep .* none of that number"):
        chosen(sweep_of(), results, sweep_id, 99)
    failed = [replace(results[0], score=None), *results[1:]]
    with pytest.raises(ExportError, match=r"trial 0 of sweep .* has no score"):
        chosen(sweep_of(), failed, sweep_id, 0)
    again = [replace(results[0], trial=replace(results[0].trial, confirms=4)), *results[1:]]
    with pytest.raises(ExportError, match=r"trial 0 of sweep .* confirms trial 4: export that one"):
        chosen(sweep_of(), again, sweep_id, 0)


FUNCTIONS = """
    def by_name(config):
        return {"gain": config["x"], "cost": config["x"] ** 2, "other": 1}

    def in_order(trial):
        x = trial.suggest_float("x", 0, 10)
        return x, x ** 2

    def single(config):
        return config["x"]
    """


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "own_two.py").write_text(dedent(FUNCTIONS))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def of_function(folder: Path, name: str, trials: int = 10) -> Sweep:
    takes = "trial" if name == "in_order" else "config"
    space = {} if takes == "trial" else {"space": {"x": {"low": 0.0, "high": 10.0}}}
    objective = [{"metric": "gain", "goal": "maximize"}, {"metric": "cost", "goal": "minimize"}]
    document = {
        "function": {"path": f"own_two:{name}", "takes": takes},
        "search": {"backend": "optuna", "trials": trials, "batch": 5},
        "objective": objective,
        **space,
    }
    return read_sweep(document, str(folder))


def results_of(folder: Path, sweep: Sweep, *, extended: int = 0) -> list[Result]:
    store = Store.at(folder / "store")
    here: Any = {"store": store, "tracker": MemoryTracker, "executor": Inline({})}
    sweep_id = coordinator.run(sweep, **here).sweep_id
    if extended:
        coordinator.extend(sweep_id, extended, **here)
    with closing(Ledger.open(store.ledger_url)) as ledger:
        return ledger.results(sweep_id)


@pytest.mark.parametrize("name", ["by_name", "in_order"])
def test_functions_and_optuna_objectives_return_several_figures(own: Path, name: str) -> None:
    results = results_of(own, of_function(own, name))
    assert all(one.error is None for one in results)
    for one in results:
        x = float(one.trial.config["x"] or 0)
        assert (one.score, one.metrics["cost"]) == (x, x**2)
    assert len({one.trial.config["x"] for one in results}) == 10


def test_an_optuna_objective_goes_on_as_without_a_break(own: Path) -> None:
    unbroken = results_of(own, of_function(own, "in_order", 20))
    broken = results_of(own, of_function(own, "in_order", 10), extended=10)
    assert [one.trial for one in broken] == [one.trial for one in unbroken]
    assert unbroken[0].defined is not None
    assert unbroken[0].defined.values == (unbroken[0].score, unbroken[0].metrics["cost"])


def test_a_function_that_returns_one_is_told_what_is_wanted(own: Path) -> None:
    results = results_of(own, of_function(own, "single"))
    assert results[0].error is not None
    assert results[0].error.reason == "user_error"
    assert "the objectives are gain, cost" in results[0].error.message
