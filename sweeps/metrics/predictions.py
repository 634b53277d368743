"""What was predicted for a split's rows, in the one shape that every metric reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.tasks.task import Kind, Targets, Task
from sweeps.user_code.user_code import UserCodeError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Predictions:
    """The truth about the rows of a split, and a network's or an estimator's outputs for them.

    `true` is (rows,) class numbers, or numbers (rows,) or (rows, outputs). `outputs` (rows,
    columns) float64 are probabilities, one column a class or a single one for class 1 of two; for a
    regression the predicted numbers. `classes` counts the classes, 0 for a regression. `said` are
    class numbers (rows,) that were predicted, where that was not by the largest probability.
    """

    kind: Kind
    true: Array
    outputs: Array
    classes: int
    said: Array | None = None

    @classmethod
    def of(cls, task: Task, y: Targets, outputs: Array, said: Array | None = None) -> Predictions:
        """Raises UserCodeError for outputs that are none for these rows: too few, or of no use."""
        found = np.asarray(outputs, np.float64)
        table = found.reshape(-1, 1) if found.ndim == 1 else found
        targets = 1 if np.ndim(y) == 1 else np.shape(y)[1]
        wanted = targets if task.kind == "regression" else max(2, task.outputs)
        columns = table.shape[1] if table.ndim == 2 else 0
        enough = columns == wanted if task.kind == "regression" else columns >= wanted
        binary = task.kind == "classification" and wanted == 2 and columns == 1
        if len(table) != len(y) or not (enough or binary):
            what = "targets" if task.kind == "regression" else "classes"
            raise UserCodeError(
                f"metrics: outputs of shape {found.shape} are no predictions for {len(y)} rows "
                f"with {wanted} {what}"
            )
        classes = 0 if task.kind == "regression" else max(2, columns)
        return cls(task.kind, np.asarray(y), table, classes, said)

    @property
    def finite(self) -> bool:
        """Whether all outputs are finite numbers."""
        return bool(np.isfinite(self.outputs).all())

    @property
    def predicted(self) -> Array:
        """What `predict` of a scikit-learn estimator gives: class numbers, or numbers like `true`.

        The likeliest class; of two classes from one output, class 1 above a probability of one
        half, as Keras counts accuracy. What was said otherwise counts instead.
        """
        if self.said is not None:
            return self.said
        if self.kind == "regression":
            return self.outputs.reshape(self.true.shape)
        if self.outputs.shape[1] == 1:
            return np.asarray(self.outputs[:, 0] > 0.5, np.int64)
        return np.asarray(self.outputs.argmax(axis=1))

    @property
    def probabilities(self) -> Array:
        """Of every class, (rows, classes)."""
        if self.outputs.shape[1] == 1:
            return np.concatenate([1 - self.outputs, self.outputs], axis=1)
        return self.outputs
