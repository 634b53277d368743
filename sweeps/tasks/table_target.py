"""What a table's target is: classes or numbers, decided by its values, and said why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.tasks.table_columns import MOST_CATEGORIES, Column, values_as
from sweeps.tasks.table_sheet import Sheet
from sweeps.tasks.task import Kind, Targets

MOST_WHOLE_CLASSES = 20
"""A target of whole numbers is taken for classes up to so many different ones."""


@dataclass(frozen=True)
class Target:
    """The target of every row: class numbers or numbers to predict, and why it is taken so."""

    kind: Kind
    y: Targets
    classes: tuple[str, ...]
    why: str


def target_of(sheet: Sheet, column: Column, said: Kind | None) -> Target:
    """Decide what the target is.

    Words, truth values and at most 20 different whole numbers are classes; other numbers are
    predicted. Raises SweepError, its path `task.target` (or `task.kind`), for what cannot be
    either: missing values, dates, one class only, words to be predicted as numbers.
    """
    values = sheet.frame[column.name]
    _refuse_missing(sheet, column, values)
    if column.type == "date":
        raise _wrong(sheet, column, "holds dates, which are neither classes nor numbers")
    kind, why = _decided(column, values)
    if said is not None and said != kind:
        if said == "regression" and column.type == "categorical":
            raise SweepError(f"{column.name} holds words, which are classes", ("task", "kind"))
        kind, why = said, f"`kind: {said}`"
    if kind == "regression":
        return Target(kind, _numbers(sheet, column, values), (), why)
    return _classes(sheet, column, values, why)


def _decided(column: Column, values: Any) -> tuple[Kind, str]:
    if column.type == "categorical":
        return "classification", "it holds words"
    if column.type == "boolean":
        return "classification", "it holds truth values"
    different = values.nunique()
    if values.dtype.kind not in "iu":
        return "regression", "it holds numbers with fractions"
    if different <= MOST_WHOLE_CLASSES:
        return "classification", f"it holds {different:,} different whole numbers, 20 or fewer"
    return "regression", f"it holds {different:,} different whole numbers, more than 20"


def _numbers(sheet: Sheet, column: Column, values: Any) -> Targets:
    y: Targets = values_as(values, "numeric").to_numpy()
    if np.ptp(y) == 0:
        raise _wrong(sheet, column, f"is {y[0]:g} in every row: there is nothing to learn")
    return y


def _classes(sheet: Sheet, column: Column, values: Any, why: str) -> Target:
    if column.type == "categorical":
        values = values_as(values, "categorical")
    labels = sorted(values.unique())
    if len(labels) < 2:
        raise _wrong(sheet, column, f"is {shown(str(labels[0]))} in every row: one class only")
    if len(labels) > MOST_CATEGORIES:
        raise _wrong(
            sheet, column, f"has {len(labels):,} classes, and {MOST_CATEGORIES:,} are the most"
        )
    numbers = {label: number for number, label in enumerate(labels)}
    y = values.map(numbers).to_numpy(dtype=np.int64)
    return Target("classification", y, tuple(map(str, labels)), why)


def _refuse_missing(sheet: Sheet, column: Column, values: Any) -> None:
    if column.missing:
        row = int(np.flatnonzero(values.isna())[0])
        rows = f"in {column.missing:,} rows, first" if column.missing > 1 else "in one row,"
        message = f"has no value {rows} {sheet.place(row)}; leave such rows out of the file"
        raise _wrong(sheet, column, message)


def _wrong(sheet: Sheet, column: Column, message: str) -> SweepError:
    return SweepError(f"{sheet.source.name}: {column.name} {message}", ("task", "target"))
