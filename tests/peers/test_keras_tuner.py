"""KerasTuner: what its guide "Getting started with KerasTuner" builds, under every backend.

The module is written as the guide's readers write theirs: layouts, ranges, and calls are the
guide's, its pictures are replaced by smaller ones. No sweep file names a hyperparameter.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sweeps.trial import Result
from tests.peers.peer import Peer
from tests.sweeps.trainers.models.workers import Workers

GUIDE = """
    import keras
    import keras_tuner
    from keras import layers

    def call_existing_code(units, activation, dropout, lr):
        model = keras.Sequential([layers.Flatten(), layers.Dense(units, activation=activation)])
        if dropout:
            model.add(layers.Dropout(rate=0.25))
        return ready(model, lr)

    def ready(model, lr):
        model.add(layers.Dense(10, activation="softmax"))
        optimizer = keras.optimizers.Adam(learning_rate=lr)
        model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
        return model

    def build_model(hp):
        units = hp.Int("units", min_value=32, max_value=512, step=32)
        activation = hp.Choice("activation", ["relu", "tanh"])
        dropout = hp.Boolean("dropout")
        lr = hp.Float("lr", min_value=1e-4, max_value=1e-2, sampling="log")
        return call_existing_code(units=units, activation=activation, dropout=dropout, lr=lr)

    def build_layers(hp):
        model = keras.Sequential()
        model.add(layers.Flatten())
        for i in range(hp.Int("num_layers", 1, 3)):
            units = hp.Int(f"units_{i}", min_value=32, max_value=512, step=32)
            model.add(layers.Dense(units, activation=hp.Choice("activation", ["relu", "tanh"])))
        if hp.Boolean("dropout"):
            model.add(layers.Dropout(rate=0.25))
        return ready(model, hp.Float("lr", min_value=1e-4, max_value=1e-2, sampling="log"))

    build_layers(keras_tuner.HyperParameters())  # the guide tries it so

    class MyHyperModel(keras_tuner.HyperModel):
        def build(self, hp):
            units = hp.Int("units", min_value=32, max_value=512, step=32)
            return ready(keras.Sequential([layers.Flatten(), layers.Dense(units)]), 0.001)

        def fit(self, hp, model, *args, **kwargs):
            size = hp.Choice("batch_size", [16, 32])
            return model.fit(*args, batch_size=size, shuffle=hp.Boolean("shuffle"), **kwargs)

    def build_either(hp):
        model = keras.Sequential([layers.Input((8, 8, 1))])
        model_type = hp.Choice("model_type", ["mlp", "cnn"])
        with hp.conditional_scope("model_type", ["mlp"]):
            if model_type == "mlp":
                model.add(layers.Flatten())
                model.add(layers.Dense(hp.Int("mlp_units", 32, 64, step=32), activation="relu"))
        with hp.conditional_scope("model_type", ["cnn"]):
            if model_type == "cnn":
                model.add(layers.Conv2D(hp.Int("filters", 4, 8, step=4), 3, activation="relu"))
                model.add(layers.Flatten())
        return ready(model, 0.001)
    """
SEARCHES = {
    "grid": "grid",
    "random": "{backend: random, trials: 3}",
    "optuna": "{backend: optuna, trials: 3}",
    "hyperband": "{backend: hyperband, factor: 2}",
}


def results(
    peer: Peer, workers: Workers, name: str, search: str, space: str = "{epochs: 2}"
) -> list[Result]:
    peer.write("guide.py", GUIDE)
    sweep_file = f"""
        task: {{load: pictures:load}}
        model: guide:{name}
        search: {search}
        objective: {{metric: val_accuracy, goal: maximize}}
        space: {space}
        """
    summary, found = peer.run(sweep_file, executor=workers.on("jax"))
    assert summary.ending == "finished"
    assert [one.error for one in found] == [None] * len(found)
    return found


@pytest.mark.slow
def test_layers_are_tuned_in_a_loop(peer: Peer, workers: Workers) -> None:
    found = results(peer, workers, "build_layers", "{backend: random, trials: 2}")
    assert len(found) == 2
    for result in found:
        config = result.trial.config
        units = [config[f"units_{i}"] for i in range(config["num_layers"])]  # type: ignore[arg-type]
        assert len([name for name in config if name.startswith("units_")]) == len(units)
        widths = [64, *units, 10]
        pairs = pairwise(widths)
        assert result.metrics["parameters"] == sum((n + 1) * m for n, m in pairs)  # type: ignore[operator]


@pytest.mark.slow
def test_a_hypermodel_tunes_its_fit(peer: Peer, workers: Workers) -> None:
    """Its `fit` asks for hyperparameters of its own, which nobody has to write down either."""
    (result,) = results(peer, workers, "MyHyperModel", "{backend: random, trials: 1}")
    assert {*result.trial.config} == {"units", "batch_size", "shuffle", "epochs"}
    assert result.trial.config["batch_size"] in (16, 32)


GRIDS: dict[str, tuple[str, int]] = {
    "build_model": ("{units: 32, lr: 0.001, epochs: 1}", 4),
    "build_layers": (
        "{num_layers: [1, 2], units_0: 32, units_1: 32, dropout: false, lr: 0.001, epochs: 1}",
        4,
    ),
    "MyHyperModel": ("{units: 32, epochs: 1}", 4),
    "build_either": ("{epochs: 1}", 4),
}
"""Ranges narrowed, and how many configurations are left."""


PAIRS = [
    ("build_layers", "grid"),
    ("build_layers", "hyperband"),
    ("build_model", "optuna"),
    ("MyHyperModel", "hyperband"),
    ("build_either", "random"),
    ("build_either", "grid"),
]
"""Each function under a backend or two: what a backend makes of a model is the same for all."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "backend"), PAIRS)
def test_every_backend_searches_them(peer: Peer, workers: Workers, name: str, backend: str) -> None:
    # Hyperband's oracle loads Keras here, too; other tests want it on TensorFlow in this process.
    import keras_tuner  # noqa: F401

    space, points = GRIDS[name] if backend == "grid" else ("{epochs: 2}", 3)
    found = results(peer, workers, name, SEARCHES[backend], space)
    if backend == "hyperband":
        assert {1, 2} == {result.trial.budget for result in found}
    else:
        assert len(found) == points
    _check_branches(name, found)


def _check_branches(name: str, found: list[Result]) -> None:
    """A parameter of a branch that was not taken is in no configuration."""
    for result in found:
        config: dict[str, Any] = dict(result.trial.config)
        if name == "build_either":
            assert ("filters" in config) == (config["model_type"] == "cnn")
            assert ("mlp_units" in config) == (config["model_type"] == "mlp")
        if name == "build_layers":
            assert ("units_1" in config) == (config["num_layers"] > 1)
