"""What the targets of the user's rows are: classes or numbers, decided by their values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sweeps.tasks.table_columns import MOST_CATEGORIES
from sweeps.tasks.table_target import MOST_WHOLE_CLASSES, Target
from sweeps.tasks.task import Kind


def target_of_rows(y: npt.NDArray[Any], said: Kind | None, names: list[str] | None) -> Target:
    """Decide what the targets are, and number the classes.

    Words, truth values and rows of a single one (`to_categorical`) are classes; so are whole
    numbers, when they count from 0 or are at most 20 different ones. `names` are for classes in
    order. Raises ValueError for what cannot be either.
    """
    kind, why = _decided(y)
    if said is not None and said != kind:
        if said == "regression" and y.dtype.kind == "U":
            raise ValueError("kind: regression, but the targets are words")
        kind, why = said, f"`kind: {said}`"
    if kind == "regression":
        return Target(kind, y.astype(np.float64), (), why)
    if y.ndim == 2:
        if not _one_hot(y):
            raise ValueError(f"the targets have shape {y.shape}, which are no classes")
        numbers, labels = y.argmax(axis=1), [str(place) for place in range(y.shape[1])]
    else:
        found, numbers = np.unique(y, return_inverse=True)
        labels = [str(label) for label in found]
    return Target(kind, numbers.astype(np.int64), _classes(labels, names), why)


def _decided(y: npt.NDArray[Any]) -> tuple[Kind, str]:
    if y.ndim == 2:
        if _one_hot(y):
            return "classification", "each row of it has a single 1"
        return "regression", f"it has {y.shape[1]} numbers a row"
    if y.dtype.kind == "U":
        return "classification", "it holds words"
    if y.dtype.kind == "b":
        return "classification", "it holds truth values"
    if y.dtype.kind == "f":
        return "regression", "it holds numbers with fractions"
    different = np.unique(y)
    count = len(different)
    if count <= MOST_CATEGORIES and different[0] == 0 and different[-1] == count - 1:
        return "classification", f"it holds the whole numbers from 0 to {count - 1:,}"
    if count <= MOST_WHOLE_CLASSES:
        return "classification", f"it holds {count:,} different whole numbers, 20 or fewer"
    return "regression", f"it holds {count:,} different whole numbers"


def _one_hot(y: npt.NDArray[Any]) -> bool:
    if y.dtype.kind == "U":
        return False
    ones = y == 1
    return bool(((y == 0) | ones).all() and (ones.sum(axis=1) == 1).all() and y.shape[1] > 1)


def _classes(labels: list[str], names: list[str] | None) -> tuple[str, ...]:
    if len(labels) < 2:
        raise ValueError(f"every target is {labels[0]}: one class only")
    if len(labels) > MOST_CATEGORIES:
        raise ValueError(f"there are {len(labels):,} classes; {MOST_CATEGORIES:,} are the most")
    if names is not None and len(names) != len(labels):
        raise ValueError(f"{len(names):,} names of classes, and {len(labels):,} classes")
    return tuple(labels if names is None else names)
