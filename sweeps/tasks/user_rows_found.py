"""Calling the function that returns the user's rows, and finding out what they are."""

from __future__ import annotations

from typing import Any

from sweeps.tasks.table_columns import Column, Role, typed
from sweeps.tasks.table_file import Source
from sweeps.tasks.table_pipeline import inputs_of
from sweeps.tasks.table_sheet import Sheet, check_names
from sweeps.tasks.task import Kind, Labels
from sweeps.tasks.user_rows_given import Given, given_rows
from sweeps.tasks.user_rows_kept import Kept, digest_of_rows
from sweeps.tasks.user_rows_target import target_of_rows
from sweeps.user_code.user_code import UserCodeError, blamed, load


def found_rows(path: str, folder: str, kind: Kind | None, groups: str | None) -> Kept:
    """The rows that `module:name` returns; `x` of a pandas table has all columns, as they are.

    `groups` names one of those. Raises UserCodeError for what the user's code raises, ValueError
    (SweepError for a column) for rows that cannot be trained on.
    """
    function = load(path, folder)
    if not callable(function):
        found = type(function).__name__
        raise UserCodeError(f"{path} is of type {found}: name a function that returns rows")
    with blamed(path):
        returned = function()
    given = given_rows(returned)
    names = given.extras.get("classes")
    target = target_of_rows(given.y, kind, None if names is None else [str(name) for name in names])
    x, columns, numbers = _columns(given, path, groups)
    return Kept(
        x=x,
        target=target,
        groups=numbers,
        tested=given.tested,
        columns=columns,
        features=inputs_of(columns),
        scale=given.extras.get("scale"),
        class_weights=_weights(given.extras.get("class_weights")),
        digest=digest_of_rows(x, target, numbers),
    )


def _columns(
    given: Given, path: str, groups: str | None
) -> tuple[Any, tuple[Column, ...], Labels | None]:
    """Of a pandas table the columns, typed and looked at, and the groups if one has them."""
    if not hasattr(given.x, "iloc"):
        if groups is not None:
            raise ValueError(
                f"evaluate.groups: {groups!r} is a column, and the rows are no pandas table: "
                "return a dict with `groups`"
            )
        return given.x, (), given.groups
    import pandas

    frame = given.x.reset_index(drop=True)
    frame.columns = [str(name) for name in frame.columns]
    sheet = Sheet(frame, Source(path, "parquet", "load"))
    check_names(list(frame.columns), sheet.source)
    if groups is not None and groups not in frame.columns:
        raise ValueError(f"evaluate.groups: the rows have no column {groups!r}")
    columns = []
    for name in frame.columns:
        role: Role = "groups" if name == groups else "input"
        columns.append(typed(sheet, name, "categorical" if name == groups else None, role)[0])
    if groups is None:
        return frame, tuple(columns), given.groups
    return frame, tuple(columns), pandas.factorize(frame[groups])[0].astype("int64")


def _weights(said: Any) -> Any:
    """Class weights as JSON has them: labels are texts."""
    if said is None or isinstance(said, str):
        return said
    return {str(label): float(weight) for label, weight in dict(said).items()}
