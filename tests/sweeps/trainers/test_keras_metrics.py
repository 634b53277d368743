"""Keras's metrics by name, against what Keras says when it is asked directly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sweeps.metrics.keras_names import KERAS_METRICS
from sweeps.metrics.predictions import Predictions
from sweeps.trainers import keras_metrics
from sweeps.trainers.keras_metrics import measured as asked
from sweeps.trainers.tensorflow_import import load
from sweeps.user_code.user_code import UserCodeError
from tests.sweeps.metrics.asking import Columns, measured, numbers, three_classes, two_classes
from tests.sweeps.tiny_task import TinyTask

BINARY = Columns(columns_out=1)


@pytest.fixture(scope="module")
def keras() -> Any:
    return load()[1].metrics


def updated(metric: Any, true: Any, outputs: Any) -> float:
    metric.update_state(true, outputs)
    return float(metric.result())


@pytest.mark.parametrize("name", KERAS_METRICS)
def test_every_name_is_one_of_keras_and_gives_a_number(name: str) -> None:
    _, kinds = KERAS_METRICS[name]
    if "classification" in kinds:
        for task, (y, outputs) in ((TinyTask(), three_classes()), (BINARY, two_classes())):
            assert math.isfinite(measured(name, task=task, y=y, outputs=outputs)[name])
    if "regression" in kinds:
        y, outputs = numbers(targets=3)
        task = Columns(kind="regression")
        assert math.isfinite(measured(name, task=task, y=y, outputs=outputs)[name])


def test_those_that_want_one_hot_targets_get_them(keras: Any) -> None:
    y, outputs = three_classes()
    hot = np.eye(3, dtype=np.float32)[y]
    found = measured("F1Score", "AUC", "categorical_hinge", task=TinyTask(), y=y, outputs=outputs)
    assert found == {
        "F1Score": updated(keras.F1Score(average="macro"), hot, outputs),
        "AUC": updated(keras.AUC(), hot, outputs),
        "categorical_hinge": updated(keras.CategoricalHinge(), hot, outputs),
    }


def test_the_sparse_ones_get_class_numbers(keras: Any) -> None:
    y, outputs = three_classes()
    names = ("sparse_categorical_crossentropy", "SparseCategoricalAccuracy", "accuracy")
    found = measured(*names, task=TinyTask(), y=y, outputs=outputs)
    wanted = updated(keras.SparseCategoricalCrossentropy(), y, outputs)
    assert found["sparse_categorical_crossentropy"] == wanted
    assert found["SparseCategoricalAccuracy"] == pytest.approx(found["accuracy"])


def test_the_top_five_of_more_classes(keras: Any) -> None:
    rng = np.random.default_rng(1)
    y, outputs = rng.integers(0, 9, 200), rng.dirichlet(np.ones(9), 200).astype(np.float32)
    names = ("TopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy")
    first, second = measured(*names, task=Columns(columns_out=9), y=y, outputs=outputs).values()
    assert first == second == updated(keras.SparseTopKCategoricalAccuracy(), y, outputs)
    assert 0.3 < first < 0.8


def test_of_one_output_class_1_is_what_is_looked_for(keras: Any) -> None:
    y, outputs = two_classes()
    true = y[:, None].astype(np.float32)
    found = measured("F1Score", "AUC", "Precision", "f1", task=BINARY, y=y, outputs=outputs)
    assert found["F1Score"] == pytest.approx(found["f1"])
    assert found["AUC"] == updated(keras.AUC(), true, outputs)
    assert found["Precision"] == updated(keras.Precision(), true, outputs)


def test_a_regression(keras: Any) -> None:
    y, outputs = numbers()
    found = measured(
        "R2Score", "r2", task=Columns(kind="regression", columns_out=1), y=y, outputs=outputs
    )
    assert found["R2Score"] == updated(keras.R2Score(), y[:, None].astype(np.float32), outputs)
    assert found["R2Score"] == pytest.approx(found["r2"], rel=1e-5)


def test_many_rows_are_given_bit_by_bit(keras: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_metrics, "CHUNK", 7)
    y, outputs = three_classes()
    hot = np.eye(3, dtype=np.float32)[y]
    found = measured("F1Score", task=TinyTask(), y=y, outputs=outputs)
    assert found["F1Score"] == pytest.approx(updated(keras.F1Score(average="macro"), hot, outputs))


def test_what_keras_cannot_measure_is_said() -> None:
    y, outputs = numbers()
    task = Columns(kind="regression", columns_out=1)
    with pytest.raises(UserCodeError, match="PearsonCorrelation: Keras gives nan for it"):
        measured("PearsonCorrelation", task=task, y=y, outputs=outputs)
    with pytest.raises(UserCodeError, match=r"Sum2: Keras 3\..* has no such metric"):
        asked("Sum2", Predictions.of(task, y, outputs))
    with pytest.raises(UserCodeError, match="cannot measure it here"):
        asked("SparseCategoricalCrossentropy", Predictions.of(task, y, outputs))
