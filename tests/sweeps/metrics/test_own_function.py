"""Metrics that are functions of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sweeps.user_code.user_code import UserCodeError
from tests.sweeps.metrics.asking import Columns, measured, numbers, three_classes, two_classes
from tests.sweeps.tiny_task import TinyTask

SOURCE = """
import numpy as np

def hits(y_true, y_pred):
    assert y_true.shape == y_pred.shape and y_pred.dtype.kind == "i"
    return (y_true == y_pred).sum()

def shape(y_true, y_prob):
    return float(10 * y_prob.ndim + y_prob.shape[-1])

def vandal(y_true, y_pred):
    y_true[:] = 0
    y_pred[:] = 0
    return 1.0

def worst(y_true, y_pred):
    return np.abs(y_true - y_pred).max()

def broken(y_true, y_pred):
    return helper(y_pred)

def helper(y_pred):
    raise KeyError("no such row")

def silent(y_true, y_pred):
    return None

def text(y_true, y_pred):
    return "0.5"

def each(y_true, y_pred):
    return np.ones(3)

def nothing(y_true, y_pred):
    return float("nan")

def sure(y_true, y_pred):
    return True
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    import sys

    (tmp_path / "metrics_of_mine.py").write_text(SOURCE)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield str(tmp_path)
    sys.modules.pop("metrics_of_mine", None)


def test_it_is_given_class_numbers(folder: str) -> None:
    y, outputs = three_classes()
    found = measured(
        "metrics_of_mine:hits", task=TinyTask(), y=y, outputs=outputs, folder=folder, prefix="val_"
    )
    assert found == {"val_hits": float((outputs.argmax(axis=1) == y).sum())}


def test_or_probabilities_if_its_second_parameter_says_so(folder: str) -> None:
    y, outputs = three_classes()
    path = "metrics_of_mine:shape"
    found = measured(path, task=TinyTask(), y=y, outputs=outputs, folder=folder)
    assert found == {"shape": 23.0}
    y, outputs = two_classes()
    found = measured(path, task=Columns(columns_out=1), y=y, outputs=outputs, folder=folder)
    assert found == {"shape": 10.0 + len(y)}


def test_functions_of_scikit_learn_are_named_as_they_are() -> None:
    y, outputs = two_classes()
    task = Columns(columns_out=1)
    paths = ("sklearn.metrics:roc_auc_score", "sklearn.metrics:f1_score", "auc", "f1")
    found = measured(*paths, task=task, y=y, outputs=outputs)
    assert found["roc_auc_score"] == pytest.approx(found["auc"])
    assert found["f1_score"] == pytest.approx(found["f1"])


@pytest.mark.parametrize("targets", [1, 2])
def test_numbers_come_in_the_shape_of_the_truth(folder: str, targets: int) -> None:
    y, outputs = numbers(targets=targets)
    task = Columns(kind="regression", columns_out=targets)
    found = measured("metrics_of_mine:worst", task=task, y=y, outputs=outputs, folder=folder)
    assert found["worst"] == np.abs(y - outputs.reshape(y.shape)).max()


def test_what_it_does_to_its_arrays_is_its_own_affair(folder: str) -> None:
    y, outputs = three_classes()
    before = y.copy(), outputs.copy()
    found = measured(
        "metrics_of_mine:vandal", "accuracy", task=TinyTask(), y=y, outputs=outputs, folder=folder
    )
    assert (y == before[0]).all()
    assert (outputs == before[1]).all()
    assert found["accuracy"] == (outputs.argmax(axis=1) == y).mean()


def test_what_it_raises_is_shown_with_its_own_lines(folder: str) -> None:
    y, outputs = three_classes()
    with pytest.raises(UserCodeError, match="no such row") as caught:
        measured("metrics_of_mine:broken", task=TinyTask(), y=y, outputs=outputs, folder=folder)
    failure = caught.value.failure
    assert failure.reason == "user_error"
    assert failure.message == "metrics_of_mine:broken: KeyError: 'no such row'"
    assert "in broken" in failure.traceback
    assert "in helper" in failure.traceback
    assert "own_function.py" not in failure.traceback


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("silent", "None"),
        ("text", "'0.5'"),
        ("each", r"array\(\[1., 1., 1.\]\)"),
        ("nothing", "nan"),
        ("sure", "True"),
    ],
)
def test_anything_but_a_finite_number_is_refused(folder: str, name: str, shown: str) -> None:
    y, outputs = three_classes()
    message = f"metrics_of_mine:{name}: it returned {shown}, not a finite number"
    with pytest.raises(UserCodeError, match=message):
        measured(f"metrics_of_mine:{name}", task=TinyTask(), y=y, outputs=outputs, folder=folder)


def test_a_function_that_is_not_there_is_named(folder: str) -> None:
    y, outputs = three_classes()
    with pytest.raises(UserCodeError, match="did you mean 'hits'"):
        measured("metrics_of_mine:hit", task=TinyTask(), y=y, outputs=outputs, folder=folder)


def test_nor_need_it_be_a_function(folder: str) -> None:
    y, outputs = three_classes()
    with pytest.raises(UserCodeError, match="not a callable object"):
        measured("metrics_of_mine:np.pi", task=TinyTask(), y=y, outputs=outputs, folder=folder)
