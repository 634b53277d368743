"""Models of every kind that a group trains together: each builds with a seed and a rate.

Imported only in a process where Keras runs on JAX.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.sweep import Evaluate, Objective, SubjectChoice
from sweeps.tasks.task import Data, Part
from sweeps.trainers.models.member import Member
from sweeps.trial import Fit, Trial
from tests.sweeps.tiny_task import TinyTask

Build = Callable[[float], Any]
RATES = (0.002, 0.03)


class Scaled(keras.layers.Layer):  # type: ignore[misc]
    """A layer of the user's: weights, a random part, a loss of its own, a running count."""

    def __init__(self, factor: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor
        self.seeds = keras.random.SeedGenerator(7)

    def build(self, shape: Any) -> None:
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, x: Any, training: bool = False) -> Any:
        self.add_loss(0.01 * ops.sum(ops.square(self.scale)))
        if training:
            self.calls.assign_add(1.0)
            x = x + 0.1 * keras.random.normal(ops.shape(x), seed=self.seeds)
        return x * self.scale * self.factor


class Subclassed(keras.Model):  # type: ignore[misc]
    def __init__(self, units: int) -> None:
        super().__init__()
        self.hidden = layers.Dense(units, activation="tanh")
        self.head = layers.Dense(3)

    def call(self, x: Any) -> Any:
        return self.head(self.hidden(x))

    def train_step(self, state: Any, data: Any) -> Any:
        logs, state = super().train_step(state, data)
        return {**logs, "twice": 2 * logs["loss"]}, state


def compiled(model: Any, optimizer: Any, loss: Any, metrics: Any = ("accuracy",)) -> Any:
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    return model


def dense(rate: float) -> Any:
    """Dropout rates, penalties and momentum differ as well."""
    penalty = keras.regularizers.L1L2(l1=rate / 10, l2=rate)
    stack = [
        keras.Input((4,)),
        layers.Dense(8, "relu", kernel_regularizer=penalty, activity_regularizer="l2"),
        layers.Dropout(10 * rate),
        layers.Dense(3, "softmax", bias_regularizer=keras.regularizers.L1(rate)),
    ]
    momentum = keras.optimizers.SGD(rate, momentum=0.9 - rate, nesterov=True)
    return compiled(keras.Sequential(stack), momentum, "sparse_categorical_crossentropy")


def normalised(rate: float) -> Any:
    stack = [
        keras.Input((4,)),
        layers.Dense(8, "relu"),
        layers.BatchNormalization(),
        layers.GaussianNoise(rate),
        layers.Dense(3, "softmax"),
    ]
    adam = keras.optimizers.Adam(rate, beta_1=0.9 - rate, beta_2=0.999 - rate / 10)
    return compiled(keras.Sequential(stack), adam, "sparse_categorical_crossentropy")


def convolutional(rate: float) -> Any:
    inputs = keras.Input((6, 6, 1))
    x = layers.Conv2D(4, 3, activation="relu")(inputs)
    x = layers.SpatialDropout2D(0.2)(layers.MaxPooling2D()(x))
    x = layers.Concatenate()([layers.Flatten()(x), layers.GlobalAveragePooling2D()(x)])
    model = keras.Model(inputs, layers.Dense(3)(x))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return compiled(model, keras.optimizers.RMSprop(rate, momentum=0.5), loss)


def recurrent(rate: float) -> Any:
    stack = [
        keras.Input((5, 3)),
        layers.LSTM(4, return_sequences=True, dropout=5 * rate),
        layers.GRU(4, recurrent_dropout=0.1),
        layers.Dense(1),
    ]
    decay = keras.optimizers.schedules.ExponentialDecay(rate, 4, 0.9 - rate)
    adamw = keras.optimizers.AdamW(decay, weight_decay=rate)
    return compiled(keras.Sequential(stack), adamw, "mse", ["mae", keras.metrics.R2Score()])


