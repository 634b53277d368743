"""The memo never serves what is not the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from sweeps import parts
from sweeps.memo import ground
from sweeps.reading.sweep import read_sweep
from tests.sweeps.bench import Bench
from tests.sweeps.fakes import RecordingWatcher
from tests.sweeps.made_up import MadeUp
from tests.sweeps.memo.counting import DOCUMENT, OtherTask, changed, served
from tests.sweeps.tiny_task import TinyTask


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


@pytest.mark.slow
def test_nothing_is_found_under_a_pruner(bench: Bench) -> None:
    search = {"backend": "random", "trials": 6, "pruner": "median"}
    document = changed(search=search, space={"width": {"low": 1, "high": 500}, "epochs": 9})
    bench.train_with(MadeUp())
    bench.run(read_sweep(document), memo=True)
    assert served(bench, document) == 0
