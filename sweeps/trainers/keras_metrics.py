"""Metrics by the names that Keras knows them by, measured by Keras itself."""

from __future__ import annotations

import math
import sys
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.metrics.predictions import Predictions
from sweeps.trainers.tensorflow_import import load
from sweeps.user_code.user_code import UserCodeError

Array = npt.NDArray[Any]

CHUNK = 8192
"""Rows that a metric is given at once; bounds memory."""

OF_CLASSES = ("Categorical", "TopK", "OneHot")
"""What the names of metrics begin with that need a column for each class."""

_ONE_AT_A_TIME = threading.Lock()
"""Lanes are trained side by side, and the first of them to ask imports Keras."""


def measured(name: str, given: Predictions) -> float:
    """The metric of that class of Keras's, as `model.evaluate` would report it.

    Targets are one-hot where there are several outputs, but for the `Sparse…` metrics. `F1Score`
    and `FBetaScore` are the mean over the classes; from one output, that of class 1 above one half.
    Raises UserCodeError for a metric that this Keras does not have, and for one that is no finite
    number on such rows.
    """
    with _ONE_AT_A_TIME:
        metric = _metric(name, given)
        true, outputs = _pair(type(metric).__name__, given)
        try:
            for start in range(0, len(true), CHUNK):
                metric.update_state(true[start : start + CHUNK], outputs[start : start + CHUNK])
            value = np.asarray(metric.result())
        except Exception as error:
            # Keras raises whatever it likes about rows that do not suit a metric.
            message = f"{name}: Keras cannot measure it here: {type(error).__name__}: {error}"
            raise UserCodeError(message) from error
    if value.ndim or not math.isfinite(value):
        raise UserCodeError(f"{name}: Keras gives {value} for it, not a finite number")
    return float(value)


def _metric(name: str, given: Predictions) -> Any:
    keras = _keras()
    kind = getattr(keras.metrics, name, None)
    if kind is None:
        raise UserCodeError(f"{name}: Keras {keras.__version__} has no such metric")
    if issubclass(kind, keras.metrics.FBetaScore):
        return kind(average="macro", threshold=0.5 if given.outputs.shape[1] == 1 else None)
    return kind()


def _pair(name: str, given: Predictions) -> tuple[Array, Array]:
    """Targets and outputs in the shapes that the metric's class reads."""
    outputs, probabilities = (
        one.astype(np.float32) for one in (given.outputs, given.probabilities)
    )
    if given.kind == "regression":
        return given.true.reshape(outputs.shape).astype(np.float32), outputs
    if name.startswith("Sparse"):
        return given.true.astype(np.int32), probabilities
    if name == "Accuracy":
        return given.true.astype(np.int32), given.predicted.astype(np.int32)
    if given.outputs.shape[1] == 1 and not name.startswith(OF_CLASSES):
        return given.true.reshape(-1, 1).astype(np.float32), outputs
    return np.eye(given.classes, dtype=np.float32)[given.true], probabilities


def _keras() -> Any:
    """Keras on the backend that it has in this process, any of which will do."""
    if "keras" not in sys.modules:
        try:
            return load()[1]
        except RuntimeError:  # the user has chosen another one
            pass
    import keras

    return keras
