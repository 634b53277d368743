"""Models that cannot be trained together, and models that are alike or not."""

from __future__ import annotations

from typing import Any

import jax
import keras
import numpy as np
from keras import layers, ops

from tests.sweeps.trainers.models.fused import cases
from tests.sweeps.trainers.models.fused.cases import Scaled, compiled


def plain(*between: Any, optimizer: Any = "sgd", head: Any = None, **options: Any) -> Any:
    stack = [keras.Input((4,)), *between, head or layers.Dense(3, "softmax")]
    model = keras.Sequential(stack)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", **options)
    return model


class OwnFit(keras.Model):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.head = layers.Dense(3, "softmax")

    def call(self, x: Any) -> Any:
        return self.head(x)

    def fit(self, *args: Any, **kwargs: Any) -> Any:
        return super().fit(*args, **kwargs)


class TwoOptimizers(OwnFit):
    fit = keras.Model.fit

    def __init__(self) -> None:
        super().__init__()
        self.second = keras.optimizers.Adam()


class InPython(layers.Layer):  # type: ignore[misc]
    """Looks at the numbers themselves when it is trained."""

    def call(self, x: Any, training: bool = False) -> Any:
        return -x if training and float(ops.sum(x)) < 0 else x


class OnTheHost(layers.Layer):  # type: ignore[misc]
    """Has NumPy compute something, which knows nothing of members."""

    def call(self, x: Any) -> Any:
        like = jax.ShapeDtypeStruct(x.shape, x.dtype)
        return x + jax.pure_callback(lambda held: np.zeros_like(held), like, x)


class Uncompiled(layers.Layer):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.supports_jit = False

    def call(self, x: Any) -> Any:
        return x


ODD: dict[str, cases.Build] = {
    "own fit": lambda rate: compiled(OwnFit(), "sgd", "sparse_categorical_crossentropy", []),
    "eager": lambda rate: plain(run_eagerly=True),
    "not compiled": lambda rate: plain(jit_compile=False),
    "a layer not compiled": lambda rate: plain(Uncompiled()),
    "averaged": lambda rate: plain(optimizer=keras.optimizers.SGD(rate, use_ema=True)),
    "a function": lambda rate: plain(optimizer=keras.optimizers.SGD(lambda: 0.1)),
    "two": lambda rate: compiled(TwoOptimizers(), "sgd", "sparse_categorical_crossentropy", []),
    "scaled": lambda rate: plain(
        optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(rate))
    ),
    "in Python": lambda rate: plain(InPython()),
    "on the host": lambda rate: plain(OnTheHost()),
    "none": lambda rate: plain(),
}


def closed_over(factor: float) -> cases.Build:
    """A class and a function that are made anew each time, with a number of their own."""

    class Local(layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x * factor

    return lambda rate: plain(Local())


def branched(first: bool) -> cases.Build:
    def build(rate: float) -> Any:
        inputs = keras.Input((4,))
        one, other = layers.Dense(3)(inputs), layers.Dense(3)(inputs)
        outputs = layers.Softmax()(one + 2.0 * other if first else 2.0 * one + other)
        return compiled(keras.Model(inputs, outputs), "sgd", "sparse_categorical_crossentropy", [])

    return build


def weighing(factor: float) -> cases.Build:
    def loss(y: Any, predicted: Any) -> Any:
        return factor * keras.losses.sparse_categorical_crossentropy(y, predicted)

    def build(rate: float) -> Any:
        model = plain()
        model.compile(optimizer="sgd", loss=loss)
        return model

    return build


def of(**options: Any) -> cases.Build:
    return lambda rate: plain(**options)


def between(make: Any) -> cases.Build:
    return lambda rate: plain(make())


PAIRS: dict[str, tuple[cases.Build, cases.Build]] = {
    "the same": (of(), of()),
    "rates": (between(lambda: layers.Dropout(0.1)), between(lambda: layers.Dropout(0.2))),
    "no rate": (between(lambda: layers.Dropout(0.1)), between(lambda: layers.Dropout(0.0))),
    "units": (between(lambda: layers.Dense(4)), between(lambda: layers.Dense(5))),
    "activations": (between(lambda: layers.Dense(4, "relu")), between(lambda: layers.Dense(4))),
    "own numbers": (between(lambda: Scaled(1.0)), between(lambda: Scaled(2.0))),
    "own names": (
        between(lambda: layers.Dense(4, name="one")),
        between(lambda: layers.Dense(4, name="other")),
    ),
    "frozen": (
        between(lambda: layers.Dense(4)),
        between(lambda: layers.Dense(4, trainable=False)),
    ),
    "parts": (
        between(lambda: layers.Lambda(lambda x: x[:, ::2])),
        between(lambda: layers.Lambda(lambda x: x[:, 1::2])),
    ),
    "lambdas": (
        between(lambda: layers.Lambda(lambda x: x + 1)),
        between(lambda: layers.Lambda(lambda x: x + 2)),
    ),
    "made anew, alike": (closed_over(2.0), closed_over(2.0)),
    "made anew": (closed_over(2.0), closed_over(3.0)),
    "connections": (branched(True), branched(False)),
    "connections, alike": (branched(True), branched(True)),
    "losses": (weighing(1.0), weighing(2.0)),
    "losses, alike": (weighing(2.0), weighing(2.0)),
    "metrics": (of(), of(metrics=["accuracy"])),
    "optimizers": (of(), of(optimizer="adam")),
    "clipping": (of(), lambda rate: plain(optimizer=keras.optimizers.SGD(0.01, clipnorm=1.0))),
    "learning rates": (of(), lambda rate: plain(optimizer=keras.optimizers.SGD(0.7))),
}
