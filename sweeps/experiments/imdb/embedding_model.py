"""The second post's network: words become vectors, whose mean goes through a hidden layer."""

from __future__ import annotations

from typing import Any

import keras


def build(vocabulary: int, embedding: int, units: int) -> Any:
    """For texts as word numbers (rows, length): one output, the probability of praise."""
    model = keras.Sequential(
        [
            keras.layers.Embedding(vocabulary, embedding),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model
