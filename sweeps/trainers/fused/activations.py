"""Activations of hidden layers, as Keras defines them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp

Activation = Callable[[jax.Array], jax.Array]

SQRT_HALF = 0.707106769084930419921875  # as TensorFlow rounds it, to float32
SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717


def gelu(sums: jax.Array) -> jax.Array:
    """Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016: the exact one, Keras's default."""
    return 0.5 * sums * jax.scipy.special.erfc(-sums * SQRT_HALF)


def selu(sums: jax.Array) -> jax.Array:
    """Klambauer et al., "Self-Normalizing Neural Networks", 2017.

    At 0, where sums are when all inputs are dropped, its slope is that of the right side, as on
    TensorFlow; `jax.nn.selu` has the left one's.
    """
    right = sums >= 0
    left = SELU_ALPHA * jnp.expm1(jnp.where(right, 0, sums))
    return SELU_SCALE * jnp.where(right, sums, left)


ACTIVATIONS: Mapping[str, Activation] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "elu": jax.nn.elu,
    "selu": selu,
    "gelu": gelu,
    "softplus": jax.nn.softplus,
    "swish": jax.nn.silu,
}
