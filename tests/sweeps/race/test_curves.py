import math

import numpy as np
import pytest

from sweeps.parts import problem_of
from sweeps.race.curves import Curve, area, band, common_start, curve_of
from sweeps.reading.sweep import read_sweep
from sweeps.trial import Config, Failure, Result, Trial

from .races import document

SWEEP = read_sweep(document(evaluate={"folds": 2}))
CONFIG: Config = {
    "epochs": 9,
    "layer_count": 1,
    "width": 4,
    "activation": "relu",
    "learning_rate": 0.1,
}


def result(number: int, score: float | None, epochs: float = 9, **trial: int) -> Result:
    error = None if score is not None else Failure("diverged", "nan")
    metrics = {} if score is None else {"epochs": epochs}
    return Result(Trial(number, CONFIG, **trial), score, metrics, {}, 1.0, error=error)


def curve(results: list[Result], epochs: int = 1000) -> Curve:
    return curve_of(SWEEP, problem_of(SWEEP), results, epochs)


def test_a_curve_steps_where_a_better_score_was_found() -> None:
    found = curve([result(0, 0.5), result(1, 0.7), result(2, 0.4)])
    assert (found.spent, found.best, found.trials) == ((18, 54), (0.5, 0.4), (0, 2))
    assert (found.trained, found.epochs, found.last) == (3, 54, 0.4)


def test_a_promoted_trial_spends_only_what_it_adds() -> None:
    first = result(0, 0.5, 1, budget=1)
    found = curve([first, result(1, 0.6, 1, budget=1), result(2, 0.4, 3, budget=3, parent=0)])
    assert found.spent == (2, 8)


def test_a_failed_trial_costs_what_was_planned_for_it() -> None:
    assert curve([result(0, None), result(1, 0.5)]).spent == (36,)


def test_what_came_after_the_limit_does_not_count() -> None:
    found = curve([result(0, 0.5), result(1, 0.3)], epochs=35)
    assert (found.best, found.trained, found.epochs) == ((0.5,), 2, 36)


def test_without_a_score_a_curve_is_empty() -> None:
    found = curve([result(0, None)])
    assert (found.first, math.isnan(found.last)) == (math.inf, True)
    assert np.isnan(found.at(np.array([0.0, 50.0]))).all()
    assert math.isnan(area(found, 0, 100))
    assert common_start([found, Curve((20,), (0.8,))]) == 20


def test_an_area_is_the_mean_height() -> None:
    found = Curve((10, 20), (1.0, 0.5))
    assert area(found, 10, 30) == pytest.approx(0.75)
    assert area(found, 15, 30) == pytest.approx((5 * 1.0 + 10 * 0.5) / 15)
    assert area(found, 20, 30) == 0.5
    assert area(found, 30, 30) == 0.5
    assert math.isnan(area(found, 5, 30))


def test_heights_are_those_of_the_last_step() -> None:
    heights = Curve((10, 20), (1.0, 0.5)).at(np.array([9.0, 10.0, 19.9, 20.0, 99.0]))
    assert np.isnan(heights[0])
    assert list(heights[1:]) == [1.0, 1.0, 0.5, 0.5]


def test_a_band_begins_where_all_repeats_have_a_score_and_steps_where_any_does() -> None:
    found = band([Curve((10, 30), (1.0, 0.5)), Curve((20, 40), (0.8, 0.6))], 100)
    assert common_start([Curve((10,), (1.0,)), Curve((20,), (0.8,))]) == 20
    assert list(found.epochs) == [20, 30, 40, 100]
    assert list(found.low) == [0.8, 0.5, 0.5, 0.5]
    assert list(found.high) == [1.0, 0.8, 0.6, 0.6]
    assert found.middle == pytest.approx([0.9, 0.65, 0.55, 0.55])
