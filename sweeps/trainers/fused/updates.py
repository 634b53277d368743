"""How one tensor of weights is updated: Keras's formulas, elementwise, for one fit.

A tensor and its optimizer state travel together as a `Leaf`, `(weights, *slots)`. Settings that a
formula reads are scalars by name; some come rounded to float32, since Keras on TensorFlow rounds
them so. Of Adam's betas those in the powers are, and those in the averages, `rest` (1 - beta), are
not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from sweeps.trainers.fused.bucket import Rule

Array = jax.Array
Leaf = tuple[Array, ...]
Settings = Mapping[str, Array]
Formula = Callable[[Leaf, Array, Array, Array, Settings], Leaf]
"""From leaf, gradient, learning rate, step (counted from 1) and settings to the next leaf."""


@dataclass(frozen=True)
class Update:
    """A formula, the settings that it reads, and what its slots hold before the first step.

    A slot starts at a setting, or at 0 where None is given. Settings that a recipe's optimizer does
    not have are 0.
    """

    formula: Formula
    settings: tuple[str, ...]
    slots: tuple[str | None, ...]


def adam(leaf: Leaf, gradient: Array, rate: Array, step: Array, settings: Settings) -> Leaf:
    """Adam, and AdamW where `weight_decay` is not 0; epsilon is added outside the root."""
    weights, momentum, velocity = leaf
    beta_1, beta_2 = settings["beta_1"], settings["beta_2"]
    weights = weights - weights * (settings["weight_decay"] * rate)
    alpha = rate * jnp.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    momentum = momentum + (gradient - momentum) * settings["rest_1"]
    velocity = velocity + (jnp.square(gradient) - velocity) * settings["rest_2"]
    weights = weights - momentum * alpha / (jnp.sqrt(velocity) + settings["epsilon"])
    return weights, momentum, velocity


def sgd(leaf: Leaf, gradient: Array, rate: Array, step: Array, settings: Settings) -> Leaf:  # noqa: ARG001
    """Gradient descent with momentum (0 for none), after Nesterov where `nesterov` is 1."""
    weights, momentum = leaf
    fall = gradient * rate
    momentum = momentum * settings["momentum"] - fall
    ahead = momentum * settings["momentum"] - fall
    return weights + jnp.where(settings["nesterov"] > 0, ahead, momentum), momentum


def rmsprop(leaf: Leaf, gradient: Array, rate: Array, step: Array, settings: Settings) -> Leaf:  # noqa: ARG001
    """RMSprop; epsilon is added inside the root."""
    weights, velocity, momentum = leaf
    velocity = settings["rho"] * velocity + (1 - settings["rho"]) * jnp.square(gradient)
    fall = rate * gradient / jnp.sqrt(velocity + settings["epsilon"])
    momentum = settings["momentum"] * momentum + fall
    return weights - momentum, velocity, momentum


def adagrad(leaf: Leaf, gradient: Array, rate: Array, step: Array, settings: Settings) -> Leaf:  # noqa: ARG001
    """Adagrad; epsilon is added inside the root."""
    weights, accumulator = leaf
    accumulator = accumulator + jnp.square(gradient)
    return weights - rate * gradient / jnp.sqrt(accumulator + settings["epsilon"]), accumulator


UPDATES: dict[Rule, Update] = {
    "adam": Update(
        adam,
        ("beta_1", "beta_2", "rest_1", "rest_2", "epsilon", "weight_decay"),
        (None, None),
    ),
    "sgd": Update(sgd, ("momentum", "nesterov"), (None,)),
    "rmsprop": Update(rmsprop, ("rho", "momentum", "epsilon"), (None, None)),
    "adagrad": Update(
        adagrad, ("epsilon", "initial_accumulator_value"), ("initial_accumulator_value",)
    ),
}
