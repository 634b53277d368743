"""From what came of a model to the outcome of its fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.metrics.scoring import extra_metrics
from sweeps.problem import Problem
from sweeps.sweep import Split
from sweeps.trainers.measures import MOST_CLASSES, confusion
from sweeps.trainers.models.judging import parts_of
from sweeps.trainers.models.member import Fitted, Member
from sweeps.trainers.models.targets import probabilities
from sweeps.trial import Failure, Outcome
from sweeps.user_code.user_code import UserCodeError


def outcome_of(member: Member, fitted: Fitted, problem: Problem, trainer: str) -> Outcome:
    """The outcome of the fit; `trainer` is who trained it.

    A metric of the user's that fails makes a failure of it (`user_error`).
    """
    sizes = {"parameters": parameters(member.model), "epochs": float(fitted.epochs)}
    outcome = Outcome(
        fit=member.fit,
        metrics={**fitted.figures, **sizes},
        history=fitted.history,
        seconds=fitted.seconds,
        error=fitted.error,
        trainer=trainer,
        notes=fitted.notes,
    )
    if fitted.error is not None:
        return outcome
    try:
        metrics, confusion = _measured(member, fitted.outputs, problem)
    except UserCodeError as error:
        return replace(outcome, metrics=sizes, error=error.failure)
    strange = next((name for name, value in metrics.items() if not math.isfinite(value)), None)
    if strange is not None:
        failure = Failure("diverged", f"{strange} is {metrics[strange]}")
        return replace(outcome, metrics=sizes, error=failure)
    return replace(outcome, metrics={**metrics, **outcome.metrics}, confusion=confusion)


def parameters(model: Any) -> float:
    """The number of trainable parameters."""
    return float(sum(math.prod(one.shape) for one in model.trainable_variables))


def _measured(
    member: Member, outputs: Mapping[Split, npt.NDArray[Any]], problem: Problem
) -> tuple[dict[str, float], dict[str, tuple[tuple[int, ...], ...]]]:
    """Metrics besides the compiled ones, and confusion matrices, of every split.

    Accuracy, or the mean absolute error, is measured whether or not the model was compiled with it.
    """
    metrics: dict[str, float] = {}
    matrices: dict[str, tuple[tuple[int, ...], ...]] = {}
    # The task's own rows: what the model is given may be one-hot.
    data = problem.data(member.fit.fold, member.fit.repeat)
    classes = max(len(problem.task.classes), problem.task.outputs, 2)
    for split, part in parts_of(data).items():
        if split not in outputs:
            continue
        likely = probabilities(outputs[split], member.model, problem.task)
        metrics |= extra_metrics(problem, part.y, likely, f"{split}_")
        if problem.task.kind == "regression":
            if likely.size == part.y.size:
                error = np.abs(likely.reshape(part.y.shape) - part.y).mean()
                metrics.setdefault(f"{split}_mae", float(error))
            continue
        predicted = _classes(likely, len(part.y), classes)
        if predicted is None:
            continue
        metrics.setdefault(f"{split}_accuracy", float((predicted == part.y).mean()))
        if classes <= MOST_CLASSES:
            matrices[split] = confusion(part.y, predicted, classes)
    return metrics, matrices


def _classes(likely: npt.NDArray[Any], rows: int, classes: int) -> npt.NDArray[np.int64] | None:
    """Predicted class numbers from (rows, classes), (rows, 1) or (rows,); None from others."""
    if likely.size == rows:
        return (likely.reshape(-1) > 0.5).astype(np.int64)
    if likely.ndim != 2 or likely.shape[1] != classes:
        return None
    return np.asarray(likely.argmax(axis=-1), np.int64)
