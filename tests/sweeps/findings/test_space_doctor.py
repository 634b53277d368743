from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from sweeps.backends.backend import Told
from sweeps.backends.choose import backend_for
from sweeps.findings.space_doctor import Advice, advice
from sweeps.found import Found
from sweeps.sweep import Objective
from sweeps.trial import Config, Result
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
    "dropout": {"low": 0.0, "high": 0.6, "step": 0.1},
    "activation": ["relu", "tanh", "gelu", "elu"],
    "batch_size": [8, 16, 32, 64],
    "epochs": 3,
}
"""Dropout and batch size make no difference to the objectives below."""


def rate(config: Config, best: float) -> float:
    """0 at the best place of the range, down to -2 a range away."""
    return -2 * ((math.log10(number(config, "learning_rate")) + 4) / 3 - best) ** 2


def width(config: Config) -> float:
    """From 0 to 1."""
    return (number(config, "width") - 8) / 120


def inside(config: Config) -> float:
    """Wide enough is wide enough, and the best rate is in the middle."""
    return rate(config, 0.5) + 0.5 * (1 - math.exp(-6 * width(config)))


def on_bound(config: Config) -> float:
    """As wide as can be."""
    return rate(config, 0.6) + width(config)


def test_the_most_useful_comes_first() -> None:
    configs = drawn(SPACE, 120)
    results = [
        failed(at, config)
        if number(config, "learning_rate") > 0.03
        else scored(at, config, on_bound(config))
        for at, config in enumerate(configs)
    ]
    narrow = {"narrow": "width <= 30"}
    told = advice(of(SPACE, results, constraints=narrow))
    assert [one.kind for one in told][:3] == ["failures", "bound", "refused"]
    assert told[0] == Advice("failures", told[0].text)
    assert told[1].text.startswith("width: ")


def test_the_same_results_give_the_same_advice() -> None:
    one = searched(SPACE, 120, on_bound, noise=0.1)
    assert advice(one) == advice(one)


def test_no_value_is_good_or_bad_by_several_objectives() -> None:
    one = searched(SPACE, 120, on_bound)
    assert [each.kind for each in advice(one)][:1] == ["bound"]
    two = replace(one.sweep, further=(Objective("val_loss", "minimize"),))
    kinds = {each.kind for each in advice(replace(one, sweep=two))}
    assert not kinds & {"bound", "no_effect"}


def test_a_sweep_without_results() -> None:
    assert advice(of(SPACE, [])) == []


Score = Callable[[Config], float]


def by_random(score: Score, trials: int, seed: int, noise: float) -> Found:
    return searched(SPACE, trials, score, seed, noise)


def by_tpe(score: Score, trials: int, seed: int, noise: float) -> Found:
    """What TPE asks for follows what it was told, so its trials gather where scores are good."""
    sweep = replace(
        sweep_of(SPACE, search={"backend": "optuna", "trials": trials, "batch": 16}), seed=seed
    )
    backend = backend_for(sweep.search, sweep.space)
    search = backend.start(sweep.space, seed)
    results: list[Result] = []
    while len(results) < trials:
        asked = search.ask(min(backend.batch, trials - len(results)))
        told = []
        for trial in asked:
            wobble = math.sin(1e4 * math.sin(trial.number + 31.0 * seed)) * noise
            results.append(scored(trial.number, trial.config, score(trial.config) + wobble))
            told.append(Told(trial, -(results[-1].score or 0.0)))
        search.tell(told)
    return found(sweep, results)


@pytest.mark.slow
@pytest.mark.timeout(170)
@pytest.mark.parametrize(
    ("search", "sweeps"), [(by_random, 60), (by_tpe, 10)], ids=["random", "tpe"]
)
def test_advice_is_rarely_wrong(
    search: Callable[[Score, int, int, float], Found], sweeps: int
) -> None:
    """What is true of an objective is known, so that false advice can be counted."""
    false: Counter[str] = Counter()
    true: Counter[str] = Counter()
    for seed in range(sweeps):
        for score in (inside, on_bound):
            for one in advice(search(score, 120, seed, 0.05)):
                kind = "bound" if one.kind == "bound" else one.kind
                name = one.text.partition(":")[0]
                right = {
                    "bound": name == "width" and score is on_bound,
                    "no_effect": not {"learning_rate", "width"} & set(name.split(" and ")),
                }.get(kind, False)
                (true if right else false)[kind] += 1
    assert false["bound"] <= 0.05 * 2 * sweeps
    assert false["no_effect"] <= 0.05 * 2 * sweeps
    assert set(false) <= {"bound", "no_effect"}
    assert true["no_effect"] >= 0.15 * 2 * sweeps
    assert true["bound"] >= 0.5 * sweeps
