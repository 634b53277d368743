"""How the learning rate falls while a network is fitted; all start from `learning_rate`."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.config_reader import AT_LEAST_ONE, FRACTION, POSITIVE, Interval


@dataclass(frozen=True)
class Constant:
    """The learning rate stays."""


@dataclass(frozen=True)
class Step:
    """learning_rate * drop ** floor(epoch / every_epochs), epochs counted from 0."""

    drop: float
    every_epochs: int


@dataclass(frozen=True)
class Exponential:
    """learning_rate * rate ** (step / (every_epochs * steps per epoch)), falling at every step."""

    rate: float
    every_epochs: int


@dataclass(frozen=True)
class Cosine:
    """Half a cosine from the learning rate down to `final_fraction` of it, over all epochs.

    All epochs are the recipe's, not the budget of one rung (Keras's `CosineDecay`).
    """

    final_fraction: float = 0.0


@dataclass(frozen=True)
class CosineRestarts:
    """Cosine decay with warm restarts (Keras's `CosineDecayRestarts`), counted in steps."""

    first_decay_steps: int
    period_multiplier: float = 2.0
    peak_multiplier: float = 1.0
    final_fraction: float = 0.0


Decay = Constant | Step | Exponential | Cosine | CosineRestarts

DECAYS: dict[str, type[Decay]] = {
    "constant": Constant,
    "step": Step,
    "exponential": Exponential,
    "cosine": Cosine,
    "cosine_restarts": CosineRestarts,
}

WITHIN: dict[str, Interval] = {
    "drop": POSITIVE,
    "rate": POSITIVE,
    "every_epochs": AT_LEAST_ONE,
    "first_decay_steps": AT_LEAST_ONE,
    "period_multiplier": AT_LEAST_ONE,
    "peak_multiplier": POSITIVE,
    "final_fraction": FRACTION,
}
