"""A table of the user's: a CSV or Parquet file, one column of which is to be predicted."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.tasks.inputs import taken
from sweeps.tasks.table_columns import Column, values_as
from sweeps.tasks.table_content import (
    Content,
    Meaning,
    content_of,
    read_sheet,
    refuse_lone_classes,
)
from sweeps.tasks.table_file import Source, Stamp, digest_of, stamp_of
from sweeps.tasks.table_pipeline import fitted_pipeline
from sweeps.tasks.table_split import split_rows
from sweeps.tasks.task import Array, ClassWeights, Kind, Rows

NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
Preprocessing = Literal["auto", "none"]
LabelWeights = Literal["balanced"] | tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Table:
    """A table of the user's, read when its rows are first asked for.

    `test` is the share of rows to test on, unless `test_source` has them. With `preprocessing:
    none` estimators get the columns as pandas reads them. `expected` is the digest that the file
    had when the sweep began: another file than that is refused. What is read is kept in this
    process as long as the file stays as it is.
    """

    source: Source
    meaning: Meaning
    test: float = 0.2
    test_source: Source | None = None
    label_weights: LabelWeights | None = None
    preprocessing: Preprocessing = "auto"
    expected: str | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return NOT_IN_NAMES.sub("-", Path(self.source.path).stem)[:60].strip(".-_") or "table"

    @property
    def kind(self) -> Kind:
        """Classes or numbers, as the target is."""
        return self.content.target.kind

    @property
    def outputs(self) -> int:
        """The number of classes; 1 for two of them, and for a number."""
        count = len(self.classes)
        return count if count > 2 else 1

    @property
    def features(self) -> tuple[str, ...]:
        """What the inputs are after encoding: `island=Biscoe`, `age`, `age is missing`."""
        if self.preprocessing == "none":
            return tuple(self.content.raw.columns)
        return self.content.features

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels, sorted; empty for a regression."""
        return self.content.target.classes

    @property
    def content(self) -> Content:
        """The table itself. Raises SweepError for a file that is none, or not the one expected."""
        found = self.digest()
        if self.expected not in (None, found):
            raise self.source.wrong(
                f" has changed since this sweep began (its content was {self.expected}, and is "
                f"{found}): put the former file back, or run the sweep file as a new sweep"
            )
        return _content(self, self._stamps())

    def rows(self, split: int) -> Rows:
        """Train and test rows; x are pandas tables, cut anew for every split but 0 of a test file.

        Classes keep their shares and groups stay whole on both sides.
        """
        return _rows(self, self._stamps(), split)

    def scaled(self, fitted_on: Any, *parts: Any) -> tuple[Any, ...]:
        """The parts as float32 arrays (rows, inputs), by a pipeline that `fitted_on` was fitted on.

        Under `preprocessing: none` the parts as they are.
        """
        if self.preprocessing == "none":
            return parts
        pipeline = self.pipeline(fitted_on)
        return tuple(_dense(pipeline.transform(part)) for part in parts)

    def pipeline(self, fitted_on: Any) -> Any:
        """The scikit-learn pipeline, fitted on rows like `Rows.x_train`."""
        return fitted_pipeline(self.content.columns, fitted_on)

    def digest(self) -> str:
        """A hash of the file's bytes, and of the test file's where there is one."""
        return joined_digest([digest_of(stamp) for stamp in self._stamps()])

    def _stamps(self) -> tuple[Stamp, ...]:
        sources = (self.source, self.test_source)
        return tuple(stamp_of(source) for source in sources if source is not None)


def joined_digest(digests: list[str]) -> str:
    """One digest of one file or several."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("|".join(digests).encode()).hexdigest()[:16]


def inputs_from(columns: tuple[Column, ...], frame: Any) -> Any:
    """The input columns of another table, prepared as the fitted pipeline takes them.

    `columns` are those of `Content`, `frame` is as it was read. Raises ValueError for a column
    that is not there, or a value that is not of the column's type.
    """
    import pandas

    prepared = {}
    for column in columns:
        if column.role != "input":
            continue
        if column.name not in frame.columns:
            near = suggestion(column.name, [str(name) for name in frame.columns])
            raise ValueError(f"no column {shown(column.name)}; {near}")
        try:
            prepared[column.name] = values_as(frame[column.name], column.type)
        except (ValueError, TypeError) as error:
            raise ValueError(f"column {shown(column.name)}: {error}") from error
    return pandas.DataFrame(prepared, index=frame.index)


@lru_cache(maxsize=2)
def _content(table: Table, stamps: tuple[Stamp, ...]) -> Content:  # noqa: ARG001
    """The content of the files as they stood with those stamps."""
    test = None if table.test_source is None else read_sheet(table.test_source)
    found = content_of(table.meaning, read_sheet(table.source), test)
    if test is None and found.groups is None:
        refuse_lone_classes(found.target, table.source.name)
    _check_labels(table, found)
    return found


@lru_cache(maxsize=4)
def _rows(table: Table, stamps: tuple[Stamp, ...], split: int) -> Rows:  # noqa: ARG001
    found = table.content
    y, groups, total = found.target.y, found.groups, len(found.target.y)
    if found.tested and split == 0:
        train, held_out = np.arange(total - found.tested), np.arange(total - found.tested, total)
    else:
        test = found.tested or table.test
        train, held_out = split_rows(y, found.target.kind, groups, test, split)
    x = found.raw if table.preprocessing == "none" else found.inputs
    return Rows(
        taken(x, train),
        y[train],
        taken(x, held_out),
        y[held_out],
        None if groups is None else groups[train],
        _class_weights(table, found),
    )


def _dense(values: Any) -> Array:
    dense: Array = np.asarray(values, np.float32)
    return dense


def _class_weights(table: Table, found: Content) -> ClassWeights | None:
    """The weights by class number."""
    weights = table.label_weights
    if weights is None or isinstance(weights, str):
        return weights
    return {found.target.classes.index(label): weight for label, weight in weights}


def _check_labels(table: Table, found: Content) -> None:
    """Class weights need classes, and name only labels that exist."""
    path = ("task", "class_weights")
    if table.label_weights is None:
        return
    if found.target.kind == "regression":
        raise SweepError(f"{table.meaning.target} has no classes: it is a number", path)
    for label, _ in () if isinstance(table.label_weights, str) else table.label_weights:
        if label not in found.target.classes:
            near = suggestion(label, found.target.classes)
            message = f"no row is of class {shown(label)}; {near}"
            raise SweepError(message, (*path, label), about_key=True)
