from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweeps
from search_spaces import SpaceError
from sweeps import coordinator, parts
from sweeps.executors.inline import Inline
from sweeps.executors.where import Where
from sweeps.reports import sweep_report
from sweeps.trial import Failure, Result, Trial
from sweeps.trials_table import table
from sweeps.watcher import Summary
from tests.sweeps.fakes import FakeTrainer, MemoryTracker
from tests.sweeps.tiny_task import TinyTask


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written to the working folder (MLflow's database) is not left in the repository."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "task_for", lambda *_: TinyTask())
    monkeypatch.setattr(parts, "trainer_for", lambda *_: FakeTrainer())
    monkeypatch.setattr("tracking.mlflow_tracker.MlflowTracker", lambda uri: MemoryTracker())
    monkeypatch.setattr(sweep_report, "sweep_report", lambda *_: [])


def test_python_and_yaml_describe_the_same_sweep(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("task: penguins\nspace: {width: [16, 32]}\nseed: 3\nname: x\ntrainer: auto\n")
    here = sweeps.define(task="penguins", space={"width": [16, 32]}, seed=3, name="x")
    assert here == sweeps.load(file)
    assert sweeps.load(str(file), ["seed=4"]).seed == 4


def test_a_wrong_description_is_refused_where_it_is_written() -> None:
    with pytest.raises(SpaceError, match=r"space\.widht: unknown key; did you mean 'width'\?"):
        sweeps.define(task="penguins", space={"widht": 3})


@pytest.mark.usefixtures("_made_up")
def test_run_resume_and_results_return_the_trials_as_a_table(tmp_path: Path) -> None:
    sweep = sweeps.define(task="penguins", space={"width": [16, 32, 64], "epochs": 2})
    ran = sweeps.run(sweep, store=tmp_path)
    assert list(ran["trial"]) == [0, 1, 2]
    assert set(ran["state"]) == {"done"}
    assert list(ran["params.width"]) == [16, 32, 64]
    assert list(ran["metrics.val_accuracy"]) == list(ran["score"])
    sweep_id = ran.attrs["sweep"]
    assert sweeps.results(sweep_id, store=tmp_path).equals(ran)
    assert sweeps.resume(sweep_id[:3], store=tmp_path).equals(ran)


@pytest.mark.usefixtures("_made_up")
def test_the_most_recent_sweep_is_meant_where_none_is_named(tmp_path: Path) -> None:
    for calls in (sweeps.results, sweeps.resume):
        with pytest.raises(LookupError, match="no sweeps in this store yet"):
            calls(store=tmp_path)
    sweeps.run(sweeps.define(task="penguins", space={"width": [16, 32]}), store=tmp_path)
    second = sweeps.run(sweeps.define(task="penguins", space={"width": 8}), store=tmp_path)
    for found in (sweeps.results(store=tmp_path), sweeps.resume(store=tmp_path)):
        assert found.attrs == second.attrs
        assert found.equals(second)


@pytest.mark.usefixtures("_made_up")
def test_where_fits_are_trained_can_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Where] = []

    def slots_for(where: Where, trainer: FakeTrainer, _tell: object) -> Inline:
        seen.append(where)
        return Inline(trainer.environment)

    monkeypatch.setattr(coordinator, "slots_for", slots_for)
    sweep = sweeps.define(task="penguins", space={"width": [16, 32]})
    sweeps.run(sweep, store=tmp_path)
    sweeps.run(sweep, store=tmp_path, workers=None, memo=False)
    sweeps.resume(store=tmp_path, gpus="none", workers=2, executor=None)
    assert seen == [Where(0), Where(None), Where(2, ())]
    with pytest.raises(ValueError, match="gpu_share: 0 is no part of a GPU"):
        sweeps.run(sweep, store=tmp_path, gpus=[0], gpu_share=0)
    with pytest.raises(TypeError, match=r"'wrokers' is nothing .* did you mean 'workers'"):
        sweeps.run(sweep, store=tmp_path, wrokers=2)  # type: ignore[call-arg]


def test_numbers_of_numpy_are_numbers() -> None:
    space = {"width": list(np.arange(2, 5)), "dropout": np.float32(0.5), "ratio": np.ones(1)}
    found = sweeps.define(
        task="penguins", space=space, search={"backend": "grid", "trials": np.int64(3)}
    )
    assert found.document["space"] == {"width": [2, 3, 4], "dropout": 0.5, "ratio": [1.0]}
    assert found.search.trials == 3


def test_data_without_end_is_refused() -> None:
    loop: dict[str, Any] = {}
    loop["width"] = loop
    with pytest.raises(SpaceError, match="nested more than 30 levels deep"):
        sweeps.define(task="penguins", space=loop)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("x.yaml", r"not a str: sweeps\.run\(sweeps\.load\('x\.yaml'\)\)"),
        (Path("x.yaml"), r"sweeps\.load\('x\.yaml'\)"),
        ({"task": "penguins"}, r"not a dict: sweeps\.run\(sweeps\.define\("),
    ],
)
def test_only_a_sweep_is_run(given: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        sweeps.run(given)


def result(number: int, config: dict[str, Any], score: float | None) -> Result:
    error = None if score is not None else Failure("diverged", "loss became nan")
    metrics = {} if score is None else {"val_loss": score, "epochs": 3.0}
    return Result(Trial(number, config), score, metrics, {}, 1.5, error=error)


def test_a_table_keeps_parameters_and_figures_of_one_name_apart() -> None:
    trials: Sequence[Result] = [result(0, {"epochs": 5}, 0.5), result(1, {"width": 2}, None)]
    found = table(trials)
    assert list(found.columns) == [
        *("trial", "state", "score", "seconds"),
        *("params.epochs", "metrics.val_loss", "metrics.epochs", "params.width"),
    ]
    assert list(found["state"]) == ["done", "failed"]
    assert found["score"].isna().tolist() == [False, True]


def test_a_table_without_trials_has_its_columns() -> None:
    assert list(table([]).columns) == ["trial", "state", "score", "seconds"]


def test_the_package_offers_what_it_lists() -> None:
    for name in sweeps.__all__:
        assert getattr(sweeps, name) is not None
    code = "import sweeps; print(set(sweeps.__all__) <= set(dir(sweeps)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sweeps.nonsense


@pytest.fixture
def train_with(_made_up: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeTrainer], None]:
    def change(fake: FakeTrainer) -> None:
        monkeypatch.setattr(parts, "trainer_for", lambda *_: fake)

    return change


