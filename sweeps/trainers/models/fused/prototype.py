"""The one model of a group that is traced, and the arrays that its like start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.tasks.task import Part
from sweeps.trainers.models.fused.epochs import Carry
from sweeps.trainers.models.member import Member

Array = npt.NDArray[Any]


def make_ready(member: Member) -> None:
    """Have Keras make what it makes when `fit` first sees rows: metrics and optimizer variables."""
    train, size = member.data.train, member.batch_size
    rows = [on_device(train.x[:size]), on_device(train.y[:size])]
    if train.weights is not None:
        rows.append(on_device(train.weights[:size]))
    member.model._symbolic_build(data_batch=tuple(rows))


def fresh_metrics(model: Any) -> list[Array]:
    """What the metrics' variables of a model that is ready hold before an epoch."""
    model.reset_metrics()
    return [np.asarray(variable.value) for variable in model.metrics_variables]


def carry_of(model: Any, like: Any) -> Carry:
    """A model's variables. Those of an optimizer that has none yet are as `like`'s were made.

    An optimizer's variables start from 0 or from a setting that models of one program share, all
    but the learning rate.
    """
    ready = model.optimizer.built
    optimizer = model.optimizer if ready else like.optimizer
    held = [np.asarray(variable.value) for variable in optimizer.variables]
    if not ready:
        rate = model.optimizer._learning_rate
        for place, variable in enumerate(optimizer.variables):
            if variable is optimizer._learning_rate:
                held[place] = np.asarray(rate.value)
    return Carry(_values(model.trainable_variables), _values(model.non_trainable_variables), held)


def put_back(model: Any, carry: Carry) -> None:
    """Give a model the variables that it has come to."""
    model.optimizer.build(model.trainable_variables)
    groups = (model.trainable_variables, model.non_trainable_variables, model.optimizer.variables)
    for variables, values in zip(groups, carry, strict=True):
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def on_device(values: Any) -> Array:
    """Rows in the precision that they have on the device."""
    import jax

    array = np.asarray(values)
    return array.astype(jax.dtypes.canonicalize_dtype(array.dtype), copy=False)


def stacked_rows(parts: Sequence[Sequence[Part]]) -> tuple[Array, Array, Array | None]:
    """Inputs and targets of each data set, its splits in a row, and weights of the first split."""
    x = np.stack([np.concatenate([on_device(part.x) for part in data]) for data in parts])
    y = np.stack([np.concatenate([on_device(part.y) for part in data]) for data in parts])
    if parts[0][0].weights is None:
        return x, y, None
    return x, y, np.stack([on_device(data[0].weights) for data in parts])


def _values(variables: Sequence[Any]) -> list[Array]:
    return [np.asarray(variable.value) for variable in variables]
