"""How many members are trained by one call."""

from __future__ import annotations

import math
from typing import Any

from sweeps.trainers.models.fused.tracing import Traced

FEW_PARAMETERS = 20_000
"""Up to here a step is so short that a core gains by taking several members at once."""

MOST_ON_CPU = 8

LEAST_LANES = 2
"""Lanes that small models are spread over on a CPU, for as many cores."""

MOST_ELSEWHERE = 128
MEMORY = 2_000_000_000
"""Bytes that the members of a lane may need at once."""


def width_of(model: Any, facts: Traced, members: int, on_cpu: bool) -> int:
    """A power of two, so that groups of other sizes find their program compiled.

    It says how a member's numbers are rounded, so it is a matter of the group and the kind of
    device alone: with more cores or fewer, in this process or in one of many, a group comes out
    the same.

    On a CPU one member at a time but for small models, whose calls are mostly overhead, and never
    several of a convolution's, which XLA then does in the slowest way it has. Elsewhere as many as
    there are, within the memory.
    """
    if not on_cpu:
        room = max(1, MEMORY // max(1, facts.bytes_each))
        return _power_of_two(min(members, MOST_ELSEWHERE), most=room)
    parameters = sum(math.prod(one.shape) for one in model.trainable_variables)
    if facts.convolves or parameters > FEW_PARAMETERS:
        return 1
    return _power_of_two(math.ceil(members / LEAST_LANES), most=MOST_ON_CPU)


def _power_of_two(members: int, most: int) -> int:
    """The least that is not below the members, if it is within the most."""
    width = 1
    while width < members and 2 * width <= most:
        width *= 2
    return width
