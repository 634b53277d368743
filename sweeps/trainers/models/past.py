"""Where a model's training stopped, and going on from there as if it had not."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sweeps import checkpoints
from sweeps.discovery.sources import sources_of
from sweeps.problem import Problem
from sweeps.trainers.models.member import Member
from sweeps.trainers.models.mishaps import UnwrittenError, own_code
from sweeps.trainers.models.watching import Watch
from sweeps.trainers.under_way import Past, marks_of, paths_of
from sweeps.trial import Fit


def taken_up(member: Member, watch: Watch, problem: Problem) -> None:
    """Go on from the latest checkpoint that the fit names, if it is there and its own past.

    Otherwise training starts at epoch 0, and comes to the same result; the watch's notes say why
    what is there was left.
    """
    paths = paths_of([member.fit])
    if not paths:
        return
    if not _is_all_there_is(member.model):
        watch.notes = begun_anew(member.fit, "a checkpoint holds one optimizer of a model's")
        return
    past = Past.of(paths, lambda: _fingerprint(member, problem))
    watch.notes = past.notes
    found = past.up_to(member.fit.budget)
    if found is None:
        return
    for at, variable in enumerate(_variables(member.model)):
        variable.assign(found.arrays[f"variable_{at}"])
    watch.epoch = found.state["epoch"]
    watch.values = {name: list(values) for name, values in found.state["history"].items()}


def begun_anew(fit: Fit, why: str) -> Mapping[str, str]:
    """For the outcome of a fit of which there never is a checkpoint: that it ought to go on."""
    return {} if fit.resume_from is None else {"not_continued": f"{why}: trained from epoch 0"}


def kept(member: Member, watch: Watch, problem: Problem, path: str) -> None:
    """Write a checkpoint there: weights, optimizer, seeds, epoch, history.

    None is written of a model of which that is not all. Raises UnwrittenError.
    """
    if not _is_all_there_is(member.model):
        return
    import keras

    values = [keras.ops.convert_to_numpy(one) for one in _variables(member.model)]
    arrays = {f"variable_{at}": np.asarray(value) for at, value in enumerate(values)}
    state = {
        "fit": _fingerprint(member, problem),
        "epoch": watch.epoch,
        "history": dict(watch.values),
    }
    try:
        checkpoints.save(Path(path), arrays, state)
    except OSError as error:
        raise UnwrittenError(error.errno, error.strerror, path) from error


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


def _fingerprint(member: Member, problem: Problem) -> list[Any]:
    """What must be equal for a checkpoint to be this fit's own past."""
    import keras

    config = json.dumps(dict(member.fit.trial.config), sort_keys=True)
    shapes = [list(variable.shape) for variable in _variables(member.model)]
    rows = [member.batch_size, *marks_of(member.data.train)]
    written = [_code(problem), keras.backend.backend()]
    return [str(member.fit.seed), config, shapes, *rows, *written]


def _code(problem: Problem) -> int | None:
    """What tells the user's module, and what it imports from the folder, from what they were.

    None where it has no file there.
    """
    path = own_code(problem).choice.path
    sources = sources_of(path.partition(":")[0], problem.folder)
    return zlib.crc32(b"\0".join(sources)) if sources else None
