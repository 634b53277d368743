"""A study's baselines: scikit-learn estimators on the rows that the networks are trained on."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sweeps.sweep import TaskChoice
from sweeps.tasks.choose import task_for
from sweeps.tasks.task import Kind, Part, Task

Scores = Mapping[int, Mapping[str, float]]
"""By split (0 is the task's own): figures by the names that a network's have."""


@dataclass(frozen=True)
class Baseline:
    """An estimator, `module:class` and its options, and the task that it is fitted on.

    With `folds` it is cross-validated on the train rows of split 0, in scikit-learn's own folds;
    without, it is fitted on the train rows and judged on the test rows of as many splits as there
    are repeats. `seconds` is what one of them took where it was measured, see `Study`.
    """

    name: str
    title: str
    estimator: str
    task: TaskChoice
    options: Mapping[str, Any] = field(default_factory=dict)
    folds: int = 0
    repeats: int = 1
    seconds: float = 0.0

    def scores(self, repeats: int | None) -> Scores:
        """Fit and judge it. None: on as many splits as the study says."""
        from sklearn.exceptions import ConvergenceWarning

        task = task_for(self.task)
        with warnings.catch_warnings():
            # Published settings may stop short; how far that gets is the figure.
            warnings.simplefilter("ignore", ConvergenceWarning)
            if self.folds:
                return {0: self._cross_validated(task)}
            return {split: self._fitted(task, split) for split in range(repeats or self.repeats)}

    def _cross_validated(self, task: Task) -> dict[str, float]:
        from sklearn.model_selection import cross_validate

        rows = task.rows(0)
        (x,) = task.scaled(rows.x_train, rows.x_train)
        found = cross_validate(self._made(), x, rows.y_train, cv=self.folds)
        measure = "accuracy" if task.kind == "classification" else "r2"
        return {f"val_{measure}": float(found["test_score"].mean())}

    def _fitted(self, task: Task, split: int) -> dict[str, float]:
        rows = task.rows(split)
        x_train, x_test = task.scaled(rows.x_train, rows.x_train, rows.x_test)
        train, test = Part(x_train, rows.y_train), Part(x_test, rows.y_test)
        model = self._made().fit(train.x, train.y)
        return {
            **_judged(model, train, task.kind, "train_"),
            **_judged(model, test, task.kind, "test_"),
        }

    def _made(self) -> Any:
        module, _, name = self.estimator.partition(":")
        return getattr(importlib.import_module(module), name)(**self.options)


def _judged(model: Any, part: Part, kind: Kind, prefix: str) -> dict[str, float]:
    """Accuracy, or mean absolute error and mean squared error (the loss of a regression)."""
    predicted = model.predict(part.x)
    if kind == "classification":
        return {f"{prefix}accuracy": float((predicted == part.y).mean())}
    away = predicted.reshape(len(part.y), -1) - part.y.reshape(len(part.y), -1)
    return {f"{prefix}mae": float(abs(away).mean()), f"{prefix}loss": float((away**2).mean())}
