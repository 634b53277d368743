"""The tests of sweeps against each other, on scores of which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from sweeps.comparing.contest import contests, holm, paired, unpaired


def side(scores: list[float], **fixed: float) -> list[tuple[dict[str, float], float]]:
    return [({"width": at, **fixed}, score) for at, score in enumerate(scores)]


def test_holm_is_that_of_the_book() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_probability_is_that_of_all_pairs() -> None:
    one, other = [1.0, 2.0, 2.0, 5.0], [2.0, 3.0, 0.0]
    pairs = [(a > b) + (a == b) / 2 for a in one for b in other]
    effect, low, high, p = unpaired(one, other)
    assert effect == pytest.approx(sum(pairs) / len(pairs))
    assert low <= effect <= high
    assert p > 0.05


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_intervals_hold_the_truth_as_often_as_they_say(shift: float) -> None:
    from statistics import NormalDist

    truth = NormalDist().cdf(shift / 2**0.5)
    held = 0
    for seed in range(200):
        draws = np.random.default_rng(seed)
        one, other = draws.normal(shift, 1, 40), draws.normal(0, 1, 60)
        _, low, high, _ = unpaired(list(one), list(other))
        held += low <= truth <= high
    assert 0.89 <= held / 200 <= 1.0


def test_the_sign_flip_test_finds_what_is_there_and_nothing_else() -> None:
    draws = np.random.default_rng(3)
    mean, low, high, p = paired(list(draws.normal(0.5, 1, 60)))
    assert low < mean < high
    assert p < 0.01
    found = [paired(list(draws.normal(0, 1, 12)))[3] for _ in range(40)]
    assert sum(p < 0.05 for p in found) <= 6


def test_the_interval_says_what_the_test_says() -> None:
    for seed in range(25):
        draws = np.random.default_rng(seed)
        _, low, high, p = paired(list(draws.exponential(1, 12) - 0.6))
        assert (p < 0.05) == (low > 0.0 or high < 0.0)


def test_paired_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(150):
        _, low, high, _ = paired(list(np.random.default_rng(seed).normal(0.3, 1, 15)))
        held += low <= 0.3 <= high
    assert 0.89 <= held / 150 <= 1.0


def test_an_interval_ends_at_the_outmost_difference_where_many_are_equal() -> None:
    mean, low, high, p = paired([0.0] * 5 + [0.01])
    assert low == 0.0 < mean < high == 0.01
    assert p > 0.05


def test_all_of_a_few_scores_above_all_others_may_be_chance() -> None:
    effect, low, high, p = unpaired([4.0, 5.0, 6.0], [1.0, 2.0, 3.0])
    assert (effect, high) == (1.0, 1.0)
    assert low < 0.55
    assert p > 0.05
    assert unpaired([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])[2] == pytest.approx(1 - low)
    assert unpaired(list(range(50, 80)), list(range(30)))[1] > 0.85


def test_equal_scores_are_no_difference() -> None:
    assert paired([0.0] * 10) == (0.0, 0.0, 0.0, 1.0)
    assert unpaired([1.0] * 5, [1.0] * 5) == (0.5, 0.5, 0.5, 1.0)


def test_configurations_that_both_tried_are_held_against_each_other() -> None:
    one, other = side([1.0, 2, 3, 4, 5, 6, 7]), side([0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    (held,) = contests([one, other])
    assert (held.kind, held.count, held.effect) == ("paired", 6, 0.5)
    assert held.p == pytest.approx(2 / 64, abs=0.01)


def test_what_neither_varies_is_what_is_compared() -> None:
    long, short = side([1.0, 2, 3, 4, 5, 6], epochs=20), side([1.0, 2, 3, 4, 5, 6], epochs=10)
    (held,) = contests([long, short])
    assert (held.kind, held.effect) == ("paired", 0.0)


def test_other_configurations_are_two_samples() -> None:
    one = side([1.0, 2, 3, 4, 5, 6])
    other = [({"width": 100 + at}, score + 10) for at, (_, score) in enumerate(one)]
    (held,) = contests([one, other])
    assert (held.kind, held.count, held.effect) == ("unpaired", 12, 0.0)


def test_too_few_scores_are_not_tested() -> None:
    assert contests([side([1.0, 2.0]), side([3.0, 4.0])]) == []


def test_of_several_sweeps_every_two_are_tested_and_corrected() -> None:
    held = contests([side([float(at) for at in range(8)]) for _ in range(3)])
    assert [(one.first, one.second) for one in held] == [(0, 1), (0, 2), (1, 2)]
    assert all(one.adjusted >= one.p for one in held)
