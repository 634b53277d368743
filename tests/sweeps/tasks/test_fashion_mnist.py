from __future__ import annotations

import numpy as np
import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.fashion_mnist import FashionMnist
from tests.sweeps.tasks.contract import TaskContract
from tests.sweeps.tasks.small_datasets import made_up

pytestmark = pytest.mark.usefixtures("small_datasets")


@pytest.mark.parametrize("task", [FashionMnist(), FashionMnist("image")], ids=str)
class TestFashionMnist(TaskContract):
    """With sixty made-up pictures."""


def test_pixels_are_divided_by_255_as_keras_would_be_given_them() -> None:
    pictures = made_up()["fashion_mnist"]["x"][:40]
    assert len(np.unique(pictures)) == 256
    expected = (pictures / 255.0).astype(np.float32)
    assert np.array_equal(FashionMnist("image").rows(0).x_train, expected)
    assert np.array_equal(FashionMnist().rows(0).x_train, expected.reshape(40, 784))


def test_pixels_are_not_copied_on_their_way() -> None:
    task = FashionMnist()
    first, again = task.rows(0), task.rows(0)
    assert np.shares_memory(first.x_train, again.x_train)
    assert task.scaled(first.x_train, first.x_train, first.x_test)[1] is first.x_test
    data = Problem(task, Evaluate(), Objective("test_accuracy"), 1).data(0, 0)
    assert np.shares_memory(data.train.x, first.x_train)


def test_other_splits_keep_the_shares_of_the_kinds() -> None:
    rows = FashionMnist().rows(9)
    assert set(np.bincount(rows.y_train)) == {4}
    assert set(np.bincount(rows.y_test)) == {2}


def test_both_shapes_have_one_digest() -> None:
    assert FashionMnist().digest() == FashionMnist("image").digest()
