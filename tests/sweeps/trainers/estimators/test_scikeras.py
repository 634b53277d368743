"""SciKeras wrappers, which run on TensorFlow."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

import pytest

from sweeps.trial import Fit, Outcome, Trial
from tests.sweeps.tiny_task import TinyTask
from tests.sweeps.trainers.fitting import fit_of, problem_on
from tests.sweeps.trainers.own.code import Code

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("scikeras") is None, reason="SciKeras is not installed"
    ),
]

TEXT = """
import keras
from scikeras.wrappers import KerasClassifier, KerasRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

def network(nodes, outputs, activation):
    return keras.Sequential([
        keras.Input((4,)),
        keras.layers.Dense(nodes, activation="relu"),
        keras.layers.Dense(outputs, activation=activation),
    ])

def open_model(nodes=5):
    return network(nodes, 3, "softmax")

def compiled_model(nodes=5, lr=0.01):
    model = network(nodes, 3, "softmax")
    adam = keras.optimizers.Adam(lr)
    model.compile(optimizer=adam, loss="sparse_categorical_crossentropy")
    return model

def told_model(compile_kwargs, nodes=5):
    model = network(nodes, 3, "softmax")
    model.compile(**compile_kwargs)
    return model

def number_model(nodes=5):
    return network(nodes, 1, None)

def wrapper(build=open_model, **settings):
    loss = "sparse_categorical_crossentropy"
    return KerasClassifier(build, loss=loss, optimizer="adam", verbose=0, **settings)

def piped(clf):
    return Pipeline([("scale", StandardScaler()), ("clf", clf)])

def plain():
    return wrapper()

def pipeline():
    return piped(wrapper())

def compiled():
    return piped(wrapper(compiled_model))

def told():
    return piped(wrapper(told_model))

def routed():
    return piped(wrapper(fit__epochs=2, fit__batch_size=4))

def regressor():
    return piped(KerasRegressor(number_model, loss="mse", optimizer="adam", verbose=0))
"""


@pytest.fixture(autouse=True)
def tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    from sweeps.trainers.tensorflow_import import load

    load()


def trained(
    code: Code, name: str, config: Mapping[str, Any], seed: int = 1, **options: str
) -> Outcome:
    code.write(TEXT)
    kind = "regression" if name == "regressor" else "classification"
    problem = problem_on("val_loss", TinyTask(kind=kind))  # type: ignore[arg-type]
    return code.train("estimator", name, fit_of(config, seed=seed), problem, **options)


def refusal(outcome: Outcome) -> str:
    assert outcome.error is not None
    assert outcome.error.reason == "bad_configuration"
    return outcome.error.message


def test_a_wrapper_in_a_pipeline_is_trained(code: Code) -> None:
    config = {"epochs": 3, "clf__batch_size": 8, "clf__model__nodes": 6}
    first, again, other = (
        trained(code, "pipeline", config, seed, epochs="clf__epochs") for seed in (1, 1, 2)
    )
    assert first.error is None
    assert first.metrics["parameters"] == (4 + 1) * 6 + (6 + 1) * 3
    assert first.metrics["epochs"] == 3
    assert 0 < first.metrics["val_loss"] < 3
    assert first.metrics == again.metrics
    assert first.metrics != other.metrics


def test_epochs_and_learning_rate_reach_it(code: Code) -> None:
    def loss(epochs: int, rate: float) -> float:
        config = {"epochs": epochs, "clf__optimizer__learning_rate": rate, "clf__batch_size": 4}
        outcome = trained(code, "pipeline", config, epochs="clf__epochs")
        assert outcome.error is None
        return outcome.metrics["train_loss"]

    assert loss(1, 1e-9) == pytest.approx(loss(20, 1e-9), abs=1e-3)
    assert loss(20, 0.01) < loss(1, 0.01)
    assert loss(1, 0.01) < loss(1, 1e-9)


def test_hyperbands_budget_is_its_epochs(code: Code) -> None:
    code.write(TEXT)
    fit = Fit(Trial(0, {"epochs": 27}, budget=2), fold=0, repeat=0, seed=1, budget=2)
    outcome = code.train("estimator", "plain", fit, problem_on())
    assert outcome.error is None
    assert outcome.metrics["epochs"] == 2


def test_a_regressor_has_its_errors(code: Code) -> None:
    outcome = trained(code, "regressor", {"epochs": 2}, epochs="clf__epochs")
    assert outcome.error is None
    assert outcome.metrics["val_mae"] > 0
    assert outcome.metrics["parameters"] == (4 + 1) * 5 + 6


def test_settings_that_would_do_nothing_are_refused(code: Code) -> None:
    rate = {"clf__optimizer__learning_rate": 0.5}
    message = refusal(trained(code, "compiled", rate))
    assert message.startswith("clf__optimizer__learning_rate: no effect, since the model's builder")
    assert message.endswith("they are clf__model__nodes, clf__model__lr")
    assert trained(code, "compiled", {"clf__model__lr": 0.5}).error is None


def test_a_builder_that_is_told_compiles_with_them(code: Code) -> None:
    still, moved = (
        trained(code, "told", {"clf__optimizer__learning_rate": rate}).metrics["train_loss"]
        for rate in (1e-9, 0.1)
    )
    assert moved < still


def test_epochs_that_are_overridden_are_refused(code: Code) -> None:
    message = refusal(trained(code, "routed", {"epochs": 3}, epochs="clf__epochs"))
    assert message.startswith("clf__epochs: has no effect")
    assert "clf__fit__epochs = 2" in message
    assert "clf__fit__batch_size = 4" in refusal(trained(code, "routed", {"clf__batch_size": 8}))
    assert trained(code, "routed", {"clf__fit__epochs": 1}).error is None


def test_unknown_names_are_met_with_the_nearest(code: Code) -> None:
    message = refusal(trained(code, "pipeline", {"clf__epohcs": 3}))
    assert "did you mean 'clf__epochs'" in message
    message = refusal(trained(code, "pipeline", {"epochs": 3}))
    assert "epochs: clf__epochs}" in message


TUTORIAL = """
from scikeras.wrappers import KerasClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

def get_model(hidden_layer_dim, meta):
    n_features_in_ = meta["n_features_in_"]
    X_shape_ = meta["X_shape_"]
    n_classes_ = meta["n_classes_"]

    model = keras.models.Sequential()
    model.add(keras.layers.Dense(n_features_in_, input_shape=X_shape_[1:]))
    model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.Dense(hidden_layer_dim))
    model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.Dense(n_classes_))
    model.add(keras.layers.Activation("softmax"))
    return model

clf = KerasClassifier(
    get_model,
    loss="sparse_categorical_crossentropy",
    hidden_layer_dim=100,
)

pipe = Pipeline([
    ('scale', StandardScaler()),
    ('clf', clf),
])
"""


def test_the_code_of_scikeras_own_tutorial_works_as_it_is(code: Code) -> None:
    """The network, the wrapper and the pipeline of its "basic usage", and what it searches."""
    code.write(TUTORIAL)
    config = {"clf__hidden_layer_dim": 7, "clf__optimizer": "sgd"}
    for rate in (0.1, 1e-9):
        full = {**config, "clf__optimizer__learning_rate": rate}
        outcome = code.train("estimator", "pipe", fit_of(full), problem_on())
        assert outcome.error is None
        assert outcome.metrics["parameters"] == (4 + 1) * 4 + (4 + 1) * 7 + (7 + 1) * 3
    outcome = code.train("estimator", "clf", fit_of({"hidden_layer_dim": 5}), problem_on())
    assert outcome.error is None
