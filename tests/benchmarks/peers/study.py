"""The work that all peers are given: experiments 2 and 3 of the study, as its author would."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.tasks.penguins import Penguins
from tests.benchmarks.child import report

Shape = tuple[int, int]

SHAPES: tuple[Shape, ...] = (
    *((units, units) for units in range(1, 101)),
    *((first, 100 - first) for first in range(1, 100)),
)
"""Experiment 2, then experiment 3: the units of the two hidden layers of 199 networks."""

EPOCHS = 5
BATCH_SIZE = 32
RATE = 0.001


@dataclass(frozen=True)
class Rows:
    """The study's rows: 275 to train on and 69 to test on, scaled as it scaled them."""

    x_train: npt.NDArray[np.float32]
    y_train: npt.NDArray[np.int64]
    x_test: npt.NDArray[np.float32]
    y_test: npt.NDArray[np.int64]


def rows() -> Rows:
    found = Penguins("published").rows(0)
    return Rows(
        found.x_train.astype(np.float32),
        found.y_train,
        found.x_test.astype(np.float32),
        found.y_test,
    )


def sample(fits: int) -> list[Shape]:
    """So many of the shapes, evenly spread over both experiments; all of them when not fewer."""
    count = min(fits, len(SHAPES))
    return [SHAPES[position * len(SHAPES) // count] for position in range(count)]


def build(shape: Shape) -> Any:
    """The study's model, built and compiled."""
    import keras

    hidden = [
        keras.layers.Dense(units, activation="relu", kernel_initializer="he_uniform")
        for units in shape
    ]
    model = keras.Sequential([*hidden, keras.layers.Dense(3, activation="softmax")])
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=RATE),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def measured(
    warm_up: Callable[[], object],
    fits: Callable[[], int],
    figures: Callable[[], dict[str, Any]] = dict,
) -> None:
    """Warm up, run all fits, and report how many they were, what they took, and what came of it."""
    warm_up()
    started, before = time.time(), time.perf_counter()
    count = fits()
    report(count, time.perf_counter() - before, started, **figures())


def arguments() -> tuple[list[Shape], bool]:
    """From the command line: the shapes to train, and whether to log to MLflow."""
    fits, logging = sys.argv[1:]
    return sample(int(fits)), logging == "mlflow"
