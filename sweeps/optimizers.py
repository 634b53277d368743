"""The optimizers a recipe may name, with Keras's names and defaults."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.config_reader import AT_LEAST_ZERO, POSITIVE, SHARE, Interval


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma and Ba, 2015)."""

    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7


@dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    weight_decay: float = 0.004
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7


@dataclass(frozen=True)
class Sgd:
    """Gradient descent, with momentum if asked for."""

    momentum: float = 0.0
    nesterov: bool = False


@dataclass(frozen=True)
class RmsProp:
    """RMSprop (Tieleman and Hinton, 2012)."""

    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7


@dataclass(frozen=True)
class Adagrad:
    """Adagrad (Duchi, Hazan and Singer, 2011)."""

    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7


Optimizer = Adam | AdamW | Sgd | RmsProp | Adagrad

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "adam": Adam,
    "adamw": AdamW,
    "sgd": Sgd,
    "rmsprop": RmsProp,
    "adagrad": Adagrad,
}

WITHIN: dict[str, Interval] = {
    "beta_1": SHARE,
    "beta_2": SHARE,
    "rho": SHARE,
    "momentum": SHARE,
    "epsilon": POSITIVE,
    "weight_decay": AT_LEAST_ZERO,
    "initial_accumulator_value": AT_LEAST_ZERO,
}
