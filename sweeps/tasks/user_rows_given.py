"""What a function of the user's returned for rows, checked and put into one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.tasks.task import Inputs

SHORT = {"x": "x_train", "y": "y_train"}
EXTRAS = ("class_weights", "classes", "scale")
KEYS = (
    "x",
    "y",
    "x_train",
    "y_train",
    "x_test",
    "y_test",
    "groups",
    *EXTRAS,
)
FORMS = "((x_train, y_train), (x_test, y_test)), (x, y), or a dict of them by these names"


@dataclass(frozen=True)
class Given:
    """Rows as they were returned: all of them, tests last.

    `tested` counts the test rows, 0 where they are still to be drawn. `groups` are those of the
    rows that are not tests. `extras` are what else a dict said: class_weights, classes, scale.
    """

    x: Inputs
    y: npt.NDArray[Any]
    tested: int
    groups: npt.NDArray[Any] | None
    extras: Mapping[str, Any]


def given_rows(returned: object) -> Given:
    """Read what was returned. Raises ValueError that says what is wrong with it."""
    named = _named(returned)
    if ("x_test" in named) != ("y_test" in named):
        raise ValueError("x_test and y_test go together: return both, or neither")
    train_x, train_y = _inputs(named, "x_train"), _targets(named, "y_train")
    _check_count("x_train", train_x.shape[0], "y_train", len(train_y))
    x, y, tested = train_x, train_y, 0
    if "x_test" in named:
        test_x, test_y = _inputs(named, "x_test"), _targets(named, "y_test")
        _check_count("x_test", test_x.shape[0], "y_test", len(test_y))
        x, y, tested = _joined(train_x, test_x), _joined_targets(train_y, test_y), len(test_y)
    groups = named.get("groups")
    if groups is not None:
        groups = np.unique(np.asarray(groups), return_inverse=True)[1].astype(np.int64)
        _check_count("groups", len(groups), "y_train", len(train_y))
    extras = {key: value for key, value in named.items() if key in EXTRAS}
    return Given(x, y, tested, groups, extras)


def _named(returned: object) -> dict[str, Any]:
    """The parts by their names in a dict; `x` and `y` are train rows until tests are drawn."""
    if isinstance(returned, Mapping):
        for key in returned:
            if key not in KEYS:
                raise ValueError(f"unknown key {shown(key)}; {suggestion(str(key), KEYS)}")
        named = {SHORT.get(str(key), str(key)): part for key, part in returned.items()}
        if not {"x_train", "y_train"} <= set(named):
            raise ValueError(f"x_train or y_train is missing: return {FORMS}")
        return named
    if isinstance(returned, tuple | list) and len(returned) == 2:
        pairs = [isinstance(part, tuple | list) and len(part) == 2 for part in returned]
        if all(pairs) and all(hasattr(part, "shape") for pair in returned for part in pair):
            (x_train, y_train), (x_test, y_test) = returned
            return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
        return {"x_train": returned[0], "y_train": returned[1]}
    raise ValueError(f"returned {type(returned).__name__}: return {FORMS}")


def _inputs(named: Mapping[str, Any], name: str) -> Inputs:
    """A pandas table, a sparse matrix of float32, or an array of numbers (rows, …)."""
    from scipy import sparse

    x = named[name]
    if hasattr(x, "iloc"):
        return x.to_frame() if x.ndim == 1 else x
    if sparse.issparse(x):
        rows = sparse.csr_array(x, dtype=np.float32)
        _check_finite(name, rows.data)
        return rows
    array = _array(x, name)
    if array.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} holds {array.dtype}, not numbers; encode it, or return a pandas table"
        )
    if array.ndim == 0 or len(array) == 0:
        raise ValueError(f"{name} has no rows")
    _check_finite(name, array)
    return array.reshape(-1, 1) if array.ndim == 1 else array


def _targets(named: Mapping[str, Any], name: str) -> npt.NDArray[Any]:
    """(rows,) labels or numbers, or (rows, outputs) numbers."""
    y = _array(named[name], name)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim not in (1, 2) or len(y) == 0:
        raise ValueError(f"{name} has shape {y.shape}: one target a row, or a row of them")
    if y.dtype.kind == "f":
        _check_finite(name, y)
    if y.dtype.kind == "O":
        y = np.array([str(label) for label in y.ravel()]).reshape(y.shape)
    if y.dtype.kind not in "biufU":
        raise ValueError(f"{name} holds {y.dtype}, which are neither labels nor numbers")
    return y


def _array(values: Any, name: str) -> npt.NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} has rows of different lengths; pad them") from error
    first = array.flat[0] if array.dtype.kind == "O" and array.size else None
    if hasattr(first, "__len__") and not isinstance(first, str):
        raise ValueError(f"{name} has rows of different lengths; pad them")
    return array


def _check_finite(name: str, values: npt.NDArray[Any]) -> None:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        row = int(np.argwhere(~np.isfinite(values))[0][0])
        what = values[row].ravel()[~np.isfinite(values[row].ravel())][0]
        raise ValueError(f"{name} has {what} in row {row + 1:,}; a pandas table may have gaps")


def _check_count(name: str, count: int, other: str, wanted: int) -> None:
    if count != wanted:
        raise ValueError(f"{name} has {count:,} rows and {other} {wanted:,}")


def _joined(train: Inputs, test: Inputs) -> Inputs:
    """Test rows below the others, both of one kind and one shape."""
    from scipy import sparse

    if hasattr(train, "iloc") and hasattr(test, "iloc"):
        import pandas

        missing = [name for name in train.columns if name not in test.columns]
        if missing:
            raise ValueError(f"x_test has no column {shown(missing[0])}, which x_train has")
        return pandas.concat([train, test[train.columns]], ignore_index=True)
    if type(train) is not type(test):
        kinds = f"{type(train).__name__} and {type(test).__name__}"
        raise ValueError(f"x_train and x_test are of two kinds: {kinds}")
    if train.shape[1:] != test.shape[1:]:
        raise ValueError(f"rows of x_train have shape {train.shape[1:]}, x_test {test.shape[1:]}")
    if sparse.issparse(train):
        return sparse.csr_array(sparse.vstack([train, test]))
    return np.concatenate([train, test])


def _joined_targets(train: npt.NDArray[Any], test: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if train.shape[1:] != test.shape[1:]:
        raise ValueError(f"y_train has shape {train.shape}, y_test {test.shape}")
    if (train.dtype.kind == "U") != (test.dtype.kind == "U"):
        raise ValueError(f"y_train holds {train.dtype} and y_test {test.dtype}")
    return np.concatenate([train, test])
