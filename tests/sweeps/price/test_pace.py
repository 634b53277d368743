from __future__ import annotations

import pytest

from sweeps.price.loads import Load
from sweeps.price.pace import Pace, Taken, Trials, Tried, line


def tried(fits: int, work: float, seconds: float, labour: float | None = None) -> Tried:
    load = Load("k", fits, work, work if labour is None else labour)
    return Tried(load, Taken(seconds, 2 * seconds))


def test_two_packs_tell_what_a_fit_and_a_unit_take() -> None:
    pace = Pace.of([tried(10, 100.0, 10 * 0.01 + 100 * 0.001), tried(10, 500.0, 0.1 + 0.5)])
    assert pace.a_fit == pytest.approx(0.01)
    assert pace.a_unit == pytest.approx(0.001)
    taken = pace.taken(Load("k", 20, 1000.0, 1000.0))
    assert taken.seconds == pytest.approx(1.2)
    assert taken.core_seconds == pytest.approx(2.4)


def test_stages_cost_what_is_the_same_for_any_length_again() -> None:
    pace = Pace(a_fit=0.1, a_unit=0.01, cores_a_fit=0.1, cores_a_unit=0.01)
    load = Load("k", 2, 100.0, 100.0)
    assert pace.taken(load, stages=3).seconds == pytest.approx(0.6 + 1.0)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [((1.0, 1.0), "fits"), ((1.0, 4.0), "work")],
)
def test_neither_part_is_below_zero(seconds: tuple[float, float], expected: str) -> None:
    a, b = line([2.0, 2.0], [1.0, 3.0], list(seconds))
    assert a >= 0
    assert b >= 0
    if expected == "fits":
        assert a == pytest.approx(0.5)
        assert b == pytest.approx(0.0, abs=1e-9)
    else:
        assert a == 0.0
        assert 1.0 < b < 1.5


def test_one_pack_is_enough_and_none_takes_nothing() -> None:
    assert Pace.of([tried(4, 100.0, 2.0)]).taken(Load("k", 4, 100.0, 100.0)).seconds == (
        pytest.approx(2.0)
    )
    assert line([], [], []) == (0.0, 0.0)


def test_a_gpus_time_is_a_part_of_the_wall_time() -> None:
    half = Tried(Load("k", 1, 10.0, 10.0), Taken(2.0, 1.0, gpu_seconds=1.0))
    assert Pace.of([half]).taken(Load("k", 1, 20.0, 20.0)).gpu_seconds == pytest.approx(2.0)


def test_an_untried_kind_loads_as_others_do_but_not_as_the_very_first() -> None:
    trials = Trials(loading={"first": Taken(9.0, 9.0), "b": Taken(1.0, 2.0), "c": Taken(3.0, 4.0)})
    assert trials.loads_like("b") == Taken(1.0, 2.0)
    assert trials.loads_like("unknown") == Taken(2.0, 3.0)
    assert Trials(loading={"first": Taken(9.0, 9.0)}).loads_like("x") == Taken(0.0, 0.0)
