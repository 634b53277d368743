"""What a fitted estimator is worth on a split."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.metrics.scoring import extra_metrics
from sweeps.problem import Problem
from sweeps.tasks.task import Part
from sweeps.trainers.measures import MOST_CLASSES, confusion
from sweeps.user_code.user_code import UserCodeError

Array = npt.NDArray[Any]
Matrix = tuple[tuple[int, ...], ...]


def judged(
    estimator: Any, part: Part, prefix: str, problem: Problem
) -> tuple[dict[str, float], Matrix | None]:
    """The figures under their names with that prefix, and the confusion matrix of few classes.

    Of classes: `accuracy` of what `predict` says, `loss` the mean negative logarithm of the true
    class's probability where there is a `predict_proba`. Of numbers: `mae`, and `loss` the mean
    squared error. And what the sweep's `evaluate.metrics` name.
    """
    if problem.task.kind == "regression":
        return _regression(estimator, part, prefix, problem), None
    return _classification(estimator, part, prefix, problem)


def _regression(estimator: Any, part: Part, prefix: str, problem: Problem) -> dict[str, float]:
    predicted = np.asarray(estimator.predict(part.x), np.float64)
    if predicted.size != part.y.size:
        raise UserCodeError(f"predict gave {predicted.shape} for targets {part.y.shape}")
    predicted = predicted.reshape(part.y.shape)
    errors = predicted - part.y
    figures = {
        f"{prefix}mae": float(np.abs(errors).mean()),
        f"{prefix}loss": float(np.square(errors).mean()),
    }
    return figures | extra_metrics(problem, part.y, predicted, prefix)


def _classification(
    estimator: Any, part: Part, prefix: str, problem: Problem
) -> tuple[dict[str, float], Matrix | None]:
    classes = max(2, problem.task.outputs)
    predicted = _classes_of(estimator.predict(part.x), classes, len(part.y))
    figures = {f"{prefix}accuracy": float((predicted == part.y).mean())}
    if hasattr(estimator, "predict_proba"):
        outputs = _spread(estimator, np.asarray(estimator.predict_proba(part.x)), classes)
        figures[f"{prefix}loss"] = _log_loss(part.y, outputs)
    else:
        outputs = _scores(estimator, part.x, predicted, classes)
    figures |= extra_metrics(problem, part.y, outputs, prefix, said=predicted)
    few = classes <= MOST_CLASSES
    return figures, confusion(part.y, predicted, classes) if few else None


def _classes_of(predicted: Any, classes: int, rows: int) -> Array:
    """(rows,) class numbers. Raises UserCodeError for anything else that `predict` may give."""
    found = np.asarray(predicted).reshape(-1)
    numbers = found.dtype.kind in "iufb" and len(found) == rows and bool(np.isfinite(found).all())
    if not numbers or (np.rint(found) != found).any():
        raise UserCodeError("predict gave no class numbers: the task wants a classifier")
    labels = found.astype(np.int64)
    if labels.min(initial=0) < 0 or labels.max(initial=0) >= classes:
        odd = labels[(labels < 0) | (labels >= classes)][0]
        raise UserCodeError(f"predict gave class {odd}, and the task has {classes}")
    return labels


def _spread(estimator: Any, columns: Array, classes: int) -> Array:
    """(rows, classes): 0 for classes that the training rows lacked."""
    present = getattr(estimator, "classes_", np.arange(classes))
    if columns.ndim != 2 or columns.shape[1] != len(present):
        raise UserCodeError(f"predict_proba gave {columns.shape} for {len(present)} classes")
    spread = np.zeros((len(columns), classes))
    spread[:, np.asarray(present, np.int64)] = columns
    return spread


def _log_loss(true: Array, probabilities: Array) -> float:
    """As `sklearn.metrics.log_loss`: probabilities are at least the smallest step of float64."""
    smallest = np.finfo(np.float64).eps
    chosen = probabilities[np.arange(len(true)), true]
    return float(-np.log(np.clip(chosen, smallest, 1 - smallest)).mean())


def _scores(estimator: Any, x: Any, predicted: Array, classes: int) -> Array:
    """Something like probabilities for an estimator without: they rank rows, and mean no more.

    The `decision_function` through a logistic function or a softmax; without one, 1 for the
    predicted class, so that an AUC is that of a single threshold. Scores of pairs of classes are
    none of classes.
    """
    if hasattr(estimator, "decision_function"):
        scores = np.asarray(estimator.decision_function(x), np.float64)
        if scores.ndim == 1:
            positive = 0.5 * (1 + np.tanh(0.5 * scores))
            return _spread(estimator, np.stack([1 - positive, positive], axis=1), classes)
        of_each = scores.shape[1] == len(getattr(estimator, "classes_", ()))
        if of_each and not _compares_pairs(estimator):
            shares = np.exp(scores - scores.max(axis=1, keepdims=True))
            return _spread(estimator, shares / shares.sum(axis=1, keepdims=True), classes)
    return np.eye(classes)[predicted]


def _compares_pairs(estimator: Any) -> bool:
    """Whether a support vector machine's scores are those of pairs: three classes have three."""
    return any(
        name.rpartition("__")[2] == "decision_function_shape" and value == "ovo"
        for name, value in estimator.get_params(deep=True).items()
    )
