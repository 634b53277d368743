"""The metrics that have names of ours, against scikit-learn's own calls and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from sweeps.metrics.catalog import METRICS
from sweeps.user_code.user_code import UserCodeError
from tests.sweeps.metrics.asking import Columns, measured, numbers, three_classes, two_classes
from tests.sweeps.tiny_task import TinyTask

OF_CLASSES = ("f1", "precision", "recall", "auc", "balanced_accuracy", "accuracy")
OF_NUMBERS = ("r2", "mse", "rmse", "mae")
REGRESSION = Columns(kind="regression", columns_out=1)


def test_every_metric_with_a_name_of_ours_is_measured() -> None:
    assert {*OF_CLASSES, *OF_NUMBERS} == METRICS.keys() - {"loss"}


def test_three_classes_are_averaged_over_the_classes() -> None:
    y, outputs = three_classes()
    found = measured(*OF_CLASSES, task=TinyTask(), y=y, outputs=outputs, prefix="val_")
    guess = outputs.argmax(axis=1)
    exact = outputs / outputs.sum(axis=1, keepdims=True, dtype=np.float64)
    wanted = {
        "val_f1": sklearn_metrics.f1_score(y, guess, average="macro"),
        "val_precision": sklearn_metrics.precision_score(y, guess, average="macro"),
        "val_recall": sklearn_metrics.recall_score(y, guess, average="macro"),
        "val_auc": sklearn_metrics.roc_auc_score(y, exact, multi_class="ovr"),
        "val_balanced_accuracy": sklearn_metrics.balanced_accuracy_score(y, guess),
        "val_accuracy": sklearn_metrics.accuracy_score(y, guess),
    }
    assert found == pytest.approx(wanted, rel=1e-12)
    assert 0.3 < found["val_f1"] < 0.95


@pytest.mark.parametrize("shape", ["one output", "flat", "two outputs"])
def test_of_two_classes_the_second_is_what_is_looked_for(shape: str) -> None:
    y, one = two_classes()
    outputs = {"one output": one, "flat": one[:, 0], "two outputs": np.hstack([1 - one, one])}
    task = Columns(columns_out=2 if shape == "two outputs" else 1)
    found = measured(*OF_CLASSES, task=task, y=y, outputs=outputs[shape])
    guess = (one[:, 0] > 0.5) * 1
    wanted = {
        "f1": sklearn_metrics.f1_score(y, guess),
        "precision": sklearn_metrics.precision_score(y, guess),
        "recall": sklearn_metrics.recall_score(y, guess),
        "auc": sklearn_metrics.roc_auc_score(y, one[:, 0]),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(y, guess),
        "accuracy": sklearn_metrics.accuracy_score(y, guess),
    }
    assert found == pytest.approx(wanted, rel=1e-12)
    assert len(set(found.values())) == len(found)


def test_rows_of_equal_probability_count_half() -> None:
    y, one = two_classes(200)
    rounded = np.round(one, 1)
    assert len(np.unique(rounded)) < 12
    found = measured("auc", task=Columns(columns_out=1), y=y, outputs=rounded)
    assert found["auc"] == pytest.approx(sklearn_metrics.roc_auc_score(y, rounded[:, 0]))


@pytest.mark.parametrize("targets", [1, 2])
def test_a_regression(targets: int) -> None:
    y, outputs = numbers(targets=targets)
    task = Columns(kind="regression", columns_out=targets)
    found = measured(*OF_NUMBERS, task=task, y=y, outputs=outputs)
    guess = outputs.reshape(y.shape).astype(np.float64)
    wanted = {
        "r2": sklearn_metrics.r2_score(y, guess),
        "mse": sklearn_metrics.mean_squared_error(y, guess),
        "rmse": sklearn_metrics.root_mean_squared_error(y, guess),
        "mae": sklearn_metrics.mean_absolute_error(y, guess),
    }
    assert found == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("outputs", [[[3.0], [3.0]], [[3.0], [2.0]]])
def test_a_target_that_is_always_the_same(outputs: list[list[float]]) -> None:
    y = [3.0, 3.0]
    found = measured("r2", task=REGRESSION, y=y, outputs=outputs)
    assert found["r2"] == sklearn_metrics.r2_score(y, np.ravel(outputs))


def test_numbers_may_come_flat() -> None:
    y, outputs = numbers()
    flat = measured(*OF_NUMBERS, task=REGRESSION, y=y, outputs=outputs[:, 0])
    assert flat == measured(*OF_NUMBERS, task=REGRESSION, y=y, outputs=outputs)


def test_a_class_that_nobody_predicts_counts_nothing_and_says_nothing() -> None:
    outputs = np.tile([0.8, 0.1, 0.1], (4, 1))
    found = measured(*OF_CLASSES, task=TinyTask(), y=[0, 0, 1, 1], outputs=outputs)
    assert found["precision"] == pytest.approx(0.5 / 3)
    assert found["recall"] == pytest.approx(1 / 3)
    assert found["balanced_accuracy"] == 0.5
    assert found["auc"] == 0.5


def test_where_a_single_class_occurs_there_is_no_auc() -> None:
    y, outputs = three_classes()
    found = measured("f1", "auc", task=TinyTask(), y=np.zeros_like(y), outputs=outputs)
    assert found.keys() == {"f1"}
    y, outputs = two_classes()
    task = Columns(columns_out=1)
    assert measured("auc", task=task, y=np.ones_like(y), outputs=outputs) == {}


def test_of_a_single_row_there_is_no_r2() -> None:
    found = measured("r2", "mse", task=REGRESSION, y=[2.0], outputs=[[5.0]])
    assert found == {"mse": 9.0}


def test_the_loss_is_left_to_the_trainers() -> None:
    y, outputs = three_classes()
    assert measured("loss", task=TinyTask(), y=y, outputs=outputs) == {}


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_outputs_that_are_no_numbers_give_none(value: float) -> None:
    y, outputs = three_classes()
    outputs[7, 1] = value
    found = measured("f1", "auc", "math:nothing", task=TinyTask(), y=y, outputs=outputs)
    assert found.keys() == {"f1", "auc", "nothing"}
    assert all(math.isnan(one) for one in found.values())


def test_large_numbers_do_not_overflow() -> None:
    outputs = np.array([[3e30], [1e30]], np.float32)
    found = measured("mse", task=REGRESSION, y=[0.0, 1.0], outputs=outputs)
    assert found["mse"] == pytest.approx(5e60)


@pytest.mark.parametrize(
    ("task", "y", "shape"),
    [
        (TinyTask(), [0, 1], (2, 2)),
        (TinyTask(), [0, 1], (2, 1)),
        (TinyTask(), [0, 1], (3, 3)),
        (TinyTask(), [0, 1], (2, 3, 1)),
        (REGRESSION, [0.0, 1.0], (2, 2)),
    ],
)
def test_outputs_of_another_shape_are_named(
    task: TinyTask, y: list[float], shape: tuple[int, ...]
) -> None:
    with pytest.raises(UserCodeError, match=r"outputs of shape \(.*for 2 rows with [13] "):
        measured("accuracy", "mae", task=task, y=y, outputs=np.zeros(shape))


def test_a_model_may_have_more_outputs_than_there_are_classes() -> None:
    y, outputs = three_classes()
    wider = np.hstack([outputs, np.zeros((len(y), 1), np.float32)])
    found = measured("f1", "auc", task=TinyTask(), y=y, outputs=wider)
    plain = measured("f1", "auc", task=TinyTask(), y=y, outputs=outputs)
    assert found == {"f1": pytest.approx(plain["f1"] * 3 / 4), "auc": plain["auc"]}
