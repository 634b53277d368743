from __future__ import annotations

import json
from typing import Any

import pytest

from sweeps.decays import DECAYS, Constant, Cosine, CosineRestarts, Exponential, Step
from sweeps.optimizers import Adagrad, Adam, AdamW, RmsProp, Sgd
from sweeps.recipe import EarlyStopping, Layer, Recipe


def units(config: dict[str, Any]) -> list[int]:
    return [layer.units for layer in Recipe.read(config).layers]


def test_an_empty_configuration_is_the_default_recipe() -> None:
    recipe = Recipe.read({})
    assert recipe.layers == (Layer(units=32),)
    assert (recipe.activation, recipe.initializer) == ("relu", "he_uniform")
    assert (recipe.optimizer, recipe.decay) == (Adam(), Constant())
    assert (recipe.learning_rate, recipe.batch_size, recipe.epochs) == (0.001, 32, 10)
    assert recipe.early_stopping is None


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"layer_count": 0, "width": 100}, []),
        ({"layer_count": 3, "width": 7}, [7, 7, 7]),
        ({"layer_count": 3, "width": 100, "ratio": 0.5}, [100, 50, 25]),
        ({"layer_count": 4, "width": 4, "ratio": 0.25}, [4, 1, 1, 1]),
        ({"layer_count": 3, "width": 10, "ratio": 1.5}, [10, 15, 22]),
        ({"width.layers": "128-64-32"}, [128, 64, 32]),
        ({"ratio.split.total": 100, "ratio.split.first": 1}, [1, 99]),
        ({"layer_count": 2, "ratio.split.total": 100, "ratio.split.first": 99}, [99, 1]),
    ],
)
def test_shapes(config: dict[str, Any], expected: list[int]) -> None:
    assert units(config) == expected


def test_dropout_and_penalties_for_all_layers_or_layer_by_layer() -> None:
    everywhere = Recipe.read({"layer_count": 2, "dropout": 0.5, "regularizers.kernel_l2": 0.01})
    assert everywhere.layers == (Layer(32, kernel_l2=0.01, dropout=0.5),) * 2
    layered = Recipe.read(
        {
            "layer_count": 2,
            "width": 100,
            "dropout.layer_2": 0.5,
            "regularizers.layer_1.kernel_l1": 0.01,
            "regularizers.layer_1.activity_l2": 0.02,
            "regularizers.layer_2.activity_l1": 0.03,
        }
    )
    assert layered.layers == (
        Layer(100, kernel_l1=0.01, activity_l2=0.02),
        Layer(100, activity_l1=0.03, dropout=0.5),
    )


@pytest.mark.parametrize(
    ("activation", "initializer"),
    [
        ("relu", "he_uniform"),
        ("gelu", "he_uniform"),
        ("selu", "lecun_uniform"),
        ("tanh", "glorot_uniform"),
        ("sigmoid", "glorot_uniform"),
    ],
)
def test_initializer_follows_the_activation(activation: str, initializer: str) -> None:
    assert Recipe.read({"activation": activation}).initializer == initializer


def test_an_initializer_that_is_given_is_taken() -> None:
    given = Recipe.read({"activation": "relu", "initializer": "glorot_uniform"})
    assert given.initializer == "glorot_uniform"
    assert given.identity() != Recipe.read({"activation": "relu"}).identity()
    with pytest.raises(ValueError, match="initializer: 'glorot' is not one of"):
        Recipe.read({"initializer": "glorot"})


def test_kinds_are_read_with_their_own_parameters() -> None:
    assert Recipe.read({"optimizer": "adam", "optimizer.adam.beta_1": 0.8}).optimizer == Adam(0.8)
    assert Recipe.read({"optimizer": "adamw"}).optimizer == AdamW(0.004)
    nesterov: dict[str, Any] = {
        "optimizer": "sgd",
        "optimizer.sgd.momentum": 0.9,
        "optimizer.sgd.nesterov": True,
    }
    assert Recipe.read(nesterov).optimizer == Sgd(0.9, True)
    assert Recipe.read({"optimizer": "rmsprop", "optimizer.rmsprop.rho": 0.5}).optimizer == RmsProp(
        0.5
    )
    assert Recipe.read({"optimizer": "adagrad"}).optimizer == Adagrad()
    step: dict[str, Any] = {"decay": "step", "decay.step.drop": 0.5, "decay.step.every_epochs": 3}
    assert Recipe.read(step).decay == Step(0.5, 3)
    smooth: dict[str, Any] = {
        "decay": "exponential",
        "decay.exponential.rate": 0.9,
        "decay.exponential.every_epochs": 1,
    }
    assert Recipe.read(smooth).decay == Exponential(0.9, 1)
    assert Recipe.read({"decay": "cosine"}).decay == Cosine(0.0)
    restarts: dict[str, Any] = {
        "decay": "cosine_restarts",
        "decay.cosine_restarts.first_decay_steps": 1000,
    }
    assert Recipe.read(restarts).decay == CosineRestarts(1000, 2.0, 1.0, 0.0)


