from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.best_found import best_in
from sweeps.ledger.records import SweepRow
from sweeps.service import best_kept
from sweeps.service.best_kept import REST, BestKept
from sweeps.service.few_waiting import FewWaiting
from sweeps.service.problems import ProblemError
from tests.sweeps.service.api import Service, result

TOOK = 2.0


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.looks = 0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time goes on where the best of a sweep is looked for, and where a test says so."""
    clock = Clock()

    def slow(*arguments: object) -> object:
        clock.now += TOOK
        clock.looks += 1
        return best_in(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(best_kept, "best_in", slow)
    return clock


@pytest.fixture
def row(api: Service) -> SweepRow:
    return api.ledger.sweep(api.ended([result(0, 0.5), result(1, 0.75)]))


def test_the_best_is_looked_for_once_until_the_sweep_has_changed(
    api: Service, clock: Clock, row: SweepRow
) -> None:
    kept = BestKept(api.desk, clock)
    for _ in range(3):
        best = kept.of(row)
        assert best is not None
        assert best["trial"] == 1
        clock.now += 1000
    assert clock.looks == 1
    for changed in (replace(row, done=3), replace(row, done=3, confirmed=1)):
        kept.of(changed)
    assert clock.looks == 3


def test_of_a_sweep_that_runs_it_is_looked_for_now_and_then(
    api: Service, clock: Clock, row: SweepRow
) -> None:
    kept = BestKept(api.desk, clock)
    kept.of(replace(row, holder="somebody"))
    clock.now += REST * TOOK - 1
    kept.of(replace(row, holder="somebody", done=3))
    assert clock.looks == 1
    clock.now += 2
    kept.of(replace(row, holder="somebody", done=3))
    assert clock.looks == 2


def test_what_is_kept_has_an_end(
    api: Service, clock: Clock, row: SweepRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(best_kept, "MOST", 1)
    other = api.ledger.sweep(api.ended([result(0)]))
    kept = BestKept(api.desk, clock)
    for one in (row, other, row):
        kept.of(one)
    assert clock.looks == 3


def test_when_many_ask_at_once_some_ask_later(
    api: Service, row: SweepRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = BestKept(api.desk)
    monkeypatch.setattr(kept, "_waiting", FewWaiting("the best", most=0))
    with pytest.raises(ProblemError, match="others wait for the best already"):
        kept.of(row)
