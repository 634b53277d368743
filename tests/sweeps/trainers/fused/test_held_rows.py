"""Rows that members share are on a device once, and are those that a lane asked for."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.trainers.fused import bucket, held_rows, packing
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import DEEP, fit_of, problem_on
from tests.sweeps.trainers.fused import one_pack

FITS = [fit_of({**DEEP, "epochs": 2, "learning_rate": rate}) for rate in (0.01, 0.02, 0.03)]


@pytest.fixture
def placings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was put on a device, while all rows are shared and each fit is a lane of its own."""
    made: list[Any] = []
    rows_of = held_rows.rows_of

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return rows_of(*arguments)

    monkeypatch.setattr(bucket, "MOST_BYTES_OF_OWN_ROWS", 0)
    monkeypatch.setattr(packing, "MOST_MEMBERS", {"cpu": 1, "accelerator": 1})
    monkeypatch.setattr(held_rows, "rows_of", counted)
    monkeypatch.setattr(held_rows, "_HELD", {})
    return made


def test_lanes_that_see_the_same_rows_share_them(placings: list[Any]) -> None:
    problem = problem_on()
    outcomes = one_pack.train(FITS, problem)
    assert len(placings) == 1
    again = one_pack.train(FITS, problem)
    assert len(placings) == 1, "and so does the next pack"
    assert [one.metrics for one in again] == [one.metrics for one in outcomes]


def test_other_rows_take_their_place(placings: list[Any]) -> None:
    first, second = problem_on(), problem_on(task=TinyTask(train=43))
    alone = [one_pack.train(FITS[:1], problem)[0].metrics for problem in (second, first)]
    turns = [one_pack.train(FITS[:1], problem)[0].metrics for problem in (first, second, first)]
    assert turns == [alone[1], alone[0], alone[1]]
    assert alone[0] != alone[1]
    assert len(placings) == 4
    assert len(held_rows._HELD) == 1
