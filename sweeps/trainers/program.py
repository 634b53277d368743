"""A network with its training graph, built once and used by every fit of the same blueprint.

Nearly all the time of a small Keras fit goes into tracing (1.1 s for two layers and five epochs
with `model.fit`). So a whole epoch is one `tf.function`, traced once for any number of rows and
any batch size, and programs are kept and reset instead of built anew.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.draws import dropout_seed
from sweeps.tasks.task import Part
from sweeps.trainers.network import Blueprint, loss_of, model_of, optimizer_of
from sweeps.trainers.tensor_rows import Rows, cut, gathered, inputs_of, signature
from sweeps.trainers.tensorflow_import import load

Array = npt.NDArray[Any]

CHUNK, MOST_NUMBERS = 8192, 1 << 24
"""Rows, and numbers in them, that are evaluated at once.

They bound memory, and change results by rounding only.
"""

ROOM = 32
"""Dense layers of all the programs that a process keeps, about 2 MB each.

When there is no room for one more, all are dropped together, since collecting takes 0.15 s.
"""


class Program:
    """A model, its optimizer and the graph of one epoch. State is reset, never assumed."""

    def __init__(self, blueprint: Blueprint) -> None:
        tf, _ = load()
        self.blueprint = blueprint
        self._model = model_of(blueprint)
        self._loss = loss_of(blueprint.head)
        self._optimizer = optimizer_of(blueprint.optimizer)
        self._optimizer.build(self._model.trainable_variables)
        self._fresh = [variable.numpy() for variable in self._optimizer.variables]
        self._epoch = tf.function(
            self._steps, input_signature=self._signature(), autograph=False, reduce_retracing=True
        )
        self._epoch.get_concrete_function()  # traced now, so that no epoch takes longer for it

    @property
    def parameters(self) -> int:
        """The number of trainable parameters."""
        return int(sum(np.prod(weight.shape) for weight in self._model.trainable_variables))

    def rows(self, part: Part) -> Rows:
        """A split, ready for this program; the one to train on must have weights where it has."""
        tf, _ = load()
        if self.blueprint.head == "softmax":
            y = tf.constant(part.y, tf.int64)
        else:
            y = tf.constant(np.asarray(part.y, np.float32).reshape(-1, self.blueprint.outputs))
        weights = None if part.weights is None else tf.constant(part.weights)
        return Rows(inputs_of(part.x), y, part.y, weights)

    def reset(self, weights: Sequence[Array], seed: int) -> None:
        """Start a new fit: these weights, a fresh optimizer, dropout masks by the seed."""
        self._model.set_weights(list(weights))
        for variable, value in zip(self._optimizer.variables, self._fresh, strict=True):
            variable.assign(value)
        for layer, generator in self._mask_generators():
            generator.state.assign([dropout_seed(seed, layer), 0])

    def weights(self) -> list[Array]:
        """The network's weights."""
        return list(self._model.get_weights())

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Put weights in place and leave the optimizer and the masks as they are."""
        self._model.set_weights(list(weights))

    def state(self) -> list[Array]:
        """Everything that training changes: weights, optimizer, step count, mask generators."""
        return [variable.numpy() for variable in self._variables()]

    def restore(self, state: Sequence[Array]) -> None:
        """Continue from a state."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    def train_epoch(
        self, rows: Rows, order: Array, rates: Array, batch_size: int
    ) -> tuple[float, float]:
        """Train on all rows once, in that order, the last batch as short as it is.

        `rates` holds the learning rate of each step. Returns loss and measure as Keras reports
        them: means over the rows, each taken when its batch came, penalties included in the loss.
        """
        tf, _ = load()
        y = (rows.y, rows.weights) if self.blueprint.weighted else (rows.y,)
        totals = self._epoch(
            rows.x, y, tf.constant(order), tf.constant(batch_size), tf.constant(rates)
        )
        loss, measure = (float(total) / len(rows) for total in totals)
        return loss, measure

    def predictions(self, rows: Rows) -> tuple[float, float, Array]:
        """Loss (penalties included), measure, and the head's outputs, as `model.evaluate` would."""
        loss = measure = 0.0
        outputs = []
        chunk = min(CHUNK, max(1, MOST_NUMBERS // self.blueprint.features))
        for start in range(0, len(rows), chunk):
            x = cut(rows.x, start, start + chunk, self.blueprint.features)
            y = rows.y[start : start + chunk]
            output = self._model(x, training=False)
            loss += float(self._penalised(y, output)) * len(x)
            measure += float(self._measure(y, output))
            outputs.append(output.numpy())
        return loss / len(rows), measure / len(rows), np.concatenate(outputs)

    def _steps(self, x: Any, y: Any, order: Any, batch_size: Any, rates: Any) -> Any:
        """An epoch; `y` holds the targets, and how much each row counts where that differs."""
        tf, _ = load()

        def step(number: Any, loss: Any, measure: Any) -> Any:
            chosen = order[number * batch_size : (number + 1) * batch_size]
            batch = gathered(x, chosen, self.blueprint.features)
            targets = [tf.gather(one, chosen) for one in y]
            batch_loss, batch_measure = self._step(batch, *targets, rate=rates[number])
            rows = tf.cast(tf.size(chosen), tf.float32)
            return number + 1, loss + batch_loss * rows, measure + batch_measure

        def unfinished(number: Any, *_: Any) -> Any:
            return number < tf.size(rates)

        start = (tf.constant(0), tf.constant(0.0), tf.constant(0.0))
        return tf.while_loop(unfinished, step, start, parallel_iterations=1)[1:]

    def _step(self, x: Any, y: Any, counts: Any = None, *, rate: Any) -> tuple[Any, Any]:
        tf, _ = load()
        weights = self._model.trainable_variables
        with tf.GradientTape() as tape:
            output = self._model(x, training=True)
            loss = self._penalised(y, output, counts)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        self._apply(gradients, [weight.value for weight in weights], rate)
        return loss, self._measure(y, output)

    def _apply(self, gradients: Sequence[Any], weights: Sequence[Any], rate: Any) -> None:
        """What the optimizer's `apply` does, but for its sum over replicas.

        That sum registers a gradient function with TensorFlow for good, and with it the whole
        graph: 2 to 6 MB for each network that was ever trained.
        """
        self._optimizer.learning_rate.assign(rate)
        if self._optimizer.weight_decay is not None:
            for weight in weights:
                weight.assign_sub(weight * self._optimizer.weight_decay * rate)
        for gradient, weight in zip(gradients, weights, strict=True):
            self._optimizer.update_step(gradient, weight, rate)
        self._optimizer.iterations.assign_add(1)

    def _penalised(self, y: Any, output: Any, counts: Any = None) -> Any:
        return sum(self._model.losses, start=self._loss(y, output, sample_weight=counts))

    def _measure(self, y: Any, output: Any) -> Any:
        """Correct predictions, or the sum of the rows' mean absolute errors."""
        tf, _ = load()
        if self.blueprint.head == "softmax":
            hits = tf.equal(tf.argmax(output, axis=-1, output_type=tf.int64), y)
            return tf.reduce_sum(tf.cast(hits, tf.float32))
        if self.blueprint.head == "sigmoid":
            return tf.reduce_sum(tf.cast(tf.equal(output > 0.5, y > 0.5), tf.float32))
        return tf.reduce_sum(tf.reduce_mean(tf.abs(output - y), axis=-1))

    def _signature(self) -> list[Any]:
        tf, _ = load()
        labels = tf.TensorSpec([None, self.blueprint.outputs])
        if self.blueprint.head == "softmax":
            labels = tf.TensorSpec([None], tf.int64)
        targets = (labels, tf.TensorSpec([None])) if self.blueprint.weighted else (labels,)
        rows = signature(self.blueprint.features, self.blueprint.sparse)
        order, batch_size = tf.TensorSpec([None], tf.int32), tf.TensorSpec([], tf.int32)
        return [rows, targets, order, batch_size, tf.TensorSpec([None])]

    def _variables(self) -> list[Any]:
        return [*self._model.variables, *self._optimizer.variables]

    def _mask_generators(self) -> Iterator[tuple[int, Any]]:
        """The positions of the hidden layers with dropout, and where their masks come from."""
        _, keras = load()
        layers = [layer for layer in self._model.layers if isinstance(layer, keras.layers.Dropout)]
        positions = [at for at, layer in enumerate(self.blueprint.layers) if layer.dropout]
        for position, layer in zip(positions, layers, strict=True):
            yield position, layer.seed_generator


_PROGRAMS: dict[Blueprint, Program] = {}
_IN_USE = threading.Lock()


@contextmanager
def program_for(blueprint: Blueprint) -> Iterator[Program]:
    """The process's program of that blueprint, for one fit at a time.

    While it is held, TensorFlow runs graphs as they were written: its rewriting passes cost as
    much as twenty epochs of a small network and gained nothing on larger ones.
    """
    with _IN_USE, _graphs_as_written():
        if blueprint not in _PROGRAMS:
            if sum(map(_size, [blueprint, *_PROGRAMS])) > ROOM:
                _drop_all()
            _PROGRAMS[blueprint] = Program(blueprint)
        yield _PROGRAMS[blueprint]


def _size(blueprint: Blueprint) -> int:
    return len(blueprint.layers) + 1


def _drop_all() -> None:
    """Let go of every program. The session holds compiled kernels, and collects garbage."""
    _, keras = load()
    _PROGRAMS.clear()
    keras.utils.clear_session()


@contextmanager
def _graphs_as_written() -> Iterator[None]:
    tf, _ = load()
    before = tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer", False)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": before})
