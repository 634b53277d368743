"""One dense layer of one fit: the way up, the way down, and its penalties.

The gradient is written out rather than derived, so that each layer's weights are updated as soon as
their gradient exists, while both are in the cache, and so that layers can be walked in a loop whose
length is data.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from sweeps.trainers.fused.activations import activated, by_sums_of
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.masks import dropout_scale
from sweeps.trainers.fused.pieces import Picked, spread, summed
from sweeps.trainers.fused.updates import Leaf

Array = jax.Array
HIGHEST = jax.lax.Precision.HIGHEST  # a GPU would round the factors to 10 bits otherwise


STRENGTHS = ("kernel_l1", "kernel_l2", "activity_l1", "activity_l2", "dropout")


class Layer(NamedTuple):
    """A layer's kernel and bias, each with its optimizer state."""

    kernel: Leaf
    bias: Leaf


class Knobs(NamedTuple):
    """What tells a member's hidden layer from its neighbours'.

    `units` (width,) is 1 for the units that the layer has and 0 for padding. `strengths` holds the
    numbers named in `STRENGTHS`, in one array since each array costs time on its way to the device.
    `mask_seed` is a scalar.
    """

    units: Array
    strengths: Array
    mask_seed: Array

    def strength(self, name: str) -> Array:
        """The number of that name."""
        return self.strengths[STRENGTHS.index(name)]


class Batch(NamedTuple):
    """The rows of one step: `inside` (rows,) is 1 for true rows, `count` their number, at least 1.

    `step` is the number of the training step, from 0.
    """

    inside: Array
    count: Array  # type: ignore[assignment]  # hides a tuple's method, which nobody calls here
    step: Array


Input = Array | Picked
"""Of all members: rows (members, rows, units below), or the rows of a sparse table."""


class Saved(NamedTuple):
    """What the way down needs of the way up: input, sums before the activation, dropout's scale."""

    below: Any
    sums: Array
    scale: Array


class Gradients(NamedTuple):
    """Of the loss, by a layer's sums (rows, units), kernel and bias."""

    sums: Array
    kernel: Array
    bias: Array


def sums(layer: Layer, below: Input) -> Array:
    """All members' inputs times their kernels, plus bias: (members, rows, units)."""
    if isinstance(below, Picked):
        return summed(layer.kernel[0], below) + layer.bias[0][:, None]

    def one(kernel: Array, bias: Array, below: Array) -> Array:
        return jnp.matmul(below, kernel, precision=HIGHEST) + bias

    found: Array = jax.vmap(one)(layer.kernel[0], layer.bias[0], below)
    return found


def up(
    bucket: Bucket, activation: Array, layer: Layer, knobs: Knobs, batch: Batch, before: Array
) -> tuple[Array, Array, Array]:
    """From a hidden layer's sums (rows, units) to its output, in training.

    The second result is what dropout multiplied it by, the third the layer's penalty, activity
    penalties divided by the rows of the batch.
    """
    output = activated(bucket, activation, before) * knobs.units
    scale = jnp.ones((), before.dtype)
    if bucket.dropout:
        step = batch.step.astype(jnp.uint32)
        scale = dropout_scale(knobs.mask_seed, step, knobs.strength("dropout"), *before.shape)
    penalty = kernel_penalty(bucket, layer, knobs)
    penalty += activity_penalty(bucket, knobs, batch, output)
    return output * scale, scale, penalty


def down(
    bucket: Bucket,
    activation: Array,
    knobs: Knobs,
    batch: Batch,
    before: Array,
    scale: Array,
    slope: Array,
) -> Array:
    """From the gradient by a hidden layer's output to that by its sums `before` the activation."""
    slope = slope * scale
    if bucket.penalties:
        l1, l2 = knobs.strength("activity_l1"), knobs.strength("activity_l2")
        output = activated(bucket, activation, before)
        share = batch.inside[:, None] / batch.count
        slope += (l1 * jnp.sign(output) + 2 * l2 * output) * share
    return by_sums_of(bucket, activation, before, slope * knobs.units)


def gradients(layer: Layer, below: Input, by_sums: Array) -> Gradients:
    """All members' gradients of a layer with that input, from those by its sums."""

    def one(below: Array, by_sums: Array) -> Array:
        return jnp.matmul(below.T, by_sums, precision=HIGHEST)

    if isinstance(below, Picked):
        kernel = spread(below, by_sums, layer.kernel[0].shape[1])
    else:
        kernel = jax.vmap(one)(below, by_sums)
    return Gradients(by_sums, kernel, jnp.sum(by_sums, axis=1))


def with_pull(bucket: Bucket, layer: Layer, knobs: Knobs, gradients: Gradients) -> Gradients:
    """The gradients of a hidden layer with those of its kernel's penalty."""
    if not bucket.penalties:
        return gradients
    kernel = layer.kernel[0]
    l1, l2 = knobs.strength("kernel_l1"), knobs.strength("kernel_l2")
    pull = l1 * jnp.sign(kernel) + 2 * l2 * kernel
    return gradients._replace(kernel=gradients.kernel + pull)


def by_input(kernel: Array, by_sums: Array) -> Array:
    """The gradient by a layer's input (rows, units below)."""
    return jnp.matmul(by_sums, kernel.T, precision=HIGHEST)


def used(bucket: Bucket, activation: Array, knobs: Knobs, before: Array) -> Array:
    """A hidden layer's output (rows, width) outside training, from its sums."""
    return activated(bucket, activation, before) * knobs.units


def kernel_penalty(bucket: Bucket, layer: Layer, knobs: Knobs) -> Array:
    """A hidden layer's part in the loss that is about its kernel."""
    if not bucket.penalties:
        return jnp.zeros((), layer.kernel[0].dtype)
    return _penalty(layer.kernel[0], knobs.strength("kernel_l1"), knobs.strength("kernel_l2"))


def activity_penalty(bucket: Bucket, knobs: Knobs, batch: Batch, output: Array) -> Array:
    """A hidden layer's part in the loss that is about its output, divided by the rows."""
    if not bucket.penalties:
        return jnp.zeros((), output.dtype)
    true = output * batch.inside[:, None]
    return (
        _penalty(true, knobs.strength("activity_l1"), knobs.strength("activity_l2")) / batch.count
    )


def _penalty(values: Array, l1: Array, l2: Array) -> Array:
    return l1 * jnp.sum(jnp.abs(values)) + l2 * jnp.sum(jnp.square(values))
