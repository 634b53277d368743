"""How raw rows become what an exported model takes: from a table's columns, or as arrays.

Three forms: `table` (the user's own, through the scikit-learn pipeline that was kept), `columns`
(named numbers, each shifted and scaled) and `arrays` (as the task gives them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.tasks.table import Table, inputs_from
from sweeps.tasks.table_columns import Column
from sweeps.tasks.table_file import Source
from sweeps.tasks.task import Array, Inputs, Task

Form = Literal["table", "columns", "arrays"]
PIPELINE = "preprocessing.skops"


@runtime_checkable
class WordyTask(Protocol):
    """A task some of whose columns stand for words."""

    @property
    def words(self) -> Mapping[str, Mapping[str, float]]:
        """By column, the number of each word."""


@dataclass(frozen=True)
class InputsSpec:
    """What rows must look like, in plain data. `shape` is that of one row as the model takes it.

    `columns` are a table's, as mappings; `names` those of a task with columns of numbers, with
    `shift`, `scale` and what stands for a missing value, `filled`, of each, and `words` for those
    whose numbers stand for words. `source` is how the user's table was written.
    """

    form: Form
    shape: tuple[int, ...]
    names: tuple[str, ...] = ()
    columns: tuple[Mapping[str, Any], ...] = ()
    source: Mapping[str, Any] | None = None
    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    filled: tuple[float | None, ...] = ()
    words: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    raw: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a table of new rows must have; none where rows are arrays."""
        if self.form == "table":
            return tuple(one["name"] for one in self.columns if one["role"] == "input")
        return self.names


def spec_of(task: Task, fitted_on: Inputs, folder: Path) -> InputsSpec:
    """How a task's rows are prepared, as learned from `fitted_on`; a pipeline is kept in `folder`.

    Raises UnexportableError for a pipeline that cannot be kept.
    """
    if isinstance(task, Table):
        return _of_table(task, fitted_on, folder)
    shape = tuple(int(size) for size in fitted_on.shape[1:])
    affine = _affine(task, fitted_on) if len(shape) == 1 and len(task.features) <= 1000 else None
    if affine is None:
        return InputsSpec("arrays", shape)
    words = task.words if isinstance(task, WordyTask) else {}
    return replace(
        affine,
        shape=shape,
        names=tuple(task.features),
        words={name: dict(numbers) for name, numbers in words.items()},
    )


def _of_table(task: Table, fitted_on: Any, folder: Path) -> InputsSpec:
    columns = tuple(asdict(column) for column in task.content.columns)
    source = asdict(task.source)
    if task.preprocessing == "none":
        return InputsSpec("table", (len(task.features),), columns=columns, source=source, raw=True)
    from sweeps.trainers.refitting.estimators import kept

    kept(task.pipeline(fitted_on), folder / PIPELINE, "the table's preprocessing")
    return InputsSpec("table", (len(task.features),), columns=columns, source=source)


def _affine(task: Task, fitted_on: Any) -> InputsSpec | None:
    """Of each column, what is added after it was multiplied, and what a missing value becomes.

    Found by asking the task, and held against its own rows; None where it does something else.
    """
    rows = task.rows(0).x_test
    if not isinstance(rows, np.ndarray) or rows.dtype.kind != "f":
        return None
    probes = np.repeat([[0.0], [1.0], [np.nan]], rows.shape[1], axis=1)
    expected, answers = task.scaled(fitted_on, rows, probes)
    shift, ones, filled = np.asarray(answers, np.float64)
    scale = ones - shift
    found = np.where(np.isnan(rows), filled, rows * scale + shift)
    if not np.allclose(found, expected, rtol=1e-4, atol=1e-4):
        return None
    return InputsSpec(
        "columns",
        (),
        shift=tuple(shift.tolist()),
        scale=tuple(scale.tolist()),
        filled=tuple(None if np.isnan(one) else one for one in filled.tolist()),
    )


def prepared(spec: InputsSpec, rows: Any, folder: Path) -> Inputs:
    """New rows as the model takes them: from a pandas table, or an array of the task's own form.

    Raises ValueError that names what is missing or wrong.
    """
    if spec.form == "arrays":
        return _array(spec, rows)
    if not hasattr(rows, "columns"):
        raise ValueError(f"rows must be a table with the columns {', '.join(spec.needed)}")
    if spec.form == "columns":
        return _numbers(spec, rows)
    if spec.raw:
        return rows[list(spec.needed)]
    columns = [Column(**{**one, "categories": tuple(one["categories"])}) for one in spec.columns]
    frame = inputs_from(tuple(columns), rows)
    from skops.io import load

    pipeline = load(folder / PIPELINE, trusted=[])
    return np.asarray(pipeline.transform(frame), np.float32)


def _array(spec: InputsSpec, rows: Any) -> Inputs:
    if hasattr(rows, "indptr"):
        return rows
    array = np.asarray(rows)
    if array.shape[1:] != spec.shape or array.dtype.kind not in "fiub":
        raise ValueError(
            f"rows of shape {array.shape[1:]} and type {array.dtype}; the model takes numbers of "
            f"shape {spec.shape}"
        )
    return array.astype(np.float32)


def _numbers(spec: InputsSpec, table: Any) -> Array:
    for name in spec.names:
        if name not in table.columns:
            near = suggestion(name, [str(one) for one in table.columns])
            raise ValueError(f"no column {shown(name)}; {near}")
    values = np.stack([_column(spec, name, table[name]) for name in spec.names], axis=1)
    scaled = values * np.asarray(spec.scale) + np.asarray(spec.shift)
    filled = np.where(np.isnan(values), np.asarray(spec.filled, np.float64), scaled)
    if not np.isfinite(filled).all():
        row, column = np.argwhere(~np.isfinite(filled))[0]
        raise ValueError(f"row {row + 1}: {spec.names[column]} has no value")
    return filled.astype(np.float32)


def _column(spec: InputsSpec, name: str, values: Any) -> Any:
    words = spec.words.get(name)
    if words is not None:
        unknown = sorted({str(one) for one in values.dropna()} - {*words})
        if unknown and not _are_numbers(values):
            raise ValueError(f"column {shown(name)}: {suggestion(unknown[0], words)}")
        if not unknown:
            values = values.map(words).fillna(words.get("", np.nan))
    if not _are_numbers(values):
        raise ValueError(f"column {shown(name)} is no column of numbers")
    return values.to_numpy(np.float64)


def _are_numbers(values: Any) -> bool:
    return values.dtype.kind in "fiub"


def source_of(spec: InputsSpec, file: str) -> Source:
    """New rows in a file, written as the table was that the model was trained on."""
    form = "parquet" if file.endswith((".parquet", ".pq")) else "csv"
    given = dict(spec.source or {})
    given |= {"path": file, "form": form, "key": form}
    for name in ("missing", "text"):
        given[name] = tuple(given.get(name, ()))
    return Source(**given)
