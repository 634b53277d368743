"""In float32, as sweeps are run, the fused trainer agrees with the Keras trainer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from sweeps.tasks.task import Head
from sweeps.trainers.fused_fit import FusedFit
from sweeps.trainers.keras_fit import ENVIRONMENT, KerasFit
from sweeps.trainers.trainer import Pack
from tests.sweeps.trainers.fitting import DEEP, fit_of
from tests.sweeps.trainers.fused.cases import problem_with, some_slow

CLOSE = 1e-3
RECIPES: Mapping[str, tuple[Head, dict[str, Any]]] = {
    "adam, cosine, stopping": (
        "softmax",
        {
            **DEEP,
            "decay": "cosine",
            "early_stopping.patience": 2,
            "early_stopping.restore_best": True,
        },
    ),
    "adamw, no hidden layer": (
        "softmax",
        {**DEEP, "layer_count": 0, "optimizer": "adamw", "optimizer.adamw.weight_decay": 0.3},
    ),
    "nesterov, tanh, regression": (
        "linear",
        {
            **DEEP,
            "activation": "tanh",
            "learning_rate": 1e-3,
            "optimizer": "sgd",
            "optimizer.sgd.momentum": 0.9,
            "optimizer.sgd.nesterov": True,
        },
    ),
    "rmsprop, gelu, penalties, two classes": (
        "sigmoid",
        {
            **DEEP,
            "activation": "gelu",
            "optimizer": "rmsprop",
            "learning_rate": 0.003,
            "regularizers.kernel_l1": 0.001,
            "regularizers.activity_l2": 0.01,
        },
    ),
    "adagrad, selu, five layers": (
        "softmax",
        {**DEEP, "layer_count": 5, "ratio": 0.8, "activation": "selu", "optimizer": "adagrad"},
    ),
}


@pytest.fixture(autouse=True)
def environment() -> None:
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


@pytest.mark.parametrize("name", some_slow(RECIPES, every=2))
def test_histories_and_figures_agree_with_keras(name: str) -> None:
    head, config = RECIPES[name]
    problem, fit = problem_with(head), fit_of(config, seed=4)
    (fused,) = FusedFit().train(Pack((fit,)), problem, None)
    (keras,) = KerasFit().train(Pack((fit,)), problem, None)
    assert fused.error is None
    assert list(fused.history) == list(keras.history)
    for series, values in keras.history.items():
        assert fused.history[series] == pytest.approx(values, rel=CLOSE, abs=CLOSE), series
    assert fused.metrics == pytest.approx(dict(keras.metrics), rel=CLOSE, abs=CLOSE)
    assert fused.confusion == keras.confusion
