"""What stands before training, whoever trains: a recipe that can be read, rows, and metrics."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from sweeps.metrics.scoring import check_functions
from sweeps.problem import Problem
from sweeps.recipe import Recipe
from sweeps.tasks.task import Data
from sweeps.trainers.breakdown import failure_of
from sweeps.trial import Failure, Fit
from sweeps.user_code.user_code import UserCodeError

OURS = frozenset({__name__, "sweeps.data_cache", "sweeps.problem"})
"""Modules whose frames say nothing about why a task failed."""


def recipe_of(fit: Fit, problem: Problem) -> Recipe | Failure:
    """The fit's recipe, or why there is none for this problem (`bad_configuration`)."""
    try:
        recipe = Recipe.read(fit.trial.config)
        _refuse_unmeasured(recipe, problem)
    except ValueError as error:
        return Failure("bad_configuration", str(error))
    return recipe


def recipes_of(fits: Sequence[Fit], problem: Problem) -> list[Recipe | Failure]:
    """The same for many fits; one of a trial's is read for all of them."""
    read: dict[int, Recipe | Failure] = {}
    for fit in fits:
        if id(fit.trial) not in read:
            read[id(fit.trial)] = recipe_of(fit, problem)
    return [read[id(fit.trial)] for fit in fits]


def rows_of(fold: int, repeat: int, problem: Problem) -> Data | Failure:
    """The rows of a fold of a repeat, or why the task could not give them.

    `user_error` whatever the task raises, with a traceback that starts in the task; `out_of_memory`
    where it had no memory for them.
    """
    try:
        return problem.data(fold, repeat)
    except MemoryError as error:
        return failure_of(error)
    except Exception as error:  # noqa: BLE001  (the task is the user's code and may raise anything)
        message = f"{type(error).__name__}: {error} (in the rows of task {problem.task.name!r})"
        return Failure("user_error", message, _from_the_task(error))


def missing_metric(problem: Problem) -> Failure | None:
    """Why a metric of the user's own cannot be called (`user_error`), if so; imports its module."""
    try:
        check_functions(problem)
    except UserCodeError as error:
        return error.failure
    return None


def columns_of(fold: int, repeat: int, problem: Problem) -> Data | Failure:
    """As `rows_of`, for networks of dense layers: `bad_configuration` for pictures and the like."""
    data = rows_of(fold, repeat, problem)
    if isinstance(data, Failure) or data.train.x.ndim == 2:
        return data
    return Failure(
        "bad_configuration",
        f"task {problem.task.name!r}: a row has the shape {data.train.x.shape[1:]}; the built-in "
        "networks take rows of numbers: flatten them, or give a model of your own",
    )


def _from_the_task(error: Exception) -> str:
    """The traceback without the frames that lead from here to the task's code."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__name__") in OURS:
        frames = frames.tb_next
    return "".join(traceback.format_exception(error.with_traceback(frames or error.__traceback__)))


def _refuse_unmeasured(recipe: Recipe, problem: Problem) -> None:
    """Early stopping must watch something that this kind of task has."""
    if recipe.early_stopping is None:
        return
    missing = "mae" if problem.task.kind == "classification" else "accuracy"
    if recipe.early_stopping.monitor == missing:
        raise ValueError(
            f"early_stopping.monitor: {missing!r} is not measured on a {problem.task.kind} task"
        )
