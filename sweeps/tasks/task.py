"""What a task is: a table of rows, split into train and test, and a scaler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Raw = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Kind = Literal["classification", "regression"]
Head = Literal["softmax", "sigmoid", "linear"]


@dataclass(frozen=True)
class Rows:
    """A task's rows before scaling. x: (rows, features) float64; y: (rows,) class numbers."""

    x_train: Raw
    y_train: Labels
    x_test: Raw
    y_test: Labels


@dataclass(frozen=True)
class Part:
    """Scaled rows of one split. x: (rows, features) float32; y: (rows,) int64."""

    x: Array
    y: Labels


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

    def scaled(self, fitted_on: Raw, *parts: Raw) -> tuple[Array, ...]:
        """The parts, scaled (and filled) by what is learned from `fitted_on` only."""

    def digest(self) -> str:
        """A hash of all rows before splitting, as 16 hex digits."""


def head_of(task: Task) -> Head:
    """The output layer that fits a task: two classes may be told apart by a single output."""
    if task.kind == "regression":
        return "linear"
    return "sigmoid" if task.outputs == 1 else "softmax"
