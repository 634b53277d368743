"""A table read and understood: prepared inputs, target, groups, and what was found on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from search_spaces.errors import Path
from search_spaces.spelling import suggestion
from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.tasks.table_columns import Column, Role, Type, typed
from sweeps.tasks.table_csv import read_csv
from sweeps.tasks.table_file import Source
from sweeps.tasks.table_parquet import read_parquet
from sweeps.tasks.table_pipeline import inputs_of
from sweeps.tasks.table_sheet import Sheet
from sweeps.tasks.table_target import Target, target_of
from sweeps.tasks.task import Kind, Labels

MOST_VALUES = 5 * 10**8
"""Inputs times rows after encoding, as float32 2 GB."""


@dataclass(frozen=True)
class Meaning:
    """What the columns of a table are for, and what is said of them."""

    target: str
    kind: Kind | None = None
    groups: str | None = None
    drop: tuple[str, ...] = ()
    types: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True)
class Content:
    """`inputs` are prepared columns, `raw` the same as they were read; all rows, tests last.

    `tested` counts the rows of a test file, 0 where there is none. `columns` are all columns, in
    the file's order, and `features` the inputs that the pipeline makes of them.
    """

    columns: tuple[Column, ...]
    features: tuple[str, ...]
    inputs: Any
    raw: Any
    target: Target
    groups: Labels | None
    tested: int


def read_sheet(source: Source) -> Sheet:
    """The table in a file; raises SweepError for what is none."""
    return read_csv(source) if source.form == "csv" else read_parquet(source)


def content_of(meaning: Meaning, sheet: Sheet, test: Sheet | None = None) -> Content:
    """What the table is, every column typed and every value looked at.

    Raises SweepError that names the column, and the row where one is to blame.
    """
    import pandas

    _check_columns(meaning, sheet)
    whole = sheet if test is None else _joined(sheet, test)
    types = dict(meaning.types)
    columns, prepared = [], {}
    for name in whole.frame.columns:
        role = _role(meaning, name)
        if role == "dropped":
            missing = int(whole.frame[name].isna().sum())
            columns.append(Column(name, "categorical", missing, role))
            continue
        said = types.get(name, "categorical" if role == "groups" else None)
        column, values = typed(whole, name, said, role)
        columns.append(column)
        if role == "input":
            prepared[name] = values
    target = target_of(whole, next(c for c in columns if c.role == "target"), meaning.kind)
    features = inputs_of(columns)
    _check_size(columns, len(features), whole)
    return Content(
        tuple(columns),
        features,
        pandas.DataFrame(prepared, index=whole.frame.index),
        whole.frame[list(prepared)],
        target,
        _groups(meaning, whole),
        0 if test is None else len(test.frame),
    )


def refuse_lone_classes(target: Target, sheet_name: str) -> None:
    """Raise SweepError for a class of a single row, which cannot be on both sides of a split."""
    counts = np.bincount(target.y) if target.classes else ()
    lone = [name for name, count in zip(target.classes, counts, strict=True) if count == 1]
    if lone:
        raise SweepError(
            f"{sheet_name}: only one row is of class {shown(lone[0])}, and a class is to be "
            "trained on and tested: leave that row out, or name a file of rows to test on",
            ("task", "target"),
        )


def _check_columns(meaning: Meaning, sheet: Sheet) -> None:
    names = list(sheet.frame.columns)
    mentioned: list[tuple[str, Path]] = [(meaning.target, ("task", "target"))]
    if meaning.groups is not None:
        mentioned.append((meaning.groups, ("evaluate", "groups")))
    mentioned += [(name, ("task", "drop", place)) for place, name in enumerate(meaning.drop)]
    mentioned += [(name, ("task", "types", name)) for name, _ in meaning.types]
    for name, path in mentioned:
        if name not in names:
            message = f"{sheet.source.name} has no column {shown(name)}; {suggestion(name, names)}"
            raise SweepError(message, path)
    if all(_role(meaning, name) != "input" for name in names):
        raise sheet.wrong(f"no column is left to predict {shown(meaning.target)} from")


def _role(meaning: Meaning, name: str) -> Role:
    if name == meaning.target:
        return "target"
    if name == meaning.groups:
        return "groups"
    return "dropped" if name in meaning.drop else "input"


def _joined(sheet: Sheet, test: Sheet) -> Sheet:
    """Both tables, one below the other; the test file may have columns besides."""
    import pandas

    for name in sheet.frame.columns:
        if name not in test.frame.columns:
            raise test.wrong(
                f"no column {shown(name)}, which {sheet.source.name} has; "
                f"{suggestion(name, list(test.frame.columns))}"
            )
        _refuse_unlike(sheet, test, name)
    frame = pandas.concat([sheet.frame, test.frame[sheet.frame.columns]], ignore_index=True)
    return JoinedSheet(frame, sheet.source, None, sheet, test)


def _refuse_unlike(sheet: Sheet, test: Sheet, name: str) -> None:
    """A column that is numbers in one file and words in the other."""
    from pandas.api.types import is_numeric_dtype

    columns = (sheet.frame[name], test.frame[name])
    if any(values.isna().all() for values in columns):
        return
    ours, theirs = ("numbers" if is_numeric_dtype(each.dtype) else "words" for each in columns)
    if ours != theirs:
        raise test.wrong(f"column {shown(name)} holds {theirs}, and {ours} in {sheet.source.name}")


@dataclass(frozen=True)
class JoinedSheet(Sheet):
    """Two tables as one; each row's place is that in its own file."""

    first: Sheet | None = None
    second: Sheet | None = None

    def place(self, row: int) -> str:
        """See `Sheet.place`."""
        assert self.first is not None and self.second is not None
        count = len(self.first.frame)
        if row < count:
            return self.first.place(row)
        return f"{self.second.place(row - count)} of {self.second.source.name}"


def _groups(meaning: Meaning, sheet: Sheet) -> Labels | None:
    """The groups as numbers, in the order of their first rows."""
    import pandas

    if meaning.groups is None:
        return None
    numbers, names = pandas.factorize(sheet.frame[meaning.groups])
    if (numbers < 0).any():
        row = int(np.flatnonzero(numbers < 0)[0])
        raise SweepError(
            f"{sheet.source.name}: {meaning.groups} has no value in {sheet.place(row)}, "
            "and a row must be of a group",
            ("evaluate", "groups"),
        )
    if len(names) < 2:
        message = f"{sheet.source.name}: all rows are of one group, {shown(str(names[0]))}"
        raise SweepError(message, ("evaluate", "groups"))
    return np.asarray(numbers, np.int64)


def _check_size(columns: Sequence[Column], count: int, sheet: Sheet) -> None:
    if count * len(sheet.frame) > MOST_VALUES:
        widest = max(columns, key=lambda column: len(column.categories))
        raise sheet.wrong(
            f"{len(sheet.frame):,} rows of {count:,} inputs are more than {MOST_VALUES:,} numbers; "
            f"column {shown(widest.name)} alone has {len(widest.categories):,} categories"
        )
