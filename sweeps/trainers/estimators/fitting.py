"""`fit` of the user's estimator: row weights, and what it warns of."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sweeps.tasks.task import Part
from sweeps.trainers.own.fits import refused

WEIGHTS = "sample_weight"


def fitted(estimator: Any, train: Part, path: str) -> None:
    """Fit the estimator on the rows; targets in a single column are given without it.

    Raises FailedError, `bad_configuration`, where the task weighs its rows and the estimator takes
    no weights; and whatever `fit` raises.
    """
    y = train.y.reshape(-1) if train.y.ndim == 2 and train.y.shape[1] == 1 else train.y
    if train.weights is None:
        estimator.fit(train.x, y)
        return
    step, last = _last(estimator)
    from sklearn.utils.validation import has_fit_parameter

    if not has_fit_parameter(last, WEIGHTS):
        raise refused(
            f"class_weights: {path} ({type(last).__name__}) takes no {WEIGHTS} in its fit; "
            "leave them out"
        )
    estimator.fit(train.x, y, **{f"{step}{WEIGHTS}": train.weights})


def _last(estimator: Any) -> tuple[str, Any]:
    """The estimator, or a Pipeline's last step, and what the names of its arguments begin with."""
    steps = getattr(estimator, "steps", None)
    if not steps:
        return "", estimator
    inner, last = _last(steps[-1][1])
    return f"{steps[-1][0]}__{inner}", last


@contextmanager
def noted_warnings(notes: dict[str, str]) -> Iterator[None]:
    """Warnings within are counted, and the first is kept, as the note `warnings`."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    # What no user is meant to see is not counted: other people's plans to change something.
    met = [one for one in caught if not issubclass(one.category, _FOR_DEVELOPERS)]
    if met:
        kinds = Counter(one.category.__name__ for one in met)
        counted = ", ".join(f"{count} x {name}" for name, count in kinds.items())
        first = str(met[0].message).strip().partition("\n")[0]
        notes["warnings"] = f"{counted}; the first: {first}"


_FOR_DEVELOPERS = (DeprecationWarning, PendingDeprecationWarning, ResourceWarning)
