"""The programs that judge all networks of a lane by rows, or predict them, block by block."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from sweeps.trainers.fused import layer as dense
from sweeps.trainers.fused.batches import picked
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.heads import HEADS
from sweeps.trainers.fused.layer import Batch, Input, Knobs, Layer
from sweeps.trainers.fused.structures import Member, Network, Rows, Verdict
from sweeps.trainers.fused.walking import walk_of

Array = jax.Array

BLOCKS_PREDICTED = 8
"""Blocks of rows whose predictions are on the device at once."""


def judge(
    bucket: Bucket, network: Network, rows: Rows, member: Member, first: Array, count: Array
) -> Verdict:
    """Judge networks by their `count` (members,) rows from `first` (members,) on."""

    def block(number: Array, verdict: Verdict) -> Verdict:
        offset = number * bucket.block + jnp.arange(bucket.block)
        places = jnp.minimum(first[:, None] + offset, bucket.rows - 1)
        inside = (offset < count[:, None]).astype(bucket.precision)
        batch = Batch(inside, jnp.maximum(count, 1), jnp.full(count.shape, number))
        part = _judged(bucket, network, member, batch, *picked(bucket, rows, places))
        return Verdict(*map(jnp.add, verdict, part))

    classes = bucket.classes if bucket.confused else 0
    start = Verdict(
        jnp.zeros((*count.shape, 3), bucket.precision),
        jnp.zeros((*count.shape, classes, classes), jnp.int32),
    )
    blocks = -(-jnp.max(count) // bucket.block)
    verdict: Verdict = jax.lax.fori_loop(0, blocks, block, start)
    return verdict


def predict(
    bucket: Bucket, network: Network, rows: Rows, member: Member, first: Array, count: Array
) -> Array:
    """The outputs (members, BLOCKS_PREDICTED blocks, outputs) for rows from `first` (members,) on.

    A member's are worth something for its `count` (members,) rows only.
    """
    outputs = jax.vmap(HEADS[bucket.head].outputs)

    def block(number: Array, found: Array) -> Array:
        start = number * bucket.block
        offset = start + jnp.arange(bucket.block)
        places = jnp.minimum(first[:, None] + offset, bucket.rows - 1)
        batch = Batch(jnp.ones(places.shape, bucket.precision), jnp.maximum(count, 1), count)
        x, _ = picked(bucket, rows, places)
        logits, _ = _logits(bucket, network, member, batch, x)
        return jax.lax.dynamic_update_slice_in_dim(found, outputs(logits), start, axis=1)

    room = jnp.zeros(
        (*count.shape, BLOCKS_PREDICTED * bucket.block, bucket.outputs), bucket.precision
    )
    blocks = jnp.minimum(-(-jnp.max(count) // bucket.block), BLOCKS_PREDICTED)
    found: Array = jax.lax.fori_loop(0, blocks, block, room)
    return found


def choose(bucket: Bucket, chosen: Array, network: Network, other: Network) -> Network:
    """The first networks for the chosen members (members,), the other ones for the rest."""

    def pick(axis: int, one: Array, two: Array) -> Array:
        tail = (1,) * (one.ndim - axis - 1)
        return jnp.where(chosen.reshape(-1, *tail), one, two)

    axes = (0, 1 if bucket.looped else 0, 0)
    return Network(
        *(
            jax.tree.map(partial(pick, axis), one, two)
            for axis, one, two in zip(axes, network, other, strict=True)
        )
    )


def _judged(
    bucket: Bucket, network: Network, member: Member, batch: Batch, x: Input, y: Array
) -> Verdict:
    """A block's part in the verdict; `batch.step` is the number of the block."""
    head = HEADS[bucket.head]
    logits, penalty = _logits(bucket, network, member, batch, x)
    loss = jnp.sum(jax.vmap(head.losses)(logits, y) * batch.inside, axis=1)
    measure = jnp.sum(jax.vmap(head.measures)(logits, y) * batch.inside, axis=1)
    sums = jnp.stack([loss, measure, penalty], axis=1)
    return Verdict(sums, _confusion(bucket, batch, logits, y))


def _logits(
    bucket: Bucket, network: Network, member: Member, batch: Batch, x: Input
) -> tuple[Array, Array]:
    """All networks' sums before the head's own function, and their penalties."""
    knobs = member.knobs

    def lift(layer: Layer, knobs: Knobs, below: Input) -> tuple[Array, Any, Array]:
        output, penalty = jax.vmap(partial(_used, bucket, member.activation))(
            layer, knobs, batch, dense.sums(layer, below)
        )
        return output, None, penalty

    output, penalty = x, jnp.zeros(batch.count.shape, bucket.precision)
    if bucket.depth:
        output, _, penalty = lift(network.first, knobs.first, x)
        output, _, more = walk_of(bucket).rise(
            lift, network.between, knobs.between, member.heights, None, output
        )
        penalty += more
    return dense.sums(network.head, output), penalty


def _used(
    bucket: Bucket, activation: Array, layer: Layer, knobs: Knobs, batch: Batch, before: Array
) -> tuple[Array, Array]:
    """A hidden layer's output outside training, and its penalty: that on its kernel only once."""
    output = dense.used(bucket, activation, knobs, before)
    once = jnp.where(batch.step == 0, dense.kernel_penalty(bucket, layer, knobs), 0)
    return output, once + dense.activity_penalty(bucket, knobs, batch, output)


def _confusion(bucket: Bucket, batch: Batch, logits: Array, y: Array) -> Array:
    if not bucket.confused:
        return jnp.zeros((logits.shape[0], 0, 0), jnp.int32)
    one_hot = partial(jax.nn.one_hot, num_classes=bucket.classes, dtype=jnp.float32)
    true = one_hot(y.astype(jnp.int32).reshape(batch.inside.shape)) * batch.inside[:, :, None]
    given = one_hot(jax.vmap(HEADS[bucket.head].classes)(logits))
    return jnp.einsum("mrt,mrg->mtg", true.astype(jnp.float32), given).astype(jnp.int32)
