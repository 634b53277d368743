"""Metrics of the sweep's own choice, of many fits at once: those that Keras gives one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.task import Head, Kind
from sweeps.trainers.fused import measuring
from sweeps.trainers.fused.compiled import compilations
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import KerasFit
from sweeps.trainers.trainer import Pack
from sweeps.trial import Fit
from tests.sweeps.trainers.fitting import DEEP, fit_of
from tests.sweeps.trainers.fused.one_pack import train
from tests.sweeps.trainers.fused.tasks import HeadTask, Words

OF_CLASSES = ("f1", "precision", "recall", "auc", "balanced_accuracy")
METRICS: dict[Head, tuple[str, ...]] = {
    "softmax": (*OF_CLASSES, "sparse_categorical_crossentropy"),
    "sigmoid": (*OF_CLASSES, "sklearn.metrics:brier_score_loss"),
    "linear": ("r2", "mse", "rmse", "LogCoshError"),
}


def problem_with(head: Head, rows: type[HeadTask] = HeadTask, **sizes: int) -> Problem:
    kind: Kind = "regression" if head == "linear" else "classification"
    task = rows(kind=kind, head=head, **sizes)
    evaluate = Evaluate(folds=2, metrics=METRICS[head])
    return Problem(task, evaluate, Objective("val_loss", "minimize"), seed=0)


def fits(**changes: Any) -> list[Fit]:
    """A course of two, and one of another batch size on the other fold."""
    config = {**DEEP, **changes}
    return [
        fit_of({**config, "epochs": 2}),
        fit_of({**config, "epochs": 4}),
        replace(fit_of({**config, "epochs": 3, "batch_size": 7}, seed=2), fold=1),
    ]


def hold_against_keras(fits: list[Fit], problem: Problem) -> None:
    names = {name.rpartition(":")[2] for name in problem.evaluate.metrics}
    for fused in train(fits, problem):
        (keras,) = KerasFit().train(Pack((fused.fit,)), problem, None)
        assert fused.error is None
        assert fused.metrics.keys() == keras.metrics.keys()
        for name, value in keras.metrics.items():
            # Two rows of nearly equal probability may change places, which is a step of a rank.
            rounding = 0.01 if name.endswith("_auc") else 1e-5
            assert fused.metrics[name] == pytest.approx(value, rel=1e-4, abs=rounding), name
        for split in ("train", "val", "test"):
            assert fused.metrics.keys() > {f"{split}_{name}" for name in names}


@pytest.mark.parametrize("head", METRICS)
def test_they_are_those_of_keras(head: Head) -> None:
    """On more rows than are predicted at once, and not as many on every fold."""
    hold_against_keras(fits(), problem_with(head, train=601, test=70))


def test_layers_that_are_walked_in_a_loop_are_walked() -> None:
    hold_against_keras(fits(layer_count=4)[:2], problem_with("softmax"))


@pytest.mark.slow
def test_sparse_rows_are_predicted_as_well() -> None:
    hold_against_keras(fits()[:1], problem_with("softmax", Words))


def test_a_program_more_is_compiled_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_with("softmax")
    plain = replace(problem, evaluate=Evaluate(folds=2))
    asked: list[object] = []
    monkeypatch.setattr(measuring, "_outputs", lambda *what: asked.append(what))
    before = compilations()
    train([fit_of({**DEEP, "width": 33})], plain)
    assert compilations() - before == 2
    assert asked == []
    monkeypatch.undo()
    train([fit_of({**DEEP, "width": 34})], problem)
    assert compilations() - before == 3
    train([fit_of({**DEEP, "width": 35}), fit_of({**DEEP, "width": 36})], problem)
    assert compilations() - before == 3


def test_packs_are_what_they_are_without() -> None:
    problem = problem_with("softmax")
    plain = replace(problem, evaluate=Evaluate(folds=2))
    assert FusedFit().pack(fits(), problem) == FusedFit().pack(fits(), plain)
