from __future__ import annotations

import math
import random
import time
from dataclasses import replace

import pytest

from sweeps.pareto import front, front_of, scores_of
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Objective, Sweep
from sweeps.trial import Failure, Result, Trial
from tests.sweeps.founds import found

ONE = read_sweep({"task": "penguins", "space": {"width": [8, 16]}})
SMALL = Objective("parameters", "minimize")
SWEEP = replace(ONE, further=(SMALL,))


def result(number: int, accuracy: float | None, parameters: float = 1.0, **more: float) -> Result:
    metrics = {"val_accuracy": accuracy or 0.0, "parameters": parameters, **more}
    error = Failure("diverged", "nan") if accuracy is None else None
    return Result(Trial(number, {"width": 8}), accuracy, metrics, {}, 1.0, error=error)


def numbers(results: tuple[Result, ...]) -> list[int]:
    return [one.trial.number for one in results]


def dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True)) and one != other


def test_a_result_that_another_beats_is_not_on_the_front() -> None:
    results = [result(0, 0.9, 10), result(1, 0.8, 5), result(2, 0.8, 10), result(3, 0.7, 7)]
    assert numbers(front_of(SWEEP, results)) == [0, 1]


def test_the_best_by_the_first_objective_comes_first_and_equals_by_number() -> None:
    results = [result(3, 0.5, 1), result(2, 0.9, 9), result(1, 0.7, 4), result(0, 0.9, 9)]
    assert numbers(front_of(SWEEP, results)) == [0, 2, 1, 3]


def test_what_has_no_score_or_a_figure_that_is_not_finite_is_left_out() -> None:
    results = [result(0, None), result(1, 0.9, math.nan), result(2, 0.5, 3), result(3, math.inf)]
    assert numbers(front_of(SWEEP, results)) == [2]
    assert scores_of(SWEEP, results[0]) == ()
    assert scores_of(SWEEP, results[2]) == (-0.5, 3)


def test_confirmations_are_no_contenders() -> None:
    again = replace(result(1, 0.99, 1), trial=Trial(1, {"width": 8}, confirms=0))
    assert numbers(front(found(SWEEP, [result(0, 0.9, 1), again]))) == [0]


def test_nothing_found_is_an_empty_front() -> None:
    assert front(found(SWEEP, [])) == ()


def test_one_objective_leaves_the_best_and_its_equals() -> None:
    assert numbers(front_of(ONE, [result(0, 0.5), result(1, 0.9), result(2, 0.9)])) == [1, 2]


@pytest.mark.parametrize("objectives", [2, 3, 4])
def test_the_front_is_what_comparing_every_pair_gives(objectives: int) -> None:
    draw = random.Random(objectives)
    names = [f"loss{n}" for n in range(objectives - 1)]
    sweep = replace(ONE, further=tuple(Objective(name, "minimize") for name in names))
    results = [
        result(n, draw.randint(0, 9) / 10, **{name: float(draw.randint(0, 9)) for name in names})
        for n in range(200)
    ]
    kept = front_of(sweep, results)
    scores = {one.trial.number: scores_of(sweep, one) for one in results}
    expected = [n for n in scores if not any(dominates(o, scores[n]) for o in scores.values())]
    assert sorted(numbers(kept)) == expected
    assert 1 < len(kept) < 200


@pytest.mark.parametrize(("objectives", "trials"), [(2, 10_000), (4, 3000)])
def test_many_that_nobody_dominates_do_not_take_long(objectives: int, trials: int) -> None:
    draw = random.Random(1)
    names = [f"loss{n}" for n in range(objectives - 1)]
    sweep: Sweep = replace(ONE, further=tuple(Objective(name, "minimize") for name in names))
    results = []
    for number in range(trials):
        x = draw.random()
        rest = {name: x + draw.random() * 1e-9 for name in names}
        results.append(result(number, x, **rest))
    began = time.perf_counter()
    kept = front_of(sweep, results)
    assert len(kept) > trials / 2
    assert time.perf_counter() - began < 5.0
