"""One configuration for each option of a recipe, in few programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweeps.tasks.task import Head
from tests.sweeps.trainers.fused.tasks import (
    CountedWords,
    HeadTask,
    Pairs,
    WeighedRows,
    WeighedWords,
    Words,
)

Config = Mapping[str, Any]

SMALL = {"layer_count": 2, "width": 9, "batch_size": 8, "learning_rate": 0.02, "epochs": 3}
STOPPING = {**SMALL, "learning_rate": 0.2, "epochs": 12, "early_stopping.patience": 2}

NAMED: Mapping[str, tuple[Head, Config]] = {
    "adam": ("softmax", SMALL),
    "adam's settings": (
        "softmax",
        {
            **SMALL,
            "optimizer.adam.beta_1": 0.8,
            "optimizer.adam.beta_2": 0.97,
            "optimizer.adam.epsilon": 1e-3,
        },
    ),
    "adamw": (
        "softmax",
        {**SMALL, "optimizer": "adamw", "optimizer.adamw.weight_decay": 0.3},
    ),
    "decay: step": (
        "softmax",
        {**SMALL, "decay": "step", "decay.step.drop": 0.3, "decay.step.every_epochs": 2},
    ),
    "decay: exponential": (
        "softmax",
        {
            **SMALL,
            "decay": "exponential",
            "decay.exponential.rate": 0.3,
            "decay.exponential.every_epochs": 2,
        },
    ),
    "decay: cosine": (
        "softmax",
        {**SMALL, "decay": "cosine", "decay.cosine.final_fraction": 0.1},
    ),
    "decay: cosine restarts": (
        "softmax",
        {
            **SMALL,
            "decay": "cosine_restarts",
            "decay.cosine_restarts.first_decay_steps": 4,
            "decay.cosine_restarts.peak_multiplier": 0.5,
        },
    ),
    "batches of 5": ("softmax", {**SMALL, "batch_size": 5}),
    "batches of 1": ("softmax", {**SMALL, "batch_size": 1}),
    "a batch larger than the data": ("softmax", {**SMALL, "batch_size": 1000}),
    "width by width": (
        "softmax",
        {"width.layers": "11-7", **{name: SMALL[name] for name in list(SMALL)[2:]}},
    ),
    "ratio": ("softmax", {**SMALL, "width": 16, "ratio": 0.5}),
    "stopping: on the loss": ("softmax", STOPPING),
    "stopping: min_delta": ("softmax", {**STOPPING, "early_stopping.min_delta": 0.05}),
    "stopping: on accuracy, restored": (
        "softmax",
        {**STOPPING, "early_stopping.monitor": "accuracy", "early_stopping.restore_best": True},
    ),
    "stopping: restored without stopping": (
        "softmax",
        {**STOPPING, "early_stopping.patience": 20, "early_stopping.restore_best": True},
    ),
    "depth 0, linear head": ("linear", {**SMALL, "layer_count": 0}),
    "tanh, depth 1, sgd": (
        "softmax",
        {**SMALL, "layer_count": 1, "activation": "tanh", "optimizer": "sgd"},
    ),
    "tanh, depth 1, momentum": (
        "softmax",
        {
            **SMALL,
            "layer_count": 1,
            "activation": "tanh",
            "optimizer": "sgd",
            "optimizer.sgd.momentum": 0.9,
        },
    ),
    "tanh, depth 1, nesterov": (
        "softmax",
        {
            **SMALL,
            "layer_count": 1,
            "activation": "tanh",
            "optimizer": "sgd",
            "optimizer.sgd.momentum": 0.8,
            "optimizer.sgd.nesterov": True,
        },
    ),
    "sigmoid, depth 3, rmsprop, sigmoid head": (
        "sigmoid",
        {**SMALL, "layer_count": 3, "activation": "sigmoid", "optimizer": "rmsprop"},
    ),
    "sigmoid, depth 3, rmsprop's settings, sigmoid head": (
        "sigmoid",
        {
            **SMALL,
            "layer_count": 3,
            "activation": "sigmoid",
            "optimizer": "rmsprop",
            "optimizer.rmsprop.rho": 0.8,
            "optimizer.rmsprop.momentum": 0.7,
            "optimizer.rmsprop.epsilon": 1e-4,
        },
    ),
    "elu, adagrad, linear head": (
        "linear",
        {
            **SMALL,
            "activation": "elu",
            "optimizer": "adagrad",
            "optimizer.adagrad.initial_accumulator_value": 0.2,
        },
    ),
    "selu, dropout, of a layer of one unit": (
        "softmax",
        {
            "width.layers": "1-7",
            **{name: SMALL[name] for name in list(SMALL)[2:]},
            "activation": "selu",
            "dropout.layer_1": 0.6,
            "dropout.layer_2": 0.2,
        },
    ),
    "gelu, penalties on kernels": (
        "softmax",
        {
            **SMALL,
            "activation": "gelu",
            "regularizers.layer_1.kernel_l1": 0.01,
            "regularizers.layer_2.kernel_l2": 0.03,
        },
    ),
    "softplus, penalties on activations": (
        "softmax",
        {
            **SMALL,
            "activation": "softplus",
            "regularizers.layer_1.activity_l2": 0.02,
            "regularizers.layer_2.activity_l1": 0.03,
        },
    ),
    "swish, all penalties, dropout": (
        "softmax",
        {
            **SMALL,
            "activation": "swish",
            "dropout": 0.4,
            **{
                f"regularizers.{part}_{norm}": 0.01
                for part in ("kernel", "activity")
                for norm in ("l1", "l2")
            },
        },
    ),
    **{f"depth {depth}": ("softmax", {**SMALL, "layer_count": depth}) for depth in range(4, 9)},
}

PENALISED = {"regularizers.kernel_l2": 0.02, "regularizers.layer_1.kernel_l1": 0.01}

ON_OTHER_ROWS: Mapping[str, tuple[type[HeadTask], Head, tuple[Config, ...]]] = {
    "words": (Words, "softmax", (SMALL, {**SMALL, "width": 12, "batch_size": 5})),
    "words, penalties on kernels, sigmoid head": (
        Words,
        "sigmoid",
        ({**SMALL, **PENALISED, "optimizer": "rmsprop"},),
    ),
    "words, depth 0": (Words, "softmax", ({**SMALL, "layer_count": 0},)),
    "words, depth 5": (Words, "softmax", ({**SMALL, "layer_count": 5},)),
    "words, dropout, tanh": (
        Words,
        "softmax",
        ({**SMALL, "dropout": 0.3, "activation": "tanh", "optimizer": "adagrad"},),
    ),
    "words, a batch larger than the data": (Words, "softmax", ({**SMALL, "batch_size": 1000},)),
    "words that are counted": (CountedWords, "softmax", (SMALL,)),
    "rows that count differently": (WeighedRows, "softmax", (SMALL, {**SMALL, **PENALISED})),
    "rows that count differently, sigmoid head": (WeighedRows, "sigmoid", (SMALL,)),
    "rows that count differently, linear head": (WeighedRows, "linear", (SMALL,)),
    "words in rows that count differently": (WeighedWords, "softmax", (SMALL,)),
    "pairs of numbers to predict": (Pairs, "linear", (SMALL,)),
}
"""Configurations on rows of other kinds than the tiny task's."""
