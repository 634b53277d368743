"""What a sweep evaluates besides loss and accuracy: of every fit, on every split, at its end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.trainers.trainer import Pack
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import DEEP, Fitting, fit_of, problem_on

SOURCE = """
import numpy as np

def likeliness(y_true, y_prob):
    assert y_prob.shape == (len(y_true), 3) and np.allclose(y_prob.sum(axis=1), 1, atol=1e-5)
    return -np.log(y_prob[np.arange(len(y_true)), y_true]).mean()

def share(y_true, y_pred):
    return np.mean(y_true == y_pred)

def square(y_true, y_pred):
    assert y_true.shape == y_pred.shape
    return np.square(y_true - y_pred).mean()

def demanding(y_true, y_pred):
    if np.mean(y_true == y_pred) < 0.5:
        raise RuntimeError("too poor to be measured")
    return 1.0
"""
MODULE = "metrics_of_a_trainer"
RESTORED = {**DEEP, "early_stopping.patience": 2, "early_stopping.restore_best": True}


class MetricContract(Fitting):
    """Metrics of the sweep's own choice."""

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        (tmp_path / f"{MODULE}.py").write_text(SOURCE)
        monkeypatch.setattr(sys, "path", [*sys.path])
        yield str(tmp_path)
        sys.modules.pop(MODULE, None)

    def problem(
        self, folder: str, *names: str, metric: str = "val_loss", kind: str = ""
    ) -> Problem:
        task = TinyTask(kind="regression") if kind else TinyTask()
        own = tuple(name.replace("own:", f"{MODULE}:") for name in names)
        evaluate = Evaluate(validation=0.2, metrics=own)
        return Problem(task, evaluate, Objective(metric, "minimize"), seed=0, folder=folder)

    def test_they_are_measured_with_the_final_weights(self, folder: str) -> None:
        problem = self.problem(folder, "own:likeliness", "own:share", "f1")
        ladder = tuple(fit_of({**DEEP, "epochs": epochs}) for epochs in (2, 5, 9))
        shallow = fit_of({**DEEP, "layer_count": 1})
        early = fit_of({**RESTORED, "epochs": 40, "learning_rate": 0.2})
        fits = (*ladder, shallow, early)
        outcomes = [
            outcome
            for pack in self.trainer.pack(fits, problem)
            for outcome in self.trainer.train(pack, problem, None)
        ]
        assert len(outcomes) == 5
        for outcome in outcomes:
            assert outcome.error is None
            for split in ("train", "val", "test"):
                found = {name: outcome.metrics[f"{split}_{name}"] for name in ("loss", "accuracy")}
                assert outcome.metrics[f"{split}_likeliness"] == pytest.approx(found["loss"], 1e-5)
                assert outcome.metrics[f"{split}_share"] == pytest.approx(found["accuracy"])
                assert 0 < outcome.metrics[f"{split}_f1"] <= 1
        assert len({outcome.metrics["val_likeliness"] for outcome in outcomes}) == 5
        assert outcomes[-1].metrics["epochs"] < 40
        assert all(len(outcome.history) == 5 for outcome in outcomes)

    def test_nothing_else_changes(self, folder: str) -> None:
        with_metrics = self.train(fit_of(DEEP), self.problem(folder, "f1", metric="val_accuracy"))
        without = self.train(fit_of(DEEP), problem_on())
        measured = {
            name: value for name, value in with_metrics.metrics.items() if not name.endswith("_f1")
        }
        assert replace(with_metrics, metrics=measured, seconds=0) == replace(without, seconds=0)

    def test_a_regression_gives_its_numbers(self, folder: str) -> None:
        problem = self.problem(folder, "own:square", "r2", "rmse", kind="regression")
        outcome = self.train(fit_of({**DEEP, "epochs": 30}), problem)
        assert outcome.error is None
        for split in ("train", "val", "test"):
            loss = outcome.metrics[f"{split}_loss"]
            assert outcome.metrics[f"{split}_square"] == pytest.approx(loss, rel=1e-5)
            assert outcome.metrics[f"{split}_rmse"] == pytest.approx(loss**0.5, rel=1e-5)
        assert 0.3 < outcome.metrics["train_r2"] < 1

    def test_on_test_rows_nothing_is_carved_out(self, folder: str) -> None:
        problem = self.problem(folder, "own:share", metric="test_share")
        outcome = self.train(fit_of(DEEP), problem)
        assert outcome.metrics["test_share"] == pytest.approx(outcome.metrics["test_accuracy"])
        assert "val_share" not in outcome.metrics

    def test_a_function_that_raises_fails_its_own_fits(self, folder: str) -> None:
        problem = self.problem(folder, "own:demanding", metric="val_accuracy")
        good, poor = fit_of({**DEEP, "epochs": 30}), fit_of({**DEEP, "learning_rate": 1e-9})
        outcomes = self.trainer.train(Pack((good, poor)), problem, None)
        assert outcomes[0].error is None
        assert outcomes[0].metrics["val_demanding"] == 1
        failure = outcomes[1].error
        assert failure is not None
        assert failure.reason == "user_error"
        assert failure.message == (f"{MODULE}:demanding: RuntimeError: too poor to be measured")
        assert "in demanding" in failure.traceback
        assert "val_accuracy" not in outcomes[1].metrics
        assert outcomes[1].confusion == {}
        assert len(outcomes[1].history["loss"]) == 9

    def test_a_function_that_is_not_there_fails_before_anything_is_trained(
        self, folder: str
    ) -> None:
        outcome = self.train(fit_of(DEEP), self.problem(folder, "own:shares"))
        assert outcome.error is not None
        assert outcome.error.reason == "user_error"
        assert "did you mean 'share'?" in outcome.error.message
        assert outcome.history == {}

    def test_divergence_is_not_the_function_s_fault(self, folder: str) -> None:
        problem = self.problem(folder, "own:likeliness")
        bad = {**DEEP, "optimizer": "sgd", "learning_rate": 1e30}
        outcome = self.train(fit_of(bad, budget=2), problem)
        assert outcome.error is not None
        assert outcome.error.reason == "diverged"
