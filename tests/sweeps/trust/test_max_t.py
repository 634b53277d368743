from __future__ import annotations

import numpy as np
import pytest
from scipy.special import stdtrit

from sweeps.trust import max_t
from sweeps.trust.max_t import ADDED_VARIANCE, Paired


def _scores(parts: int, columns: int, seed: int = 0) -> max_t.Array:
    random = np.random.default_rng(seed)
    return random.normal(size=(parts, 1)) + random.normal(size=(parts, columns))


def _critical(paired: Paired) -> max_t.Array:
    """In standard errors without the variance that is added to each."""
    return paired.one_sided(0.95) * np.sqrt(1 + ADDED_VARIANCE)


@pytest.mark.parametrize("parts", [6, 10, 40])
def test_of_two_it_is_students_t(parts: int) -> None:
    wanted = stdtrit(parts - 1, 0.95)
    assert _critical(Paired(_scores(parts, 2), 0.0)) == pytest.approx(wanted, rel=0.09)


@pytest.mark.parametrize(("columns", "dunnett"), [(3, 1.92), (5, 2.16), (10, 2.42)])
def test_of_many_equal_ones_it_is_dunnetts_value(columns: int, dunnett: float) -> None:
    """Dunnett's table for infinite degrees of freedom, one-sided, 5 %."""
    assert _critical(Paired(_scores(2000, columns), 0.0)) == pytest.approx(dunnett, rel=0.05)


def test_columns_that_are_much_alike_count_as_fewer() -> None:
    alike = _scores(200, 2)[:, [0, 1, 1, 1, 1, 1]]
    alike = alike + 0.01 * np.random.default_rng(1).normal(size=alike.shape)
    apart = _scores(200, 6)
    assert _critical(Paired(alike, 0.0))[0] < 0.9 * _critical(Paired(apart, 0.0))[0]


def test_few_parts_of_many_columns_leave_no_direction_out() -> None:
    """Five parts span four directions; without shrinking the value would be 4.2."""
    for seed in range(3):
        assert _critical(Paired(_scores(5, 20, seed), 0.0)).mean() > 4.3


def test_two_sided_is_further_away() -> None:
    paired = Paired(_scores(50, 6), 0.0)
    assert paired.two_sided(0, 0.95) > paired.one_sided(0.95)[0]


def test_overlap_widens_errors_as_nadeau_and_bengio_say() -> None:
    scores = _scores(20, 3)
    alone, shared = Paired(scores, 0.0).errors, Paired(scores, 0.25).errors
    apart = ~np.eye(3, dtype=bool)
    assert (shared[apart] / alone[apart]) ** 2 == pytest.approx((1 / 20 + 0.25) * 20)


def test_the_same_scores_give_the_same_values() -> None:
    one, other = Paired(_scores(8, 5), 0.0), Paired(_scores(8, 5), 0.0)
    assert (one.one_sided(0.95) == other.one_sided(0.95)).all()


def test_more_columns_than_are_drawn_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    paired = Paired(_scores(10, 6), 0.0)
    drawn, away = paired.one_sided(0.95), paired.two_sided(0, 0.95)
    monkeypatch.setattr(max_t, "MOST_DRAWN", 5)
    assert (paired.one_sided(0.95) > drawn).all()
    assert paired.two_sided(0, 0.95) > away
    assert paired.one_sided(0.95)[0] == pytest.approx(stdtrit(9, 1 - 0.05 / 5))


def test_blocks_of_draws_make_no_difference_to_what_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paired = Paired(_scores(10, 4), 0.0)
    whole = paired.one_sided(0.95)
    monkeypatch.setattr(max_t, "AT_ONCE", 1000)
    assert paired.one_sided(0.95) == pytest.approx(whole, rel=0.1)
