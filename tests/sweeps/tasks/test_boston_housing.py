from __future__ import annotations

import numpy as np
import pytest

from sweeps.tasks.boston_housing import BostonHousing
from sweeps.tasks.task import Task
from tests.sweeps.tasks.contract import TaskContract

pytestmark = pytest.mark.usefixtures("small_datasets")


@pytest.mark.parametrize("task", [BostonHousing(), BostonHousing("published")], ids=str)
class TestBostonHousing(TaskContract):
    """With forty made-up suburbs."""


def test_published_rows_are_those_that_the_posts_own_lines_make() -> None:
    raw = BostonHousing().rows(0)
    train_data, test_data = raw.x_train.copy(), raw.x_test.copy()
    # As in the post, line by line.
    mean = train_data.mean(axis=0)
    train_data -= mean
    std = train_data.std(axis=0)
    train_data -= std
    test_data -= mean
    test_data /= std
    rows = BostonHousing("published").rows(0)
    assert np.array_equal(rows.x_train, train_data)
    assert np.array_equal(rows.x_test, test_data)


def test_published_rows_are_not_scaled_again_by_a_fold() -> None:
    task = BostonHousing("published")
    rows = task.rows(0)
    (part,) = task.scaled(rows.x_train[:5], rows.x_train[5:])
    assert np.array_equal(part, rows.x_train[5:].astype(np.float32))


def test_corrected_columns_are_standardised_by_the_rows_trained_on() -> None:
    task = BostonHousing()
    rows = task.rows(0)
    train, test = task.scaled(rows.x_train, rows.x_train, rows.x_test)
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(train.std(axis=0), 1, atol=1e-6)
    again, _ = task.scaled(rows.x_train, rows.x_train, rows.x_test * 100)
    assert np.array_equal(train, again)
    spread = rows.x_train.std(axis=0)
    np.testing.assert_allclose(test, (rows.x_test - rows.x_train.mean(axis=0)) / spread, rtol=1e-5)


def test_a_column_that_does_not_vary_becomes_0() -> None:
    x = np.array([[0.1, 1.0], [0.1, 3.0], [0.1, 5.0]])
    train, other = BostonHousing().scaled(x, x, np.array([[7.0, 3.0]]))
    assert np.array_equal(train[:, 0], [0, 0, 0])
    assert np.array_equal(other, [[0, 0]])


def test_it_predicts_one_number_from_thirteen() -> None:
    task: Task = BostonHousing()
    assert (task.kind, task.outputs, task.classes, len(task.features)) == ("regression", 1, (), 13)


def test_both_ways_have_one_digest() -> None:
    assert BostonHousing().digest() == BostonHousing("published").digest()
