from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from sweeps.tasks.breast_cancer import BreastCancer
from tests.sweeps.tasks.contract import TaskContract


@pytest.mark.parametrize("task", [BreastCancer(), BreastCancer("published")], ids=str)
class TestBreastCancer(TaskContract):
    """With all of its rows: they come with scikit-learn."""


def test_names_are_those_of_scikit_learn() -> None:
    known = load_breast_cancer()
    assert BreastCancer().features == tuple(known.feature_names)
    assert BreastCancer().classes == tuple(known.target_names)


def test_a_fifth_of_the_rows_test_with_the_shares_of_both_classes() -> None:
    rows = BreastCancer().rows(2)
    assert (rows.x_train.shape, rows.x_test.shape) == ((455, 30), (114, 30))
    assert rows.y_train.mean() == pytest.approx(rows.y_test.mean(), abs=0.01)


def test_published_rows_are_as_they_were_measured() -> None:
    task = BreastCancer("published")
    rows = task.rows(0)
    train, _ = task.scaled(rows.x_train, rows.x_train, rows.x_test)
    assert np.array_equal(train, rows.x_train.astype(np.float32))
    assert train.max() > 1000


def test_corrected_columns_are_standardised_by_the_rows_trained_on() -> None:
    task = BreastCancer()
    rows = task.rows(0)
    train, test = task.scaled(rows.x_train, rows.x_train, rows.x_test)
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(train.std(axis=0), 1, atol=1e-5)
    assert abs(test.mean(axis=0)).max() > 1e-3
