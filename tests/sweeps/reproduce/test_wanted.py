from __future__ import annotations

import pytest

from sweeps.reproduce.wanted import Wanted

SINGLE = ("hidden", "step_decay", "cosine_restarts", "weight_decay", "dropout", "early_stopping")


def repeats(wanted):
    return {experiment.name: sweep.evaluate.repeats for experiment, sweep in wanted.sweeps()}


def test_what_was_chosen_is_for_experiments_1_to_5_alone():
    files, chosen = repeats(Wanted()), repeats(Wanted().with_repeats(7))
    changed = {name for name in files if files[name] != chosen[name]}
    assert changed == {"layers", "units", "ratio", "epochs", "batch_size"}
    assert {chosen[name] for name in changed} == {7}


def test_single_networks_are_trained_twenty_times_and_searches_run_as_published():
    files = repeats(Wanted())
    assert {files[name] for name in SINGLE} == {20}
    assert [files[name] for name in ("random_search_as_meant", "hyperband")] == [1, 1]


def test_what_was_asked_for_is_for_everything_but_candidates():
    asked = repeats(Wanted(repeats=3))
    assert {name for name in asked if asked[name] != 3} == {
        "random_search_as_written",
        "grid_search_as_written",
    }


@pytest.mark.parametrize(
    ("wanted", "is_open", "number"),
    [
        (Wanted(), True, 1),
        (Wanted(only=("hidden", "units")), True, 1),
        (Wanted(only=("hidden", "hyperband", "baseline")), False, None),
        (Wanted(repeats=4), False, 4),
        (Wanted(chosen=9), True, 9),
    ],
)
def test_repeats_are_open_where_experiments_are_wanted_and_nobody_gave_a_number(
    wanted, is_open, number
):
    assert wanted.leaves_repeats_open == is_open
    assert wanted.repeats_of_experiments == number
