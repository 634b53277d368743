"""How raw rows become what an exported model takes: from a table's columns, or as arrays.

Three forms: `table` (the user's own, through the scikit-learn pipeline that was kept), `columns`
(named numbers, each shifted and scaled) and `arrays` (as the task gives them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.exporting.kept_estimators import load_kept
from sweeps.tasks.table import inputs_from
from sweeps.tasks.table_columns import Column
from sweeps.tasks.task import Array, Inputs

Form = Literal["table", "columns", "arrays"]
PIPELINE = "preprocessing.skops"


@dataclass(frozen=True)
class InputsSpec:
    """What rows must look like, in plain data. `shape` is that of one row as the model takes it.

    `columns` are a table's, as mappings; `raw` tells that they go in as they were read. `names` are
    those of a task with columns of numbers, and `words` say which numbers stand for words in some.
    `shift`, `scale` and what stands for a missing value, `filled`, are of each number of a row;
    without them numbers go in as they are. `source` is how the user's table was written. `sparse`
    tells that the model was trained on rows of which only what is not zero was held.
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
    sparse: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a table of new rows must have; none where rows are arrays."""
        if self.form == "table":
            return tuple(one["name"] for one in self.columns if one["role"] == "input")
        return self.names


def prepared(spec: InputsSpec, rows: Any, folder: Path) -> Inputs:
    """New rows as the model takes them: from a pandas table, or an array of the task's own form.

    Columns of numbers may come as an array as well, in the order of `spec.names`. Raises ValueError
    that names what is missing or wrong.
    """
    is_table = hasattr(rows, "columns")
    if not is_table and (spec.form == "table" or spec.words):
        raise ValueError(f"rows must be a table with the columns {', '.join(spec.needed)}")
    if is_table and spec.form != "arrays":
        _refuse_missing(spec, rows)
    if len(rows) == 0 if not hasattr(rows, "shape") else rows.shape[0] == 0:
        raise ValueError("there are no rows to predict")
    if spec.form == "table":
        return rows[list(spec.needed)] if spec.raw else _through_pipeline(spec, rows, folder)
    if is_table and spec.form == "columns":
        values = np.stack([_column(spec, name, rows[name]) for name in spec.names], axis=1)
        return _scaled(spec, values)
    return _array(spec, rows)


def _refuse_missing(spec: InputsSpec, table: Any) -> None:
    for name in spec.needed:
        if name not in table.columns:
            near = suggestion(name, [str(one) for one in table.columns])
            raise ValueError(f"no column {shown(name)}; {near}")


def _through_pipeline(spec: InputsSpec, table: Any, folder: Path) -> Array:
    columns = [Column(**{**one, "categories": tuple(one["categories"])}) for one in spec.columns]
    pipeline = load_kept(folder / PIPELINE, ("numpy.dtype",))
    try:
        frame = inputs_from(tuple(columns), table)
        numbers: Array = np.asarray(pipeline.transform(frame), np.float32)
    except ValueError as error:
        # pandas goes on with advice for programmers.
        reason = str(error).partition("\n")[0].partition(" You might want")[0]
        raise ValueError(reason) from error
    return numbers


def _array(spec: InputsSpec, rows: Any) -> Inputs:
    if hasattr(rows, "indptr"):
        return _sparse(spec, rows)
    array = np.asarray(rows)
    if array.shape[1:] != spec.shape or array.dtype.kind not in "fiub":
        raise ValueError(
            f"rows of shape {array.shape[1:]} and type {array.dtype}; the model takes numbers of "
            f"shape {spec.shape}"
        )
    if spec.sparse:
        from scipy.sparse import csr_array

        return csr_array(array.astype(np.float32))
    return _scaled(spec, array.astype(np.float64 if spec.shift else np.float32))


def _sparse(spec: InputsSpec, rows: Any) -> Inputs:
    from scipy.sparse import csr_array

    if rows.shape[1:] != spec.shape:
        raise ValueError(f"rows of shape {rows.shape[1:]}; the model takes {spec.shape}")
    if not spec.sparse:
        return _array(spec, rows.toarray())
    return csr_array(rows, dtype=np.float32)


def _scaled(spec: InputsSpec, values: Any) -> Array:
    """Numbers (rows, …), missing ones filled and each scaled; raises ValueError for odd ones."""
    if spec.shift:
        scaled = values * np.asarray(spec.scale) + np.asarray(spec.shift)
        values = np.where(np.isnan(values), np.asarray(spec.filled, np.float64), scaled)
    odd = ~np.isfinite(values)
    if odd.any():
        row, *place = np.argwhere(odd)[0]
        where = spec.names[place[0]] if spec.names else f"number {', '.join(map(str, place))}"
        raise ValueError(f"row {row + 1}: {where} has no value, or an infinite one")
    numbers: Array = values.astype(np.float32)
    return numbers


def _column(spec: InputsSpec, name: str, values: Any) -> Any:
    words = spec.words.get(name)
    if words is not None:
        unknown = sorted({str(one) for one in values.dropna()} - {*words})
        if unknown and not _are_numbers(values):
            raise ValueError(f"column {shown(name)}: {suggestion(unknown[0], words)}")
        if not unknown:
            values = values.map(words).astype("float64").fillna(words.get("", np.nan))
    if not _are_numbers(values):
        raise ValueError(f"column {shown(name)} is no column of numbers")
    return values.to_numpy(np.float64)


def _are_numbers(values: Any) -> bool:
    return values.dtype.kind in "fiub"
