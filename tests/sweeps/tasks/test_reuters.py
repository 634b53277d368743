from __future__ import annotations

import numpy as np
import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from sweeps.tasks.reuters import Reuters
from tests.sweeps.tasks.contract import TaskContract
from tests.sweeps.tasks.small_datasets import TOPICS

pytestmark = pytest.mark.usefixtures("small_datasets")


@pytest.mark.parametrize("task", [Reuters(), Reuters(200)], ids=str)
class TestReuters(TaskContract):
    """With five made-up newswires on each topic."""


def test_topics_are_46_of_different_names() -> None:
    assert len(set(Reuters().classes)) == Reuters().outputs == TOPICS


def test_rows_stay_sparse_all_the_way_to_the_fit() -> None:
    data = Problem(Reuters(), Evaluate(folds=4), Objective(), 1).data(2, 0)
    assert data.val is not None
    for part in (data.train, data.val, data.test):
        assert (part.x.format, part.x.dtype, part.x.shape[1]) == ("csr", np.float32, 10_000)
        assert set(part.x.data) == {1.0}


def test_stratified_folds_hold_one_of_each_topic_out() -> None:
    problem = Problem(Reuters(), Evaluate(folds=4, stratified=True), Objective(), 1)
    held_out = problem.data(1, 0).val
    assert held_out is not None
    assert set(np.bincount(held_out.y, minlength=TOPICS)) == {1}


def test_another_vocabulary_is_other_rows() -> None:
    assert Reuters(200).digest() != Reuters(201).digest() != Reuters().digest()
    assert Reuters(200).rows(0).x_train.shape == (4 * TOPICS, 200)
