"""Models that can be kept, and models that cannot."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable("kept_models")
class Scaled(keras.layers.Layer):
    def __init__(self, by: float = 2.0, **options: Any) -> None:
        super().__init__(**options)
        self.by = by

    def call(self, x: Any) -> Any:
        return x * self.by

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "by": self.by}


class Nameless(Scaled):
    pass


def _of(*layers: Any, outputs: Any = None, loss: Any = "sparse_categorical_crossentropy") -> Any:
    head = outputs or keras.layers.Dense(3, activation="softmax")
    model = keras.Sequential([keras.Input((4,)), *layers, head])
    model.compile(keras.optimizers.Adam(0.05), loss, metrics=["accuracy"])
    return model


def plain(units: int) -> Any:
    return _of(keras.layers.Dense(units, activation="relu"), keras.layers.Dropout(0.2))


def own_layer(units: int) -> Any:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return _of(Scaled(3.0), keras.layers.Dense(units), outputs=keras.layers.Dense(3), loss=loss)


def unregistered(units: int) -> Any:
    return _of(Nameless(3.0), keras.layers.Dense(units))


def with_code(units: int) -> Any:
    return _of(keras.layers.Dense(units), keras.layers.Lambda(lambda x: 2 * x))


def callbacks() -> list[Any]:
    return [
        keras.callbacks.EarlyStopping(patience=0),
        keras.callbacks.ReduceLROnPlateau("val_accuracy"),
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.0),
    ]
