from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.cli.watched import curve, pace
from sweeps.ledger.course import Passed
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Objective
from tests.sweeps.cli.seen import ROW

SWEEP = read_sweep({"task": "penguins", "space": {"width": [16, 32]}})
LOSS = replace(SWEEP, objective=Objective("val_loss", "minimize"))


def passed(number: int, score: float | None, ended_ms: int | None, **others: bool) -> Passed:
    state = "running" if ended_ms is None else "failed" if score is None else "done"
    confirms = others.get("confirms", False)
    return Passed(number, state, score, None, 0, ended_ms, confirms)


COURSE = [
    passed(0, 0.5, 3_000),
    passed(1, 0.4, 1_000),
    passed(2, None, 2_000),
    passed(3, 0.7, 4_000),
    passed(4, None, None),
    passed(5, 0.9, 5_000, confirms=True),
]


def test_the_best_so_far_goes_by_time_and_leaves_confirmations_out() -> None:
    assert curve(COURSE, SWEEP) == [0.4, 0.5, 0.7]
    assert curve(COURSE, LOSS) == [0.4, 0.4, 0.4]
    assert curve([], SWEEP) == []


def test_the_pace_is_that_of_the_last_minutes() -> None:
    long_ago = [passed(n, 0.5, 1_000 * n) for n in range(100)]
    lately = [passed(100 + n, 0.5, 5_000_000 + 500 * n) for n in range(11)]
    assert pace([*long_ago, *lately], ROW, 5_010_000) == pytest.approx(2.0)


def test_where_few_have_ended_lately_the_pace_is_the_sweeps() -> None:
    few = [passed(n, 0.5, 1_000 + n) for n in range(4)]
    assert pace(few, ROW, 10_000_000) == pytest.approx(22 / 60)
    nothing = replace(ROW, done=0, failed=0)
    assert pace([], nothing, 10_000) is None
