import math
import statistics

import pytest

from search_spaces import Constraint, Float, Int, Param, Space, SpaceError
from sweeps.backends.random_search import RandomSearch

from .contract import CONTINUOUS, FINITE, BackendContract, run


class TestRandomSearch(BackendContract):
    backend = RandomSearch()


def test_seeds_give_different_searches() -> None:
    first, second = (run(RandomSearch().start(FINITE, seed), most=10) for seed in (1, 2))
    assert first != second


def test_log_scales_are_drawn_log_uniformly_also_without_replacement() -> None:
    space = Space.of(Param("width", Int(1, 10_000, log=True)))
    trials = RandomSearch().start(space, seed=0).ask(200)
    logs = [math.log10(float(trial.config["width"] or 0)) for trial in trials]
    assert 1.7 < statistics.mean(logs) < 2.7  # uniform draws would have a mean of 3.6


def test_draws_do_not_depend_on_how_many_are_asked_for_at_once() -> None:
    whole = RandomSearch().start(CONTINUOUS, seed=4).ask(12)
    search = RandomSearch().start(CONTINUOUS, seed=4)
    assert [trial for _ in range(4) for trial in search.ask(3)] == whole


def test_a_space_of_a_billion_points_is_drawn_from_at_once() -> None:
    space = Space.of(*(Param(f"x{i}", Int(1, 1000)) for i in range(3)))
    trials = RandomSearch().start(space, seed=0).ask(20)
    assert len({tuple(trial.config.values()) for trial in trials}) == 20


def test_constraints_that_refuse_everything_are_an_error() -> None:
    space = Space.of(Param("rate", Float(0.0, 1.0)), Constraint("none", "rate > 2"))
    with pytest.raises(SpaceError, match=r"refused 10,000 draws in a row.*none: rate > 2"):
        RandomSearch().start(space, seed=0).ask(1)


def test_a_finite_space_that_constraints_empty_is_an_error() -> None:
    space = Space.of(Param("width", Int(1, 20)), Constraint("none", "width > 20"))
    with pytest.raises(SpaceError, match="every one of the 20 points is refused"):
        RandomSearch().start(space, seed=0).ask(1)


def test_the_few_points_that_constraints_leave_are_all_found() -> None:
    space = Space.of(Param("width", Int(1, 20_000)), Constraint("few", "width > 19_998"))
    assert sorted(t.config["width"] for t in run(RandomSearch().start(space, seed=0))) == [  # type: ignore[type-var]
        19_999,
        20_000,
    ]
