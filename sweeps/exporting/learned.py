"""What a task's preparation has learned from its training rows, as plain data for new rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from sweeps.exporting.inputs import PIPELINE, InputsSpec
from sweeps.exporting.kept_estimators import kept
from sweeps.tasks.boston_housing import BostonHousing
from sweeps.tasks.inputs import is_sparse
from sweeps.tasks.penguins import Penguins
from sweeps.tasks.table import Table
from sweeps.tasks.task import Inputs, Task
from sweeps.tasks.user_rows import UserRows

MOST_COLUMNS = 1000
"""Rows of more numbers are no table that anybody writes."""


@runtime_checkable
class WordyTask(Protocol):
    """A task some of whose columns stand for words."""

    @property
    def words(self) -> Mapping[str, Mapping[str, float]]:
        """By column, the number of each word."""


def spec_of(task: Task, fitted_on: Inputs, folder: Path) -> InputsSpec:
    """How a task's rows are prepared, as learned from `fitted_on`; a pipeline is kept in `folder`.

    Raises UnexportableError for a pipeline that cannot be kept.
    """
    if isinstance(task, Table):
        return _of_table(task, fitted_on, folder)
    if isinstance(task, UserRows) and task.kept.columns:
        columns = tuple(asdict(column) for column in task.kept.columns)
        kept(task.pipeline(fitted_on), folder / PIPELINE, "the preprocessing of the rows")
        return InputsSpec("table", (len(task.features),), columns=columns)
    shape = tuple(int(size) for size in fitted_on.shape[1:])
    if is_sparse(fitted_on):
        return InputsSpec("arrays", shape, sparse=True)
    found = _affine(task, fitted_on) if len(shape) == 1 else None
    if found is None or is_prepared_beforehand(task):
        return InputsSpec("arrays", shape)
    if isinstance(task, UserRows) or shape[0] > MOST_COLUMNS:
        return found
    words = task.words if isinstance(task, WordyTask) else {}
    return replace(
        found,
        form="columns",
        names=tuple(task.features),
        words={name: dict(numbers) for name, numbers in words.items()},
    )


def is_prepared_beforehand(task: Task) -> bool:
    """Whether rows come scaled by figures of their own split, which new rows do not have.

    So do those of studies whose way of scaling is repeated as it was published.
    """
    return isinstance(task, Penguins | BostonHousing) and task.preprocessing == "published"


def _of_table(task: Table, fitted_on: Any, folder: Path) -> InputsSpec:
    columns = tuple(asdict(column) for column in task.content.columns)
    source = asdict(task.source)
    if task.preprocessing == "none":
        return InputsSpec("table", (len(task.features),), columns=columns, source=source, raw=True)
    kept(task.pipeline(fitted_on), folder / PIPELINE, "the table's preprocessing")
    return InputsSpec("table", (len(task.features),), columns=columns, source=source)


def _affine(task: Task, fitted_on: Any) -> InputsSpec | None:
    """Of each column, what is added after it was multiplied, and what a missing value becomes.

    Found by asking the task, and held against its own rows; None where it does something else.
    """
    rows = task.rows(0).x_test
    if not isinstance(rows, np.ndarray) or rows.dtype.kind not in "fiub":
        return None
    # Far apart, or float32 would leave little of the difference.
    low, high = np.nanmin(fitted_on, axis=0), np.nanmax(fitted_on, axis=0)
    low, high = low.astype(np.float64), np.where(high > low, high, low + 1.0)
    probes = np.stack([low, high, np.full_like(low, np.nan)])
    expected, answers = task.scaled(fitted_on, rows, probes)
    at_low, at_high, filled = np.asarray(answers, np.float64)
    scale = (at_high - at_low) / (high - low)
    shift = at_low - scale * low
    found = np.where(np.isnan(rows), filled, rows * scale + shift)
    if not np.allclose(found, expected, rtol=1e-5, atol=1e-5):
        return None
    return InputsSpec(
        "arrays",
        (len(scale),),
        shift=tuple(shift.tolist()),
        scale=tuple(scale.tolist()),
        filled=tuple(None if np.isnan(one) else one for one in filled.tolist()),
    )
