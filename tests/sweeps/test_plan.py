from __future__ import annotations

import json
import time
from typing import Any

import pytest

from search_spaces import SpaceError
from sweeps.census import census
from sweeps.likeness import likeness
from sweeps.plan import Plan, expected_trials, fits_per_trial, plan_sweep
from sweeps.reading.sweep import read_sweep
from sweeps.sweep import Sweep

DEEP_OR_WIDE = {
    "layer_count": {"low": 1, "high": 4},
    "width": {"low": 1, "high": 10},
    "batch_size": [8, 16],
}


def sweep(space: Any = None, **keys: Any) -> Sweep:
    return read_sweep({"task": "penguins", "space": space or DEEP_OR_WIDE} | keys)


def plan(space: Any = None, **keys: Any) -> Plan:
    return plan_sweep(sweep(space, **keys))


def test_a_grid() -> None:
    found = plan(evaluate={"folds": 3, "repeats": 2})
    assert (found.trials, found.about, found.fits) == (80, False, 480)
    assert [config["width"] for config in found.first] == [1, 1, 2]
    assert [config["batch_size"] for config in found.last] == [16, 8, 16]
    assert dict(found.last[-1]) == {"layer_count": 4, "width": 10, "batch_size": 16}
    assert found.likeness.complete
    assert (found.likeness.duplicates, found.likeness.alike, found.likeness.unusable) == (0, 0, 0)


def test_refused_points_are_counted_one_by_one() -> None:
    found = plan(constraints={"small": "layer_count * width <= 10"})
    allowed = 2 * sum(1 for depth in range(1, 5) for width in range(1, 11) if depth * width <= 10)
    assert found.space.exact
    assert (found.space.points, found.space.refused, found.trials) == (80, 80 - allowed, allowed)
    assert dict(found.last[-1]) == {"layer_count": 4, "width": 2, "batch_size": 16}


def test_seed_trials_come_first_and_are_not_repeated() -> None:
    seeds = [{"layer_count": 2, "width": 7, "batch_size": 8}]
    found = plan(search={"backend": "grid", "seed_trials": seeds})
    assert found.trials == 80
    assert dict(found.first[0]) == seeds[0]
    assert found.likeness.compared == 80
    assert found.likeness.duplicates == 0


def test_a_cap_cuts_the_grid() -> None:
    found = plan(search={"backend": "grid", "trials": 5})
    assert (found.trials, found.fits) == (5, 5)
    assert [config["width"] for config in found.last] == [2, 2, 3]


def test_points_above_the_limit_are_sampled_and_marked() -> None:
    space = {"width": {"low": 1, "high": 1000}, "batch_size": {"low": 1, "high": 1000}}
    found = plan(space, constraints={"half": "width <= batch_size"})
    assert not found.space.exact
    assert found.about
    assert found.space.refused_share == pytest.approx(0.5, abs=0.03)
    assert found.trials == found.space.allowed
    assert not found.likeness.complete
    assert dict(found.last[-1]) == {"width": 1000, "batch_size": 1000}


def test_a_large_grid_without_constraints_is_counted_exactly() -> None:
    space = {"width": {"low": 1, "high": 1000}, "batch_size": {"low": 1, "high": 1000}}
    found = plan(space)
    assert (found.trials, found.about, found.space.exact) == (1_000_000, False, True)


def test_a_grid_of_a_million_millions_is_refused_at_once() -> None:
    whole = {"low": 1, "high": 10_000}
    space = {"width": whole, "batch_size": whole, "epochs": whole}
    started = time.perf_counter()
    with pytest.raises(SpaceError, match=r"the grid has 1,000,000,000,000 points"):
        sweep(space)
    assert time.perf_counter() - started < 0.5


def test_a_grid_of_a_million_millions_can_be_capped() -> None:
    whole = {"low": 1, "high": 10_000}
    found = plan(
        {"width": whole, "batch_size": whole, "epochs": whole},
        search={"backend": "grid", "trials": 4},
    )
    assert found.trials == 4
    assert found.space.points == 10**12


