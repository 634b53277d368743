"""What was found in a table, as lines for people: columns, target, split and inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from sweeps.sweep import Sweep
from sweeps.tasks.choose import task_for
from sweeps.tasks.table import Table
from sweeps.tasks.table_columns import Column
from sweeps.tasks.table_content import Content

MOST_SHOWN = 30
MOST_CLASSES_SHOWN = 10
LONGEST = 24


def described(sweep: Sweep) -> list[str]:
    """The sweep's table, read for it; nothing where its task is no table.

    Raises SweepError for whatever is wrong with the table.
    """
    task = task_for(sweep.task, sweep.folder)
    return lines_of(task) if isinstance(task, Table) else []


def facts(sweep: Sweep) -> dict[str, Any]:
    """The same as plain data under `table`; empty where the task is no table."""
    task = task_for(sweep.task, sweep.folder)
    if not isinstance(task, Table):
        return {}
    found = task.content
    columns = [asdict(column) for column in found.columns]
    told = {"kind": task.kind, "why": found.target.why, "classes": task.classes}
    named = {"name": task.name, "digest": task.digest(), "rows": len(found.target.y)}
    return {"table": {**named, **told, "features": task.features, "columns": columns}}


def lines_of(table: Table) -> list[str]:
    """The same for a table."""
    found = table.content
    rows = len(found.target.y)
    return [
        f"table: {table.source.name}, {rows:,} rows, {len(found.columns):,} columns, "
        f"digest {table.digest()}",
        f"target: {table.meaning.target}, {_target(found)}",
        f"test: {_test(table, found)}",
        *_weights(table, found),
        *_columns(found.columns),
        f"inputs: {_inputs(table)}",
    ]


def _target(found: Content) -> str:
    target = found.target
    if target.kind == "regression":
        low, high = float(np.min(target.y)), float(np.max(target.y))
        return f"a number from {low:.6g} to {high:.6g} (regression): {target.why}"
    counts = np.bincount(target.y, minlength=len(target.classes)).tolist()
    pairs = list(zip(target.classes, counts, strict=True))
    each = ", ".join(f"{_short(label)} {count:,}" for label, count in pairs[:MOST_CLASSES_SHOWN])
    more = (
        f" and {len(pairs) - MOST_CLASSES_SHOWN:,} more" if len(pairs) > MOST_CLASSES_SHOWN else ""
    )
    return f"{len(pairs):,} classes ({each}{more}): {target.why}"


def _test(table: Table, found: Content) -> str:
    if table.test_source is not None:
        return f"the {found.tested:,} rows of {table.test_source.name}"
    rows = table.rows(0)
    held_out = f"{len(rows.y_test):,} rows, {len(rows.y_train):,} to train on"
    if found.groups is not None:
        return f"{held_out}; groups of {table.meaning.groups} stay whole"
    return f"{held_out}; {'stratified' if found.target.classes else 'drawn at random'}"


def _weights(table: Table, found: Content) -> list[str]:
    weights = table.label_weights
    if weights is None:
        return []
    if isinstance(weights, str):
        return ["class weights: balanced, each class counts the same in all"]
    named = dict(weights)
    each = (f"{_short(label)} {named.get(label, 1.0):g}" for label in found.target.classes)
    return [f"class weights: {', '.join(each)}"]


def _columns(columns: Sequence[Column]) -> list[str]:
    """One line a column: name, type, rows without a value, what its values are, role."""
    shown = columns[:MOST_SHOWN]
    cells = [_cells(column) for column in shown]
    widths = [max(len(row[place]) for row in cells) for place in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)).rstrip()
        for row in cells
    ]
    rest = len(columns) - len(shown)
    return ["columns:", *(f"  {line}" for line in lines)] + (
        [f"  and {rest:,} more"] if rest else []
    )


def _cells(column: Column) -> tuple[str, str, str, str, str]:
    kind = "" if column.role == "dropped" else column.type
    missing = f"{column.missing:,} missing" if column.missing else ""
    return _short(column.name), kind, missing, column.note, column.role


def _inputs(table: Table) -> str:
    if table.preprocessing == "none":
        return "the columns as they were read (preprocessing: none)"
    return (
        f"{len(table.features):,} a row; filling and scaling are learned from each fit's "
        "own training rows"
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
