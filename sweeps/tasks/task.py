"""What a task is: a table of rows, split into train and test, and a scaler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Raw = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Inputs = Any
"""Rows of features: an array (rows, …), a SciPy `csr_array` (rows, features) or a pandas table.
What is done with whole rows of any of them stands in `sweeps.tasks.inputs`."""
Targets = npt.NDArray[Any]
"""(rows,) class numbers int64, or numbers to predict: (rows,) or (rows, outputs) floats."""
ClassWeights = Literal["balanced"] | Mapping[int, float]
Kind = Literal["classification", "regression"]
Head = Literal["softmax", "sigmoid", "linear"]


@dataclass(frozen=True)
class Rows:
    """A task's rows before scaling.

    `groups` (train rows,) numbers what must not be torn apart by folds (a patient's visits).
    `class_weights` says how much the rows of each class count in training: `balanced` as in
    scikit-learn, so that each class counts the same in all.
    """

    x_train: Inputs
    y_train: Targets
    x_test: Inputs
    y_test: Targets
    groups: Labels | None = None
    class_weights: ClassWeights | None = None


@dataclass(frozen=True)
class Part:
    """Scaled rows of one split.

    x: float32 (rows, …), or a float32 `csr_array` (rows, features); y as in `Rows`. `weights`
    (rows,) float32 say how much each row counts in the training loss, which is divided by the
    number of rows as in Keras; None: all the same.
    """

    x: Inputs
    y: Targets
    weights: Array | None = None


@dataclass(frozen=True)
class Data:
    """The rows one fit sees. `val` is None when the objective carves nothing out of train."""

    train: Part
    val: Part | None
    test: Part


class Task(Protocol):
    """Something to tune on. Tasks are frozen, small and picklable; rows are loaded on demand."""

    @property
    def name(self) -> str:
        """The MLflow experiment that its sweeps are logged under."""

    @property
    def kind(self) -> Kind:
        """Which heads, losses and metrics fit."""

    @property
    def outputs(self) -> int:
        """Number of classes, or of regression targets; 1 for two classes from one output."""

    @property
    def features(self) -> tuple[str, ...]:
        """The columns of x, in order."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the class numbers, in order; empty for a regression."""

    def rows(self, split: int) -> Rows:
        """The train/test split of that number; 0 is the task's own, others are redrawn."""

    def scaled(self, fitted_on: Any, *parts: Any) -> tuple[Inputs, ...]:
        """The parts, scaled (and filled) by what is learned from `fitted_on` only."""

    def digest(self) -> str:
        """A hash of all rows before splitting, as 16 hex digits."""


def head_of(task: Task) -> Head:
    """The output layer that fits a task: two classes may be told apart by a single output."""
    if task.kind == "regression":
        return "linear"
    return "sigmoid" if task.outputs == 1 else "softmax"