def test_early_stopping() -> None:
    recipe = Recipe.read(
        {
            "early_stopping.patience": 3,
            "early_stopping.monitor": "accuracy",
            "early_stopping.restore_best": True,
        }
    )
    assert recipe.early_stopping == EarlyStopping(3, 0.0, "accuracy", True)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"widht": 3}, "widht: no such parameter; did you mean 'width'?"),
        ({"decay.step.drop": 0.5}, "decay.step.drop: 0.5 has no effect in this configuration"),
        (
            {"width.layers": "8-8", "layer_count": 2},
            "layer_count: 2 cannot stand beside width.layers",
        ),
        ({"width.layers": "8-8", "width": 2}, "width: 2 cannot stand beside width.layers"),
        ({"width.layers": "8-8", "ratio": 0.5}, "ratio: 0.5 cannot stand beside width.layers"),
        (
            {"width.layers": "8-8", "ratio.split.total": 9, "ratio.split.first": 3},
            "ratio: cannot stand beside width.layers",
        ),
        ({"width.layers": "8-0"}, "'8-0' is not a shape"),
        (
            {"width": 9, "ratio.split.total": 9, "ratio.split.first": 3},
            "width: 9 cannot stand beside ratio.split",
        ),
        (
            {"layer_count": 3, "ratio.split.total": 9, "ratio.split.first": 3},
            "layer_count: 3 does not fit ratio.split",
        ),
        (
            {"ratio.split.total": 9, "ratio.split.first": 9},
            "ratio.split.first: 9 leaves nothing of the total 9",
        ),
        ({"layer_count": 400, "ratio": 9.0}, "ratio: 9 makes a layer of"),
        ({"width": 0}, "width: 0 is not a whole number at least 1"),
        ({"width": 1.5}, "width: 1.5 is not a whole number"),
        ({"width": True}, "width: True is not a whole number"),
        ({"learning_rate": 0.0}, "learning_rate: 0.0 is not a number above 0"),
        ({"learning_rate": float("nan")}, "learning_rate: nan is not a number"),
        ({"dropout": 1.0}, "dropout: 1.0 is not a number at least 0 and below 1"),
        ({"dropout": 0.1, "dropout.layer_1": 0.2}, "dropout.layer_1: cannot stand beside dropout"),
        ({"dropout.layer_2": 0.2}, "dropout.layer_2: 0.2 is for a layer beyond the 1 hidden ones"),
        ({"activation": "rleu"}, "activation: 'rleu' is not one of"),
        ({"decay": "step", "decay.step.drop": 0.5}, "decay.step.every_epochs: missing"),
        ({"early_stopping.min_delta": 0.1}, "early_stopping.patience: missing"),
        (
            {"optimizer": "sgd", "optimizer.sgd.nesterov": 1},
            "optimizer.sgd.nesterov: 1 is neither true nor false",
        ),
    ],
)
def test_refusals_name_the_parameter_and_its_value(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Recipe.read(config)
    assert message in str(caught.value)


def test_identity_leaves_out_epochs_and_nothing_else() -> None:
    plain = Recipe.read({"layer_count": 2})
    assert plain.identity() == Recipe.read({"layer_count": 2, "epochs": 99}).identity()
    varied: list[dict[str, Any]] = [
        {"layer_count": 2, "width": 33},
        {"layer_count": 3},
        {"layer_count": 2, "activation": "tanh"},
        {"layer_count": 2, "dropout.layer_2": 0.1},
        {"layer_count": 2, "regularizers.layer_1.kernel_l1": 0.1},
        {"layer_count": 2, "optimizer": "adamw"},
        {"layer_count": 2, "optimizer": "adam", "optimizer.adam.beta_1": 0.8},
        {"layer_count": 2, "learning_rate": 0.002},
        {"layer_count": 2, "decay": "cosine"},
        {"layer_count": 2, "batch_size": 31},
        {"layer_count": 2, "early_stopping.patience": 3},
    ]
    identities = {Recipe.read(config).identity() for config in varied}
    assert len(identities | {plain.identity()}) == len(varied) + 1


def test_identity_is_canonical() -> None:
    same: list[dict[str, Any]] = [
        {"layer_count": 2, "width": 50},
        {"width": 50, "layer_count": 2, "ratio": 1},
        {"width.layers": "50-50", "dropout": 0},
        {"ratio.split.total": 100, "ratio.split.first": 50, "optimizer": "adam"},
    ]
    assert len({Recipe.read(config).identity() for config in same}) == 1
    parts = json.loads(Recipe.read(same[0]).identity())
    assert (parts["optimizer"]["kind"], parts["decay"]["kind"]) == ("Adam", "Constant")


def test_kinds_without_parameters_are_told_apart() -> None:
    assert len(DECAYS) == 5
    constant, cosine = Recipe.read({"decay": "constant"}), Recipe.read({"decay": "cosine"})
    assert constant.identity() != cosine.identity()
