"""Small problems for models that somebody else wrote, and fits of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweeps.problem import Problem
from sweeps.subjects.own_code import OwnCode
from sweeps.sweep import Evaluate, Objective, SubjectChoice
from sweeps.tasks.task import Kind, Rows
from sweeps.trial import Fit, Trial
from tests.sweeps.tiny_task import TinyTask

WRITTEN = str(Path(__file__).parent / "written")


@dataclass(frozen=True)
class TwoClasses(TinyTask):
    """Red or not, from a single output."""

    @property
    def outputs(self) -> int:
        return 1

    @property
    def classes(self) -> tuple[str, ...]:
        return ("other", "red")

    def rows(self, split: int) -> Rows:
        rows = super().rows(split)
        y_train, y_test = (np.asarray(y == 0, np.int64) for y in (rows.y_train, rows.y_test))
        return Rows(rows.x_train, y_train, rows.x_test, y_test)


@dataclass(frozen=True)
class SparseRows(TinyTask):
    """The same rows in a sparse array."""

    def scaled(self, fitted_on: Any, *parts: Any) -> tuple[Any, ...]:
        from scipy.sparse import csr_array

        return tuple(csr_array(part) for part in super().scaled(fitted_on, *parts))


@dataclass(frozen=True)
class Weighted(TinyTask):
    """The same rows, of which the first class does not count."""

    def rows(self, split: int) -> Rows:
        rows = super().rows(split)
        weights = {0: 0.0, 1: 1.0, 2: 1.0}
        return Rows(rows.x_train, rows.y_train, rows.x_test, rows.y_test, class_weights=weights)


def problem_for(
    path: str,
    metric: str = "val_accuracy",
    task: TinyTask | None = None,
    kind: Kind = "classification",
    metrics: tuple[str, ...] = (),
    **options: str,
) -> Problem:
    choice = SubjectChoice("model", path, options)
    return Problem(
        task=task or TinyTask(kind=kind),
        evaluate=Evaluate(metrics=metrics),
        objective=Objective(metric),
        seed=0,
        subject=OwnCode(choice, WRITTEN),
        folder=WRITTEN,
    )


def fit_of(config: Mapping[str, Any], seed: int = 5, **changes: Any) -> Fit:
    budget = changes.pop("budget", config.get("epochs", 3))
    return Fit(Trial(0, dict(config)), fold=0, repeat=0, seed=seed, budget=budget, **changes)
