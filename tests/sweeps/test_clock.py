from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sweeps import clock
from sweeps.clock import not_before, now_ms


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the machine's clock says: the only entry."""
    times = [1_000_000]
    monkeypatch.setattr(clock, "wall_ms", lambda: times[0])
    monkeypatch.setattr(clock, "_latest", 0)
    return times


def test_times_stand_still_while_the_clock_is_behind(wall: list[int]) -> None:
    found = []
    for wall[0] in (1_000_000, 900_000, 999_999, 1_000_001):
        found.append(now_ms())
    assert found == [1_000_000, 1_000_000, 1_000_000, 1_000_001]


def test_times_are_not_before_what_an_earlier_process_kept(wall: list[int]) -> None:
    assert not_before(1_500_000) == 1_500_000
    assert now_ms() == 1_500_000
    assert not_before(1_200_000) == 1_500_000
    wall[0] = 1_600_000
    assert now_ms() == 1_600_000


def test_the_clock_is_the_machines_in_milliseconds() -> None:
    assert 1_700_000_000_000 < clock.wall_ms() < 4_000_000_000_000


def test_threads_see_times_grow(wall: list[int]) -> None:
    def ask(step: int) -> bool:
        first = now_ms()
        wall[0] += step
        return now_ms() >= first

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, [3, -5, 7, -2] * 250))
