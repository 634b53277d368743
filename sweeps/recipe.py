"""A configuration, read once into a typed recipe: the one place that knows what its names mean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Literal, cast, get_args

from sweeps import decays, optimizers
from sweeps.config_reader import (
    AT_LEAST_ONE,
    AT_LEAST_ZERO,
    POSITIVE,
    SHARE,
    ConfigReader,
    Interval,
)
from sweeps.decays import DECAYS, Decay
from sweeps.optimizers import OPTIMIZERS, Optimizer
from sweeps.shapes import hidden_units
from sweeps.trial import Config

ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "selu", "gelu", "softplus", "swish")
MONITORS = ("loss", "accuracy", "mae")
PENALTIES = ("kernel_l1", "kernel_l2", "activity_l1", "activity_l2")

_ONE_LAYER = re.compile(r"(?:dropout|regularizers)\.layer_(\d+)\b")

Initializer = Literal["he_uniform", "lecun_uniform", "glorot_uniform"]
INITIALIZERS: tuple[Initializer, ...] = get_args(Initializer)


@dataclass(frozen=True)
class Layer:
    """One hidden layer: a dense layer, its penalties, and the dropout after it."""

    units: int
    kernel_l1: float = 0.0
    kernel_l2: float = 0.0
    activity_l1: float = 0.0
    activity_l2: float = 0.0
    dropout: float = 0.0


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when `monitor` has not improved by more than `min_delta` for `patience` epochs.

    Behaves as Keras's `EarlyStopping`: with `restore_best` the best epoch's weights are the final
    ones, whether training was stopped or not. The monitored rows are the objective's.
    """

    patience: int
    min_delta: float = 0.0
    monitor: str = "loss"
    restore_best: bool = False


@dataclass(frozen=True)
class Recipe:
    """One network and how it is fitted. `epochs` is the horizon that schedules span.

    `initializer` is that of the hidden layers; the head's is glorot_uniform, biases start at 0.
    """

    layers: tuple[Layer, ...]
    activation: str
    initializer: Initializer
    optimizer: Optimizer
    learning_rate: float
    decay: Decay
    batch_size: int
    epochs: int
    early_stopping: EarlyStopping | None

    @classmethod
    def read(cls, config: Config) -> Recipe:
        """The recipe a configuration stands for.

        Raises ValueError that names the parameter and its value: for an unknown name, for a value
        out of range, and for parameters that exclude each other.
        """
        reader = ConfigReader(config)
        activation = reader.word("activation", ACTIVATIONS, "relu")
        recipe = cls(
            layers=_layers(reader),
            activation=activation,
            initializer=cast(
                Initializer, reader.word("initializer", INITIALIZERS, initializer_for(activation))
            ),
            optimizer=reader.kind("optimizer", OPTIMIZERS, "adam", optimizers.WITHIN),
            learning_rate=reader.number("learning_rate", POSITIVE, 0.001),
            decay=reader.kind("decay", DECAYS, "constant", decays.WITHIN),
            batch_size=reader.whole("batch_size", AT_LEAST_ONE, 32),
            epochs=reader.whole("epochs", AT_LEAST_ONE, 10),
            early_stopping=_early_stopping(reader),
        )
        reader.refuse_the_rest(_vocabulary())
        return recipe

    def identity(self) -> str:
        """Canonical JSON of everything but `epochs`: equal exactly for equal networks and fits.

        Seeds hash it, so that trials which differ only in epochs start equal.
        """
        parts = asdict(self)
        del parts["epochs"]
        parts["optimizer"]["kind"] = type(self.optimizer).__name__
        parts["decay"]["kind"] = type(self.decay).__name__
        return json.dumps(parts, sort_keys=True, separators=(",", ":"), allow_nan=False)


def initializer_for(activation: str) -> Initializer:
    """The initializer of hidden layers that keeps this activation's signal at its scale."""
    if activation == "selu":
        return "lecun_uniform"
    return "glorot_uniform" if activation in ("tanh", "sigmoid") else "he_uniform"


def _layers(reader: ConfigReader) -> tuple[Layer, ...]:
    units = hidden_units(reader)
    for name, value in reader.config.items():
        named = _ONE_LAYER.match(name)
        if named and int(named[1]) > len(units):
            raise ValueError(
                f"{name}: {value!r} is for a layer beyond the {len(units)} hidden ones"
            )
    return tuple(_layer(reader, position, width) for position, width in enumerate(units, start=1))


def _layer(reader: ConfigReader, position: int, units: int) -> Layer:
    penalties = {
        name: _of_layer(reader, "regularizers", position, f".{name}", AT_LEAST_ZERO)
        for name in PENALTIES
    }
    dropout = _of_layer(reader, "dropout", position, "", SHARE)
    return Layer(units=units, dropout=dropout, **penalties)


def _of_layer(
    reader: ConfigReader, name: str, position: int, setting: str, within: Interval
) -> float:
    """The layer's own value (`dropout.layer_2`), or else the one for all layers (`dropout`)."""
    for_all = reader.number(f"{name}{setting}", within, 0.0)
    own = f"{name}.layer_{position}{setting}"
    if f"{name}{setting}" in reader.config and own in reader.config:
        raise ValueError(f"{own}: cannot stand beside {name}{setting}; leave one of them out")
    return reader.number(own, within, for_all)


def _early_stopping(reader: ConfigReader) -> EarlyStopping | None:
    if not reader.has("early_stopping"):
        return None
    return EarlyStopping(
        patience=reader.whole("early_stopping.patience", AT_LEAST_ZERO),
        min_delta=reader.number("early_stopping.min_delta", AT_LEAST_ZERO, 0.0),
        monitor=reader.word("early_stopping.monitor", MONITORS, "loss"),
        restore_best=reader.flag("early_stopping.restore_best", False),
    )


def _vocabulary() -> Iterator[str]:
    """The names that a configuration may have, those of the kinds it did not choose included."""
    yield from ("layer_count", "width", "width.layers", "ratio")
    yield from ("ratio.split.total", "ratio.split.first")
    yield from ("dropout", *(f"regularizers.{name}" for name in PENALTIES))
    yield from (f"early_stopping.{field.name}" for field in fields(EarlyStopping))
    for section, kinds in (("optimizer", OPTIMIZERS), ("decay", DECAYS)):
        for kind, settings in kinds.items():
            yield from (f"{section}.{kind}.{field.name}" for field in fields(settings))
