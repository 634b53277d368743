"""Where a model's training stopped, and going on from there as if it had not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sweeps import checkpoints
from sweeps.checkpoints import CheckpointError
from sweeps.trainers.models.member import Member
from sweeps.trainers.models.watching import Watch


def taken_up(member: Member, watch: Watch) -> None:
    """Go on from the checkpoint that the fit names, if it is there and of this fit's own past.

    Otherwise training starts at epoch 0, and comes to the same result.
    """
    if member.fit.resume_from is None or not _is_all_there_is(member.model):
        return
    try:
        found = checkpoints.load(Path(member.fit.resume_from))
    except CheckpointError:
        return
    if found is None or found.state["fit"] != _fingerprint(member):
        return
    variables = _variables(member.model)
    saved = [found.arrays.get(f"variable_{at}") for at in range(len(found.arrays))]
    if found.state["epoch"] > member.fit.budget or not _matches(variables, saved):
        return
    for variable, value in zip(variables, saved, strict=True):
        variable.assign(value)
    watch.epoch = found.state["epoch"]
    watch.values = {name: list(values) for name, values in found.state["history"].items()}


def kept(member: Member, watch: Watch) -> None:
    """Write the checkpoint that the fit asks for: weights, optimizer, seeds, epoch, history.

    Raises OSError when it cannot be written.
    """
    if member.fit.save_to is None or not _is_all_there_is(member.model):
        return
    import keras

    values = [keras.ops.convert_to_numpy(one) for one in _variables(member.model)]
    arrays = {f"variable_{at}": np.asarray(value) for at, value in enumerate(values)}
    state = {"fit": _fingerprint(member), "epoch": watch.epoch, "history": dict(watch.values)}
    checkpoints.save(Path(member.fit.save_to), arrays, state)


def _variables(model: Any) -> list[Any]:
    """All that training changes: weights, running means, seeds of dropout, the optimizer's own."""
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]


def _is_all_there_is(model: Any) -> bool:
    """Whether `_variables` are all: a training step of the user's may have optimizers besides.

    Keras does not know of those; such a model is trained from epoch 0.
    """
    import keras

    kinds = keras.optimizers.Optimizer
    return not any(
        isinstance(one, kinds) and one is not model.optimizer for one in vars(model).values()
    )


def _matches(variables: Sequence[Any], saved: Sequence[Any]) -> bool:
    return len(variables) == len(saved) and all(
        value is not None and tuple(one.shape) == value.shape
        for one, value in zip(variables, saved, strict=True)
    )


def _fingerprint(member: Member) -> list[Any]:
    """What must be equal for a checkpoint to be this fit's own past."""
    import keras

    config = json.dumps(dict(member.fit.trial.config), sort_keys=True)
    rows = len(member.data.train.y)
    return [str(member.fit.seed), config, member.batch_size, rows, keras.backend.backend()]
