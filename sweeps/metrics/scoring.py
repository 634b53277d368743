"""Measures what a sweep names under `evaluate.metrics`, for every trainer alike."""

from __future__ import annotations

import math
from typing import Any

import numpy.typing as npt

from sweeps.metrics import own_function, table
from sweeps.metrics.catalog import Metric, names_of
from sweeps.metrics.predictions import Predictions
from sweeps.problem import Problem
from sweeps.tasks.task import Targets
from sweeps.user_code.user_code import load


def extra_metrics(
    problem: Problem,
    y: Targets,
    outputs: npt.NDArray[Any],
    prefix: str,
    said: npt.NDArray[Any] | None = None,
) -> dict[str, float]:
    """Every metric of `problem.evaluate.metrics` on these rows, under its name with that prefix.

    `y` is as in `Rows`. `outputs` are probabilities (rows, classes), or (rows, 1) or (rows,) for
    class 1 of two; of a regression the predicted numbers, (rows,) or (rows, outputs). `said` are
    the predicted class numbers (rows,) of somebody who has other ways than the largest probability.

    A metric that means nothing on such rows is left out: the AUC where a single class occurs, R2 of
    a single row, and `loss`, which trainers measure themselves. All are NaN where an output is no
    finite number, since such a fit has diverged. Raises UserCodeError for a user's function that
    raises or returns no finite number, for a metric that Keras does not know, and for outputs of
    another shape. Packages are imported when a metric needs them.
    """
    wanted = {
        name: one for name, one in names_of(problem.evaluate.metrics).items() if name != "loss"
    }
    if not wanted:
        return {}
    given = Predictions.of(problem.task, y, outputs, said)
    if not given.finite:
        return {f"{prefix}{name}": math.nan for name in wanted}
    found = {name: _measured(metric, given, problem.folder) for name, metric in wanted.items()}
    return {f"{prefix}{name}": value for name, value in found.items() if value is not None}


def check_functions(problem: Problem) -> None:
    """Raise UserCodeError for a metric of the user's that is not there, before anything is trained.

    Imports the user's modules.
    """
    for metric in names_of(problem.evaluate.metrics).values():
        if metric.source == "user":
            load(metric.path, problem.folder)


def _measured(metric: Metric, given: Predictions, folder: str) -> float | None:
    if metric.source == "user":
        return own_function.called(metric.path, folder, given)
    if metric.source == "keras":
        from sweeps.trainers.keras_metrics import measured

        return measured(metric.path, given)
    return table.computed(metric.name, given)
