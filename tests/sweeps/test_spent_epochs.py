from typing import Any

import pytest

from sweeps.parts import problem_of
from sweeps.reading.sweep import read_sweep
from sweeps.spent_epochs import most_trials, planned, trained
from sweeps.sweep import Sweep
from sweeps.trial import Failure, Pruned, Result, Trial


def sweep(search: Any = "random", **space: Any) -> Sweep:
    varied = {"learning_rate": {"low": 0.001, "high": 0.1}, "width": 4, "epochs": 6, **space}
    return read_sweep(
        {
            "task": "penguins",
            "space": varied,
            "search": search,
            "evaluate": {"folds": 5, "repeats": 2},
            "budget": {"epochs": 130},
        }
    )


def test_all_folds_and_repeats_of_a_trial_count() -> None:
    found = sweep()
    config = {"learning_rate": 0.01, "width": 4, "epochs": 6}
    problem = problem_of(found)
    assert planned(Trial(0, config), problem) == 60
    assert planned(Trial(0, config, budget=2), problem) == 20
    result = Result(Trial(0, config), 0.5, {"epochs": 4.1}, {}, 1.0)
    assert trained(result, found) == 41
    assert trained(Result(Trial(0, config), 0.5, {}, {}, 1.0), found) is None


@pytest.mark.parametrize(("pruner", "spent"), [("wilcoxon", 18), ("median", 30)])
def test_a_trial_that_was_pruned_has_not_spent_the_rest(pruner: str, spent: int) -> None:
    """After 3 of 10 parts of 6 epochs each, or after 3 epochs of all 10."""
    found = sweep({"backend": "random", "pruner": pruner})
    epochs = 6.0 if pruner == "wilcoxon" else 3.0
    ended = Result(
        Trial(0, {}),
        None,
        {"epochs": epochs},
        {},
        1.0,
        error=Failure("pruned", ""),
        pruned=Pruned(3, 0.5),
    )
    assert trained(ended, found) == spent


def test_a_configuration_that_is_no_network_counts_one_a_fit() -> None:
    assert planned(Trial(0, {"width": -1}), problem_of(sweep())) == 10


def test_how_many_trials_there_will_be_is_known_where_all_are_equally_long() -> None:
    assert most_trials(sweep()) == 3


@pytest.mark.parametrize(
    "other",
    [
        sweep("hyperband"),
        sweep(epochs={"low": 2, "high": 6}),
        sweep(early_stopping={"patience": 2}),
    ],
)
def test_and_unknown_otherwise(other: Sweep) -> None:
    assert most_trials(other) is None