def embedded(rate: float) -> Any:
    """As in the post on imdb: words, averaged."""
    stack = [
        keras.Input((7,)),
        layers.Embedding(30, 4),
        layers.GlobalAveragePooling1D(),
        layers.Dense(4, "relu"),
        layers.Dense(1, "sigmoid"),
    ]
    metrics = ["accuracy", keras.metrics.AUC()]
    return compiled(
        keras.Sequential(stack), keras.optimizers.Adam(rate), "binary_crossentropy", metrics
    )


def own_layer(rate: float) -> Any:
    stack = [keras.Input((4,)), layers.Dense(6, "relu"), Scaled(2.0), layers.Dense(3, "softmax")]
    adagrad = keras.optimizers.Adagrad(rate, clipnorm=1.0)
    return compiled(keras.Sequential(stack), adagrad, "sparse_categorical_crossentropy")


def subclassed(rate: float) -> Any:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    schedule = keras.optimizers.schedules.CosineDecay(rate, 12, alpha=rate)
    return compiled(Subclassed(5), keras.optimizers.Adam(schedule), loss)


def summed(rate: float) -> Any:
    """A loss that depends on how rows are cut into batches, and weights that are bounded."""
    stack = [keras.Input((4,)), layers.Dense(1, kernel_constraint="non_neg")]
    sgd = keras.optimizers.SGD(rate / 100)
    loss = keras.losses.MeanSquaredError(reduction="sum")
    return compiled(keras.Sequential(stack), sgd, loss, [])


CASES: dict[str, tuple[Build, tuple[int, ...], str]] = {
    "dense": (dense, (4,), "classes"),
    "normalised": (normalised, (4,), "classes"),
    "weighted": (normalised, (4,), "weighted"),
    "convolutional": (convolutional, (6, 6, 1), "classes"),
    "recurrent": (recurrent, (5, 3), "numbers"),
    "embedded": (embedded, (7,), "words"),
    "own_layer": (own_layer, (4,), "classes"),
    "subclassed": (subclassed, (4,), "classes"),
    "summed": (summed, (4,), "numbers"),
}
"""By name: how to build it, the shape of a row, and what the rows are."""


def problem_of(metric: str = "val_loss") -> Problem:
    subject = OwnCode(SubjectChoice("model", "cases:build"), "")
    return Problem(TinyTask(), Evaluate(), Objective(metric, "minimize"), seed=0, subject=subject)


def data_of(shape: tuple[int, ...], kind: str, seed: int = 0, rows: int = 44) -> Data:
    rng = np.random.default_rng(seed)

    def part(count: int) -> Part:
        x = rng.normal(size=(count, *shape)).astype(np.float32)
        sums = x.reshape(count, -1).sum(axis=1)
        if kind == "words":
            x = rng.integers(0, 30, (count, *shape)).astype(np.float32)
            return Part(x, (x[:, :1] > 14).astype(np.float32))
        if kind == "numbers":
            return Part(x, sums.astype(np.float32))
        classes = np.digitize(sums, [-0.5, 0.5]).astype(np.int64)
        weights = (0.5 + classes).astype(np.float32) if kind == "weighted" else None
        return Part(x, classes, weights)

    trained, held, tested = part(rows), part(13), part(40)
    return Data(trained, Part(held.x, held.y), Part(tested.x, tested.y))


def built(build: Build, rate: float, seed: int, data: Data) -> Any:
    """With its weights drawn, as a member's are."""
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(seed)
    model = build(rate)
    model(data.train.x[:1])
    return model


def members_of(
    build: Build, data: Data, rates: tuple[float, ...] = RATES, budget: int = 3, **fit: Any
) -> list[Member]:
    return [
        Member(
            Fit(Trial(number, {}), 0, 0, seed=5 + number, budget=budget, **fit),
            built(build, rate, number, data),
            data,
            batch_size=8,
        )
        for number, rate in enumerate(rates)
    ]
