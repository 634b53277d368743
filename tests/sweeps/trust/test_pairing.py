from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep
from sweeps.trial import Failure, Part
from sweeps.trust.pairing import side_by_side


def _sweep(evaluate: dict[str, Any], metric: str = "val_accuracy", task: Any = "penguins") -> Sweep:
    document = {"task": task, "space": {"width": {"low": 1, "high": 9}}, "objective": metric}
    return read_sweep({**document, "evaluate": {"confirm_top": 2, "repeats": 3, **evaluate}})


def _part(repeat: int, fold: int, score: float, metric: str = "val_accuracy", **more: Any) -> Part:
    return Part(fold, repeat, {metric: score}, {}, 1.0, **more)


def _parts(table: Any, metric: str = "val_accuracy", **more: Any) -> list[Part]:
    """(repeats, folds) of scores; repeats are numbered on from the search's."""
    return [
        _part(1 + repeat, fold, score, metric, **more)
        for repeat, folds in enumerate(table)
        for fold, score in enumerate(folds)
    ]


def test_parts_of_the_same_rows_stand_side_by_side() -> None:
    one, other = _parts([[1.0, 2.0], [3.0, 4.0]]), _parts([[5.0, 6.0], [7.0, 8.0]])
    side = side_by_side(_sweep({"folds": 2}), [one, other[::-1]])
    assert side.scores.tolist() == [[1, 5], [2, 6], [3, 7], [4, 8]]
    assert not side.same_rows


def test_parts_that_any_lacks_are_left_out() -> None:
    one, other = _parts([[1.0], [2.0], [3.0]]), _parts([[5.0], [6.0], [7.0]])
    other[1] = _part(2, 0, 6.0, error=Failure("diverged", "nan"))
    third = [Part(0, 1, {"val_accuracy": 9.0}, {}, 1.0), Part(0, 3, {"loss": 1.0}, {}, 1.0)]
    sweep = _sweep({})
    assert side_by_side(sweep, [one, other]).scores.tolist() == [[1, 5], [3, 7]]
    assert side_by_side(sweep, [one, other, third]).scores.tolist() == [[1, 5, 9]]


def test_nothing_shared_is_no_rows() -> None:
    side = side_by_side(_sweep({}), [_parts([[1.0]]), [_part(7, 0, 1.0)]])
    assert len(side.scores) == 0
    assert len(side_by_side(_sweep({}), []).scores) == 0


@pytest.mark.parametrize(
    ("evaluate", "overlap"),
    [
        ({"folds": 5}, 1 / 4),
        ({"folds": 2}, 1.0),
        ({"validation": 0.2}, 0.25),
        ({"validation": 0.5}, 1),
    ],
)
def test_overlap_is_rows_tested_on_by_rows_trained_on(
    evaluate: dict[str, Any], overlap: float
) -> None:
    folds = max(1, evaluate.get("folds", 0))
    column = _parts(np.arange(3.0 * folds).reshape(3, folds))
    side = side_by_side(_sweep(evaluate), [column, column])
    assert side.overlap == pytest.approx(overlap)


def test_folds_that_are_not_drawn_have_the_same_rows_in_every_repeat() -> None:
    """Two repeats of a fold tell no more of other rows than one: their mean is one part."""
    column = _parts([[1.0, 2.0], [3.0, 6.0]])
    side = side_by_side(_sweep({"folds": 2, "shuffle": False}), [column, column])
    assert side.scores.tolist() == [[2, 2], [4, 4]]
    assert side.overlap == 1.0
    assert not side.same_rows


@pytest.mark.parametrize("metric", ["test_accuracy", "val_accuracy"])
def test_fresh_seeds_on_the_same_rows_are_independent(metric: str) -> None:
    first = {"validation": {"first": 20}} if metric == "val_accuracy" else {}
    column = _parts([[1.0], [2.0], [3.0]], metric)
    side = side_by_side(_sweep(first, metric), [column, column])
    assert side.same_rows
    assert side.overlap == 0.0
    assert len(side.scores) == 3


def test_splits_drawn_anew_overlap_as_rows_were_counted() -> None:
    column = _parts([[1.0], [2.0], [3.0]], "test_accuracy")
    sweep = _sweep({"resplit": True}, "test_accuracy")
    assert side_by_side(sweep, [column]).overlap == 0.25
    counted = _parts([[1.0]], "test_accuracy")
    counted[0] = Part(0, 1, counted[0].metrics | {"test_rows": 10.0, "train_rows": 20.0}, {}, 1.0)
    assert side_by_side(sweep, [column, counted]).overlap == 0.5
    seen = _parts(
        [[1.0]], "test_accuracy", confusion={"train": ((3, 1), (0, 4)), "test": ((1, 1), (0, 2))}
    )
    assert side_by_side(sweep, [seen, column]).overlap == 0.5


def test_a_function_without_rows_is_given_seeds() -> None:
    document = {"function": "mine:fit", "space": {"x": [1, 2, 3]}}
    sweep = read_sweep(
        {
            **document,
            "objective": {"metric": "value", "goal": "minimize"},
            "evaluate": {"confirm_top": 2, "repeats": 3},
        }
    )
    column = _parts([[1.0], [2.0], [3.0]], "value")
    side = side_by_side(sweep, [column])
    assert (side.overlap, side.same_rows, len(side.scores)) == (0.0, False, 3)
