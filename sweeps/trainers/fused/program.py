"""The compiled program of a bucket: an epoch of training, and judging by rows.

One fit is written as functions of its own rows, weights and knobs, mapped over the members of a
pack. Loops over steps, layers and blocks of rows have lengths that are data, so fits of many sizes
share a program.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from sweeps.trainers.fused import layer as dense
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.heads import HEADS
from sweeps.trainers.fused.layer import Batch, Gradients, Knobs, Layer, Saved
from sweeps.trainers.fused.updates import UPDATES
from sweeps.trainers.fused.walking import Heights, Looped, Unrolled, Walk

Array = jax.Array


class Network(NamedTuple):
    """First hidden layer, those between, head. Without hidden layers there is only a head.

    Holds layers, or with None for the head their knobs. `between` is as the walk holds it.
    """

    first: Any
    between: Any
    head: Any


class State(NamedTuple):
    """All that training changes: the layers with their optimizer state, and the steps taken."""

    network: Network
    steps: Array


class Rows(NamedTuple):
    """Rows of train, validation and test, one after the other: of each member, or shared by all."""

    x: Array
    y: Array


class Member(NamedTuple):
    """What stays the same of a pack's members while they are trained, (members,) each.

    `settings` (members, settings) are the optimizer's, in the order of its rule's names. `rows`
    counts the rows trained on and `batch` those of a full batch; `heights` is about the
    layers between the first and the head.
    """

    knobs: Network
    settings: Array
    heights: Heights
    rows: Array
    batch: Array


class Epoch(NamedTuple):
    """What an epoch needs: row orders (members, train_rows), rates (members, steps), steps.

    `steps` (members,) counts the batches of an epoch of each member, 0 for one that sits it out.
    """

    order: Array
    rates: Array
    steps: Array


def train_epoch(
    bucket: Bucket, state: State, rows: Rows, member: Member, epoch: Epoch
) -> tuple[State, Array, Array]:
    """One epoch: the next state, and loss and measure (members,), summed over the rows."""
    members = epoch.steps.shape[0]

    def step(number: Array, carry: Any) -> Any:
        state, saved, loss, measure = carry
        positions, inside = _positions(bucket, member, number)
        chosen = jnp.take_along_axis(epoch.order, positions, axis=1)
        x, y = jax.vmap(_picked, in_axes=(None if bucket.shared_rows else 0, 0))(rows, chosen)
        inside = inside.astype(x.dtype)
        count = jnp.maximum(jnp.sum(inside, axis=1), 1)
        batch = Batch(inside, count, state.steps)
        taken = number < epoch.steps
        rate = jax.lax.dynamic_index_in_dim(epoch.rates, number, 1, keepdims=False)
        state, saved, batch_loss, hits = _step(
            bucket, state, saved, member, batch, x, y, rate, taken
        )
        loss += jnp.where(taken, batch_loss * count, 0)
        return state, saved, loss, measure + jnp.where(taken, hits, 0)

    none = jnp.zeros(members, rows.x.dtype)
    start = (state, _room(bucket, members, rows.x.dtype), none, none)
    state, _, loss, measure = jax.lax.fori_loop(0, jnp.max(epoch.steps), step, start)
    return state, loss, measure


class Verdict(NamedTuple):
    """What a pack's networks are worth on a split, (members,) each.

    `loss` and `measure` are sums over the rows without penalties, `penalty` is to be added to the
    mean loss; `confusion` (members, true class, predicted class) counts rows.
    """

    loss: Array
    measure: Array
    penalty: Array
    confusion: Array


def judge(
    bucket: Bucket, network: Network, rows: Rows, member: Member, first: Array, count: Array
) -> Verdict:
    """Judge networks by their `count` (members,) rows from `first` (members,) on."""

    def block(number: Array, verdict: Verdict) -> Verdict:
        offset = number * bucket.block + jnp.arange(bucket.block)
        places = jnp.minimum(first[:, None] + offset, bucket.rows - 1)
        inside = (offset < count[:, None]).astype(rows.x.dtype)
        x, y = jax.vmap(_picked, in_axes=(None if bucket.shared_rows else 0, 0))(rows, places)
        batch = Batch(inside, jnp.maximum(count, 1), jnp.full(count.shape, number))
        return jax.tree.map(jnp.add, verdict, _judged(bucket, network, member, batch, x, y))

    none = jnp.zeros(count.shape, rows.x.dtype)
    classes = bucket.classes if bucket.confused else 0
    start = Verdict(none, none, none, jnp.zeros((*count.shape, classes, classes), jnp.int32))
    blocks = -(-jnp.max(count) // bucket.block)
    return jax.lax.fori_loop(0, blocks, block, start)


def _judged(
    bucket: Bucket, network: Network, member: Member, batch: Batch, x: Array, y: Array
) -> Verdict:
    """A block's part in the verdict; `batch.step` is the number of the block."""
    head, knobs = HEADS[bucket.head], member.knobs

    def lift(layer: Layer, knobs: Knobs, below: Array) -> tuple[Array, None, Array]:
        return jax.vmap(partial(_used, bucket))(layer, knobs, batch, below)

    output, penalty = x, jnp.zeros(x.shape[0], x.dtype)
    if bucket.depth:
        output, _, penalty = lift(network.first, knobs.first, x)
        output, _, more = _walk(bucket).rise(
            lift, network.between, knobs.between, member.heights, None, output
        )
        penalty += more
    logits = jax.vmap(dense.sums)(network.head, output)
    loss = jnp.sum(jax.vmap(head.losses)(logits, y) * batch.inside, axis=1)
    measure = jnp.sum(jax.vmap(head.measures)(logits, y) * batch.inside, axis=1)
    return Verdict(loss, measure, penalty, _confusion(bucket, batch, logits, y))


