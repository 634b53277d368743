"""Activations of hidden layers, as Keras defines them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import jax

Activation = Callable[[jax.Array], jax.Array]

ACTIVATIONS: Mapping[str, Activation] = {
    "relu": jax.nn.relu,
    "tanh": jax.numpy.tanh,
    "sigmoid": jax.nn.sigmoid,
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "gelu": partial(jax.nn.gelu, approximate=False),  # Keras's default is the exact one
    "softplus": jax.nn.softplus,
    "swish": jax.nn.silu,
}
