"""The columns of a table: what type each has, what it is for, and its values in that type.

Types are inferred from the whole table, test rows included: they shape the inputs, which must be
alike in every fold. What is learned from values (medians, means, spreads) is not learned here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from search_spaces.values import shown
from sweeps.errors import SweepError
from sweeps.tasks.table_sheet import Sheet

Type = Literal["numeric", "categorical", "boolean", "date"]
TYPES: tuple[Type, ...] = get_args(Type)
Role = Literal["input", "target", "groups", "dropped"]

MOST_CATEGORIES = 1_000
LARGEST = 1e100
"""The variance of larger numbers is none."""
DATE = re.compile(r"\d{4}-\d\d-\d\d")
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


@dataclass(frozen=True)
class Column:
    """One column. `missing` counts rows without a value; `categories` are a categorical's, sorted.

    `note` says in a few words what its values are.
    """

    name: str
    type: Type
    missing: int
    role: Role
    categories: tuple[str, ...] = ()
    note: str = ""


def typed(sheet: Sheet, name: str, said: Type | None, role: Role) -> tuple[Column, Any]:
    """The column and its values in its type: `values_as` of what it is found (or said) to be.

    Raises SweepError for a column of which no type fits all values, naming the row; for infinite
    numbers, no values at all, and more categories than can be told apart.
    """
    values = sheet.frame[name]
    missing = int(values.isna().sum())
    if missing == len(values):
        raise sheet.wrong(f"column {shown(name)} has no value in any row; {_dropping(name)}")
    kind = said or _inferred(sheet, name, values)
    prepared = _checked(sheet, name, values, kind)
    if kind != "categorical":
        return Column(name, kind, missing, role, note=_range(values.dropna(), kind)), prepared
    categories = tuple(sorted(prepared.dropna().unique()))
    if len(categories) > MOST_CATEGORIES and role == "input":
        raise sheet.wrong(
            f"column {shown(name)} has {len(categories):,} different words in {len(values):,} "
            f"rows, and {MOST_CATEGORIES:,} are told apart at most; {_dropping(name)}"
        )
    note = f"{len(categories):,} value{'' if len(categories) == 1 else 's'}"
    if len(categories) == len(values) > 1:
        note += ", another in every row: is it an id?"
    return Column(name, kind, missing, role, categories, note), prepared


def values_as(values: Any, kind: Type) -> Any:
    """A pandas column as what encoders take: float64 with NaN, or words with NaN.

    Dates become days since 1970, in UTC. Raises ValueError for a value that is not of the type.
    """
    import pandas

    if kind == "categorical":
        whole = values.astype(object)
        return whole.where(values.isna(), whole.map(str)).where(values.notna(), np.nan)
    if kind == "date":
        dates = pandas.to_datetime(values, format="ISO8601", utc=True).dt.tz_convert(None)
        return (dates - pandas.Timestamp(0)) / pandas.Timedelta(days=1)
    return pandas.to_numeric(values).astype("float64")


def _inferred(sheet: Sheet, name: str, values: Any) -> Type:
    from pandas.api import types

    if _is_date(values):
        return "date"
    if types.is_bool_dtype(values.dtype):
        return "boolean"
    if types.is_numeric_dtype(values.dtype) and not types.is_complex_dtype(values.dtype):
        return "numeric"
    if isinstance(values.dtype, types.CategoricalDtype):
        return "categorical"
    return _of_objects(sheet, name, values.dropna())


def _of_objects(sheet: Sheet, name: str, known: Any) -> Type:
    """The type of a column that holds text, or Python objects of any kind."""
    from decimal import Decimal

    kinds = set(known.map(type))
    if kinds == {str}:
        if sheet.source.form == "csv":
            _refuse_mixed(sheet, name, known)
        return "date" if _are_dates(known) else "categorical"
    if kinds == {bool}:
        return "boolean"
    if kinds <= {int, float, Decimal}:
        return "numeric"
    if {kind.__name__ for kind in kinds} <= {"date", "datetime"}:
        return "date"
    found = " and ".join(sorted(kind.__name__ for kind in kinds))
    raise sheet.wrong(
        f"column {shown(name)} holds values of type {found}, which cannot be inputs; "
        f"{_dropping(name)}"
    )


def _refuse_mixed(sheet: Sheet, name: str, known: Any) -> None:
    """Numbers and words in one column: a slip, or categories that look like numbers."""
    import pandas

    numbers = pandas.to_numeric(known, errors="coerce").notna()
    if not numbers.any():
        return
    if numbers.all():  # too large for any number type, or written in several ways
        return
    number, word = numbers.index[numbers][0], numbers.index[~numbers][0]
    text = str(known[word])
    way_out = f"`missing: [{text}]` where it means no value"
    if DECIMAL_COMMA.fullmatch(text):
        way_out = '`decimal: ","` where that is a number'
    raise sheet.wrong(
        f"column {shown(name)} holds numbers and words: {sheet.place(number)} has "
        f"{shown(str(known[number]))}, {sheet.place(word)} has {shown(text)}; set {way_out}, or "
        f"`types: {{{name}: categorical}}` where all of them are words"
    )


def _checked(sheet: Sheet, name: str, values: Any, kind: Type) -> Any:
    """The values in that type, none of them infinite."""
    try:
        prepared = values_as(values, kind)
    except (ValueError, TypeError, OverflowError) as error:
        row = _first_wrong(values, kind)
        found = shown(str(values.iloc[row]))
        raise SweepError(
            f"{sheet.source.name}, {sheet.place(row)}: {shown(name)} is {found}, not {kind}",
            ("task", "types", name),
        ) from error
    if kind != "categorical":
        beyond = np.flatnonzero(np.abs(prepared.to_numpy()) > LARGEST)
        if len(beyond):
            value = prepared.iloc[beyond[0]]
            what = "infinite" if np.isinf(value) else f"{value:g}, beyond {LARGEST:g},"
            raise sheet.wrong(
                f"column {shown(name)} is {what} in {sheet.place(int(beyond[0]))}; "
                "leave the value empty where it is not known"
            )
    return prepared


def _first_wrong(values: Any, kind: Type) -> int:
    for row in range(len(values)):
        try:
            values_as(values.iloc[row : row + 1], kind)
        except (ValueError, TypeError, OverflowError):
            return row
    return 0


def _is_date(values: Any) -> bool:
    from pandas.api import types

    return bool(types.is_datetime64_any_dtype(values.dtype))


def _are_dates(known: Any) -> bool:
    import pandas

    if not DATE.match(known.iloc[0]):
        return False
    return bool(
        pandas.to_datetime(known, format="ISO8601", utc=True, errors="coerce").notna().all()
    )


def _range(known: Any, kind: Type) -> str:
    if kind == "boolean":
        return f"{int(values_as(known, kind).sum()):,} true"
    if kind == "date":
        return f"{str(known.min())[:10]} to {str(known.max())[:10]}"
    low, high = known.min(), known.max()
    return f"{low:.6g} to {high:.6g}" if low != high else f"{low:.6g} in every row"


def _dropping(name: str) -> str:
    return f"leave it out with `drop: [{shown(name) if ' ' in name else name}]`"
