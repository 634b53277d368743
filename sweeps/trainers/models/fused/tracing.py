"""A training step is traced once for each architecture: whether it can be, and what it needs."""

from __future__ import annotations

import math
import re
import traceback
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sweeps.trainers.models.fused.fingerprint import fingerprint
from sweeps.trainers.models.member import Member

MOST_KEPT = 256
LIBRARIES = frozenset({"sweeps", "keras", "jax", "numpy"})
"""Packages whose functions say nothing about which part of a model is in the way."""

ANSI = re.compile(r"\x1b\[\d*m")


@dataclass(frozen=True)
class Traced:
    """What a trace told. `refusal` says why there is none.

    `convolves` says whether there is a convolution among its operations, `bytes_each` bounds what
    a step of one member holds at once.
    """

    refusal: str | None = None
    convolves: bool = False
    bytes_each: int = 0


_KEPT: OrderedDict[Hashable, Traced] = OrderedDict()


def traced(member: Member) -> Traced:
    """What tracing the training of such a member told."""
    key = fingerprint(member)
    if key not in _KEPT:
        _KEPT[key] = _traced(member)
        if len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[key]


def _traced(member: Member) -> Traced:
    try:
        steps = step_of(member)
    except Exception as error:  # noqa: BLE001 - layers of the user's may raise anything
        return Traced(_told(error))
    found = list(_operations(steps.jaxpr))
    held = sum(_bytes(variable) for operation in found for variable in operation.outvars)
    names = {operation.primitive.name for operation in found}
    return Traced(None, "conv_general_dilated" in names, held)


def step_of(member: Member) -> Any:
    """One step of two such members on their first batch, which is then judged: a closed jaxpr."""
    import jax

    from sweeps.trainers.models.fused.epochs import Epochs, Rows
    from sweeps.trainers.models.fused.numbers import slots_of
    from sweeps.trainers.models.fused.prototype import make_ready, stacked_rows

    make_ready(member)
    epochs = Epochs(member.model, slots_of(member.model))
    batch = min(member.batch_size, len(member.data.train.y))
    rows = Rows(*stacked_rows([[_first_rows(member, batch)]]))

    def step(carry: Any, metrics: Any, one: Any, places: Any, rows: Any) -> Any:
        carry, trained = epochs.train(carry, metrics, np.True_, one, places, rows)
        before = epochs.nothing_judged(carry, metrics, one, rows, batch)
        return carry, trained, epochs.judge(carry, before, one, 0, 1, rows, batch)

    mapped = jax.vmap(step, in_axes=(0, 0, 0, 0, None))
    return jax.make_jaxpr(mapped)(*_two_of(member, epochs, batch), rows)


def _two_of(member: Member, epochs: Any, batch: int) -> Any:
    """What a step of two members takes, as shapes."""
    from sweeps.trainers.models.fused.epochs import Member as One
    from sweeps.trainers.models.fused.numbers import values_of
    from sweeps.trainers.models.fused.prototype import carry_of, fresh_metrics
    from sweeps.trainers.models.fused.shapes import shapes_of

    numbers = values_of(epochs.slots)
    one = (
        carry_of(member.model, member.model),
        fresh_metrics(member.model),
        One(numbers, np.int32(0)),
        np.zeros((1, batch), np.int32),
    )
    return shapes_of(one, 2)


def _first_rows(member: Member, batch: int) -> Any:
    from sweeps.tasks.task import Part

    train = member.data.train
    weights = None if train.weights is None else train.weights[:batch]
    return Part(train.x[:batch], train.y[:batch], weights)


def _operations(jaxpr: Any) -> Any:
    """All operations, those within loops and calls too."""
    for operation in jaxpr.eqns:
        yield operation
        for value in operation.params.values():
            for inner in value if isinstance(value, tuple | list) else (value,):
                if hasattr(inner, "eqns"):
                    yield from _operations(inner)
                elif hasattr(inner, "jaxpr") and hasattr(inner.jaxpr, "eqns"):
                    yield from _operations(inner.jaxpr)


def _bytes(variable: Any) -> int:
    shape = getattr(variable.aval, "shape", ())
    # Of two members; keys of random generators have no size of their own.
    return math.prod(shape) * getattr(variable.aval.dtype, "itemsize", 8) // 2


def _told(error: BaseException) -> str:
    """What went wrong, and in which part of the model, as far as can be told.

    Keras raises errors anew, and some of JAX's do not survive that: those before are looked at too.
    """
    every = [error]
    while (before := every[-1].__context__) is not None and before not in every:
        every.append(before)
    cause = next((one for one in reversed(every) if _where(one)), error)
    where = _where(cause)
    said = f"JAX cannot trace it for many at once: {type(cause).__name__}: {_what(cause)}"
    return f"{where}: {said}" if where else said


def _where(error: BaseException) -> str:
    """The innermost function of somebody else's than Keras's, JAX's or ours: `Layer.call`."""
    found = ""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in LIBRARIES:
            found = frame.f_code.co_qualname
    return found


def _what(error: BaseException) -> str:
    """The message's own words; Keras puts a line before them and a list of arguments after."""
    lines = [line.strip() for line in ANSI.sub("", str(error)).splitlines() if line.strip()]
    return next((line for line in lines if not line.startswith("Exception encountered")), "")
