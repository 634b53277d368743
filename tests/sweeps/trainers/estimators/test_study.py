"""The penguin study's searches with scikit-learn and SciKeras, its model unchanged, as sweeps."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from tests.sweeps.trainers.own.code import Code

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("scikeras") is None, reason="SciKeras is not installed"
    ),
]

STUDY = """
import keras
from keras.layers import Dense, Dropout
from keras.regularizers import L1, L2
from scikeras.wrappers import KerasClassifier

def get_model(nodes=100, lr=0.001, kernel_l1=0.01, kernel_l2=0.01,
              activity_l1=0.01, activity_l2=0.01, dropout=0.5):
    model = keras.Sequential([
        Dense(nodes, activation="relu", kernel_initializer="he_uniform",
              kernel_regularizer=L1(kernel_l1), activity_regularizer=L2(activity_l2), input_dim=6),
        Dense(nodes, activation="relu", kernel_initializer="he_uniform",
              kernel_regularizer=L2(kernel_l2), activity_regularizer=L1(activity_l1)),
        Dropout(dropout),
        Dense(3, activation="softmax"),
    ])
    model.compile(metrics=["accuracy"], optimizer=keras.optimizers.Adam(learning_rate=lr),
                  loss="sparse_categorical_crossentropy")
    return model

model = KerasClassifier(model=get_model, verbose=0)
"""

RANDOM = {
    "estimator": "own_code:model",
    "task": {"name": "penguins", "preprocessing": "published"},
    "search": {"backend": "random", "trials": 10},
    "evaluate": {"folds": 3},
    "space": {
        "model__lr": {"low": 0.001, "high": 0.011},
        "batch_size": {"low": 2, "high": 15},
        "epochs": {"low": 6, "high": 14},
    },
}
GRID = {
    **RANDOM,
    "search": "grid",
    "space": {"model__lr": [0.001, 0.005], "batch_size": [10, 16], "epochs": [10, 12]},
}


@pytest.fixture(autouse=True)
def tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    from sweeps.trainers.tensorflow_import import load

    load()


def shortened(document: dict[str, Any], **space: Any) -> dict[str, Any]:
    return {**document, "space": {**document["space"], **space}}


def test_the_random_search(code: Code) -> None:
    code.write(STUDY)
    few = shortened(RANDOM, batch_size={"low": 40, "high": 60}, epochs={"low": 2, "high": 3})
    summary, results = code.run({**few, "search": {"backend": "random", "trials": 2}}, workers=0)
    assert (summary.ending, summary.done, summary.failed) == ("finished", 2, 0)
    for result in results:
        assert result.metrics["parameters"] == 11_103
        assert result.metrics["epochs"] == result.trial.config["epochs"]
        assert len(result.parts) == 3


def test_the_grid_search(code: Code) -> None:
    code.write(STUDY)
    few = shortened(GRID, batch_size=[60], epochs=[1])
    summary, results = code.run(few, workers=0)
    assert (summary.ending, summary.done) == ("finished", 2)
    assert results[0].metrics["train_loss"] != results[1].metrics["train_loss"]


def test_the_learning_rate_that_never_reached_the_optimizer_is_refused(code: Code) -> None:
    """As it was written there, it changed nothing."""
    code.write(STUDY)
    written = {**GRID, "space": {"optimizer__learning_rate": [0.001, 0.005], "epochs": [10]}}
    summary, results = code.run(written, workers=0)
    assert summary.done == 0
    assert results[0].error is not None
    assert results[0].error.message.startswith("optimizer__learning_rate: no effect")
    assert "model__lr" in results[0].error.message
