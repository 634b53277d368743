"""A fit as Keras itself does it, in float64 and in a process of its own (floatx is global).

Keras's layers, losses, metrics, optimizers, regularizers, `train_step` and `EarlyStopping`, run
eagerly. Only what is drawn by chance is given: weights, row orders, learning rates, dropout masks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.recipe import Layer, Recipe
from sweeps.sweep import Split
from sweeps.tasks.task import Head

Floats = npt.NDArray[np.floating[Any]]


TIE = 1e-9
"""Probabilities that differ by less are equal, as far as rounding goes."""


@dataclass(frozen=True)
class Epoch:
    """Batches of row numbers, and for each its learning rate and its dropout masks.

    A step's masks are by the position of their layer, (rows of a full batch, units) each.
    """

    batches: list[npt.NDArray[np.int32]]
    rates: list[np.float64]
    masks: list[dict[int, Floats]]


@dataclass(frozen=True)
class Case:
    """A fit with nothing left to chance. `splits` holds x and y of train, val (or not) and test.

    `counts` are what the train rows count in the loss, if they differ.
    """

    recipe: Recipe
    head: Head
    splits: dict[Split, tuple[Floats, npt.NDArray[Any]]]
    watched: Split
    weights: list[Floats]
    epochs: list[Epoch]
    counts: Floats | None = None


@dataclass(frozen=True)
class Answer:
    """Weights after the last epoch, the history, and the figures of the weights that are kept.

    `ties` and `final_ties` say, for each accuracy among them, which share of its rows has two
    classes that are equally likely up to rounding: they may count either way.
    """

    weights: list[Floats]
    history: dict[str, list[float]]
    metrics: dict[str, float]
    ties: dict[str, list[float]]
    final_ties: dict[str, float]


def start() -> None:
    """Make this process one of Keras on TensorFlow in float64."""
    os.environ |= {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
    }
    import keras
    import tensorflow as tf

    keras.config.set_floatx("float64")
    tf.config.run_functions_eagerly(True)


def train(case: Case) -> Answer:
    """The case as `model.fit` would train it."""
    import keras

    model, masked = _model(case)
    stopping = _early_stopping(case)
    model.stop_training = False
    if stopping is not None:
        stopping.set_model(model)
        stopping.on_train_begin()
    history: dict[str, list[float]] = {}
    ties: dict[str, list[float]] = {}
    for number, epoch in enumerate(case.epochs):
        logs, tied = _epoch(model, masked, case, epoch)
        for kept, values in ((history, logs), (ties, tied)):
            for name, value in values.items():
                kept.setdefault(name, []).append(value)
        if stopping is not None:
            stopping.on_epoch_end(number, logs)
        if model.stop_training:
            break
    weights = model.get_weights()
    if stopping is not None:
        stopping.on_train_end()
    metrics: dict[str, float] = {}
    final_ties: dict[str, float] = {}
    for split in case.splits:
        metrics |= _judged(model, case, split)
        final_ties |= _tied(model, case, split)
    keras.utils.clear_session(free_memory=False)
    return Answer(weights, history, metrics, ties, final_ties)


def _epoch(
    model: Any, masked: dict[int, Any], case: Case, epoch: Epoch
) -> tuple[dict[str, float], dict[str, float]]:
    """Every batch once; what Keras reports of the epoch, and the ties in it."""
    x, y = case.splits["train"]
    model.reset_metrics()
    logs: dict[str, Any] = {}
    tied = 0
    for batch, rate, masks in zip(epoch.batches, epoch.rates, epoch.masks, strict=True):
        model.optimizer.learning_rate.assign(rate)
        for position, layer in masked.items():
            layer.mask = masks[position][: len(batch)]
        tied += _ties(model(x[batch], training=True), case.head)
        counts = () if case.counts is None else (case.counts[batch],)
        logs = model.train_step((x[batch], y[batch], *counts))
    values = {name: float(value) for name, value in logs.items()}
    ties = {"accuracy": tied / len(x)}
    if case.watched != "train":
        values |= _judged(model, case, case.watched)
        ties |= _tied(model, case, case.watched)
    return values, ties


def _tied(model: Any, case: Case, split: Split) -> dict[str, float]:
    x, _ = case.splits[split]
    return {f"{split}_accuracy": _ties(model(x, training=False), case.head) / len(x)}


def _ties(outputs: Any, head: Head) -> int:
    """Rows for which rounding decides between two classes."""
    found = np.asarray(outputs)
    if head == "linear":
        return 0
    if head == "sigmoid":
        return int(np.sum(np.abs(found[:, 0] - 0.5) < TIE))
    first, second = np.sort(found, axis=1)[:, :-3:-1].T
    return int(np.sum(first - second < TIE))


def _judged(model: Any, case: Case, split: Split) -> dict[str, float]:
    model.reset_metrics()
    logs = model.test_step(case.splits[split])
    return {f"{split}_{name}": float(value) for name, value in logs.items()}


def _model(case: Case) -> tuple[Any, dict[int, Any]]:
    """The compiled model, and its masking layers by the position of the layer before them."""
    import keras

    class Masked(keras.layers.Layer):  # type: ignore[misc]  # Keras is not typed
        """Dropout with masks that are given."""

        mask: Any = None

        def call(self, inputs: Any, training: bool = False) -> Any:
            return inputs * self.mask if training and self.mask is not None else inputs

    masked: dict[int, Any] = {}
    parts: list[Any] = [keras.Input((case.splits["train"][0].shape[1],))]
    for position, layer in enumerate(case.recipe.layers):
        parts.append(_hidden(layer, case.recipe.activation))
        if layer.dropout:
            masked[position] = Masked()
            parts.append(masked[position])
    parts.append(keras.layers.Dense(case.weights[-1].shape[0], activation=case.head))
    model = keras.Sequential(parts)
    model.set_weights(case.weights)
    loss, metric = {
        "softmax": ("sparse_categorical_crossentropy", "accuracy"),
        "sigmoid": ("binary_crossentropy", "accuracy"),
        "linear": ("mean_squared_error", "mae"),
    }[case.head]
    model.compile(
        _optimizer(case.recipe), loss, metrics=[metric], run_eagerly=True, jit_compile=False
    )
    return model, masked


def _hidden(layer: Layer, activation: str) -> Any:
    import keras

    def penalty(l1: float, l2: float) -> Any:
        return keras.regularizers.L1L2(l1, l2) if l1 or l2 else None

    return keras.layers.Dense(
        layer.units,
        activation=activation,
        kernel_regularizer=penalty(layer.kernel_l1, layer.kernel_l2),
        activity_regularizer=penalty(layer.activity_l1, layer.activity_l2),
    )


def _optimizer(recipe: Recipe) -> Any:
    import keras

    name = type(recipe.optimizer).__name__
    kind = {"Sgd": "SGD", "RmsProp": "RMSprop"}.get(name, name)
    # A Python float would make Keras hold the rate in float32.
    return getattr(keras.optimizers, kind)(np.float64(0.1), **asdict(recipe.optimizer))


def _early_stopping(case: Case) -> Any:
    import keras

    settings = case.recipe.early_stopping
    if settings is None:
        return None
    prefix = "" if case.watched == "train" else f"{case.watched}_"
    return keras.callbacks.EarlyStopping(
        monitor=prefix + settings.monitor,
        mode="max" if settings.monitor == "accuracy" else "min",
        patience=settings.patience,
        min_delta=settings.min_delta,
        restore_best_weights=settings.restore_best,
    )


def cut(order: npt.NDArray[np.int32], size: int) -> Iterator[npt.NDArray[np.int32]]:
    """The order in batches, the last one as short as it is."""
    for first in range(0, len(order), size):
        yield order[first : first + size]