def _used(
    bucket: Bucket, layer: Layer, knobs: Knobs, batch: Batch, below: Array
) -> tuple[Array, None, Array]:
    """A hidden layer's output outside training, and its penalty: that on its kernel only once."""
    output = dense.used(bucket, layer, knobs, below)
    once = jnp.where(batch.step == 0, dense.kernel_penalty(bucket, layer, knobs), 0)
    return output, None, once + dense.activity_penalty(bucket, knobs, batch, output)


def _confusion(bucket: Bucket, batch: Batch, logits: Array, y: Array) -> Array:
    if not bucket.confused:
        return jnp.zeros((logits.shape[0], 0, 0), jnp.int32)
    one_hot = partial(jax.nn.one_hot, num_classes=bucket.classes, dtype=jnp.float32)
    true = one_hot(y.astype(jnp.int32).reshape(batch.inside.shape)) * batch.inside[:, :, None]
    given = one_hot(jax.vmap(HEADS[bucket.head].classes)(logits))
    return jnp.einsum("mrt,mrg->mtg", true.astype(jnp.float32), given).astype(jnp.int32)


def _walk(bucket: Bucket) -> Walk:
    return Looped() if bucket.looped else Unrolled()


def choose(bucket: Bucket, chosen: Array, network: Network, other: Network) -> Network:
    """The first networks for the chosen members (members,), the other ones for the rest."""

    def pick(axis: int, one: Array, two: Array) -> Array:
        lead = (1,) * axis
        tail = (1,) * (one.ndim - axis - 1)
        return jnp.where(chosen.reshape(*lead, -1, *tail), one, two)

    parts = (0, 1 if bucket.looped else 0, 0)
    return Network(
        *(
            jax.tree.map(partial(pick, axis), one, two)
            for axis, one, two in zip(parts, network, other, strict=True)
        )
    )


def _positions(bucket: Bucket, member: Member, number: Array) -> tuple[Array, Array]:
    """Places in the row order that a step takes, (members, batch), and which of them are true."""
    offset = jnp.arange(bucket.batch)
    places = number * member.batch[:, None] + offset
    inside = (offset < member.batch[:, None]) & (places < member.rows[:, None])
    return jnp.minimum(places, bucket.train_rows - 1), inside


