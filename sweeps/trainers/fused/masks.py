"""Dropout masks: a function of seed, step, row and unit, and of no array's size."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.extend.random import threefry2x32_p

Array = jax.Array


def dropout_scale(seed: Array, step: Array, rate: Array, rows: int, units: int) -> Array:
    """What activations (rows, units) are multiplied by: 0 with probability `rate`, else 1/(1-rate).

    `seed` is the layer's and `step` the number of the training step, both uint32. Each entry is a
    number of its own of the counter-based generator Threefry (Salmon et al., 2011), so padding
    rows or units leaves the others' masks as they are.
    """
    shape = (rows, units)
    row = jax.lax.broadcasted_iota(jnp.uint32, shape, 0)
    unit = jax.lax.broadcasted_iota(jnp.uint32, shape, 1)
    keys = (jnp.broadcast_to(key, shape) for key in (seed, step))
    bits, _ = threefry2x32_p.bind(*keys, row, unit)  # type: ignore[no-untyped-call]
    uniform = (bits >> 8).astype(jnp.float32) * jnp.float32(2**-24)
    return jnp.where(uniform >= rate, 1 / (1 - rate), 0)
