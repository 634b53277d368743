"""How one tensor of weights is updated: Keras's formulas, elementwise, for one fit.

A tensor and its optimizer state travel together as a `Leaf`, `(weights, *slots)`; a step changes
slots first. Settings that a formula reads are scalars by name. Some come rounded to float32, since
Keras on TensorFlow rounds them so: of Adam's betas those in the powers are, and those in the
averages, `rest` (1 - beta), are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp

from sweeps.trainers.fused.bucket import Rule

Array = jax.Array
Leaf = tuple[Array, ...]
Slots = tuple[Array, ...]


class Moment(NamedTuple):
    """What a formula reads beside a tensor: learning rate, step from 1, settings by name."""

    rate: Array
    step: Array
    settings: Mapping[str, Array]


Remember = Callable[[Slots, Array, Moment], Slots]
"""From slots and a gradient to what the slots are after it."""


@dataclass(frozen=True)
class Update:
    """An optimizer: how its slots take in a gradient, and how weights then move.

    `remember` does the former in turns: where a slot depends on another one after the step, XLA
    would compute that one twice, from a copy of what it was before.

    `settings` names what the formulas read; those that a recipe's optimizer does not have are 0.
    `starts` says what the slots hold before the first step: a setting, or 0 where None is given.
    """

    remember: tuple[Remember, ...]
    move: Callable[[Array, Slots, Array, Moment], Array]
    settings: tuple[str, ...]
    starts: tuple[str | None, ...]


def _adam_remembers(slots: Slots, gradient: Array, now: Moment) -> Slots:
    momentum, velocity = slots
    momentum = momentum + (gradient - momentum) * now.settings["rest_1"]
    velocity = velocity + (jnp.square(gradient) - velocity) * now.settings["rest_2"]
    return momentum, velocity


def _adam_moves(weights: Array, slots: Slots, gradient: Array, now: Moment) -> Array:  # noqa: ARG001
    """AdamW where `weight_decay` is not 0; epsilon is added outside the root."""
    momentum, velocity = slots
    bias_1, bias_2 = (1 - now.settings[f"beta_{order}"] ** now.step for order in (1, 2))
    alpha = now.rate * jnp.sqrt(bias_2) / bias_1
    weights = weights - weights * (now.settings["weight_decay"] * now.rate)
    return weights - momentum * alpha / (jnp.sqrt(velocity) + now.settings["epsilon"])


def _sgd_remembers(slots: Slots, gradient: Array, now: Moment) -> Slots:
    return (slots[0] * now.settings["momentum"] - gradient * now.rate,)


def _sgd_moves(weights: Array, slots: Slots, gradient: Array, now: Moment) -> Array:
    """With momentum (0 for none), after Nesterov where `nesterov` is 1."""
    ahead = slots[0] * now.settings["momentum"] - gradient * now.rate
    return weights + jnp.where(now.settings["nesterov"] > 0, ahead, slots[0])


def _rmsprop_remembers(slots: Slots, gradient: Array, now: Moment) -> Slots:
    velocity, momentum = slots
    rho = now.settings["rho"]
    velocity = rho * velocity + (1 - rho) * jnp.square(gradient)
    return velocity, momentum


def _rmsprop_falls(slots: Slots, gradient: Array, now: Moment) -> Slots:
    """Epsilon is added inside the root."""
    velocity, momentum = slots
    fall = now.rate * gradient / jnp.sqrt(velocity + now.settings["epsilon"])
    return velocity, now.settings["momentum"] * momentum + fall


def _rmsprop_moves(weights: Array, slots: Slots, gradient: Array, now: Moment) -> Array:  # noqa: ARG001
    return weights - slots[1]


def _adagrad_remembers(slots: Slots, gradient: Array, now: Moment) -> Slots:  # noqa: ARG001
    return (slots[0] + jnp.square(gradient),)


def _adagrad_moves(weights: Array, slots: Slots, gradient: Array, now: Moment) -> Array:
    """Epsilon is added inside the root."""
    return weights - now.rate * gradient / jnp.sqrt(slots[0] + now.settings["epsilon"])


UPDATES: dict[Rule, Update] = {
    "adam": Update(
        (_adam_remembers,),
        _adam_moves,
        ("beta_1", "beta_2", "rest_1", "rest_2", "epsilon", "weight_decay"),
        (None, None),
    ),
    "sgd": Update((_sgd_remembers,), _sgd_moves, ("momentum", "nesterov"), (None,)),
    "rmsprop": Update(
        (_rmsprop_remembers, _rmsprop_falls),
        _rmsprop_moves,
        ("rho", "momentum", "epsilon"),
        (None, None),
    ),
    "adagrad": Update(
        (_adagrad_remembers,),
        _adagrad_moves,
        ("epsilon", "initial_accumulator_value"),
        ("initial_accumulator_value",),
    ),
}
