from __future__ import annotations

from math import comb, inf

import numpy as np
import pytest

from sweeps.findings.chance import at_least
from sweeps.findings.ranking import best_few, ranks_of
from sweeps.findings.wording import named, span, written


def test_equals_share_their_rank() -> None:
    assert ranks_of(np.array([3.0, 1.0, inf, 1.0, inf])).tolist() == [2.0, 0.5, 3.5, 0.5, 3.5]


def test_the_best_few_are_a_tenth_but_five_at_least() -> None:
    few = best_few(np.arange(20.0)[::-1].copy())
    assert few is not None
    assert few.tolist() == [19, 18, 17, 16, 15]
    many = best_few(np.arange(200.0))
    assert many is not None
    assert len(many) == 20


def test_all_that_equal_the_last_of_them_are_among_them() -> None:
    few = best_few(np.array([0.0] * 7 + [1.0] * 23))
    assert few is not None
    assert sorted(few.tolist()) == list(range(7))


@pytest.mark.parametrize(
    "values", [[0.0] * 12 + [1.0] * 8, [1.0, 2.0], [0.0, *[inf] * 19]], ids=["ties", "two", "bad"]
)
def test_there_are_no_best_few(values: list[float]) -> None:
    assert best_few(np.array(values)) is None


def test_what_drawing_brings_about_by_chance() -> None:
    assert at_least(1, 1, 1, 2) == pytest.approx(0.5)
    assert at_least(0, 3, 2, 9) == pytest.approx(1.0)
    assert at_least(3, 3, 2, 9) == 0.0
    ways = comb(10, 4) * comb(50, 1) + comb(10, 5)
    assert at_least(4, 5, 10, 60) == pytest.approx(ways / comb(60, 5))


def test_words_for_values() -> None:
    assert [written(value) for value in (0.12345678, 16, True, None, "relu\x1b")] == [
        "0.1235",
        "16",
        "true",
        "null",
        "relu\\x1b",
    ]
    assert span([128, 118, 120]) == "118 to 128"
    assert span([0.5, 0.5]) == "0.5"
    assert named([17, 3]) == "3 and 17"
    assert named([5, 4, 3, 2, 1]) == "1, 2, 3 and 2 more"
    assert named([7]) == "7"
