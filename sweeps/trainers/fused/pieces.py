"""Sparse rows on the device: each row is some pieces, each piece a few columns that are not zero.

Rows differ much in how many columns they have, so rows padded to the longest would be mostly
padding. Pieces of `PIECE` columns waste little, and a batch's pieces are walked in blocks of equal
size, in a loop whose length is data: the first layer is a sum of its kernel's rows, and a kernel
row's gradient a sum over the rows that have its column.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from sweeps.trainers.fused.bucket import PIECE

Array = jax.Array

BLOCK = 128
"""Pieces of each member that are walked at once."""


class Pieces(NamedTuple):
    """A table of rows, shared by all members.

    `columns` (pieces, PIECE) int32 holds a row's pieces one after the other, and the number of
    columns there are where a piece has fewer; the first piece is no row's and empty. `values`
    (pieces, PIECE) are those of the columns, None where all are 1. `starts` (rows + 1,) says which
    piece is the first of each row, `counts` how many it has; the last row is empty.
    """

    columns: Array
    values: Array | None
    starts: Array
    counts: Array


class Picked(NamedTuple):
    """Rows of a table: of each member as many as (members, rows).

    `ends` (members, rows) counts the pieces of a member's rows up to and with each; adding `shift`
    to such a count gives the piece's place in the table.
    """

    table: Pieces
    shift: Array
    ends: Array


def picked(table: Pieces, chosen: Array) -> Picked:
    """The rows of each member with those numbers (members, rows)."""
    counts = table.counts[chosen]
    ends = jnp.cumsum(counts, axis=1)
    return Picked(table, table.starts[chosen] - (ends - counts), ends)


def summed(kernel: Array, rows: Picked) -> Array:
    """Rows times kernels (members, columns + 1, units): (members, rows, units).

    The last row of a kernel, which is what padding refers to, must be zeros.
    """
    members, fan_in, units = kernel.shape
    height = rows.ends.shape[1]
    flat = kernel.reshape(members * fan_in, units)

    def block(number: Array, sums: Array) -> Array:
        places, columns, values = _block(rows, number, fan_in)
        part = jnp.zeros((places.shape[0], units), kernel.dtype)
        for at in range(PIECE):
            entries = flat.at[columns[:, at]].get(mode="promise_in_bounds")
            part += entries if values is None else entries * values[:, at, None]
        return sums.at[places].add(part, mode="promise_in_bounds")

    start = jnp.zeros((members * height, units), kernel.dtype)
    found: Array = jax.lax.fori_loop(0, _blocks(rows), block, start)
    return found.reshape(members, height, units)


def spread(rows: Picked, by_sums: Array, fan_in: int) -> Array:
    """The gradients by kernels (members, fan_in, units), from those by sums (members, rows, units).

    That by a kernel's last row is zeros.
    """
    members, height, units = by_sums.shape
    flat = by_sums.reshape(members * height, units)
    padding = (jnp.arange(members) + 1) * fan_in - 1

    def block(number: Array, gradient: Array) -> Array:
        places, columns, values = _block(rows, number, fan_in)
        slopes = flat.at[places].get(mode="promise_in_bounds")
        for at in range(PIECE):
            share = slopes if values is None else slopes * values[:, at, None]
            gradient = gradient.at[columns[:, at]].add(share, mode="promise_in_bounds")
        # Here, where it is in place: after the loop, all of the gradient would be copied for it.
        return gradient.at[padding].set(0, mode="promise_in_bounds", unique_indices=True)

    start = jnp.zeros((members * fan_in, units), by_sums.dtype)
    found: Array = jax.lax.fori_loop(0, _blocks(rows), block, start)
    return found.reshape(members, fan_in, units)


def _blocks(rows: Picked) -> Array:
    """How many blocks the member with the most pieces has."""
    return -(-jnp.max(rows.ends[:, -1]) // BLOCK)


def _block(rows: Picked, number: Array, fan_in: int) -> tuple[Array, Array, Array | None]:
    """A block's pieces, all members in one: row of each, its columns, their values if any.

    Rows and columns are counted through all members. Beyond a member's last piece there are empty
    ones of its last row.
    """
    members, height = rows.ends.shape
    order = number * BLOCK + jnp.arange(BLOCK)
    place = jax.vmap(lambda ends: jnp.searchsorted(ends, order, side="right"))(rows.ends)
    there = place < height
    place = jnp.minimum(place, height - 1)
    piece = jnp.where(there, jnp.take_along_axis(rows.shift, place, axis=1) + order, 0).reshape(-1)
    member = jnp.repeat(jnp.arange(members), BLOCK, total_repeat_length=members * BLOCK)
    columns = rows.table.columns.at[piece].get(mode="promise_in_bounds")
    values = rows.table.values
    return (
        place.reshape(-1) + member * height,
        columns + member[:, None] * fan_in,
        None if values is None else values.at[piece].get(mode="promise_in_bounds"),
    )
