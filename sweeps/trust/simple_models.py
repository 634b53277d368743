"""Measures a simple model on the rows that every trial has: what a search has to beat."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from sweeps.problem import Problem
from sweeps.sweep import Split
from sweeps.tasks.inputs import is_sparse
from sweeps.tasks.no_rows import NoRows
from sweeps.tasks.task import Data
from sweeps.tasks.task import Part as Rows
from sweeps.trainers.admission import rows_of
from sweeps.trainers.estimators.counting import parameters_of
from sweeps.trainers.estimators.fitting import fitted, noted_warnings
from sweeps.trainers.estimators.judging import judged
from sweeps.trainers.own.fits import FailedError
from sweeps.trial import Failure, Part
from sweeps.trust.baseline import Baseline
from sweeps.trust.plain_rows import plain, preparation, vocabulary_of
from sweeps.user_code.user_code import UserCodeError

ONE_FIT = 1.5e10
"""Numbers multiplied at most, twenty steps for the pictures of Fashion-MNIST: three seconds."""

LEAST_STEPS, MOST_STEPS = 20, 1000
PATIENCE = 60.0
"""Seconds after which no further part is begun: somebody waits for the end of the sweep."""

HISTORY = 10
"""Gradients that the solver (L-BFGS) looks back at, each as large as all coefficients."""

LARGE = 3000
"""Columns and rows from which a ridge regression is solved step by step."""

NAMES = {"classification": "logistic regression", "regression": "ridge regression"}


def measure(problem: Problem) -> Baseline | None:
    """A linear model on the rows of the search's folds and repeats and of the confirmation's.

    It is judged as the trials are, under the same names. None where there are no rows. A part that
    cannot be is one with an error: rows of a single class, a metric of which a linear model knows
    nothing; so is what would be begun after `PATIENCE`. Each part is deterministic, and nothing is
    tuned: C and alpha are 1, on scaled columns.
    """
    if isinstance(problem.task, NoRows):
        return None
    ends = time.monotonic() + PATIENCE
    measured: dict[tuple[int, int], Part] = {}
    parts = []
    for repeat, fold in _places(problem):
        rows = problem.draw_of(repeat), fold
        if rows not in measured:
            late = time.monotonic() > ends
            measured[rows] = _late(fold, repeat) if late else _part(problem, fold, repeat)
        one = measured[rows]
        parts.append(Part(fold, repeat, one.metrics, {}, one.seconds, one.confusion, one.error))
    return Baseline(NAMES[problem.task.kind], tuple(parts))


def _places(problem: Problem) -> list[tuple[int, int]]:
    evaluate = problem.evaluate
    more = evaluate.confirm_repeats if evaluate.confirm_top else 0
    folds = range(max(1, evaluate.folds))
    return [(repeat, fold) for repeat in range(evaluate.repeats + more) for fold in folds]


def _late(fold: int, repeat: int) -> Part:
    late = Failure("timed_out", f"not begun: the parts before it took {PATIENCE:g} s")
    return Part(fold, repeat, {}, {}, 0.0, error=late)


def _part(problem: Problem, fold: int, repeat: int) -> Part:
    """The model fitted and judged on one part's rows."""
    began = time.perf_counter()
    data = rows_of(fold, repeat, problem)
    found = data if isinstance(data, Failure) else _measured(problem, data)
    seconds = time.perf_counter() - began
    if isinstance(found, Failure):
        return Part(fold, repeat, {}, {}, seconds, error=found)
    return Part(fold, repeat, found, {}, seconds)


def _measured(problem: Problem, data: Data) -> Mapping[str, float] | Failure:
    try:
        with noted_warnings({}):
            figures = _figures(problem, data)
    except FailedError as error:
        return error.failure
    except UserCodeError as error:
        return error.failure
    # What libraries raise for rows that are no table of numbers, whatever they are.
    except (ValueError, TypeError, LookupError, ArithmeticError, MemoryError) as error:
        return Failure("bad_configuration", f"{type(error).__name__}: {error}")
    metric = problem.objective.metric
    if not math.isfinite(figures.get(metric, math.nan)):
        return Failure("bad_configuration", f"a linear model has no {metric}")
    return {name: value for name, value in figures.items() if math.isfinite(value)}


def _figures(problem: Problem, data: Data) -> dict[str, float]:
    """What the model is worth on the rows that decide and on the others, training rows left out.

    And how many rows each split has, and how many numbers the model has learned.
    """
    vocabulary = vocabulary_of(problem.task, data.train.x)
    splits: dict[Split, Rows | None] = {"train": data.train, "val": data.val, "test": data.test}
    given = {
        split: Rows(plain(rows.x, vocabulary), rows.y, rows.weights)
        for split, rows in splits.items()
        if rows is not None and len(rows.y)
    }
    model = _model(problem, given["train"].x)
    fitted(model, given["train"], "a linear model")
    figures = {f"{split}_rows": float(len(rows.y)) for split, rows in given.items()}
    for split, rows in given.items():
        if split != "train" or problem.objective.split == "train":
            figures |= judged(model, rows, f"{split}_", problem)[0]
    parameters = parameters_of(model)
    return figures if parameters is None else figures | {"parameters": parameters}


def _model(problem: Problem, x: Any) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline

    if problem.task.kind == "classification":
        model = LogisticRegression(max_iter=_steps(problem, x))
    else:
        model = Ridge(solver="lsqr" if min(x.shape) > LARGE else "auto")
    return make_pipeline(preparation(x), model)


def _steps(problem: Problem, x: Any) -> int:
    """How many steps there is time for, by what a step multiplies: the same on every machine."""
    numbers = x.nnz if is_sparse(x) else math.prod(x.shape)
    each = 2.0 * (numbers + HISTORY * x.shape[1]) * problem.task.outputs
    return max(LEAST_STEPS, min(MOST_STEPS, int(ONE_FIT / max(1.0, each))))
