"""From a fit to a model that is ready to be trained on its rows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from search_spaces.values import shown
from sweeps.problem import Problem
from sweeps.tasks.task import Data
from sweeps.trainers.admission import rows_of
from sweeps.trainers.breakdown import failure_of
from sweeps.trainers.models.batches import dense
from sweeps.trainers.models.building import Built, built
from sweeps.trainers.models.member import Member
from sweeps.trainers.models.mishaps import own_code, path_of
from sweeps.trainers.models.targets import with_targets
from sweeps.trial import Config, Failure, Fit
from sweeps.user_code.user_code import UserCodeError, blamed

BATCH_SIZE = 32
"""Rows of a batch where no configuration says; Keras's own default."""


@dataclass(frozen=True)
class Prepared:
    """A member, how its model came to be, and the seconds that this took."""

    member: Member
    made: Built
    seconds: float


def prepared(keras: Any, fit: Fit, problem: Problem) -> Prepared | Failure:
    """The fit's model with its rows, or why there is none.

    Code of the user's that raises, and rows that cannot be had, are `user_error`; a batch size that
    is none is `bad_configuration`.
    """
    started = time.perf_counter()
    data = rows_of(fit.fold, fit.repeat, problem)
    if isinstance(data, Failure):
        return data
    try:
        batch_size = _batch_size(fit.trial.config)
        made = built(keras, own_code(problem), fit.trial.config, fit.seed)
        with blamed(path_of(problem)):
            width = _width(made.model, data)
        given = with_targets(data, made.model, width, problem.task, path_of(problem))
    except UserCodeError as error:
        return error.failure
    except MemoryError as error:
        return failure_of(error)
    except ValueError as error:
        return Failure("bad_configuration", str(error))
    member = Member(fit, made.model, given, batch_size)
    return Prepared(member, made, time.perf_counter() - started)


def _batch_size(config: Config) -> int:
    size = config.get("batch_size", BATCH_SIZE)
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise ValueError(f"batch_size: {shown(size)} is not a whole number of at least 1")
    return size


def _width(model: Any, data: Data) -> int | None:
    """The number of outputs of a model with one output (rows, outputs); None for others.

    A model that waits for rows to know its weights draws them now.
    """
    shape = getattr(model, "output_shape", None) if model.built else None
    if shape is None:
        shape = getattr(model(dense(data.train.x[:1])), "shape", None)
    if shape is None or isinstance(shape, list | dict) or len(shape) != 2:
        return None
    return shape[1] if isinstance(shape[1], int) else None
