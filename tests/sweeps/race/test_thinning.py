from typing import Any

import pytest

from search_spaces import Float, Int, Space
from sweeps.race.thinning import spaced, thinned


def read(document: Any) -> Space:
    return Space.read(document["space"])


def test_ends_are_kept_and_values_between_are_even_on_the_ranges_own_scale() -> None:
    assert spaced(Float(0.0, 1.0), 3) == [0.0, 0.5, 1.0]
    assert spaced(Float(1e-4, 1e-1, log=True), 4) == [1e-4, 1e-3, 1e-2, 1e-1]
    assert spaced(Int(1, 100, log=True), 3) == [1, 10, 100]
    assert spaced(Int(16, 256, step=16), 3) == [16, 144, 256]
    assert spaced(Float(0.1, 0.5, step=0.1), 3) == [0.1, 0.3, 0.5]


def test_a_range_of_few_values_gives_all_of_them_once() -> None:
    assert spaced(Int(1, 3), 5) == [1, 2, 3]


@pytest.mark.parametrize("most", [4, 8, 20, 100, 1000])
def test_a_grid_has_as_many_points_as_fit_and_all_are_points_of_the_space(most: int) -> None:
    document = {
        "space": {
            "width": {"low": 4, "high": 256, "log": True},
            "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
        }
    }
    grid, whole = read(thinned(document, most, read)), read(document)
    assert grid.count is not None
    assert most / 2 < grid.count <= most
    assert all(whole.check(config) == config for config in map(grid.at, range(grid.count)))


def test_conditions_stay_and_their_points_are_counted_where_they_exist() -> None:
    document = {
        "space": {
            "layer_count": [1, 2],
            "width": 8,
            "dropout": {"low": 0.0, "high": 0.5, "when": {"layer_count": 2}},
        }
    }
    grid = thinned(document, 4, read)
    assert grid["space"]["dropout"] == {"choices": [0.0, 0.25, 0.5], "when": {"layer_count": 2}}
    assert read(grid).count == 4


def test_parameters_of_kinds_are_found_where_they_stand() -> None:
    decay = {"constant": {}, "step": {"drop": {"low": 0.1, "high": 0.9}, "every_epochs": 3}}
    grid = thinned({"space": {"width": 8, "decay": decay}}, 4, read)
    assert grid["space"]["decay"]["step"]["drop"] == {"choices": [0.1, 0.5, 0.9]}


def test_a_grid_that_fits_is_left_as_it_is_and_so_is_what_was_given() -> None:
    small = {"space": {"width": {"low": 1, "high": 4}}}
    assert thinned(small, 4, read) == small
    large = {"space": {"width": {"low": 1, "high": 400}}}
    thinned(large, 4, read)
    assert large == {"space": {"width": {"low": 1, "high": 400}}}


def test_choices_stay_whole_even_where_they_are_too_many() -> None:
    document = {"space": {"width": [1, 2, 3, 4, 5], "learning_rate": {"low": 0.1, "high": 0.2}}}
    assert read(thinned(document, 3, read)).count == 10
