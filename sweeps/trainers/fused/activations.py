"""Activations of hidden layers, as Keras defines them.

ReLU, which most networks have, is built into programs of its own. Other programs have all the rest
as branches: a lane's members share an activation, and which branch it is, is data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import jax
import jax.numpy as jnp

from sweeps.trainers.fused.bucket import BUILT_IN, Bucket

Array = jax.Array
Activation = Callable[[Array], Array]

SQRT_HALF = 0.707106769084930419921875  # as TensorFlow rounds it, to float32
SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717


def gelu(sums: Array) -> Array:
    """Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016: the exact one, Keras's default."""
    return 0.5 * sums * jax.scipy.special.erfc(-sums * SQRT_HALF)


def selu(sums: Array) -> Array:
    """Klambauer et al., "Self-Normalizing Neural Networks", 2017.

    At 0, where sums are when all inputs are dropped, its slope is that of the right side, as on
    TensorFlow; `jax.nn.selu` has the left one's.
    """
    right = sums >= 0
    left = SELU_ALPHA * jnp.expm1(jnp.where(right, 0, sums))
    return SELU_SCALE * jnp.where(right, sums, left)


ACTIVATIONS: Mapping[str, Activation] = {
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "elu": jax.nn.elu,
    "selu": selu,
    "gelu": gelu,
    "softplus": jax.nn.softplus,
    "swish": jax.nn.silu,
}


def number_of(name: str) -> int:
    """The number by which a program that has them all knows an activation."""
    return list(ACTIVATIONS).index(name)


def activated(bucket: Bucket, number: Array, sums: Array) -> Array:
    """The activation of that number, elementwise."""
    if bucket.activation == BUILT_IN:
        return jax.nn.relu(sums)
    output: Array = jax.lax.switch(number, tuple(ACTIVATIONS.values()), sums)
    return output


def by_sums_of(bucket: Bucket, number: Array, sums: Array, by_output: Array) -> Array:
    """The gradient by the sums, from that by the activation's output."""

    def back(activation: Activation, sums: Array, by_output: Array) -> Array:
        found: Array = jax.vjp(activation, sums)[1](by_output)[0]
        return found

    if bucket.activation == BUILT_IN:
        return back(jax.nn.relu, sums, by_output)
    branches = [partial(back, activation) for activation in ACTIVATIONS.values()]
    by_sums: Array = jax.lax.switch(number, branches, sums, by_output)
    return by_sums