def _picked(rows: Rows, chosen: Array) -> tuple[Array, Array]:
    return rows.x[chosen], rows.y[chosen]


def _room(bucket: Bucket, members: int, dtype: Any) -> Saved | None:
    """Where looped layers keep what the way down needs."""
    if not bucket.looped:
        return None
    outputs = jnp.zeros((bucket.depth - 1, members, bucket.batch, bucket.width), dtype)
    scale = outputs if bucket.dropout else jnp.ones((bucket.depth - 1, members), dtype)
    return Saved(outputs, outputs, scale)


def _step(
    bucket: Bucket,
    state: State,
    saved: Saved | None,
    member: Member,
    batch: Batch,
    x: Array,
    y: Array,
    rate: Array,
    taken: Array,
) -> tuple[State, Saved | None, Array, Array]:
    """One step of all members: state, room for what is saved, batch losses, sums of measures."""
    walk = _walk(bucket)
    head = HEADS[bucket.head]
    update = partial(_update, bucket, member.settings, rate, state.steps + 1)
    network, knobs = state.network, member.knobs

    def lift(layer: Layer, knobs: Knobs, below: Array) -> tuple[Array, Saved, Array]:
        return jax.vmap(partial(dense.up, bucket))(layer, knobs, batch, below)

    def descend(
        layer: Layer, knobs: Knobs, has_it: Array, saved: Saved, slope: Array
    ) -> tuple[Layer, Array]:
        gradients = jax.vmap(partial(dense.down, bucket))(layer, knobs, batch, saved, slope)
        return update(layer, gradients, taken & has_it), gradients.below

    output, penalty = x, jnp.zeros(taken.shape, x.dtype)
    if bucket.depth:
        output, lowest, penalty = lift(network.first, knobs.first, x)
        output, passed, more = walk.rise(
            lift, network.between, knobs.between, member.heights, saved, output
        )
        penalty += more
    logits = jax.vmap(dense.sums)(network.head, output)
    loss = jnp.sum(jax.vmap(head.losses)(logits, y) * batch.inside, axis=1) / batch.count + penalty
    hits = jnp.sum(jax.vmap(head.measures)(logits, y) * batch.inside, axis=1)
    share = batch.inside / batch.count[:, None]
    slopes = jax.vmap(head.slopes)(logits, y) * share[:, :, None]
    gradients = jax.vmap(dense.linear)(network.head, output, slopes)
    network = network._replace(head=update(network.head, gradients, taken))
    if bucket.depth:
        between, slope = walk.fall(
            descend, network.between, knobs.between, member.heights, passed, gradients.below
        )
        first, _ = descend(network.first, knobs.first, taken, lowest, slope)
        network = network._replace(first=first, between=between)
        saved = passed if bucket.looped else None
    return State(network, state.steps + taken), saved, loss, hits


def _update(
    bucket: Bucket,
    settings: Array,
    rate: Array,
    step: Array,
    layer: Layer,
    gradients: Gradients,
    taken: Array,
) -> Layer:
    update = UPDATES[bucket.rule]

    def one(
        layer: Layer,
        gradients: Gradients,
        rate: Array,
        step: Array,
        settings: Array,
        taken: Array,
    ) -> Layer:
        named = dict(zip(update.settings, settings, strict=True))
        kernel = update.formula(layer.kernel, gradients.kernel, rate, step, named)
        bias = update.formula(layer.bias, gradients.bias, rate, step, named)
        return jax.tree.map(partial(jnp.where, taken), Layer(kernel, bias), layer)

    def change(layer: Layer) -> Layer:
        return jax.vmap(one)(layer, gradients, rate, step.astype(rate.dtype), settings, taken)

    if not bucket.looped:
        return change(layer)
    return jax.lax.cond(jnp.any(taken), change, lambda layer: layer, layer)
