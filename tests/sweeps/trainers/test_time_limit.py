from __future__ import annotations

import pytest

from sweeps.trainers import time_limit
from sweeps.trainers.time_limit import TimeLimit
from sweeps.trial import Outcome
from tests.sweeps.trainers.contract_limits import Clock
from tests.sweeps.trainers.fitting import DEEP, fit_of


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time_limit, "clock", clock)
    return clock


def limit(*seconds: float | None) -> TimeLimit:
    return TimeLimit([fit_of(DEEP, seconds=one) for one in seconds])


def test_fits_share_the_sum_and_one_without_a_limit_frees_all() -> None:
    assert limit(2.0, 3.5).seconds == 5.5
    assert limit(2.0, None).seconds is None
    assert not limit(None).is_over


def test_time_passes_while_anybody_trains_and_then_once(clock: Clock) -> None:
    shared = limit(10.0)
    clock.now = 100.0
    assert not shared.is_over, "nobody trains yet"
    with shared.counting():
        clock.now += 4.0
        with shared.counting():
            clock.now += 3.0
        clock.now += 2.0
        assert not shared.is_over, "9 of 10 s"
    clock.now += 50.0
    assert not shared.is_over
    with shared.counting():
        clock.now += 0.5
        assert not shared.is_over
        clock.now += 0.5
        assert shared.is_over
    assert shared.is_over


def test_what_was_counted_is_divided_as_the_fits_seconds_are(clock: Clock) -> None:
    fits = [fit_of(DEEP, seed=seed) for seed in (1, 2)]
    shared = TimeLimit(fits)
    with shared.counting():
        clock.now += 6.0
    outcomes = [
        Outcome(fit, {}, {}, seconds) for fit, seconds in zip(fits, (8.0, 4.0), strict=True)
    ]
    assert [one.counted_seconds for one in shared.told(outcomes)] == [4.0, 2.0]
    untaken = [Outcome(fits[0], {}, {}, 0.0)]
    assert shared.told(untaken) == untaken


def test_what_becomes_of_a_fit_says_how_far_it_came() -> None:
    alone, together = limit(12.0).failure(7, 20), limit(12.0, 1.25).failure(0, 3)
    assert alone.reason == together.reason == "timed_out"
    assert alone.message == "took longer than 12.0 s; 7 of 20 epochs were trained"
    assert together.message == (
        "2 fits trained together took longer than 13.2 s; 0 of 3 epochs were trained"
    )
