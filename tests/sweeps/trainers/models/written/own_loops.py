"""Hypermodels with a training loop of their own, after KerasTuner's guide on them."""

import keras
import keras_tuner
import numpy as np


class Loop(keras_tuner.HyperModel):
    def build(self, hp):
        inputs = keras.Input((4,))
        x = keras.layers.Dense(hp.Int("units", 4, 16, step=4), activation="relu")(inputs)
        return keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x))

    def fit(self, hp, model, x, y, validation_data, callbacks=None, **kwargs):
        model.compile(
            keras.optimizers.SGD(hp.Float("learning_rate", 1e-3, 1.0, sampling="log")),
            "sparse_categorical_crossentropy",
        )
        for callback in callbacks:
            callback.set_model(model)
        best = np.inf
        for epoch in range(2):
            for callback in callbacks:
                callback.on_epoch_begin(epoch)
            model.train_on_batch(x, y)
            loss = float(model.evaluate(*validation_data, verbose=0))
            best = min(best, loss)
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs={"my_metric": loss})
        return best


class Silent(Loop):
    """Compiles nothing, tells nobody, and returns figures by name."""

    def fit(self, hp, model, x, y, **kwargs):
        return {"loss": 0.5, "val_loss": float(hp.Float("learning_rate", 1e-3, 1.0))}


class Strange(Loop):
    def fit(self, hp, model, x, y, **kwargs):
        return "well"


class OwnSizes(Loop):
    """Chooses epochs and the batch size by itself, as HyperModel's documentation shows."""

    def build(self, hp):
        model = super().build(hp)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(
            *args, epochs=hp.Int("epochs", 1, 20), batch_size=hp.Choice("batch_size", [5]), **kwargs
        )


ready = OwnSizes(name="made")
