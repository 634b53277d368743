"""Which rows a step of training, or a block of judging, is about."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from sweeps.trainers.fused import pieces
from sweeps.trainers.fused.bucket import Bucket
from sweeps.trainers.fused.layer import Input
from sweeps.trainers.fused.pieces import Pieces
from sweeps.trainers.fused.structures import Epoch, Member, Rows

Array = jax.Array


def batch_of(
    bucket: Bucket, rows: Rows, member: Member, epoch: Epoch, number: Array
) -> tuple[Input, Array, Array, Array]:
    """The rows of a step, (members, batch, …) each, which are true, and how much each counts.

    The latter two are (members, batch).
    """
    offset = jnp.arange(bucket.batch)
    places = number * member.batch[:, None] + offset
    there = (offset < member.batch[:, None]) & (places < member.rows[:, None])
    places = jnp.minimum(places, bucket.train_rows - 1)
    chosen = jnp.take_along_axis(epoch.order, places, axis=1)
    if bucket.sparse:
        chosen = jnp.where(there, chosen, bucket.rows)  # the row that costs nothing
    x, y = picked(bucket, rows, chosen)
    inside = there.astype(bucket.precision)
    if not bucket.weighted:
        return x, y, inside, inside
    return x, y, inside, inside * _of_members(bucket, rows.weights, chosen)


def picked(bucket: Bucket, rows: Rows, chosen: Array) -> tuple[Input, Array]:
    """The rows of each member with those numbers (members, rows)."""
    y = _of_members(bucket, rows.y, chosen)
    if isinstance(rows.x, Pieces):
        return pieces.picked(rows.x, chosen), y
    return _of_members(bucket, rows.x, chosen), y


def _of_members(bucket: Bucket, values: Any, chosen: Array) -> Array:
    """Entries with those numbers (members, rows), out of each member's own or of shared ones."""

    def pick(values: Array, chosen: Array) -> Array:
        return values[chosen]

    found: Array = jax.vmap(pick, in_axes=(None if bucket.shared_rows else 0, 0))(values, chosen)
    return found
