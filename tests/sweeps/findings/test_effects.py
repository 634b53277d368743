from __future__ import annotations

import time
from math import log10

import pytest

from sweeps.findings.effects import without_effect
from sweeps.findings.observed import observed
from sweeps.found import Found
from sweeps.trial import Config
from tests.sweeps.findings.observations import RATE, WIDTH, drawn, number, of, scored, searched

SPACE = {
    "layer_count": 1,
    "width": WIDTH,
    "learning_rate": RATE,
    "dropout": {"low": 0.0, "high": 0.5, "step": 0.1},
    "epochs": 3,
}


def told(found: Found) -> list[str]:
    return [one.text for one in without_effect(observed(found), "val_accuracy")]


def by_rate(config: Config) -> float:
    return -abs(log10(number(config, "learning_rate")) + 2.0)


def with_dropout(config: Config) -> float:
    return by_rate(config) - 2 * number(config, "dropout")


def silent_of(name: str, lines: list[str]) -> bool:
    return not any(name in line for line in lines)


def spoken_of(name: str, score: object, sweeps: int) -> int:
    assert callable(score)
    found = (searched(SPACE, 120, score, seed, noise=0.1) for seed in range(sweeps))
    return sum(not silent_of(name, told(one)) for one in found)


def test_what_makes_no_difference_is_named_and_what_does_is_not() -> None:
    """With a seed where chance does not make it look as if it did."""
    lines = [told(searched(SPACE, 120, by_rate, seed, noise=0.1)) for seed in range(8)]
    (line,) = next(lines for lines in lines if not silent_of("dropout", lines))
    assert " no effect on val_accuracy beyond noise in 120 trials; freeze " in line
    assert all(silent_of("learning_rate", each) for each in lines)


def test_how_often_it_is_named() -> None:
    assert spoken_of("dropout", by_rate, 20) >= 4
    assert spoken_of("dropout", with_dropout, 20) == 0


def test_an_effect_beside_a_larger_one_is_seen() -> None:
    """It explains a tenth of the differences, and all that the rate leaves."""

    def score(config: Config) -> float:
        return 3 * by_rate(config) - 2 * number(config, "dropout")

    found = [searched(SPACE, 150, score, seed) for seed in range(6)]
    assert all(silent_of("dropout", told(one)) for one in found)


@pytest.mark.parametrize(
    "found",
    [
        searched(SPACE, 40, by_rate, noise=0.1),
        searched(SPACE, 200, lambda config: 0.0, noise=1.0),
        of(SPACE, []),
    ],
    ids=["few trials", "only noise", "no trials"],
)
def test_nothing_is_said_where_an_effect_would_not_show(found: Found) -> None:
    assert told(found) == []


def test_with_few_trials_an_effect_would_not_show() -> None:
    """Chance explains an eighth of the differences between four groups of 60, or so."""
    found = [searched(SPACE, 60, by_rate, seed, noise=0.1) for seed in range(12)]
    assert sum(not silent_of("dropout", told(one)) for one in found) <= 1


def test_values_that_were_hardly_tried_are_not_judged() -> None:
    """A search that has long settled on one end."""
    configs = [config for config in drawn(SPACE, 800) if number(config, "dropout") < 0.15]
    results = [scored(at, config, by_rate(config)) for at, config in enumerate(configs[:200])]
    assert silent_of("dropout", told(of(SPACE, results)))


def test_what_is_frozen_is_the_best_trials_value() -> None:
    for seed in range(20):
        found = searched(SPACE, 120, by_rate, seed, noise=0.1)
        lines = told(found)
        if lines and lines[0].startswith("dropout:"):
            best = max(found.results, key=lambda one: one.score or 0.0)
            assert lines[0].endswith(f"freeze it at {best.trial.config['dropout']:.4g}")
            return
    raise AssertionError("never said")


def test_many_trials_take_no_longer_than_a_thousand() -> None:
    found = searched(SPACE, 8_000, by_rate, noise=0.3)
    seen = observed(found)
    began = time.process_time()
    without_effect(seen, "val_accuracy")
    assert time.process_time() - began < 5.0
