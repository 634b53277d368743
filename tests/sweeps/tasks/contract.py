"""What every task promises."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.inputs import content
from sweeps.tasks.task import Task

FOLDS = 3


def dense(x: Any) -> Any:
    return x.toarray() if hasattr(x, "toarray") else x


class TaskContract:
    """Subclasses give the task, small: everything here is done to all of its rows."""

    @pytest.fixture
    def task(self) -> Task:
        raise NotImplementedError

    def test_it_is_small_and_picklable(self, task: Task) -> None:
        assert pickle.loads(pickle.dumps(task)) == task
        assert len(pickle.dumps(task)) < 500

    def test_two_that_are_equal_are_one_key(self, task: Task) -> None:
        assert hash(task) == hash(pickle.loads(pickle.dumps(task)))

    def test_its_columns_have_names_that_are_made_once(self, task: Task) -> None:
        columns = int(np.prod(task.rows(0).x_train.shape[1:]))
        assert len(task.features) == len(set(task.features)) == columns
        assert task.features is task.features

    def test_targets_are_what_the_kind_says(self, task: Task) -> None:
        rows = task.rows(0)
        for y in (rows.y_train, rows.y_test):
            if task.kind == "classification":
                assert y.dtype == np.int64
                assert set(y) <= set(range(len(task.classes)))
            else:
                assert (y.dtype.kind, task.classes) == ("f", ())
        if task.kind == "classification":
            assert task.outputs in (1, len(task.classes))
            assert (task.outputs == 1) <= (len(task.classes) == 2)

    def test_a_split_is_the_same_every_time(self, task: Task) -> None:
        for split in (0, 3):
            first, again = task.rows(split), task.rows(split)
            assert content(first.x_train) == content(again.x_train)
            assert content(first.x_test) == content(again.x_test)
            assert np.array_equal(first.y_train, again.y_train)

    def test_every_split_has_all_rows_differently_divided(self, task: Task) -> None:
        own, other = task.rows(0), task.rows(4)
        assert own.x_train.shape == other.x_train.shape
        assert own.x_test.shape == other.x_test.shape
        assert content(own.x_test) != content(other.x_test)
        everything = [sorted([*rows.y_train, *rows.y_test]) for rows in (own, other)]
        assert everything[0] == everything[1]

    def test_scaled_parts_are_float32_of_the_same_shape(self, task: Task) -> None:
        rows = task.rows(0)
        train, test = task.scaled(rows.x_train, rows.x_train, rows.x_test)
        assert (train.dtype, test.dtype) == (np.float32, np.float32)
        assert (train.shape, test.shape) == (rows.x_train.shape, rows.x_test.shape)
        assert np.isfinite(dense(train)).all()

    def test_rows_are_never_changed(self, task: Task) -> None:
        rows = task.rows(0)
        before = content(rows.x_train), content(rows.x_test)
        task.scaled(rows.x_train, rows.x_train, rows.x_test)
        again = task.rows(0)
        assert (content(rows.x_train), content(rows.x_test)) == before
        assert (content(again.x_train), content(again.x_test)) == before

    def test_its_digest_is_16_hex_digits_whatever_was_asked_before(self, task: Task) -> None:
        first = task.digest()
        task.rows(5)
        assert task.digest() == first
        assert len(first) == 16
        assert int(first, 16) >= 0

    def test_folds_hold_every_train_row_out_once(self, task: Task) -> None:
        problem = Problem(task, Evaluate(folds=FOLDS, stratified=False), Objective("val_loss"), 1)
        held_out = [problem.data(fold, 0).val for fold in range(FOLDS)]
        targets = [y for part in held_out if part is not None for y in part.y]
        assert sorted(targets) == sorted(task.rows(0).y_train)

    def test_the_first_rows_validate_where_they_are_asked_for(self, task: Task) -> None:
        problem = Problem(task, Evaluate(first=7), Objective("val_loss"), 1)
        rows = task.rows(0)
        if rows.groups is not None and np.isin(rows.groups[:7], rows.groups[7:]).any():
            with pytest.raises(ValueError, match="tear a group apart"):
                problem.data(0, 0)
            return
        data = problem.data(0, 0)
        assert data.val is not None
        assert np.array_equal(data.val.y, rows.y_train[:7])
        assert np.array_equal(data.train.y, rows.y_train[7:])
        scaled = task.scaled(rows.x_train[7:], rows.x_train[:7], rows.x_test)
        assert np.array_equal(dense(data.val.x), dense(scaled[0]))
        assert np.array_equal(dense(data.test.x), dense(scaled[1]))

    def test_all_rows_train_where_the_test_rows_judge(self, task: Task) -> None:
        data = Problem(task, Evaluate(), Objective("test_loss"), 1).data(0, 0)
        assert data.val is None
        assert np.array_equal(data.train.y, task.rows(0).y_train)
        assert data.train.x.shape[0] == len(data.train.y)
