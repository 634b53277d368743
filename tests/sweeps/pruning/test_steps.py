"""After which epochs a pruner is asked."""

from __future__ import annotations

from typing import Any

import pytest

from sweeps.pruning.choice import read_pruner
from sweeps.pruning.choose import most_epochs
from sweeps.pruning.steps import Steps
from sweeps.reading.sweep import read_sweep


def steps(pruner: Any, most: int) -> Steps:
    choice = read_pruner(pruner)
    assert choice is not None
    return Steps(choice, most)


@pytest.mark.parametrize(
    ("pruner", "most", "expected"),
    [
        ("median", 100, [*range(10, 101, 10)]),
        ("median", 25, [*range(2, 25, 2), 25]),
        ("median", 7, [1, 2, 3, 4, 5, 6, 7]),
        ({"median": {"n_warmup_steps": 8, "interval_steps": 5}}, 20, [8, 13, 18, 20]),
        ({"percentile": {"interval_steps": 4}}, 10, [4, 8, 10]),
        ({"threshold": {"lower": 0.5}}, 30, [*range(3, 31, 3)]),
        ("successive_halving", 100, [1, 4, 16, 64, 100]),
        (
            {"successive_halving": {"min_resource": 2, "reduction_factor": 3}},
            60,
            [2, 6, 18, 54, 60],
        ),
        ({"successive_halving": {"min_early_stopping_rate": 2}}, 100, [16, 64, 100]),
        ("hyperband", 27, [1, 3, 9, 27]),
        ("patient", 20, [*range(2, 21, 2)]),
        ({"patient": {"wrapped": "successive_halving"}}, 20, [1, 4, 16, 20]),
    ],
)
def test_stages_end_where_the_pruner_looks(pruner: Any, most: int, expected: list[int]) -> None:
    assert steps(pruner, most).until(most) == expected


def test_a_shorter_trial_has_the_first_of_the_stages() -> None:
    assert steps("median", 100).until(35) == [10, 20, 30, 35]
    assert steps("median", 100).until(30) == [10, 20, 30]
    assert steps("median", 100).until(4) == [4]


def test_the_interval_is_told_to_optuna_as_well() -> None:
    """Which otherwise would not expect a value after each stage."""
    assert steps("median", 100).filled.settings == {"interval_steps": 10}
    assert steps("hyperband", 81).filled.settings == {"min_resource": 1, "max_resource": 81}
    wrapping = steps({"patient": {"wrapped": "median"}}, 50).filled
    assert wrapping.wrapped is not None
    assert wrapping.wrapped.settings == {"interval_steps": 5}


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [(12, 12), ([3, 30, 9], 30), ({"low": 2, "high": 44}, 44), (None, 10)],
)
def test_the_most_epochs_that_a_trial_may_have(epochs: Any, expected: int) -> None:
    space = {"width": [8, 16], **({} if epochs is None else {"epochs": epochs})}
    assert most_epochs(read_sweep({"task": "penguins", "space": space}).space) == expected


@pytest.mark.parametrize(
    ("pruner", "finished"),
    [
        ("median", 8),
        ({"percentile": {"n_startup_trials": 20}}, 20),
        ({"median": {"n_startup_trials": 0}}, 1),
        ("wilcoxon", 8),
        ({"patient": {"wrapped": "median"}}, 8),
        ("patient", 0),
        ("successive_halving", 0),
        ("hyperband", 0),
        ({"threshold": {"lower": 0.5}}, 0),
    ],
)
def test_a_pruner_that_learns_from_finished_trials_is_given_some(
    pruner: Any, finished: int
) -> None:
    assert steps(pruner, 20).finished_before == finished
