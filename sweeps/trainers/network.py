"""A recipe's network, optimizer, loss and measure, in Keras's own parts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from sweeps.optimizers import Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd
from sweeps.recipe import Layer, Recipe
from sweeps.tasks.inputs import is_sparse
from sweeps.tasks.task import Head, Part
from sweeps.trainers.tensorflow_import import load


@dataclass(frozen=True)
class Blueprint:
    """All that shapes a network's training graph. Fits of one blueprint share one graph.

    What differs between them goes in as data: rows, weights, learning rates, batch size, seeds.
    `sparse` says that rows are given by their columns that are not zero, `weighted` that they count
    differently in the training loss.
    """

    features: int
    outputs: int
    head: Head
    layers: tuple[Layer, ...]
    activation: str
    optimizer: Optimizer
    sparse: bool = False
    weighted: bool = False

    @classmethod
    def of(cls, recipe: Recipe, features: int, outputs: int, head: Head) -> Blueprint:
        """The blueprint of a recipe for a task of that many columns and outputs."""
        return cls(features, outputs, head, recipe.layers, recipe.activation, recipe.optimizer)

    @classmethod
    def on(cls, recipe: Recipe, train: Part, outputs: int, head: Head) -> Blueprint:
        """The blueprint of a recipe for a task of so many outputs, with such rows to train on."""
        shape = cls.of(recipe, train.x.shape[1], outputs, head)
        return replace(shape, sparse=is_sparse(train.x), weighted=train.weights is not None)


def model_of(blueprint: Blueprint) -> Any:
    """The Keras model: dense layers, dropout after each that has it, and a head.

    The head is a softmax over the classes, a sigmoid, or linear for a regression. All weights are
    zero.
    """
    _, keras = load()
    parts = [keras.Input((blueprint.features,))]
    for layer in blueprint.layers:
        parts.append(_dense(layer, blueprint.activation))
        if layer.dropout:
            parts.append(keras.layers.Dropout(layer.dropout, seed=0))
    head = None if blueprint.head == "linear" else blueprint.head
    parts.append(keras.layers.Dense(blueprint.outputs, activation=head, kernel_initializer="zeros"))
    return keras.Sequential(parts)


def optimizer_of(settings: Optimizer) -> Any:
    """Keras's optimizer of that kind; its learning rate is set before every step."""
    _, keras = load()
    kinds = {
        Adam: keras.optimizers.Adam,
        AdamW: keras.optimizers.AdamW,
        Sgd: keras.optimizers.SGD,
        RmsProp: keras.optimizers.RMSprop,
        Adagrad: keras.optimizers.Adagrad,
    }
    return kinds[type(settings)](learning_rate=0.0, **asdict(settings))


def loss_of(head: Head) -> Any:
    """Cross-entropy over class numbers or of two classes, or the mean squared error."""
    _, keras = load()
    kinds = {
        "softmax": keras.losses.SparseCategoricalCrossentropy,
        "sigmoid": keras.losses.BinaryCrossentropy,
        "linear": keras.losses.MeanSquaredError,
    }
    return kinds[head]()


def _dense(layer: Layer, activation: str) -> Any:
    _, keras = load()
    return keras.layers.Dense(
        layer.units,
        activation=activation,
        kernel_initializer="zeros",  # ours are drawn elsewhere; Keras's draws would cost time
        kernel_regularizer=_penalty(layer.kernel_l1, layer.kernel_l2),
        activity_regularizer=_penalty(layer.activity_l1, layer.activity_l2),
    )


def _penalty(l1: float, l2: float) -> Any:
    _, keras = load()
    return keras.regularizers.L1L2(l1=l1, l2=l2) if l1 or l2 else None
