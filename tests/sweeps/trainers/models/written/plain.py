"""Models of somebody who has never heard of KerasTuner."""

import keras
from keras import layers

PATH = "build"


def build(units, rate):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(units, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def build_any(**params):
    return build(params.get("units", 5), params["rate"])


def build_for_epochs(units, epochs, batch_size=7):
    steps = -(-35 // batch_size) * epochs
    return build(units, keras.optimizers.schedules.CosineDecay(0.05, steps))


def heads(loss, outputs, logits=False):
    """A model without hidden layers whose last layer suits the loss, or does not."""
    last = None if logits or (outputs == 1 and "binary" not in loss) else "softmax"
    if outputs == 1 and last == "softmax":
        last = "sigmoid"
    model = keras.Sequential([keras.Input((4,)), layers.Dense(outputs, activation=last)])
    losses = {
        "sparse": keras.losses.SparseCategoricalCrossentropy(from_logits=logits),
        "categorical": keras.losses.categorical_crossentropy,
        "binary": "binary_crossentropy",
        "squares": "mse",
        "own": lambda true, predicted: keras.losses.sparse_categorical_crossentropy(
            true, predicted
        ),
    }
    metrics = [] if loss == "squares" else ["accuracy"]
    model.compile(keras.optimizers.SGD(0.05), losses[loss], metrics=metrics)
    return model


def normalised(units):
    """Layers that keep more than weights: running means, and seeds of noise."""
    model = keras.Sequential(
        [
            layers.Dense(units, activation="relu"),
            layers.BatchNormalization(),
            layers.GaussianNoise(0.2),
            layers.Dropout(0.4),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        "adam",
        "categorical_crossentropy",
        metrics=["accuracy", keras.metrics.AUC(), keras.metrics.F1Score()],
    )
    return model


def normalised_at(units, rate):
    model = normalised(units)
    model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy", metrics=["accuracy"])
    return model


def averaged(units, rate):
    """An optimizer that gives the model averaged weights in the end."""
    model = build(units, rate)
    adam = keras.optimizers.Adam(rate, use_ema=True, ema_momentum=0.5)
    model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


class Own(keras.Model):
    """A model that is told its sizes only when it sees rows."""

    def __init__(self, units):
        super().__init__()
        self.hidden = layers.Dense(units, activation="tanh")
        self.head = layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.head(self.hidden(x))


def subclassed(units):
    model = Own(units)
    model.compile("adam", keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
    return model


def without_metrics(units, rate):
    model = keras.Sequential(build(units, rate).layers)
    model.compile(keras.optimizers.Adam(rate), ["sparse_categorical_crossentropy"])
    return model


class Maker:
    """KerasTuner's convention without KerasTuner."""

    def build(self, hp):
        return build(hp.Int("units", 1, 9), hp.Fixed("rate", 0.1))


class TwoOptimizers(keras.Model):
    """A training step of its own, with an optimizer that Keras knows nothing of."""

    def __init__(self, units):
        super().__init__()
        self.hidden = layers.Dense(units, activation="tanh")
        self.head = layers.Dense(3, activation="softmax")
        self.second = keras.optimizers.SGD(0.1)

    def call(self, x):
        return self.head(self.hidden(x))


def two_optimizers(units):
    model = TwoOptimizers(units)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def explodes(units):
    model = build(units, 0.1)
    model.compile(keras.optimizers.SGD(1e30), "sparse_categorical_crossentropy")
    return model


def raises(units):
    return build(units, {}["rate"])


def returns_nothing(units):
    build(units, 0.1)


def returns_a_name(units):
    return f"{units} units"


def not_compiled(units):
    return keras.Sequential([keras.Input((4,)), layers.Dense(units)])


def other_columns(units):
    model = keras.Sequential([keras.Input((9,)), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def callbacks():
    return [
        keras.callbacks.EarlyStopping("val_loss", patience=1, min_delta=100.0),
        keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 / (epoch + 1)),
    ]


def no_callbacks():
    return ["EarlyStopping"]


shared_callbacks = []
