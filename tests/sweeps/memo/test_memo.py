"""The memo in whole sweeps: what it spares, and that it never serves what is not the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sweeps import parts
from sweeps.doctor.ledger_side import look_at_ledger
from sweeps.memo import ground
from sweeps.reading import read_sweep
from sweeps.tasks.task import Rows
from sweeps.trainers.trainer import Pack, Progress
from sweeps.trial import Fit, Outcome
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import FakeTrainer, RecordingWatcher
from tests.sweeps.made_up import MadeUp
from tests.sweeps.tiny_task import TinyTask

DOCUMENT: Mapping[str, Any] = {
    "task": "penguins",
    "space": {"width": {"low": 1, "high": 500}, "epochs": 3},
    "search": {"backend": "random", "trials": 6},
    "evaluate": {"folds": 2},
}


@dataclass(frozen=True)
class Counting(FakeTrainer):
    """Remembers what it was given to train."""

    trained: list[Fit] = field(default_factory=list, compare=False)

    def train(self, pack: Pack, problem: Any, progress: Progress | None) -> list[Outcome]:
        self.trained.extend(pack.fits)
        return super().train(pack, problem, progress)


@dataclass(frozen=True)
class OtherTask(TinyTask):
    """As many rows, a value of one of them another."""

    weights: tuple[tuple[int, float], ...] = ()
    test_label: int = 0
    value: float = 0.0

    def rows(self, split: int) -> Rows:
        rows = super().rows(split)
        y_test = rows.y_test.copy()
        y_test[0] = (y_test[0] + self.test_label) % 3
        x_train = rows.x_train.copy()
        x_train[5, 1] += self.value
        weights = dict(self.weights) or None
        return Rows(x_train, rows.y_train, rows.x_test, y_test, class_weights=weights)


def changed(**keys: Any) -> dict[str, Any]:
    return {**DOCUMENT, **keys}


def served(bench: Bench, document: Mapping[str, Any], **options: Any) -> int:
    """How many trials of a sweep came from the memo."""
    summary = bench.run(read_sweep(document), memo=True, **options)
    assert summary.ending == "finished"
    return sum("memo" in result.notes for result in bench.results(summary.sweep_id))


def test_a_sweep_that_ran_before_is_not_trained_again(bench: Bench) -> None:
    trainer = Counting()
    bench.train_with(trainer)
    first = bench.run(read_sweep(DOCUMENT), memo=True)
    assert len(trainer.trained) == 12
    watcher = RecordingWatcher()
    second = bench.run(read_sweep(DOCUMENT), memo=True, watcher=watcher)
    assert len(trainer.trained) == 12, "nothing more"
    assert second.done == 6
    assert watcher.lines == [
        "6 of 6 trials were trained before (memo; --no-memo trains them again)"
    ]
    before, after = bench.results(first.sweep_id), bench.results(second.sweep_id)
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        assert other.notes == {"memo": f"{first.sweep_id}/{number}"}
        assert replace(other, notes=one.notes) == one
        assert other.cost is None
        assert one.cost is not None
    tags = [record.tags.get("sweeps.memo") for record in bench.tracker.trials]
    assert tags == [None] * 6 + [f"{first.sweep_id}/{number}" for number in range(6)]


def test_a_copy_of_a_copy_names_the_trial_that_was_trained(bench: Bench) -> None:
    first = bench.run(read_sweep(DOCUMENT), memo=True)
    second = bench.run(read_sweep(DOCUMENT), memo=True)
    ledger = bench.ledger()
    ledger.remove(first.sweep_id)
    ledger.close()
    third = bench.run(read_sweep(DOCUMENT), memo=True)
    for sweep_id in (second.sweep_id, third.sweep_id):
        notes = [result.notes["memo"] for result in bench.results(sweep_id)]
        assert notes == [f"{first.sweep_id}/{number}" for number in range(6)]


def test_without_the_memo_everything_is_trained_but_may_be_found_later(bench: Bench) -> None:
    trainer = Counting()
    bench.train_with(trainer)
    bench.run(read_sweep(DOCUMENT), memo=True)
    bench.run(read_sweep(DOCUMENT))
    assert len(trainer.trained) == 24


def test_what_a_sweep_adds_is_trained(bench: Bench) -> None:
    bench.run(read_sweep(DOCUMENT), memo=True)
    longer = changed(search={"backend": "random", "trials": 9}, name="longer")
    watcher = RecordingWatcher()
    assert served(bench, longer, watcher=watcher) == 6
    assert watcher.lines[0].startswith("6 of 9 trials were trained before")


def test_another_search_finds_the_same_configurations(bench: Bench) -> None:
    space = {"width": [10, 20, 30], "epochs": 3}
    bench.run(read_sweep(changed(space=space, search="grid")), memo=True)
    other = changed(space=space, search={"backend": "random", "trials": 3})
    assert served(bench, other) == 3


def test_other_words_for_the_same_network_are_the_same(bench: Bench) -> None:
    plain = {"width": [10, 20], "epochs": 3}
    bench.run(read_sweep(changed(space=plain, search="grid")), memo=True)
    wordy = {"width": [10, 20], "epochs": 3, "activation": "relu", "layer_count": 1, "ratio": 0.5}
    assert served(bench, changed(space=wordy, search="grid")) == 2


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"evaluate": {"folds": 3}}, id="folds"),
        pytest.param({"evaluate": {"folds": 2, "repeats": 2}}, id="repeats"),
        pytest.param({"evaluate": {"folds": 2, "stratified": False}}, id="stratified"),
        pytest.param({"evaluate": {"folds": 2, "shuffle": False}}, id="shuffle"),
        pytest.param({"evaluate": {"folds": 2, "resplit": True}}, id="resplit"),
        pytest.param({"evaluate": {"validation": 0.2}}, id="validation"),
        pytest.param({"evaluate": {"folds": 2, "metrics": ["f1"]}}, id="metrics"),
        pytest.param({"seed": 1}, id="seed"),
        pytest.param({"trainer": "keras"}, id="trainer"),
        pytest.param({"space": {**DOCUMENT["space"], "epochs": 4}}, id="epochs"),
        pytest.param({"objective": {"metric": "val_loss", "goal": "minimize"}}, id="objective"),
        pytest.param({"objective": {"metric": "test_accuracy"}, "evaluate": {}}, id="split"),
        pytest.param({"task": {"name": "penguins", "preprocessing": "published"}}, id="task"),
    ],
)
def test_nothing_is_served_of_a_sweep_that_differs_in(bench: Bench, keys: dict[str, Any]) -> None:
    bench.run(read_sweep(DOCUMENT), memo=True)
    assert served(bench, changed(**keys)) == 0
    assert served(bench, changed(**keys)) == 6, "it is the difference that matters"


@pytest.mark.parametrize(
    "task",
    [
        pytest.param(OtherTask(value=1e-12), id="a value"),
        pytest.param(OtherTask(test_label=1), id="a test label"),
        pytest.param(OtherTask(weights=((0, 2.0),)), id="class weights"),
        pytest.param(TinyTask(columns=5), id="columns"),
    ],
)
def test_nothing_is_served_of_other_data(
    bench: Bench, task: TinyTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "task_for", lambda *_: OtherTask())
    bench.run(read_sweep(DOCUMENT), memo=True)
    assert served(bench, DOCUMENT) == 6
    monkeypatch.setattr(parts, "task_for", lambda *_: task)
    assert served(bench, DOCUMENT) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("own_digest", lambda: "another version of this package"),
        ("device_at", lambda _: "Tesla T4"),
        ("version_installed", lambda package: "4.0.0" if package == "keras" else "1.0"),
        ("_keras_settings", lambda: '{"floatx": "float64"}'),
    ],
)
def test_nothing_is_served_of_other_surroundings(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    bench.run(read_sweep(DOCUMENT), memo=True)
    monkeypatch.setattr(ground, name, value)
    assert served(bench, DOCUMENT) == 0


def test_nothing_is_served_of_other_settings_of_the_libraries(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run(read_sweep(DOCUMENT), memo=True)
    monkeypatch.setenv("JAX_ENABLE_X64", "1")
    assert served(bench, DOCUMENT) == 0


def test_a_metric_of_the_users_that_was_changed_is_measured_again(
    bench: Bench, tmp_path: Path
) -> None:
    code = tmp_path / "memo_metric.py"
    document = changed(evaluate={"folds": 2, "metrics": ["memo_metric:miss"]}, folder=str(tmp_path))
    code.write_text("def miss(y_true, y_pred):\n    return 1.0\n")
    bench.run(read_sweep(document), memo=True)
    assert served(bench, document) == 6
    code.write_text("def miss(y_true, y_pred):\n    return 2.0\n")
    assert served(bench, document) == 0


@pytest.mark.parametrize("options", [{"keras": "tensorflow"}, {"callbacks": "memo_model:watch"}])
def test_nothing_is_served_of_a_model_that_is_trained_otherwise(
    bench: Bench, tmp_path: Path, options: dict[str, str]
) -> None:
    text = "def build(width):\n    return None\n\ndef watch():\n    return []\n"
    (tmp_path / "memo_model.py").write_text(text)
    model = {"path": "memo_model:build", "keras": "jax"}
    document = changed(model=model, space={"width": [1, 2]}, search="grid", folder=str(tmp_path))
    bench.run(read_sweep(document), memo=True)
    assert served(bench, document) == 2
    assert served(bench, {**document, "model": {**model, **options}}) == 0


def test_nothing_is_remembered_of_a_function(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "memo_function.py").write_text("def score(width):\n    return 1.0\n")
    document = {
        "function": "memo_function:score",
        "space": {"width": [1, 2]},
        "search": "grid",
        "objective": {"metric": "value", "goal": "maximize"},
        "folder": str(tmp_path),
    }
    bench.run(read_sweep(document), memo=True)
    assert served(bench, document) == 0


def test_code_that_changes_under_a_sweep_ends_its_memo(bench: Bench, tmp_path: Path) -> None:
    code = tmp_path / "memo_moving.py"
    code.write_text("def miss(y_true, y_pred):\n    return 1.0\n")
    written = code.stat().st_mtime_ns
    evaluate = {"folds": 2, "metrics": ["memo_moving:miss"]}
    search = {"backend": "random", "trials": 6, "batch": 1}
    document = changed(evaluate=evaluate, folder=str(tmp_path), search=search)

    def edit(result: Any) -> None:
        if result.trial.number == 2:
            code.write_text("def miss(y_true, y_pred):\n    return 2.0\n")

    bench.run(read_sweep(document), memo=True, watcher=RecordingWatcher(on_result=edit))
    assert served(bench, document) == 0, "the new code was trained under no key"
    code.write_text("def miss(y_true, y_pred):\n    return 1.0\n")
    os.utime(code, ns=(written, written))
    sys.modules.pop("memo_moving", None)  # whoever imported it has the new text
    assert served(bench, document) == 3, "what was done before the change"


def test_failed_trials_are_trained_again(bench: Bench) -> None:
    bench.train_with(FakeTrainer(failing=frozenset({1, 4})))
    bench.run(read_sweep(DOCUMENT), memo=True)
    bench.train_with(FakeTrainer())
    assert served(bench, DOCUMENT) == 4


def test_confirmations_are_found_as_well(bench: Bench) -> None:
    confirming = changed(evaluate={"folds": 2, "confirm_top": 2, "repeats": 3})
    bench.run(read_sweep(DOCUMENT), memo=True)
    assert served(bench, confirming) == 6, "the search was done before, the confirmation was not"
    assert served(bench, confirming) == 8
    more = changed(evaluate={"folds": 2, "confirm_top": 2, "repeats": 4})
    assert served(bench, more) == 6
    later = changed(evaluate={"folds": 2, "confirm_top": 2, "repeats": 3, "search_repeats": 2})
    assert served(bench, later) == 0, "the first repeat of its confirmation is number 2"


def test_the_doctor_finds_nothing_wrong_with_what_was_found(bench: Bench) -> None:
    bench.run(read_sweep(DOCUMENT), memo=True)
    again = bench.run(read_sweep(DOCUMENT), memo=True)
    assert list(look_at_ledger(bench.store, again.sweep_id).faults) == []


@pytest.mark.slow
def test_nothing_is_found_under_a_pruner(bench: Bench) -> None:
    search = {"backend": "random", "trials": 6, "pruner": "median"}
    document = changed(search=search, space={"width": {"low": 1, "high": 500}, "epochs": 9})
    bench.train_with(MadeUp())
    bench.run(read_sweep(document), memo=True)
    assert served(bench, document) == 0


def halving(**budget: Any) -> dict[str, Any]:
    space = {"width": {"low": 1, "high": 500}, "epochs": 9}
    return changed(search={"backend": "hyperband"}, space=space, **budget)


@pytest.mark.slow
def test_hyperband_promotes_trials_of_the_memo_to_the_same_results(bench: Bench) -> None:
    bench.train_with(MadeUp())
    first = bench.run(read_sweep(halving()), memo=True)
    ledger = bench.ledger()
    number = next(one.trial.number for one in bench.results(first.sweep_id) if one.trial.parent)
    with ledger.changing() as connection:
        from sqlalchemy import update

        from sweeps import ledger_schema as schema

        promoted = schema.trial.c.parent.is_not(None)
        connection.execute(update(schema.trial).where(promoted).values(memo_key=None))
    ledger.close()
    second = bench.run(read_sweep(halving()), memo=True)
    before, after = bench.results(first.sweep_id), bench.results(second.sweep_id)
    assert [one.trial for one in before] == [one.trial for one in after]
    assert [one.history for one in before] == [one.history for one in after]
    assert "memo" in after[0].notes
    assert "memo" not in after[number].notes


@pytest.mark.slow
def test_a_trial_with_little_time_is_not_promoted_from_the_memo(bench: Bench) -> None:
    bench.train_with(MadeUp())
    document = halving(budget={"trial_seconds": 60})
    bench.run(read_sweep(document), memo=True)
    summary = bench.run(read_sweep(document), memo=True)
    for result in bench.results(summary.sweep_id):
        assert ("memo" in result.notes) == (result.trial.budget == 9)


@pytest.mark.slow
def test_a_short_rung_is_no_short_training(bench: Bench) -> None:
    """A schedule spans the horizon of 9 epochs, not the rung of 3."""
    bench.train_with(MadeUp())
    bench.run(read_sweep(halving()), memo=True)
    ledger = bench.ledger()
    rows = ledger.trials(ledger.sweeps()[0].sweep_id)
    ledger.close()
    configs = [row.trial.config for row in rows if row.trial.budget == 3]
    assert configs
    short = [{**config, "epochs": 3} for config in configs]
    space = {"width": {"low": 1, "high": 500}, "epochs": {"low": 3, "high": 9}}
    search = {"backend": "random", "trials": len(short), "seed_trials": short}
    assert served(bench, changed(space=space, search=search)) == 0
    full = [{**config, "epochs": 9} for config in configs]
    promoted = [row.trial.config for row in rows if row.trial.budget == 9]
    both = sum(config in promoted for config in configs)
    assert served(bench, changed(space=space, search={**search, "seed_trials": full})) == both > 0


def test_a_retried_trial_is_trained(bench: Bench) -> None:
    from sweeps import coordinator

    bench.train_with(FakeTrainer(failing=frozenset({1})))
    first = bench.run(read_sweep(DOCUMENT), memo=True)
    bench.train_with(FakeTrainer())
    bench.run(read_sweep(DOCUMENT), memo=True)
    trainer = Counting()
    bench.train_with(trainer)
    coordinator.retry(first.sweep_id, store=bench.store, tracker=lambda: bench.tracker, memo=True)
    assert [fit.trial.number for fit in trainer.trained] == [1, 1]
