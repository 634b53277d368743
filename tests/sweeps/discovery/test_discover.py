"""A KerasTuner function's space, found out in a process of its own."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from search_spaces import Space
from sweeps.discovery.discover import completed
from sweeps.errors import SweepError

PEER = """
    import keras
    import keras_tuner
    from keras import layers

    def build(hp):
        model = keras.Sequential([layers.Flatten()])
        for i in range(hp.Int("num_layers", 1, 3)):
            model.add(layers.Dense(hp.Int(f"units_{i}", min_value=8, max_value=15, step=4),
                                   activation=hp.Choice("activation", ["relu", "tanh"])))
        if hp.Boolean("dropout"):
            model.add(layers.Dropout(hp.Float("rate", 0.1, 0.5, step=0.2)))
        kind = hp.Choice("optimizer", ["adam", "sgd"])
        with hp.conditional_scope("optimizer", ["sgd"]):
            if kind == "sgd":
                with hp.name_scope("sgd"):
                    hp.Float("momentum", 0.0, 0.9)
        hp.Fixed("seed", 7)
        hp.Int("batch", 8, 64, step=2, sampling="log")
        rate = hp.Float("lr", min_value=1e-4, max_value=1e-2, sampling="log")
        model.add(layers.Dense(3, activation="softmax"))
        model.compile(optimizer=kind, loss="sparse_categorical_crossentropy")
        return model

    class Hyper(keras_tuner.HyperModel):
        def build(self, hp):
            raise KeyError(hp.Choice("kind", ["a"]))

    def objective(trial):
        return trial.suggest_float("x", 0, 1)

    def late(units):
        return units
    """


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "peer_model.py").write_text(dedent(PEER))
    return str(tmp_path)


def test_everything_that_the_function_may_ask_for_is_found(folder: str) -> None:
    found = completed({"model": "peer_model:build", "space": {"epochs": 3}}, folder)["space"]
    assert found == {
        "num_layers": {"low": 1, "high": 3},
        "units_0": {"low": 8, "high": 12, "step": 4},
        "units_1": {"low": 8, "high": 12, "step": 4, "when": {"num_layers": [2, 3]}},
        "units_2": {"low": 8, "high": 12, "step": 4, "when": {"num_layers": [3]}},
        "activation": {"choices": ["relu", "tanh"]},
        "dropout": {"choices": [False, True]},
        "rate": {"choices": [0.1, pytest.approx(0.3), 0.5], "when": {"dropout": [True]}},
        "optimizer": {"choices": ["adam", "sgd"]},
        "sgd/momentum": {"low": 0.0, "high": 0.9, "when": {"optimizer": ["sgd"]}},
        "seed": {"value": 7},
        "batch": {"choices": [8, 16, 32, 64]},
        "lr": {"low": 0.0001, "high": 0.01, "log": True},
        "epochs": 3,
    }
    assert Space.read(found, free=True).varying


def test_what_the_code_raises_is_shown_with_its_own_lines(folder: str) -> None:
    with pytest.raises(SweepError, match="peer_model:Hyper: KeyError: 'a'") as caught:
        completed({"model": "peer_model:Hyper"}, folder)
    assert caught.value.path == ("model",)
    assert 'raise KeyError(hp.Choice("kind", ["a"]))' in caught.value.lines
    assert "sweeps/" not in caught.value.lines


@pytest.mark.parametrize(
    "document",
    [
        {"task": "penguins", "space": {"width": 8}},
        {"model": "peer_model:late", "space": {"units": [1, 2]}},
        {"model": "peer_model:build", "space": [1]},
        ["no mapping"],
        {"function": "peer_model:late"},
        {"function": {"path": "peer_model:objective", "takes": "config"}},
    ],
)
def test_what_asks_for_no_hp_is_left_as_it_is(document: object, folder: str) -> None:
    assert completed(document, folder, lambda *_: pytest.fail("it was run")) is document


def test_an_optuna_objective_is_told_by_its_parameter(folder: str) -> None:
    completed_ = completed({"function": "peer_model:objective"}, folder)
    assert completed_["function"] == {"path": "peer_model:objective", "takes": "trial"}


def test_a_process_that_dies_is_told_of(folder: str) -> None:
    Path(folder, "peer_model.py").write_text("import os\nos._exit(3)\ndef build(hp): ...\n")
    with pytest.raises(SweepError, match="ended with exit code 3"):
        completed({"model": "peer_model:build"}, folder)
