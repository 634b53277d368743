"""`optimizer`: the rule that turns gradients into updates, by its Keras name.

    optimizer: [adam, sgd]

Or with parameters of its own; what is not given has Keras's default.

    optimizer:
      adam: {beta_1: [0.9, 0.95]}
      sgd: {momentum: {low: 0.0, high: 0.99}, nesterov: true}
"""

from __future__ import annotations

from search_spaces.quantities import Flag, Real
from search_spaces.section import Group, Part, Section

_MOVING_AVERAGE = Real(minimum=0, below=1)
_SMALL = Real(above=0)
_ADAM = {"beta_1": _MOVING_AVERAGE, "beta_2": _MOVING_AVERAGE, "epsilon": _SMALL}

KINDS = {
    "adam": Group(_ADAM),
    "adamw": Group({"weight_decay": Real(minimum=0), **_ADAM}),
    "sgd": Group({"momentum": _MOVING_AVERAGE, "nesterov": Flag()}),
    "rmsprop": Group({"rho": _MOVING_AVERAGE, "momentum": _MOVING_AVERAGE, "epsilon": _SMALL}),
    "adagrad": Group({"initial_accumulator_value": Real(minimum=0), "epsilon": _SMALL}),
}


def read(section: Section) -> list[Part]:
    """`optimizer`, and the parameters of its kinds such as `optimizer.sgd.momentum`."""
    return section.kinds(KINDS)
