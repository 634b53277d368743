"""The metrics that have names of ours, computed with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from sweeps.metrics.predictions import Predictions

Compute = Callable[[Predictions], float | None]


def computed(name: str, given: Predictions) -> float | None:
    """The metric of that name in `catalog.METRICS`; None where it means nothing on such rows.

    F1, precision and recall are those of class 1 where there are two classes, else the mean over
    all classes; a class that is never predicted, or never there, counts 0.
    """
    return _COMPUTED[name](given)


def _of_classes(name: str, given: Predictions) -> float:
    from sklearn import metrics

    binary = given.classes == 2
    score = getattr(metrics, f"{name}_score")(
        given.true,
        given.predicted,
        labels=None if binary else np.arange(given.classes),
        average="binary" if binary else "macro",
        zero_division=0,
    )
    return float(score)


def _balanced_accuracy(given: Predictions) -> float:
    """The mean recall of the classes that occur, as scikit-learn's `balanced_accuracy_score`."""
    from sklearn.metrics import recall_score

    present = np.unique(given.true)
    return float(recall_score(given.true, given.predicted, labels=present, average="macro"))


def _auc(given: Predictions) -> float | None:
    """The area under the ROC curve: of class 1 of two, else the mean of each class against all.

    Classes that do not occur are left out; where a single one occurs there is no curve.
    """
    from sklearn.metrics import roc_auc_score

    present = np.unique(given.true)
    if len(present) < 2:
        return None
    chosen = (1,) if given.classes == 2 else present
    areas = [roc_auc_score(given.true == one, given.probabilities[:, one]) for one in chosen]
    return float(np.mean(areas))


def _accuracy(given: Predictions) -> float:
    return float(np.mean(given.true == given.predicted))


def _mae(given: Predictions) -> float:
    return float(np.mean(np.abs(given.true - given.predicted)))


def _mse(given: Predictions) -> float:
    return float(np.mean(np.square(given.true - given.predicted)))


def _rmse(given: Predictions) -> float:
    """Of several targets the mean of each one's, as scikit-learn's `root_mean_squared_error`."""
    each = np.mean(np.square(given.true - given.predicted), axis=0)
    return float(np.mean(np.sqrt(each)))


def _r2(given: Predictions) -> float | None:
    """Of several targets the mean of each one's; a single row has nothing to be explained."""
    from sklearn.metrics import r2_score

    return float(r2_score(given.true, given.predicted)) if len(given.true) > 1 else None


_COMPUTED: Mapping[str, Compute] = {
    "accuracy": _accuracy,
    "mae": _mae,
    "f1": partial(_of_classes, "f1"),
    "precision": partial(_of_classes, "precision"),
    "recall": partial(_of_classes, "recall"),
    "auc": _auc,
    "balanced_accuracy": _balanced_accuracy,
    "r2": _r2,
    "mse": _mse,
    "rmse": _rmse,
}
