"""Metrics that are functions of the user's own."""

from __future__ import annotations

import inspect
import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from sweeps.metrics.predictions import Predictions
from sweeps.user_code.user_code import UserCodeError, blamed, load

WANTS_PROBABILITIES = ("y_prob", "y_proba", "y_score")
"""Names of a second parameter that is given probabilities; scikit-learn's functions use them."""


_ONE_AT_A_TIME = threading.Lock()
"""Fits are trained side by side in threads, which is nothing that the user need think of."""


def called(path: str, folder: str, given: Predictions) -> float:
    """What `module:name(y_true, y_pred)` returns for these rows.

    `y_true` is (rows,) class numbers, or numbers, (rows, outputs) of several targets. `y_pred` is
    what `predict` of a scikit-learn estimator gives: class numbers, or numbers shaped like
    `y_true`. A function whose second parameter is called `y_score`, `y_prob` or `y_proba` is given
    probabilities instead: (rows, classes), or of two classes those of class 1, (rows,). So
    functions of `sklearn.metrics` can be named as they are. The arrays are the function's own, and
    a process calls one function at a time.

    Raises UserCodeError when it raises, and when it returns anything but a finite number.
    """
    function = load(path, folder)
    with _ONE_AT_A_TIME, blamed(path):
        returned = function(np.array(given.true), np.array(_second(function, given)))
        value = np.asarray(returned)
    if value.ndim or value.dtype.kind not in "iuf" or not math.isfinite(value):
        raise UserCodeError(f"{path}: it returned {_shown(returned)}, not a finite number")
    return float(value)


def _second(function: Callable[..., Any], given: Predictions) -> Any:
    parameters = list(inspect.signature(function).parameters)
    if given.kind == "regression" or parameters[1:2] not in [[one] for one in WANTS_PROBABILITIES]:
        return given.predicted
    return given.probabilities[:, 1] if given.classes == 2 else given.probabilities


def _shown(returned: object) -> str:
    text = repr(returned)
    return text if len(text) <= 60 else f"{text[:57]}..."
