"""Kills while the user's own code runs: functions, Optuna objectives and Keras models."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.sweeps.durability.conftest import NewPlace
from tests.sweeps.durability.places import Place, check_healthy, check_whole
from tests.sweeps.durability.sessions import run_to
from tests.sweeps.durability.strikes import Strikes

CODE = """
import random
import threading


def objective(config):
    threading.Event().wait(0.1)
    return -((config["x"] - 1.5) ** 2) + 0.1 * random.random()


def define(trial):
    import optuna

    x = trial.suggest_float("x", -3.0, 3.0)
    kind = trial.suggest_categorical("kind", ["straight", "bent"])
    bend = trial.suggest_float("bend", 0.1, 10.0, log=True) if kind == "bent" else 1.0
    for step in range(3):
        threading.Event().wait(0.03)
        trial.report(-abs(x) * bend - step + 0.1 * random.random(), step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return -abs(x) * bend


def build(width, learning_rate):
    import keras

    model = keras.Sequential(
        [
            keras.layers.Dense(width, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy")
    return model


def make(C):
    from sklearn.linear_model import LogisticRegression

    threading.Event().wait(0.1)
    return LogisticRegression(C=C)
"""
SWEEPS: Mapping[str, tuple[str, int]] = {
    "function": (
        """
function: written:objective
objective: {goal: maximize}
search: {backend: optuna, trials: 24, batch: 2}
space: {x: {low: -3.0, high: 3.0}}
""",
        3,
    ),
    "an Optuna objective": (
        """
function: {path: "written:define", takes: trial}
objective: {goal: maximize}
search: {backend: optuna, trials: 24, batch: 2, n_startup_trials: 4}
""",
        3,
    ),
    "estimator": (
        """
estimator: written:make
task: penguins
search: {backend: random, trials: 24, batch: 2}
evaluate: {folds: 3}
space: {C: {low: 0.001, high: 10.0, log: true}}
""",
        3,
    ),
    "model": (
        """
model: written:build
task: penguins
search: {backend: hyperband, factor: 2}
space: {width: [4, 8], learning_rate: {low: 0.001, high: 0.1, log: true}, epochs: 4}
""",
        2,
    ),
}
"""By what is tuned: a sweep, and how often its coordinator and its workers are killed."""


def _with_code(place: Place) -> Place:
    (place.folder / "written.py").write_text(CODE)
    return place


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("subject", sorted(SWEEPS))
def test_own_code_that_is_killed_comes_to_the_same(
    subject: str, server: None, new_place: NewPlace
) -> None:
    document, each = SWEEPS[subject]
    document += "seed: 11\n"
    whole, broken = _with_code(new_place(document)), _with_code(new_place(document))
    run_to(0, whole, "run", "sweep.yaml", workers=1)
    expected = whole.results()
    assert any(result.score is not None for result in expected)
    strikes = Strikes(broken, len(expected), each, subject, moment=0.5)
    strikes.run()
    assert min(strikes.struck.values()) >= each - 1
    if subject != "model":
        check_whole(broken, whole)
        return
    # A pack whose worker has died is cut, and lanes of another width round another way.
    found = broken.results()
    assert [one.trial for one in found] == [one.trial for one in expected]
    assert [one.error for one in found] == [one.error for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.metrics == pytest.approx(other.metrics, rel=1e-5)
    check_healthy(broken, len(expected))
