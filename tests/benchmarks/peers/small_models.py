"""Fifty small models of a user's, alike but for their learning rates."""

from __future__ import annotations

from typing import Any

MODELS = 50
EPOCHS = 20
BATCH_SIZE = 32
UNITS = 32
DROPOUT = 0.3


def rates(count: int) -> list[float]:
    """So many learning rates from 0.0001 to 0.1, evenly spread by their logarithms."""
    return [10 ** (-4 + 3 * place / max(1, count - 1)) for place in range(count)]


def build(rate: float) -> Any:
    """6-32-32-3, each hidden layer normalised and thinned out; compiled."""
    import keras

    layers = [keras.Input((6,))]
    for _ in range(2):
        layers += [
            keras.layers.Dense(UNITS, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(DROPOUT),
        ]
    model = keras.Sequential([*layers, keras.layers.Dense(3, activation="softmax")])
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
