"""New rows in a file, read as the rows were that a model was trained on."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from sweeps.exporting.inputs import InputsSpec
from sweeps.tasks.table_content import read_sheet
from sweeps.tasks.table_file import Source, stamp_of

ARRAYS = (".npy", ".npz")


def rows_in(spec: InputsSpec, file: Path) -> Any:
    """A table from CSV or Parquet; an array from `.npy`, or a sparse one from SciPy's `.npz`.

    Raises SweepError or ValueError for a file that cannot be read, or is of another kind.
    """
    if file.suffix in ARRAYS:
        return _arrays(spec, file)
    if spec.form == "arrays":
        what = "`.npy`, or `.npz` as scipy.sparse.save_npz writes it" if spec.sparse else "`.npy`"
        raise ValueError(f"{file.name}: this model takes rows of {spec.shape} numbers, in {what}")
    source = _source_of(spec, str(file.absolute()))
    stamp_of(source)
    return _with_numbers(spec, read_sheet(source).frame)


def _arrays(spec: InputsSpec, file: Path) -> Any:
    if spec.form == "table" or spec.words:
        raise ValueError(f"{file.name}: this model takes a table, in CSV or Parquet")
    try:
        if file.suffix == ".npz":
            from scipy.sparse import load_npz

            return load_npz(file)
        return np.load(file, allow_pickle=False)
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{file.name} holds no array of numbers: {error}") from error


def _source_of(spec: InputsSpec, file: str) -> Source:
    """Written as the table was that the model was trained on; words are read as they stand."""
    form = "parquet" if file.endswith((".parquet", ".pq")) else "csv"
    given = dict(spec.source or {})
    given |= {"path": file, "form": form, "key": form, "missing": tuple(given.get("missing", ()))}
    words = [one["name"] for one in spec.columns if one["type"] == "categorical"]
    given["text"] = tuple(given.get("text", ()) if spec.raw else words)
    return Source(**given)


def _with_numbers(spec: InputsSpec, table: Any) -> Any:
    """Columns of nothing but gaps as numbers, which a reader takes for words."""
    import pandas

    empty = [name for name in spec.names if name in table.columns and table[name].isna().all()]
    return table.assign(**{name: pandas.to_numeric(table[name]) for name in empty})
