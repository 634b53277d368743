"""Rows of the user's, loaded once in a process of their own, and kept in files for all others.

The user's code may take long, end its process, or return other rows each time. So it is called once
a session: the coordinator and every worker read the same arrays.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweeps.tasks.inputs import content
from sweeps.tasks.table_columns import Column, values_as
from sweeps.tasks.table_target import Target
from sweeps.tasks.task import Inputs, Kind, Labels

META, ERROR = "meta.json", "error.json"
"""What a folder holds when its rows are whole, and when there are none."""


@dataclass(frozen=True)
class Kept:
    """All rows, tests last. `tested` counts those, 0 where they are to be drawn.

    `groups` cover all rows, or those that are not tests. `columns` are those of a pandas table.
    `scale` and `class_weights` are what the user's function said of them.
    """

    x: Inputs
    target: Target
    groups: Labels | None
    tested: int
    columns: tuple[Column, ...]
    features: tuple[str, ...]
    scale: str | None
    class_weights: str | Mapping[str, float] | None
    digest: str


def keep(rows: Kept, place: Path) -> None:
    """Write the rows into a folder; a pandas table as it is before its columns are prepared."""
    raw = rows.x
    if rows.columns:
        raw.to_parquet(place / "x.parquet", index=False)
    elif hasattr(raw, "indptr"):
        for name in ("data", "indices", "indptr"):
            np.save(place / f"x_{name}.npy", getattr(raw, name))
    else:
        np.save(place / "x.npy", raw)
    np.save(place / "y.npy", rows.target.y)
    if rows.groups is not None:
        np.save(place / "groups.npy", rows.groups)
    meta = {
        "kind": rows.target.kind,
        "why": rows.target.why,
        "classes": rows.target.classes,
        "tested": rows.tested,
        "columns": [vars(column) for column in rows.columns],
        "features": rows.features,
        "shape": list(raw.shape),
        "scale": rows.scale,
        "class_weights": rows.class_weights,
        "digest": rows.digest,
    }
    (place / META).write_text(json.dumps(meta), encoding="utf-8")


def read_kept(place: Path) -> Kept:
    """The rows in a folder; arrays stay in their files until they are sliced."""
    meta = json.loads((place / META).read_text(encoding="utf-8"))
    columns = tuple(
        Column(**{**column, "categories": tuple(column["categories"])})
        for column in meta["columns"]
    )
    kind: Kind = meta["kind"]
    groups = place / "groups.npy"
    return Kept(
        x=_inputs(place, columns, tuple(meta["shape"])),
        target=Target(kind, np.load(place / "y.npy"), tuple(meta["classes"]), meta["why"]),
        groups=np.load(groups) if groups.exists() else None,
        tested=meta["tested"],
        columns=columns,
        features=tuple(meta["features"]) or _numbered(meta["shape"]),
        scale=meta["scale"],
        class_weights=meta["class_weights"],
        digest=meta["digest"],
    )


def digest_of_rows(x: Inputs, target: Target, groups: Labels | None) -> str:
    """16 hex digits of all rows."""
    digest = hashlib.sha256()
    for values in (x, target.y, np.array(target.classes), groups):
        if values is not None:
            digest.update(content(values))
            digest.update(b"|")
    return digest.hexdigest()[:16]


def _numbered(shape: list[int]) -> tuple[str, ...]:
    return tuple(f"x{number}" for number in range(math.prod(shape[1:])))


def _inputs(place: Path, columns: tuple[Column, ...], shape: tuple[int, ...]) -> Inputs:
    if columns:
        return _table(place, columns)
    if (place / "x.npy").exists():
        return np.load(place / "x.npy", mmap_mode="r")
    from scipy.sparse import csr_array

    parts = tuple(np.load(place / f"x_{name}.npy") for name in ("data", "indices", "indptr"))
    return csr_array(parts, shape=shape)


def _table(place: Path, columns: tuple[Column, ...]) -> Any:
    import pandas

    raw = pandas.read_parquet(place / "x.parquet")
    inputs = [column for column in columns if column.role == "input"]
    return pandas.DataFrame({each.name: values_as(raw[each.name], each.type) for each in inputs})
