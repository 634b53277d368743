"""The metrics that have names of ours, as scikit-learn defines them.

They are written out: a pack of fits asks for thousands, and scikit-learn's checks would take as
long as the training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sweeps.metrics.predictions import Predictions

Array = npt.NDArray[Any]
Compute = Callable[[Predictions], float | None]


def computed(name: str, given: Predictions) -> float | None:
    """The metric of that name in `catalog.METRICS`; None where it means nothing on such rows.

    F1, precision and recall are those of class 1 where there are two classes, else the mean over
    all classes; a class that is never predicted, or never there, counts 0.
    """
    return _COMPUTED[name](given)


def _rates(given: Predictions, what: Literal["predicted", "there", "both"]) -> Array:
    """Of each class the right predictions, by how often it is predicted, there, or both halved."""
    pairs = given.true * given.classes + given.predicted
    counts = np.bincount(pairs, minlength=given.classes**2).reshape(given.classes, given.classes)
    there, predicted = counts.sum(axis=1), counts.sum(axis=0)
    among = {"predicted": predicted, "there": there, "both": (predicted + there) / 2}[what]
    return np.diagonal(counts) / np.where(among, among, 1)


def _of_classes(rates: Array) -> float:
    return float(rates[1] if len(rates) == 2 else rates.mean())


def _f1(given: Predictions) -> float:
    return _of_classes(_rates(given, "both"))


def _precision(given: Predictions) -> float:
    return _of_classes(_rates(given, "predicted"))


def _recall(given: Predictions) -> float:
    return _of_classes(_rates(given, "there"))


def _balanced_accuracy(given: Predictions) -> float:
    """The mean recall of the classes that occur."""
    return float(_rates(given, "there")[np.unique(given.true)].mean())


def _auc(given: Predictions) -> float | None:
    """The area under the ROC curve: of class 1 of two, else the mean of each class against all.

    Classes that do not occur are left out; where a single one occurs there is no curve.
    """
    present = np.unique(given.true)
    if len(present) < 2:
        return None
    chosen = (1,) if given.classes == 2 else present
    areas = [_area(given.true == one, given.probabilities[:, one]) for one in chosen]
    return float(np.mean(areas))


def _area(positive: Array, scores: Array) -> float:
    """How often a positive row has a larger score than a negative one, ties counted half.

    That is the area (Hanley and McNeil, Radiology 143, 1982), by the sum of the positive ranks.
    """
    _, place, ties = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    count = int(positive.sum())
    above = ranks[positive].sum() - count * (count + 1) / 2
    return float(above / (count * (len(scores) - count)))


def _accuracy(given: Predictions) -> float:
    return float(np.mean(given.true == given.predicted))


def _mae(given: Predictions) -> float:
    return float(np.mean(np.abs(given.true - given.predicted)))


def _mse(given: Predictions) -> float:
    return float(np.mean(_squares(given)))


def _rmse(given: Predictions) -> float:
    """Of several targets the mean of each one's, as scikit-learn's `root_mean_squared_error`."""
    return float(np.mean(np.sqrt(_squares(given).mean(axis=0))))


def _r2(given: Predictions) -> float | None:
    """Of several targets the mean of each one's; a single row has nothing to be explained.

    Of a target that is always the same it is 1 when predicted exactly and 0 otherwise.
    """
    if len(given.true) < 2:
        return None
    left = _squares(given).sum(axis=0)
    there = np.square(given.true - given.true.mean(axis=0)).sum(axis=0)
    varies = there > 0
    return float(np.mean(np.where(varies, 1 - left / np.where(varies, there, 1), left == 0)))


def _squares(given: Predictions) -> Array:
    squares: Array = np.square(given.true - given.predicted)
    return squares


_COMPUTED: Mapping[str, Compute] = {
    "accuracy": _accuracy,
    "mae": _mae,
    "f1": _f1,
    "precision": _precision,
    "recall": _recall,
    "auc": _auc,
    "balanced_accuracy": _balanced_accuracy,
    "r2": _r2,
    "mse": _mse,
    "rmse": _rmse,
}
