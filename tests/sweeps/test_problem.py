from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sweeps.problem import Problem
from sweeps.sweep import Evaluate, Objective
from tests.sweeps.tiny_task import TinyTask

VAL, TEST = Objective("val_accuracy"), Objective("test_accuracy")


def problem(evaluate: Evaluate, objective: Objective = VAL, seed: int = 3) -> Problem:
    return Problem(TinyTask(), evaluate, objective, seed)


def test_a_val_objective_carves_its_rows_out_of_train() -> None:
    data = problem(Evaluate(validation=0.25)).data(0, 0)
    assert data.val is not None
    assert (len(data.train.y), len(data.val.y), len(data.test.y)) == (33, 11, 15)


def test_a_test_objective_carves_nothing_out() -> None:
    data = problem(Evaluate(folds=3), TEST).data(0, 0)
    assert data.val is None
    assert (len(data.train.y), len(data.test.y)) == (44, 15)


def test_folds_hold_every_row_out_once_and_are_stratified() -> None:
    evaluated = problem(Evaluate(folds=4))
    held_out = []
    for fold in range(4):
        data = evaluated.data(fold, 0)
        assert data.val is not None
        assert np.bincount(data.val.y, minlength=3).min() >= 3
        held_out.append(len(data.val.y))
    assert sum(held_out) == 44
    everything = evaluated.task.rows(0)
    chosen = np.concatenate([evaluated._indices(everything, fold, 0)[1] for fold in range(4)])
    assert sorted(chosen) == list(range(44))


def test_the_scaler_is_fitted_on_the_training_part_only() -> None:
    data = problem(Evaluate(folds=4)).data(1, 0)
    assert data.val is not None
    assert np.allclose(data.train.x.mean(axis=0), 0, atol=1e-6)
    assert not np.allclose(data.val.x.mean(axis=0), 0, atol=1e-3)


def test_repeats_share_their_folds_unless_they_are_split_anew() -> None:
    same, anew = (
        problem(Evaluate(folds=3, repeats=2)),
        problem(Evaluate(folds=3, repeats=2, resplit=True)),
    )
    assert np.array_equal(same.data(0, 0).train.x, same.data(0, 1).train.x)
    assert not np.array_equal(anew.data(0, 0).train.x, anew.data(0, 1).train.x)
    assert np.array_equal(same.data(0, 0).train.x, anew.data(0, 0).train.x)


@pytest.mark.parametrize(
    "other",
    [
        problem(Evaluate(folds=3), seed=4),
        problem(Evaluate(folds=4)),
        problem(Evaluate(validation=0.3)),
        replace(problem(Evaluate(folds=3)), objective=TEST),
        replace(problem(Evaluate(folds=3)), task=TinyTask(columns=5)),
    ],
)
def test_the_split_hash_changes_with_the_rows(other: Problem) -> None:
    first = problem(Evaluate(folds=3))
    assert first.split_hash() == problem(Evaluate(folds=3)).split_hash()
    assert first.split_hash() != other.split_hash()


def test_the_split_hash_knows_test_rows_that_are_drawn_anew() -> None:
    same, anew = (problem(Evaluate(repeats=2, resplit=r), TEST) for r in (False, True))
    assert same.split_hash() != anew.split_hash()
