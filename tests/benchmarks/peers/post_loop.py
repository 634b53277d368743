"""The loop that everybody writes: `model.fit` for every configuration, on a float32 matrix.

python -m tests.benchmarks.peers.post_loop reuters 4
"""

from __future__ import annotations

import sys
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.benchmarks.peers import study
from tests.benchmarks.peers.posts import POSTS, Post, Settings

WORDS = 10_000
Floats = npt.NDArray[np.float32]
Split = tuple[Floats, npt.NDArray[np.int64]]


def vectorized(texts: list[list[int]]) -> Floats:
    """As in the book that the posts follow."""
    results = np.zeros((len(texts), WORDS), np.float32)
    for row, text in enumerate(texts):
        results[row, text] = 1.0
    return results


def rows(task: str) -> tuple[Split, Split]:
    """Train and test rows of the data set, as a user of Keras loads them."""
    from keras import datasets

    if task == "reuters":
        (x_train, y_train), (x_test, y_test) = datasets.reuters.load_data(num_words=WORDS)
        return (vectorized(x_train), y_train), (vectorized(x_test), y_test)
    (x_train, y_train), (x_test, y_test) = datasets.fashion_mnist.load_data()
    flat = [x.reshape(len(x), -1).astype(np.float32) / 255 for x in (x_train, x_test)]
    return (flat[0], y_train), (flat[1], y_test)


def train(post: Post, settings: Settings, trained: Split, test: Split) -> float:
    """One configuration: build, compile, fit with validation, evaluate; the test accuracy."""
    x, y = trained
    model = build(post, settings, int(y.max()) + 1)
    model.fit(
        x[post.validated :],
        y[post.validated :],
        batch_size=post.batch_size,
        epochs=post.epochs,
        validation_data=(x[: post.validated], y[: post.validated]),
        verbose=0,
    )
    _, accuracy = model.evaluate(*test, verbose=0)
    return float(accuracy)


def build(post: Post, settings: Settings, classes: int) -> Any:
    """The compiled model."""
    import keras

    layers: list[Any] = []
    for units in post.units:
        penalty = keras.regularizers.L2(settings.kernel_l2) if settings.kernel_l2 else None
        layers.append(keras.layers.Dense(units, activation="relu", kernel_regularizer=penalty))
        if settings.dropout:
            layers.append(keras.layers.Dropout(settings.dropout))
    model = keras.Sequential([*layers, keras.layers.Dense(classes, activation="softmax")])
    optimizer = keras.optimizers.get(post.optimizer)
    optimizer.learning_rate = settings.rate
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main(name: str, fits: str) -> None:
    post = POSTS[name]
    trained, test = rows(post.task)
    wanted = post.sample(int(fits))
    found: list[float] = []

    def all_fits() -> int:
        found.extend(train(post, one, trained, test) for one in wanted)
        return len(found)

    study.measured(
        lambda: train(replace(post, epochs=1), wanted[0], trained, test),
        all_fits,
        lambda: {"test_accuracy": fmean(found)},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
