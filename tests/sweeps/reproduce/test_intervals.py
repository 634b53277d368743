from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sweeps.reproduce.intervals import of_difference, of_mean


def test_welch_agrees_with_scipy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 12), rng.normal(1, 3, 20)
    ours = of_difference(a, b)
    theirs = stats.ttest_ind(b, a, equal_var=False).confidence_interval(0.95)
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))
    assert ours.value == pytest.approx(b.mean() - a.mean())


def test_small_samples_share_their_variance_as_in_scipy():
    a, b = [1.0, 2.0, 4.0], [2.0, 2.5, 3.0, 7.0, 1.0, 4.0]
    ours = of_difference(a, b)
    theirs = stats.ttest_ind(b, a, equal_var=True).confidence_interval(0.95)
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_mean_agrees_with_scipy():
    values = [0.1, 0.4, 0.3, 0.9]
    ours = of_mean(values)
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(1000):
        found = of_difference(rng.normal(0, 1, 8), rng.normal(0.5, 2, 15))
        assert found is not None
        covered += found.low <= 0.5 <= found.high
    assert 930 <= covered <= 970


def test_equal_values_have_an_interval_of_no_width():
    found = of_difference([0.9] * 6, [0.9] * 6)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.0, 0.0))


@pytest.mark.parametrize(("a", "b"), [([], [1.0, 2.0]), ([1.0], [1.0, 2.0]), ([1.0, 2.0], [1.0])])
def test_one_value_says_nothing_of_its_spread(a, b):
    assert of_difference(a, b) is None
    assert of_mean([1.0]) is None