def test_alike_trials_have_the_same_network() -> None:
    space = {"layer_count": [1, 2], "width": [16, 32], "ratio": [0.5, 1.0]}
    found = plan(space)
    assert (found.trials, found.likeness.duplicates, found.likeness.alike) == (8, 0, 2)


def test_trials_that_cannot_be_trained_are_told_beforehand() -> None:
    found = likeness([{"width": 4}, {"width": 0}, {"widht": 4}], complete=True)
    assert (found.read, found.alike, found.unusable) == (3, 0, 2)
    assert "width" in str(found.reason)
    assert "0" in str(found.reason)


def test_random_search() -> None:
    space = {"learning_rate": {"low": 0.001, "high": 0.1}}
    found = plan(space, search={"backend": "random", "trials": 20})
    assert (found.trials, found.space.points) == (20, None)
    assert found.continuous == ("learning_rate",)
    assert len(found.first) == len(found.last) == 3
    assert found.likeness.complete


def test_a_search_that_only_time_ends() -> None:
    space = {"learning_rate": {"low": 0.001, "high": 0.1}}
    found = plan(space, search="random", budget={"minutes": 2})
    assert (found.trials, found.fits, found.minutes, found.last) == (None, None, 2.0, ())


def test_random_search_of_a_finite_space_tries_every_allowed_point() -> None:
    found = plan(search="random", constraints={"small": "layer_count * width <= 10"})
    allowed = 2 * sum(1 for depth in range(1, 5) for width in range(1, 11) if depth * width <= 10)
    assert found.trials == found.space.allowed == found.likeness.compared == allowed
    assert plan(search={"backend": "random", "trials": 1000}).trials == 80


def test_hyperband_is_counted_by_arithmetic() -> None:
    found = plan({"width": {"low": 16, "high": 256, "step": 16}, "epochs": 10}, search="hyperband")
    assert found.trials == 30
    assert sum(rung.trials for bracket in found.brackets for rung in bracket) == 30
    assert len(found.first) == 3
    assert found.last == ()


def test_hyperband_tells_when_a_space_is_too_small_for_it() -> None:
    found = plan({"width": [16, 32], "epochs": 10}, search="hyperband")
    new = sum(bracket[0].trials for bracket in found.brackets)
    assert found.likeness.compared == new
    assert found.likeness.duplicates == new - 2


def test_optuna_chooses_as_results_come_in() -> None:
    seeds = [{"layer_count": 2, "width": 7, "batch_size": 8}]
    search = {"backend": "optuna", "trials": 12, "seed_trials": seeds}
    found = plan(search=search)
    assert found.trials == 12
    assert [dict(config) for config in found.first] == seeds
    assert found.last == ()


def test_constraints_that_refuse_everything() -> None:
    with pytest.raises(SpaceError) as caught:
        plan(constraints={"none": "width > 100"})
    assert caught.value.path == ("constraints",)
    assert caught.value.message == (
        "every one of the 80 points is refused, 80 of them by none: width > 100; "
        "loosen the constraints"
    )


@pytest.mark.parametrize("backend", ["random", "optuna"])
def test_constraints_that_refuse_every_sampled_point_of_a_space_without_end(backend: str) -> None:
    space = {"width": [4, 8], "learning_rate": {"low": 0.001, "high": 0.1}}
    never = {"never": "learning_rate > 1"}
    search: dict[str, Any] = {"backend": backend, "trials": 1}
    with pytest.raises(SpaceError, match=r"none of 5,000 sampled points is allowed") as caught:
        plan(space, search=search, constraints=never)
    assert caught.value.path == ("constraints",)
    rare = {"rare": "learning_rate == 0.05"}
    seeds = [{"width": 4, "learning_rate": 0.05}]
    assert plan(space, search=search | {"seed_trials": seeds}, constraints=rare).trials == 1


def test_a_large_grid_is_not_judged_by_a_sample() -> None:
    space = {"width": {"low": 1, "high": 400}, "batch_size": {"low": 1, "high": 400}}
    assert plan(space, constraints={"rare": "width + batch_size < 4"}).space.refused_share == 1.0


