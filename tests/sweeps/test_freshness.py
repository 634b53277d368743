"""What is new to a confirmation: which rows its fits have, and what is said of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sweeps.evaluation import fits_of
from sweeps.freshness import freshness
from sweeps.problem import Problem
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Evaluate, Objective
from sweeps.trial import Trial
from tests.sweeps.tiny_task import TinyTask

VAL, TEST = Objective("val_accuracy"), Objective("test_accuracy")


def problem(objective: Objective = VAL, **evaluate: Any) -> Problem:
    confirming = Evaluate(confirm_top=2, confirm_repeats=3, **evaluate)
    return Problem(TinyTask(), confirming, objective, seed=3)


def same_rows(one: Problem, repeat: int, other: int) -> bool:
    first, second = one.data(0, repeat), one.data(0, other)
    return first.train.y.tobytes() == second.train.y.tobytes() and np.array_equal(
        first.train.x, second.train.x
    )


@pytest.mark.parametrize("evaluate", [{"folds": 3}, {"validation": 0.3}, {"resplit": True}])
def test_each_repeat_of_a_confirmation_has_rows_of_its_own(evaluate: dict[str, Any]) -> None:
    drawn = problem(repeats=2, **evaluate)
    repeats = [2, 3, 4]
    assert [drawn.draw_of(repeat) for repeat in repeats] == repeats
    pairs = [(0, 2), (0, 3), (1, 4), (2, 3), (3, 4)]
    assert not any(same_rows(drawn, *pair) for pair in pairs)


@pytest.mark.parametrize(
    ("objective", "evaluate"),
    [(VAL, {"folds": 3, "shuffle": False}), (VAL, {"first": 9}), (TEST, {})],
)
def test_rows_that_nobody_draws_are_the_same(
    objective: Objective, evaluate: dict[str, Any]
) -> None:
    undrawn = problem(objective, repeats=2, **evaluate)
    assert [undrawn.draw_of(repeat) for repeat in range(5)] == [0] * 5
    assert same_rows(undrawn, 0, 4)


def test_test_rows_are_drawn_anew_where_they_are_anyway() -> None:
    assert [problem(TEST, resplit=True).draw_of(repeat) for repeat in range(4)] == [0, 1, 2, 3]


def test_folds_of_a_confirmation_hold_every_row_out_once() -> None:
    folded = problem(folds=4)
    rows = folded.task.rows(0)
    held_out = np.concatenate([folded._indices(rows, fold, 3)[1] for fold in range(4)])
    assert sorted(held_out) == list(range(44))


def test_the_hash_of_a_sweeps_splits_is_that_of_its_search() -> None:
    plain = Problem(TinyTask(), Evaluate(folds=3), VAL, seed=3)
    assert problem(folds=3).split_hash() == plain.split_hash()


def test_seeds_are_those_of_repeats_that_the_search_does_not_have(tmp_path: Any) -> None:
    evaluated = problem(folds=2, repeats=2)
    searched = fits_of(Trial(0, {"width": 8}), evaluated, tmp_path, trial_seconds=8)
    confirming = fits_of(Trial(5, {"width": 8}, confirms=0), evaluated, tmp_path, trial_seconds=8)
    assert [(fit.repeat, fit.fold) for fit in searched] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [fit.repeat for fit in confirming] == [2, 2, 3, 3, 4, 4]
    assert not {fit.seed for fit in searched} & {fit.seed for fit in confirming}
    assert {fit.seconds for fit in [*searched, *confirming]} == {2.0}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"evaluate": {"folds": 3}}, "fresh seeds and folds"),
        ({}, "fresh seeds and validation rows"),
        ({"evaluate": {"resplit": True}}, "fresh seeds, fresh splits into training and test rows"),
        ({"evaluate": {"folds": 3, "shuffle": False}}, "fresh seeds, the same rows"),
        ({"evaluate": {"validation": {"first": 9}}}, "fresh seeds, the same rows"),
        ({"objective": "test_accuracy"}, "fresh seeds, the same rows"),
    ],
)
def test_it_is_said_in_words(document: dict[str, Any], said: str) -> None:
    network = {"task": "penguins", "space": {"width": [8, 16]}}
    assert freshness(read_sweep({**network, **document})) == said


def test_a_function_without_rows_has_seeds_alone() -> None:
    function = {"function": "own:make", "space": {"x": [1, 2]}, "objective": {"goal": "maximize"}}
    assert freshness(read_sweep(function)) == "fresh seeds"
