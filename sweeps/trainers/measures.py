"""What a trained network is worth on a split: loss, accuracy, and which classes it mixes up."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.metrics.scoring import extra_metrics
from sweeps.problem import Problem
from sweeps.trainers.program import Program
from sweeps.trainers.tensor_rows import Rows

MOST_CLASSES = 20
"""Confusion matrices are kept up to this many classes; beyond it nobody can read them."""


def accuracy_name(program: Program) -> str:
    """`accuracy`, or `mae` (mean absolute error) for a regression."""
    return "accuracy" if program.blueprint.head != "linear" else "mae"


def measured(program: Program, rows: Rows, prefix: str) -> dict[str, float]:
    """Loss and accuracy on these rows, under their names with that prefix (`val_loss`)."""
    loss, measure, _ = program.predictions(rows)
    return {f"{prefix}loss": loss, f"{prefix}{accuracy_name(program)}": measure}


def judged(
    program: Program, rows: Rows, prefix: str, problem: Problem
) -> tuple[dict[str, float], tuple[tuple[int, ...], ...] | None]:
    """As `measured`, with what the sweep evaluates besides.

    The confusion matrix comes with it where there are few enough classes. Raises UserCodeError as
    `extra_metrics` does.
    """
    loss, measure, outputs = program.predictions(rows)
    figures = {f"{prefix}loss": loss, f"{prefix}{accuracy_name(program)}": measure}
    figures |= extra_metrics(problem, rows.labels, outputs, prefix)
    blueprint = program.blueprint
    if blueprint.head == "linear" or blueprint.outputs > MOST_CLASSES:
        return figures, None
    if blueprint.head == "sigmoid":
        return figures, confusion(rows.labels, (outputs[:, 0] > 0.5).astype(np.int64), 2)
    return figures, confusion(rows.labels, outputs.argmax(axis=-1), blueprint.outputs)


def confusion(
    true: npt.NDArray[Any], predicted: npt.NDArray[Any], classes: int
) -> tuple[tuple[int, ...], ...]:
    """Counts (classes, classes): rows are true classes, columns predicted ones."""
    pairs = np.bincount(true * classes + predicted, minlength=classes * classes)
    return tuple(tuple(int(count) for count in row) for row in pairs.reshape(classes, classes))
