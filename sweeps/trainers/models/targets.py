"""What a model is given to hit: class numbers, or one column a class where its loss wants that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.tasks.task import Data, Part, Task
from sweeps.user_code.user_code import UserCodeError


def with_targets(data: Data, model: Any, width: int | None, task: Task, path: str) -> Data:
    """The rows as the model's loss takes them.

    `width` is the model's number of outputs; None when they are no (rows, outputs).
    Classes are int64 numbers (rows,); one-hot (rows, classes) float32 where a loss of Keras's that
    is not a `sparse_…` one meets several outputs; float32 (rows,) for a single output. Numbers to
    predict are float32. Raises UserCodeError when the outputs are not as many as the task has.
    """
    _refuse_misfit(width, task, data.train, model, path)
    one_hot = task.kind == "classification" and width is not None and width > 1
    columns = width if one_hot and _wants_columns(_loss_of(model)) else None
    whole = task.kind == "classification" and width != 1

    def given(part: Part) -> Part:
        if columns is not None:
            return replace(part, y=np.eye(columns, dtype=np.float32)[part.y])
        return replace(part, y=part.y.astype(np.int64 if whole else np.float32))

    return Data(given(data.train), None if data.val is None else given(data.val), given(data.test))


def probabilities(outputs: npt.NDArray[Any], model: Any, task: Task) -> npt.NDArray[Any]:
    """The outputs, through softmax or sigmoid where the loss says that they are logits."""
    if task.kind == "regression" or not getattr(_loss_of(model), "from_logits", False):
        return outputs
    if outputs.ndim < 2 or outputs.shape[-1] == 1:
        return 0.5 * (1.0 + np.tanh(0.5 * outputs))
    powers = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _loss_of(model: Any) -> Any:
    """The loss that the model was compiled with; it may be alone in a list or a mapping."""
    loss = model.loss
    each = (
        list(loss.values() if isinstance(loss, dict) else loss)
        if isinstance(loss, dict | list | tuple)
        else [loss]
    )
    return each[0] if len(each) == 1 else loss


def _wants_columns(loss: Any) -> bool:
    """Whether this is a loss of Keras's that compares column by column; the user's own are not."""
    if isinstance(loss, str):
        return not loss.lower().startswith("sparse")
    name = getattr(loss, "__name__", None) or type(loss).__name__
    module = getattr(loss, "__module__", None) or type(loss).__module__
    return module.startswith("keras.") and not name.lower().startswith("sparse")


def _refuse_misfit(width: int | None, task: Task, train: Part, model: Any, path: str) -> None:
    if width is None or not _is_keras(_loss_of(model)):
        return
    said = f"{path}: the model has {width} output{'s' if width > 1 else ''}"
    if task.kind == "regression":
        wanted = 1 if train.y.ndim == 1 else train.y.shape[1]
        if width != wanted:
            raise UserCodeError(f"{said}, and the task {wanted} to predict")
        return
    classes = max(len(task.classes), task.outputs, 2)
    if width == 1 and classes == 2:
        return
    if width < classes:
        raise UserCodeError(f"{said}, and the task {classes} classes")


def _is_keras(loss: Any) -> bool:
    module = getattr(loss, "__module__", None) or type(loss).__module__
    return isinstance(loss, str) or module.startswith("keras.")
