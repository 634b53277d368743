from __future__ import annotations

import pytest

from sweeps.reproduce.answers import Range
from sweeps.reproduce.intervals import Estimate


@pytest.mark.parametrize(
    ("needed", "low", "high", "answer"),
    [
        (Range(0.85, 0.87), 0.855, 0.865, "holds"),
        (Range(0.85, 0.87), 0.845, 0.865, "undecided"),
        (Range(0.85, 0.87), 0.84, 0.88, "undecided"),
        (Range(0.85, 0.87), 0.80, 0.84, "does not hold"),
        (Range(0.85, 0.87), 0.88, 0.90, "does not hold"),
        (Range(low=0.0), 0.01, 5.0, "holds"),
        (Range(low=0.0), 0.0, 5.0, "undecided"),
        (Range(low=0.0), -2.0, -1.0, "does not hold"),
        (Range(high=0.0), -2.0, -1.0, "holds"),
        (Range(high=0.0), 1.0, 2.0, "does not hold"),
    ],
)
def test_the_whole_interval_decides(needed, low, high, answer):
    assert needed.answer(Estimate((low + high) / 2, low, high)) == answer


def test_without_an_interval_nobody_can_tell():
    assert Range(0.0, 1.0).answer(None) == "undecided"


def test_ranges_are_shown_with_their_ends():
    assert Range(0.8582, 0.8782).shown(3) == "0.858 to 0.878"
    assert Range(low=0.0).shown(2) == "> 0.00"
    assert Range(high=19.5).shown(1) == "< 19.5"
