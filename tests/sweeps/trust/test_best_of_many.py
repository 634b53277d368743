from __future__ import annotations

import numpy as np
import pytest

from sweeps.trust.best_of_many import above_control, half_width, with_best
from sweeps.trust.max_t import Array


def _scores(parts: int, *means: float, spread: float = 0.01, seed: int = 0) -> Array:
    random = np.random.default_rng(seed)
    ease = 0.05 * random.normal(size=(parts, 1))
    return np.array(means) + ease + spread * random.normal(size=(parts, len(means)))


def test_what_is_clearly_worse_is_not_tied() -> None:
    found = with_best(_scores(10, 0.9, 0.9, 0.7), 0.25)
    assert found.tied.tolist() == [True, True, False]
    assert found.upper[2] == 0
    assert found.lower[2] < -0.2 < found.lower[2] + 0.05
    assert (found.lower[:2] < 0).all()
    assert (found.upper[:2] > 0).all()


def test_what_is_clearly_best_is_alone_and_above_0() -> None:
    found = with_best(_scores(10, 0.7, 0.9, 0.71), 0.0)
    assert found.tied.tolist() == [False, True, False]
    assert found.lower[1] == 0
    assert 0.19 < found.upper[1] < 0.23
    assert (found.upper[[0, 2]] == 0).all()


def test_overlapping_training_rows_tell_less() -> None:
    scores = _scores(20, 0.9, 0.88, spread=0.02)
    assert with_best(scores, 0.0).tied.tolist() == [True, False]
    assert with_best(scores, 0.25).tied.tolist() == [True, True]


def test_one_configuration_is_the_best_there_is() -> None:
    found = with_best(_scores(5, 0.9), 0.25)
    assert (found.tied.tolist(), found.lower.tolist(), found.upper.tolist()) == ([True], [0], [0])


@pytest.mark.parametrize("parts", [2, 3, 10])
def test_scores_that_are_all_equal_are_tied(parts: int) -> None:
    found = with_best(np.full((parts, 4), 0.1 + 0.2), 0.25)
    assert found.tied.all()
    assert (found.lower == 0).all()
    assert (found.upper == 0).all()


def test_equal_columns_among_others_are_tied() -> None:
    scores = _scores(6, 0.9, 0.5)[:, [0, 0, 1]]
    assert with_best(scores, 0.0).tied.tolist() == [True, True, False]


def test_differences_without_any_variance_are_exact() -> None:
    found = with_best(np.tile([0.9, 0.8, 0.9], (4, 1)), 0.0)
    assert found.tied.tolist() == [True, False, True]
    assert found.lower == pytest.approx([0, -0.1, 0])


def test_a_difference_that_never_varied_is_not_certain() -> None:
    """The same row was wrong in each of two parts: the others vary, so this might have."""
    scores = _scores(2, 0.9, 0.9, 0.9, 0.9, spread=0.05)
    scores[:, 1] = scores[:, 0] - 1 / 69
    assert with_best(scores, 0.0).tied[1] or with_best(scores, 0.0).means.argmax() > 1
    assert np.isfinite(with_best(scores, 0.0).upper).all()


def test_a_single_part_says_nothing_of_chance() -> None:
    found = with_best(np.array([[0.9, 0.2]]), 0.25)
    assert found.tied.all()
    assert np.isinf(found.lower).all()
    assert np.isinf(found.upper).all()


def test_two_parts_need_a_large_difference() -> None:
    assert with_best(_scores(2, 0.9, 0.89, 0.88, 0.87, spread=0.02), 0.0).tied.all()


def test_the_order_of_columns_says_nothing() -> None:
    scores = _scores(10, 0.9, 0.88, 0.7, 0.89)
    turned = with_best(scores[:, ::-1], 0.0)
    assert turned.tied[::-1].tolist() == with_best(scores, 0.0).tied.tolist()


def test_units_say_nothing() -> None:
    scores = _scores(10, 0.9, 0.88, 0.7, 0.89)
    one, other = with_best(scores, 0.0), with_best(1000 * scores + 7, 0.0)
    assert other.lower == pytest.approx(1000 * one.lower, abs=1e-6)
    assert other.tied.tolist() == one.tied.tolist()


def test_above_a_control() -> None:
    scores = _scores(10, 0.8, 0.9, 0.8, 0.7)
    lower, upper = above_control(scores[:, 1:], scores[:, 0], 0.0)
    assert (lower > 0).tolist() == [True, False, False]
    assert (upper < 0).tolist() == [False, False, True]
    assert (lower < upper).all()


def test_above_a_control_by_a_single_part() -> None:
    lower, upper = above_control(np.array([[0.9]]), np.array([0.1]), 0.0)
    assert np.isinf([*lower, *upper]).all()


def test_the_mean_of_few_scores_is_known_as_far_as_students_t_says() -> None:
    scores = np.array([0.0, 2.0, 4.0])
    assert half_width(scores, 0.0) == pytest.approx(4.303 * 2 / np.sqrt(3), rel=1e-3)
    assert half_width(scores, 0.25) == pytest.approx(4.303 * 2 * np.sqrt(1 / 3 + 0.25), rel=1e-3)
    assert half_width(scores[:1], 0.25) is None


def test_a_difference_that_is_the_same_in_a_few_parts_may_be_chance() -> None:
    ease = np.arange(10)[:, None] / 50
    many = np.array([[0.5, 0.52]]) + ease
    few = many[:3]
    assert with_best(few, 0.25).tied.tolist() == [True, True]
    assert with_best(many, 0.25).tied.tolist() == [False, True]
    lower, upper = above_control(few[:, 1:], few[:, 0], 0.25)
    assert lower[0] <= 0.0 < upper[0]
    lower, _ = above_control(many[:, 1:], many[:, 0], 0.25)
    assert lower[0] > 0.0


def test_two_models_that_are_the_same_are_told_apart_by_few_rows_no_more_often() -> None:
    rng, times = np.random.default_rng(8), 400
    wrong = [not with_best(rng.binomial(50, 0.95, (2, 2)) / 50, 0.0).tied[0] for _ in range(times)]
    assert sum(wrong) / times <= 0.05