def test_refusals_are_counted_by_reason() -> None:
    space = {"width": {"low": 1, "high": 10}, "batch_size": {"derive": "8 // (width - 2)"}}
    found = plan(space, constraints={"thin": "width < 9", "odd": "width % 2 == 1"}).space
    assert [(refusal.reason, refusal.points) for refusal in found.reasons] == [
        ("odd: width % 2 == 1", 3),
        ("thin: width < 9", 2),
        ("batch_size: 8 // (width - 2): -8 is too small: the smallest value is 1", 1),
    ]
    plain = json.loads(plan(constraints={"small": "width < 9"}).to_json())
    assert plain["space"]["reasons"] == [{"reason": "small: width < 9", "points": 16}]


def test_confirmations_and_their_fits_are_counted_apart() -> None:
    confirming = {"confirm_top": 5, "repeats": 4, "search_repeats": 2, "folds": 3}
    found = plan(evaluate=confirming)
    assert (found.trials, found.confirmations, found.total()) == (80, 5, 85)
    assert found.total(80, 3) == 85
    assert found.total(60, 5) == 90, "extended"
    assert found.total(80, 9) == 89
    assert found.fits == 80 * 6 + 5 * 12
    assert plan(evaluate={"confirm_top": 100}).confirmations == 80


def test_of_hyperbands_trials_those_trained_in_full_may_be_confirmed() -> None:
    space = {"width": {"low": 1, "high": 500}, "epochs": 9}
    found = plan(space, search={"backend": "hyperband"}, evaluate={"confirm_top": 100})
    assert found.confirmations == sum(bracket[-1].trials for bracket in found.brackets) < 100


def test_expected_trials_and_fits() -> None:
    assert expected_trials(sweep()) == 80
    assert expected_trials(sweep(search={"backend": "random", "trials": 9})) == 9
    assert fits_per_trial(sweep()) == 1
    assert fits_per_trial(sweep(evaluate={"folds": 4, "repeats": 3})) == 12


def test_json_has_the_names_of_the_fields() -> None:
    plain = json.loads(plan(constraints={"small": "layer_count * width <= 10"}).to_json())
    assert plain["trials"] == plain["space"]["allowed"]
    assert plain["space"]["points"] == plain["space"]["allowed"] + plain["space"]["refused"]
    assert plain["first"][0] == {"layer_count": 1, "width": 1, "batch_size": 8}
    assert plain["likeness"]["complete"] is True


def test_a_census_of_a_space_with_impossible_values() -> None:
    space = {"width": {"low": 1, "high": 4}, "batch_size": {"derive": "8 / (width - 2)"}}
    counted = census(sweep(space).space)
    assert (counted.points, counted.exact) == (4, True)
    assert counted.refused


def test_deep_networks_and_many_parameters_are_sampled_more_thinly() -> None:
    deep = plan({"layer_count": {"low": 900, "high": 1000}, "width": {"low": 1, "high": 10}})
    assert (deep.trials, deep.likeness.compared) == (1_010, 1_010)
    assert 20 <= deep.likeness.read <= 25
    assert not deep.likeness.complete
    layered = {"layer_count": 100, "dropout": {"layers": [{"low": 0.1, "high": 0.2}] * 100}}
    found = plan(layered, search={"backend": "random", "trials": 5_000})
    assert found.likeness.compared == 5_000 * 25 // 101


def test_a_grid_that_no_floating_point_number_reaches_is_counted() -> None:
    space = {"layer_count": 200, "dropout": {"layers": [[0.1, 0.2]] * 200}}
    found = plan(
        space | {"batch_size": {"derive": "layer_count // 200"}},
        search={"backend": "random", "trials": 3},
    )
    assert found.space.points == found.space.allowed == 2**200
    assert found.space.refused == 0


def test_hyperband_lays_out_no_more_places_than_it_can_fill() -> None:
    space = {"width": [8, 16], "epochs": 1_000_000}
    with pytest.raises(SpaceError, match="trials, and 100,000 are the most: lower `epochs`"):
        plan(space, search={"backend": "hyperband", "factor": 2})


def test_thousands_of_seed_trials_are_compared_without_comparing_each_with_each() -> None:
    given = [{"width": width} for width in range(1, 9_001)]
    found = sweep({"width": {"low": 1, "high": 10_000}}, search={"seed_trials": given})
    assert len(found.search.seed_trials) == 9_000
