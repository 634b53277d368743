"""What one member does on the device: Keras's own train steps, and its verdicts on rows.

Everything here is for one member, a pytree of arrays, and is mapped over many by `program`. Keras's
`train_step`, `test_step` and `predict_step` are called as its JAX trainer calls them, so that
layers, losses, metrics and optimizers, the user's own among them, are Keras's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from sweeps.trainers.models.fused.numbers import Slot, as_data

Array = Any
"""Of JAX; what is not on the device yet may be of NumPy."""

Arrays = list[Array]
Logs = dict[str, Array]
"""What Keras reports, by its names."""


class Carry(NamedTuple):
    """What training changes: Keras's trainable, non-trainable and optimizer variables, in order.

    Those that do not train include moving averages and the states of random generators.
    """

    trainable: Arrays
    other: Arrays
    optimizer: Arrays


class Member(NamedTuple):
    """What tells a member from others: its numbers (slots, 2), and which data set it sees."""

    numbers: Array
    which: Array


class Rows(NamedTuple):
    """The rows of each of the data sets that members see, those of training first.

    x: (data sets, rows, …), y: (data sets, rows, …), weights: (data sets, rows trained on) or None.
    """

    x: Array
    y: Array
    weights: Array | None


class Trained(NamedTuple):
    """After some batches: the logs are Keras's so far, the rate is that before the first batch."""

    metrics: Arrays
    logs: Logs
    rate: Array


class Judged(NamedTuple):
    """After some batches that were judged; outputs (rows, …) are predictions at the rows' places.

    `other` are the variables that do not train: those that draw random numbers have gone on.
    """

    other: Arrays
    metrics: Arrays
    logs: Logs
    outputs: Array


@dataclass(frozen=True)
class Epochs:
    """The functions of one architecture, whose numbers stand in `slots`."""

    model: Any
    slots: Sequence[Slot]

    def train(
        self,
        carry: Carry,
        metrics: Arrays,
        active: Array,
        member: Member,
        places: Array,
        rows: Rows,
    ) -> tuple[Carry, Trained]:
        """Train on batches, places (batches, batch) among the rows.

        A member that is not active stays as it is.
        """

        def step(state: Any, batch: Array) -> tuple[Any, Logs]:
            logs, state = self.model.train_step(state, _batch(rows, member.which, batch))
            return state, _arrays(logs)

        with as_data(self.slots, member.numbers):
            rate = self._learning_rate(carry)
            start = (*carry, metrics)
            if len(places) == 1:
                # A loop of one step is left out: on a CPU, convolutions in loops are slow.
                state, logs = step(start, places[0])
            else:
                state, every = jax.lax.scan(step, start, places)
                logs = {name: values[-1] for name, values in every.items()}
        ended = Carry(*state[:3])
        kept = jax.tree.map(lambda new, old: jnp.where(active, new, old), ended, carry)
        return kept, Trained(state[3], logs, rate)

    def judge(
        self,
        carry: Carry,
        before: Judged,
        member: Member,
        first: Array,
        batches: Array,
        rows: Rows,
        batch: int,
    ) -> Judged:
        """Go on judging: so many batches, a static number of rows each, from the first row on."""

        def step(number: Array, judged: Judged) -> Judged:
            start = first + number * batch
            places = start + jnp.arange(batch)
            x, y = rows.x[member.which, places], rows.y[member.which, places]
            state = (carry.trainable, judged.other, judged.metrics)
            logs, (_, other, metrics) = self.model.test_step(state, (x, y))
            predicted, _ = self.model.predict_step((carry.trainable, judged.other), (x,))
            outputs = jax.lax.dynamic_update_slice_in_dim(judged.outputs, predicted, start, 0)
            return Judged(other, metrics, _arrays(logs), outputs)

        with as_data(self.slots, member.numbers):
            judged: Judged = jax.lax.fori_loop(0, batches, step, before)
            return judged

    def nothing_judged(
        self, carry: Carry, metrics: Arrays, member: Member, rows: Rows, batch: int
    ) -> Judged:
        """What `judge` goes on from, its logs and outputs still 0."""

        def one_batch() -> tuple[Logs, Array]:
            x, y = rows.x[member.which, :batch], rows.y[member.which, :batch]
            logs, _ = self.model.test_step((carry.trainable, carry.other, metrics), (x, y))
            predicted, _ = self.model.predict_step((carry.trainable, carry.other), (x,))
            return _arrays(logs), predicted

        with as_data(self.slots, member.numbers):
            logs, outputs = jax.eval_shape(one_batch)
        empty = {name: jnp.zeros(value.shape, value.dtype) for name, value in logs.items()}
        room = jnp.zeros((rows.x.shape[1], *outputs.shape[1:]), outputs.dtype)
        return Judged(carry.other, metrics, empty, room)

    def _learning_rate(self, carry: Carry) -> Array:
        from keras import StatelessScope

        optimizer = self.model.optimizer
        pairs = list(zip(optimizer.variables, carry.optimizer, strict=True))
        with StatelessScope(state_mapping=pairs):
            return jnp.asarray(optimizer.learning_rate, jnp.float32)


def _batch(rows: Rows, which: Array, places: Array) -> tuple[Array, ...]:
    drawn = (rows.x[which, places], rows.y[which, places])
    return drawn if rows.weights is None else (*drawn, rows.weights[which, places])


def _arrays(logs: Any) -> Logs:
    """Single numbers; a metric may be one for each class, of which Keras's history says nothing."""
    found = {name: jnp.asarray(value) for name, value in logs.items()}
    return {name: value for name, value in found.items() if value.ndim == 0}
