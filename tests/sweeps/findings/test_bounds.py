from __future__ import annotations

import random

import numpy as np
import pytest

from sweeps.findings.axes import axes_of
from sweeps.findings.bounds import lies_on, on_bounds
from sweeps.findings.observed import observed
from sweeps.findings.ranking import best_few
from sweeps.found import Found
from sweeps.trial import Config
from tests.sweeps.findings.observations import RATE, WIDTH, number, of, scored, searched

SPACE = {"layer_count": 1, "width": WIDTH, "learning_rate": RATE, "epochs": 3}


def told(found: Found) -> list[str]:
    return [one.text for one in on_bounds(found, observed(found))]


def wider_is_better(config: Config) -> float:
    return number(config, "width")


def test_the_best_on_the_upper_bound() -> None:
    (line,) = told(searched(SPACE, 60, wider_is_better))
    assert line == (
        "width: the best 7 of 60 trials lie at 122 to 127, the upper bound: extend `high` to 256"
    )


def test_the_best_on_the_lower_bound_of_a_logarithmic_range() -> None:
    (line,) = told(searched(SPACE, 120, lambda config: -number(config, "learning_rate")))
    assert line.startswith("learning_rate: the best 12 of 120 trials lie at 0.0001")
    assert line.endswith("the lower bound: extend `low` to 1e-05")


def test_the_goal_decides_which_end_it_is() -> None:
    loss = {"metric": "val_loss", "goal": "minimize"}
    (line,) = told(searched(SPACE, 60, wider_is_better, objective=loss))
    assert line.endswith("the lower bound: extend `low` to 4")


def test_a_list_of_numbers_gets_one_more() -> None:
    space = SPACE | {"width": [8, 16, 32, 64, 128]}
    (line,) = told(searched(space, 60, wider_is_better, noise=0.1))
    assert "of 60 trials lie at 128, the last value: add 256" in line


@pytest.mark.parametrize(
    "score",
    [
        lambda config: -abs(number(config, "width") - 64),
        lambda config: -abs(number(config, "width") - 110),
        lambda config: min(number(config, "width"), 60.0),
        lambda config: 0.5,
    ],
    ids=["inside", "near the end", "a plateau", "all equal"],
)
def test_nothing_is_said_of_a_best_value_inside(score: object) -> None:
    assert callable(score)
    assert told(searched(SPACE, 80, score)) == []


def test_nothing_is_said_of_few_trials() -> None:
    assert told(searched(SPACE, 39, wider_is_better)) == []
    assert told(searched(SPACE, 40, wider_is_better)) != []


def test_nothing_is_said_where_nothing_lies_beyond() -> None:
    """A dropout of nothing, and a share of everything."""
    space = {"width": 32, "dropout": {"low": 0.0, "high": 0.5}, "epochs": 3}
    assert told(searched(space, 60, lambda config: -number(config, "dropout"))) == []
    (line,) = told(searched(space, 60, lambda config: number(config, "dropout")))
    assert line.endswith("extend `high` to 0.75")


def test_one_good_trial_on_the_bound_is_chance() -> None:
    configs = [{"width": width, "layer_count": 1} for width in range(9, 69)]
    results = [scored(at, config, 0.5 + 0.001 * (at % 7)) for at, config in enumerate(configs)]
    results.append(scored(60, {"width": 128, "layer_count": 1}, 0.99))
    assert told(of({"layer_count": 1, "width": WIDTH}, results)) == []


def test_late_trials_that_are_better_and_gather_say_nothing() -> None:
    """As under a sampler that settled somewhere by chance while it learned other things."""
    rng = random.Random(0)
    results = []
    for at in range(100):
        width = rng.randint(8, 128) if at < 60 else rng.randint(116, 128)
        config = {"width": width, "layer_count": 1, "learning_rate": 0.01}
        results.append(scored(at, config, float(at >= 60) + rng.gauss(0.0, 0.1)))
    found = of(SPACE, results)
    (by_width,) = [axis for axis in axes_of(observed(found)) if axis.name == "width"]
    few = best_few(np.array(observed(found).values))
    assert few is not None
    assert lies_on(by_width, "high", few)
    assert told(found) == []
