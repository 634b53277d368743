"""The program that trains all members of a lane for an epoch.

One fit is written as functions of its own rows, weights and knobs, mapped over the members. Loops
over steps and layers have lengths that are data, so fits of many sizes share a program.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from sweeps.trainers.fused import layer as dense
from sweeps.trainers.fused.batches import batch_of
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.heads import HEADS
from sweeps.trainers.fused.layer import Batch, Gradients, Input, Knobs, Layer, Saved
from sweeps.trainers.fused.structures import Epoch, Member, Network, Rows, State
from sweeps.trainers.fused.updates import UPDATES, Moment, Remember, Slots, Update
from sweeps.trainers.fused.walking import Alone, Place, walk_of

Array = jax.Array


class _Risen(NamedTuple):
    """Where the way up ended: output of the last hidden layer, what was saved, penalties."""

    output: Any
    lowest: Saved | None
    between: Any
    penalty: Array


def train_epoch(
    bucket: Bucket, state: State, rows: Rows, member: Member, epoch: Epoch
) -> tuple[State, Array]:
    """One epoch: the next state, and loss and measure (members, 2), summed over the rows.

    The loss of a batch, penalties included, counts for each of its rows, as in Keras's history.
    """

    def step(number: Array, carry: tuple[State, Any, Array, Array]) -> Any:
        state, room, loss, measure = carry
        x, y, inside, weight = batch_of(bucket, rows, member, epoch, number)
        count = jnp.maximum(jnp.sum(inside, axis=1), 1)
        taken = number < epoch.steps
        rate = jax.lax.dynamic_index_in_dim(epoch.rates, number, 1, keepdims=False)
        batch = Batch(inside, count, state.steps)
        network, room, batch_loss, hits = _Step(bucket, member, batch, rate, taken).train(
            state.network, room, x, y, weight
        )
        loss += jnp.where(taken, batch_loss * count, 0)
        measure += jnp.where(taken, hits, 0)
        return State(network, state.steps + taken), room, loss, measure

    none = jnp.zeros(epoch.steps.shape, bucket.precision)
    start = (state, _room(bucket, epoch.steps.shape[0]), none, none)
    state, _, loss, measure = jax.lax.fori_loop(0, jnp.max(epoch.steps), step, start)
    return state, jnp.stack([loss, measure], axis=1)


@dataclass(frozen=True)
class _Step:
    """One step of all members; `taken` says whose it is, the others stay as they are."""

    bucket: Bucket
    member: Member
    batch: Batch
    rate: Array
    taken: Array

    def train(
        self, network: Network, room: Any, x: Input, y: Array, weight: Array
    ) -> tuple[Network, Any, Array, Array]:
        """The next network, room for what is saved, batch losses, and sums of measures.

        `weight` (members, rows) says how much each row counts in the loss.
        """
        head, batch = HEADS[self.bucket.head], self.batch
        risen = self._rise(network, room, x)
        logits = dense.sums(network.head, risen.output)
        losses = jax.vmap(head.losses)(logits, y) * weight
        loss = jnp.sum(losses, axis=1) / batch.count + risen.penalty
        hits = jnp.sum(jax.vmap(head.measures)(logits, y) * batch.inside, axis=1)
        share = weight / batch.count[:, None]
        slopes = jax.vmap(head.slopes)(logits, y) * share[:, :, None]
        network = self._fall(network, risen, slopes)
        return network, risen.between if self.bucket.looped else None, loss, hits

    def _rise(self, network: Network, room: Any, x: Input) -> _Risen:
        if not self.bucket.depth:
            return _Risen(x, None, (), jnp.zeros(self.taken.shape, self.bucket.precision))
        knobs = self.member.knobs
        output, lowest, penalty = self._lift(network.first, knobs.first, x)
        output, between, more = walk_of(self.bucket).rise(
            self._lift, network.between, knobs.between, self.member.heights, room, output
        )
        return _Risen(output, lowest, between, penalty + more)

    def _fall(self, network: Network, risen: _Risen, slopes: Array) -> Network:
        knobs = self.member.knobs
        gradients = dense.gradients(network.head, risen.output, slopes)
        if risen.lowest is None:
            head, _ = self._changed(network.head, Alone(), gradients, self.taken, None)
            return network._replace(head=head)
        head, slope = self._changed(network.head, Alone(), gradients, self.taken, risen.output)
        between, slope = walk_of(self.bucket).fall(
            self._descend,
            network.between,
            knobs.between,
            self.member.heights,
            risen.between,
            slope,
        )
        gradients = self._gradients(network.first, knobs.first, risen.lowest, slope)
        first, _ = self._changed(network.first, Alone(), gradients, self.taken, None)
        return Network(first, between, head)

    def _lift(self, layer: Layer, knobs: Knobs, below: Input) -> tuple[Array, Saved, Array]:
        before = dense.sums(layer, below)
        up = jax.vmap(partial(dense.up, self.bucket, self.member.activation))
        output, scale, penalty = up(layer, knobs, self.batch, before)
        return output, Saved(below, before, scale), penalty

    def _descend(
        self,
        layers: Layer,
        place: Place,
        knobs: Knobs,
        has_it: Array,
        saved: Saved,
        slope: Array,
    ) -> tuple[Layer, Array]:
        gradients = self._gradients(place.read(layers), knobs, saved, slope)
        return self._changed(layers, place, gradients, self.taken & has_it, slope)

    def _gradients(self, layer: Layer, knobs: Knobs, saved: Saved, slope: Array) -> Gradients:
        """Of a hidden layer, from the gradient by its output."""
        down = jax.vmap(partial(dense.down, self.bucket, self.member.activation))
        by_sums = down(knobs, self.batch, saved.sums, saved.scale, slope)
        gradients = dense.gradients(layer, saved.below, by_sums)
        return jax.vmap(partial(dense.with_pull, self.bucket))(layer, knobs, gradients)

    def _changed(
        self, layers: Layer, place: Place, gradients: Gradients, taken: Array, slope: Any
    ) -> tuple[Layer, Any]:
        """The layers after the update of one of them, and the gradient by its input.

        `slope` is any array of that gradient's shape, or None where not needed. Slots (turn by
        turn of the formula) and weights are changed by a loop each, of one round, or of none when
        no member takes it. XLA does not merge loops; it would merge the formulas, so that weights
        are computed from what slots were before, and then copy all of them, in every step. The
        gradient by the input is taken in the first loop, since the last changes the weights that it
        needs.
        """
        once = jnp.any(taken).astype(jnp.int32)
        now = Moment(self.rate, (self.batch.step + 1).astype(self.rate.dtype), self._settings)

        here = partial(_of_round, (gradients.kernel, gradients.bias), now)

        def remember(by: Remember, number: Array, carry: tuple[Any, Any]) -> tuple[Any, Any]:
            kept, below = carry
            change = jax.vmap(partial(_remembered, by))
            if below is not None:
                below = jax.vmap(dense.by_input)(place.read(layers.kernel[0]), gradients.sums)
            return place.write(kept, change(place.read(kept), *here(number), taken)), below

        def move(number: Array, kept: Pair) -> Pair:
            change = jax.vmap(partial(_moved, self._update))
            return place.write(
                kept, change(place.read(kept), place.read(slots), *here(number), taken)
            )

        kept = layers.kernel[1:], layers.bias[1:]
        first, *others = self._update.remember
        slots, below = jax.lax.fori_loop(0, once, partial(remember, first), (kept, slope))
        for other in others:
            slots, _ = jax.lax.fori_loop(0, once, partial(remember, other), (slots, None))
        weights = jax.lax.fori_loop(0, once, move, (layers.kernel[0], layers.bias[0]))
        return Layer((weights[0], *slots[0]), (weights[1], *slots[1])), below

    @property
    def _update(self) -> Update:
        return UPDATES[self.bucket.rule]

    @property
    def _settings(self) -> dict[str, Array]:
        return dict(zip(self._update.settings, self.member.settings.T, strict=True))


Pair = tuple[Array, Array]
"""Of a kernel and a bias."""


def _of_round(slopes: Pair, now: Moment, number: Array) -> tuple[Pair, Moment]:
    """The gradients, and what else the formulas read, as things of the round of that number.

    Of what does not depend on the round, XLA would make arrays before the loop.
    """
    found: tuple[Pair, Moment]
    found = jax.tree.map(lambda value: jnp.where(number == 0, value, 0), (slopes, now))
    return found


def _remembered(
    remember: Remember, slots: tuple[Slots, Slots], slopes: Pair, now: Moment, taken: Array
) -> tuple[Slots, Slots]:
    """One member's slots of a kernel and a bias, after they took in the gradients."""
    changed = tuple(remember(one, slope, now) for one, slope in zip(slots, slopes, strict=True))
    kept: tuple[Slots, Slots] = jax.tree.map(partial(jnp.where, taken), changed, slots)
    return kept


def _moved(
    update: Update,
    weights: Pair,
    slots: tuple[Slots, Slots],
    slopes: Pair,
    now: Moment,
    taken: Array,
) -> Pair:
    """One member's kernel and bias after the step."""
    changed = tuple(
        update.move(one, its, slope, now)
        for one, its, slope in zip(weights, slots, slopes, strict=True)
    )
    kept: Pair = jax.tree.map(partial(jnp.where, taken), changed, weights)
    return kept


def _room(bucket: Bucket, members: int) -> Saved | None:
    """Where looped layers keep what the way down needs."""
    if not bucket.looped:
        return None
    layers = bucket.depth - 1
    outputs = jnp.zeros((layers, members, bucket.batch, bucket.width), bucket.precision)
    scale = outputs if bucket.dropout else jnp.ones((layers, members), bucket.precision)
    return Saved(outputs, outputs, scale)
