from __future__ import annotations

import random
import time
from dataclasses import replace
from math import log10

import pytest

from search_spaces import Space
from sweeps.findings.importance import importances
from sweeps.found import Found
from sweeps.sweep import Objective
from sweeps.trial import Config, Defined
from tests.sweeps.findings.observations import (
    RATE,
    WIDTH,
    drawn,
    failed,
    number,
    of,
    scored,
    searched,
    sweep_of,
)
from tests.sweeps.founds import found

SPACE = {
    "layer_count": 1,
    "width": WIDTH,
    "learning_rate": RATE,
    "activation": ["relu", "tanh", "gelu"],
    "epochs": 3,
}
CONDITIONAL = {
    "width": 32,
    "layer_count": [1, 2, 3],
    "dropout": {"low": 0.0, "high": 0.6, "step": 0.1, "when": {"layer_count": [2, 3]}},
    "epochs": 3,
}


def by_rate(config: Config) -> float:
    return -abs(log10(number(config, "learning_rate")) + 2.0)


def test_what_decides_comes_first_and_shares_sum_to_1() -> None:
    shares = importances(searched(SPACE, 80, by_rate))
    assert list(shares) == sorted(shares, key=lambda name: -shares[name])
    assert set(shares) == {"learning_rate", "width", "activation"}
    assert shares["learning_rate"] > 0.8
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_choice_may_decide() -> None:
    shares = importances(searched(SPACE, 60, lambda config: float(config["activation"] == "tanh")))
    assert next(iter(shares)) == "activation"


def test_the_goal_decides_which_trials_are_good() -> None:
    """The best ones are wide, the worst ones learn slowly."""

    def score(config: Config) -> float:
        slow = number(config, "learning_rate") < 0.001
        return log10(number(config, "learning_rate")) if slow else number(config, "width")

    up = importances(searched(SPACE, 100, score))
    loss = {"metric": "val_loss", "goal": "minimize"}
    down = importances(searched(SPACE, 100, score, objective=loss))
    assert next(iter(up)) == "width"
    assert next(iter(down)) == "learning_rate"


def test_a_conditional_parameter_has_its_share() -> None:
    def score(config: Config) -> float:
        return -number(config, "dropout") if "dropout" in config else -1.0

    shares = importances(searched(CONDITIONAL, 120, score))
    assert set(shares) == {"layer_count", "dropout"}
    assert shares["dropout"] > 0.3


def test_diverged_trials_are_bad_ones() -> None:
    rng = random.Random(1)
    configs = drawn(SPACE, 80)
    results = [
        failed(position, config)
        if number(config, "learning_rate") > 0.001
        else scored(position, config, rng.random())
        for position, config in enumerate(configs)
    ]
    shares = importances(of(SPACE, results))
    assert shares["learning_rate"] > 0.8


def test_what_the_machine_did_is_no_configurations_doing() -> None:
    configs = drawn(SPACE, 40)
    results = [scored(position, config, by_rate(config)) for position, config in enumerate(configs)]
    broken = [failed(40 + n, config, "crashed") for n, config in enumerate(drawn(SPACE, 40, 1))]
    assert importances(of(SPACE, results + broken)) == importances(of(SPACE, results))


def test_of_a_trial_that_went_on_only_the_last_counts() -> None:
    configs = drawn(SPACE, 60)
    ends = [scored(60 + n, config, by_rate(config), parent=n) for n, config in enumerate(configs)]
    begins = [scored(n, config, 1.0 - n) for n, config in enumerate(configs)]
    assert importances(of(SPACE, begins + ends)) == importances(of(SPACE, ends))


def test_confirmations_are_left_out() -> None:
    searched_ones = searched(SPACE, 30, by_rate)
    again = [
        replace(one, trial=replace(one.trial, number=30 + n, confirms=n))
        for n, one in enumerate(searched_ones.results)
    ]
    with_them = of(SPACE, [*searched_ones.results, *again])
    assert importances(with_them) == importances(searched_ones)


@pytest.mark.parametrize(
    "why",
    [
        searched(SPACE, 9, by_rate),
        searched(SPACE, 40, lambda config: 0.9),
        of({"width": 32}, [scored(n, {"width": 32}, 0.1 * n) for n in range(20)]),
        of(SPACE, [failed(n, config) for n, config in enumerate(drawn(SPACE, 20))]),
        of(SPACE, []),
    ],
    ids=["few trials", "equal scores", "nothing varies", "nothing scored", "no trials"],
)
def test_nothing_is_said_where_nothing_is_known(why: Found) -> None:
    assert importances(why) == {}


def test_an_objectives_own_parameters_and_another_objective() -> None:
    """A function that defines its space as it runs; judged by another figure than the first."""
    distributions = {
        "x": '{"name": "FloatDistribution", "attributes": '
        '{"step": null, "low": 0.0, "high": 1.0, "log": false}}',
        "kind": '{"name": "CategoricalDistribution", "attributes": {"choices": ["a", null]}}',
    }
    results = []
    for position in range(50):
        config = {"x": position / 50, "kind": "a" if position * 7 % 3 else None}
        one = scored(position, config, 1.0 if config["kind"] is None else 0.0)
        defined = Defined(config, distributions, 1.0)
        results.append(
            replace(one, defined=defined, metrics={"val_loss": abs(0.5 - position / 50)})
        )
    sweep = replace(sweep_of({"width": 32}), space=Space.of())
    assert next(iter(importances(found(sweep, results)))) == "kind"
    loss = Objective("val_loss", "minimize")
    assert next(iter(importances(found(sweep, results), loss))) == "x"


def test_ten_thousand_trials_take_seconds() -> None:
    many = searched(SPACE, 10_000, by_rate)
    began = time.process_time()
    assert next(iter(importances(many))) == "learning_rate"
    assert time.process_time() - began < 10.0
