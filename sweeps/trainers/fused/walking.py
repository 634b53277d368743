"""How the layers between the first and the head are walked: one by one, or in a loop.

In a loop, layers lie stacked along a new first axis, its length is data, and members that have
fewer layers pass the rest unchanged. Both ways take the same functions for one layer of all
members.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

import jax
import jax.numpy as jnp

from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.layer import Knobs, Layer, Saved

Array = jax.Array
Tree = TypeVar("Tree")

Lift = Callable[[Layer, Knobs, Array], tuple[Array, Any, Array]]
"""From a layer, its knobs and its input to its output, what the way down needs, and a penalty."""


class Place(Protocol):
    """Where a layer is kept: by itself, or in a stack of layers."""

    def read(self, kept: Tree) -> Tree:
        """The layer's entry."""

    def write(self, kept: Tree, entry: Tree) -> Tree:
        """What is kept, with the layer's entry replaced."""


class Alone:
    """By itself."""

    def read(self, kept: Tree) -> Tree:
        """All that is kept."""
        return kept

    def write(self, kept: Tree, entry: Tree) -> Tree:  # noqa: ARG002
        """The entry."""
        return entry


@dataclass(frozen=True)
class InStack:
    """In a stack of layers, along its first axis."""

    position: Array

    def read(self, kept: Tree) -> Tree:
        """The entry at the position."""
        pick = partial(jax.lax.dynamic_index_in_dim, index=self.position, axis=0, keepdims=False)
        entry: Tree = jax.tree.map(pick, kept)
        return entry

    def write(self, kept: Tree, entry: Tree) -> Tree:
        """The stack with the entry at the position."""
        put = partial(jax.lax.dynamic_update_index_in_dim, index=self.position, axis=0)
        changed: Tree = jax.tree.map(put, kept, entry)
        return changed


Descend = Callable[[Layer, Place, Knobs, Array, Saved, Array], tuple[Layer, Array]]
"""From layers, which of them it is, its knobs, who has it, what was saved, and the gradient by its
output to the changed layers and the gradient by its input."""


class Heights(NamedTuple):
    """How many layers there are to walk: of each member (members,), and the most of any."""

    each: Array
    most: Array


class Walk(Protocol):
    """A way of walking. `layers`, `knobs` and `saved` are held as that way holds them."""

    def rise(
        self, lift: Lift, layers: Any, knobs: Any, heights: Heights, saved: Any, output: Array
    ) -> tuple[Array, Any, Array]:
        """Up: the output of each member's last layer, what was saved, and penalties (members,)."""

    def fall(
        self, descend: Descend, layers: Any, knobs: Any, heights: Heights, saved: Any, slope: Array
    ) -> tuple[Any, Array]:
        """Down, changing layers: all of them, and the gradient by the lowest one's input."""


class Unrolled:
    """Layers in a tuple; every member has all of them."""

    def rise(
        self,
        lift: Lift,
        layers: tuple[Layer, ...],
        knobs: tuple[Knobs, ...],
        heights: Heights,
        saved: Any,  # noqa: ARG002
        output: Array,
    ) -> tuple[Array, tuple[Saved, ...], Array]:
        """See `Walk`."""
        passed = []
        penalty = jnp.zeros_like(heights.each, output.dtype)
        for layer, its in zip(layers, knobs, strict=True):
            output, kept, more = lift(layer, its, output)
            passed.append(kept)
            penalty += more
        return output, tuple(passed), penalty

    def fall(
        self,
        descend: Descend,
        layers: tuple[Layer, ...],
        knobs: tuple[Knobs, ...],
        heights: Heights,
        saved: tuple[Saved, ...],
        slope: Array,
    ) -> tuple[tuple[Layer, ...], Array]:
        """See `Walk`."""
        changed = []
        everyone = jnp.ones_like(heights.each, bool)
        walk = zip(reversed(layers), reversed(knobs), reversed(saved), strict=True)
        for layer, its, kept in walk:
            changed_one, slope = descend(layer, Alone(), its, everyone, kept, slope)
            changed.append(changed_one)
        return tuple(reversed(changed)), slope


class Looped:
    """Layers stacked along the first axis; a member has the first so many of them."""

    def rise(
        self, lift: Lift, layers: Layer, knobs: Knobs, heights: Heights, saved: Any, output: Array
    ) -> tuple[Array, Any, Array]:
        """See `Walk`. Without room for what is to be `saved` (None), nothing is."""

        def climb(position: Array, carry: tuple[Array, Any, Array]) -> tuple[Array, Any, Array]:
            output, saved, penalty = carry
            has_it = position < heights.each
            place = InStack(position)
            lifted, kept, more = lift(place.read(layers), place.read(knobs), output)
            output = jnp.where(has_it[:, None, None], lifted, output)
            saved = None if saved is None else place.write(saved, kept)
            return output, saved, penalty + jnp.where(has_it, more, 0)

        start = (output, saved, jnp.zeros_like(heights.each, output.dtype))
        risen: tuple[Array, Any, Array] = jax.lax.fori_loop(0, heights.most, climb, start)
        return risen

    def fall(
        self,
        descend: Descend,
        layers: Layer,
        knobs: Knobs,
        heights: Heights,
        saved: Saved,
        slope: Array,
    ) -> tuple[Layer, Array]:
        """See `Walk`."""

        def step(number: Array, carry: tuple[Layer, Array]) -> tuple[Layer, Array]:
            layers, slope = carry
            place = InStack(heights.most - 1 - number)
            has_it = place.position < heights.each
            layers, below = descend(
                layers, place, place.read(knobs), has_it, place.read(saved), slope
            )
            return layers, jnp.where(has_it[:, None, None], below, slope)

        fallen: tuple[Layer, Array] = jax.lax.fori_loop(0, heights.most, step, (layers, slope))
        return fallen


def walk_of(bucket: Bucket) -> Walk:
    """The way that a bucket's hidden layers are walked."""
    return Looped() if bucket.looped else Unrolled()
