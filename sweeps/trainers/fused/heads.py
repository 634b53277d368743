"""The output layer of a network: its loss, the loss's gradient, and what else is measured.

Everything is computed from the logits, as Keras does on TensorFlow. Functions are about the rows of
one fit: `logits` (rows, outputs), `targets` (rows,) class numbers for a softmax, else
(rows, outputs).
"""

from __future__ import annotations

from typing import Protocol

import jax
import jax.numpy as jnp

from sweeps.tasks.task import Head

Array = jax.Array


class HeadRule(Protocol):
    """What a kind of head computes, row by row."""

    def losses(self, logits: Array, targets: Array) -> Array:
        """The loss of each row, (rows,)."""

    def slopes(self, logits: Array, targets: Array) -> Array:
        """The gradient of each row's loss by its logits, (rows, outputs)."""

    def measures(self, logits: Array, targets: Array) -> Array:
        """1 for a row that is classified right and 0 otherwise; or its mean absolute error."""

    def classes(self, logits: Array) -> Array:
        """The class number that each row is given, (rows,) int32."""

    def outputs(self, logits: Array) -> Array:
        """What the network predicts, (rows, outputs): probabilities, or numbers."""


class Softmax:
    """Cross-entropy over classes (Keras's SparseCategoricalCrossentropy), and accuracy."""

    def losses(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        chosen = jnp.take_along_axis(logits, targets[:, None], axis=1)[:, 0]
        return jax.nn.logsumexp(logits, axis=1) - chosen

    def slopes(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        hits = jax.nn.one_hot(targets, logits.shape[1], dtype=logits.dtype)
        return jax.nn.softmax(logits, axis=1) - hits

    def measures(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        return (self.classes(logits) == targets).astype(logits.dtype)

    def classes(self, logits: Array) -> Array:
        """See `HeadRule`."""
        return jnp.argmax(logits, axis=1).astype(jnp.int32)

    def outputs(self, logits: Array) -> Array:
        """See `HeadRule`."""
        return jax.nn.softmax(logits, axis=1)


class Sigmoid:
    """Cross-entropy of two classes from one output (Keras's BinaryCrossentropy), and accuracy."""

    def losses(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        return jnp.mean(
            jnp.maximum(logits, 0) - logits * targets + jnp.log1p(jnp.exp(-jnp.abs(logits))), axis=1
        )

    def slopes(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        return (jax.nn.sigmoid(logits) - targets) / logits.shape[1]

    def measures(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        return (self.classes(logits) == targets[:, 0]).astype(logits.dtype)

    def classes(self, logits: Array) -> Array:
        """See `HeadRule`."""
        return (logits[:, 0] > 0).astype(jnp.int32)

    def outputs(self, logits: Array) -> Array:
        """See `HeadRule`."""
        return jax.nn.sigmoid(logits)


class Linear:
    """Mean squared error, and mean absolute error."""

    def losses(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        return jnp.mean(jnp.square(logits - targets), axis=1)

    def slopes(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        return 2 * (logits - targets) / logits.shape[1]

    def measures(self, logits: Array, targets: Array) -> Array:
        """See `HeadRule`."""
        return jnp.mean(jnp.abs(logits - targets), axis=1)

    def classes(self, logits: Array) -> Array:
        """See `HeadRule`."""
        return jnp.zeros(logits.shape[0], jnp.int32)

    def outputs(self, logits: Array) -> Array:
        """See `HeadRule`."""
        return logits


HEADS: dict[Head, HeadRule] = {"softmax": Softmax(), "sigmoid": Sigmoid(), "linear": Linear()}
