import time
from typing import ClassVar

import pytest

from search_spaces import Choice, Constraint, Float, Int, Param, Space, SpaceError
from sweeps.backends.grid_search import GridSearch

from .contract import FINITE, REFUSING, STEPPED, BackendContract, run


class TestGridSearch(BackendContract):
    backend = GridSearch()
    spaces: ClassVar = {"finite": FINITE, "refusing": REFUSING, "rich": STEPPED}


class TestShuffledGridSearch(BackendContract):
    backend = GridSearch(shuffle=True)
    spaces: ClassVar = {"finite": FINITE, "refusing": REFUSING, "rich": STEPPED}


def test_a_shuffled_grid_comes_in_an_order_that_the_seed_decides() -> None:
    first, second = (run(GridSearch(shuffle=True).start(FINITE, seed)) for seed in (1, 2))
    orders = [[FINITE.index_of(trial.config) for trial in trials] for trials in (first, second)]
    assert orders[0] != orders[1] != sorted(orders[1])
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(FINITE.count or 0))


def test_points_follow_in_grid_order() -> None:
    trials = run(GridSearch().start(FINITE, seed=5))
    assert [FINITE.index_of(trial.config) for trial in trials] == list(range(FINITE.count or 0))
    assert GridSearch().start(FINITE, seed=5).ask(GridSearch().batch) == trials


def test_a_continuous_parameter_is_refused_by_name_with_the_way_out() -> None:
    space = Space.of(Param("learning_rate", Float(0.001, 0.1)), Param("width", Int(1, 4)))
    with pytest.raises(
        SpaceError, match=r"learning_rate varies continuously.*step.*random"
    ) as info:
        GridSearch().start(space, seed=0)
    assert info.value.path == ("space", "learning_rate")


def test_a_grid_too_large_is_refused_at_once_with_its_size() -> None:
    space = Space.of(*(Param(f"x{i}", Int(1, 10_000)) for i in range(3)))
    began = time.perf_counter()
    with pytest.raises(SpaceError, match=r"1,000,000,000,000 points, more than .* 10,000,000"):
        GridSearch().start(space, seed=0)
    assert time.perf_counter() - began < 0.2


def test_a_cap_on_trials_lets_a_large_grid_be_begun() -> None:
    space = Space.of(*(Param(f"x{i}", Int(1, 10_000)) for i in range(3)))
    trials = GridSearch(trials=2).start(space, seed=0).ask(2)
    assert [trial.config["x2"] for trial in trials] == [1, 2]


def test_a_grid_that_constraints_empty_is_an_error() -> None:
    space = Space.of(Param("width", Int(1, 20)), Constraint("none", "width > 20"))
    with pytest.raises(SpaceError, match="every one of the 20 points is refused"):
        GridSearch().start(space, seed=0).ask(1)


def test_a_long_stretch_of_refused_points_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sweeps.backends.grid_search.MOST_REFUSALS", 50)
    space = Space.of(Param("width", Int(1, 200)), Constraint("wide", "width > 100"))
    with pytest.raises(SpaceError, match=r"refused 50 .* wide: width > 100"):
        GridSearch().start(space, seed=0).ask(1)


def test_a_space_where_nothing_varies_is_one_trial() -> None:
    space = Space.of(Param("width", Choice((8,))))
    assert [trial.config for trial in run(GridSearch().start(space, seed=0))] == [{"width": 8}]