def test_what_failed_is_retried_and_a_sweep_extended(
    tmp_path: Path, train_with: Callable[[FakeTrainer], None]
) -> None:
    train_with(FakeTrainer(failing=frozenset({1})))
    space = {"width": {"low": 1, "high": 500}}
    sweep = sweeps.define(
        task="penguins", space=space, search={"backend": "random", "trials": 3}, name="x"
    )
    assert list(sweeps.run(sweep, store=tmp_path)["state"]) == ["done", "failed", "done"]
    train_with(FakeTrainer())
    with pytest.raises(ValueError, match="because of timed_out"):
        sweeps.retry(reasons=["timed_out"], store=tmp_path)
    again = sweeps.retry(reasons=["diverged"], store=tmp_path)
    assert list(again["state"]) == ["done"] * 3
    assert len(sweeps.extend(trials=2, store=tmp_path)) == 5
    assert sweeps.sync(store=tmp_path) == 0


@pytest.mark.parametrize(
    ("reasons", "error", "words"),
    [
        (["divergd"], ValueError, "no trial fails for 'divergd'; did you mean 'diverged'"),
        ("diverged", TypeError, r"a collection of words: \['diverged'\]"),
    ],
)
def test_reasons_are_checked_before_anything_starts(
    reasons: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        sweeps.retry(reasons=reasons)
    with pytest.raises(ValueError, match="0 more trials are none"):
        sweeps.extend(trials=0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"unsent": 2}, "2 trials wait to be sent to MLflow: sweeps.sync(ID)\n"),
        ({"ending": "stopped"}, "stopped, which is final; what was done is kept\n"),
        (
            {"ending": "failed", "cause": "crashed: no\nfile"},
            "failed, crashed: no\\nfile\n"
            "when that is mended: sweeps.retry(ID), or without those that failed:\n"
            "sweeps.resume(ID)\n",
        ),
        ({"ending": "interrupted", "signal": 2}, "interrupted; to go on: sweeps.resume(ID)\n"),
    ],
)
@pytest.mark.usefixtures("_made_up")
def test_how_to_go_on_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, Any],
    said: str,
) -> None:
    really = coordinator.run

    def ran(sweep: Any, **options: Any) -> Summary:
        return replace(really(sweep, **options), **change)

    monkeypatch.setattr(coordinator, "run", ran)
    sweep = sweeps.define(task="penguins", space={"width": 8})
    interruption = pytest.raises(KeyboardInterrupt) if "signal" in change else nullcontext()
    with interruption:
        sweeps.run(sweep, store=tmp_path)
    where = f"'{sweeps.results(store=tmp_path).attrs['sweep']}', store='{tmp_path}'"
    assert capsys.readouterr().out == said.replace("ID", where)


def test_what_was_trained_before_is_not_trained_again_unless_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = sweeps.define(task="penguins", space={"width": [16, 32], "epochs": 1})
    first = sweeps.run(sweep, store=tmp_path)
    capsys.readouterr()
    again = sweeps.run(sweep, store=tmp_path)
    assert "2 of 2 trials were trained before" in capsys.readouterr().out
    assert list(again["score"]) == list(first["score"])
    sweeps.run(sweep, store=tmp_path, memo=False)
    assert "trained before" not in capsys.readouterr().out
