"""A store tried out: how long it takes to open one, and how many rows there are in it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tracking.mlflow_tracker import MlflowTracker
from tracking.new_database import create_whole
from tracking.quiet import quieten
from tracking.wording import PARENT_TAG

TABLES = {
    "metrics": "metrics WHERE key NOT LIKE 'system/%' AND",
    "params": "params WHERE",
    "tags": "tags WHERE",
}
"""What the machine did meanwhile is left out: how often that is told is a matter of time."""


@dataclass(frozen=True)
class Rows:
    """Rows of MLflow's tables: those of runs that are trials, or of all other runs."""

    runs: int
    metrics: int
    params: int
    tags: int


@dataclass(frozen=True)
class Opened:
    """A new SQLite store, and the seconds it took to import MLflow, to make it, and to open it."""

    tracker: MlflowTracker
    importing: float
    making: float
    opening: float


def opened(file: Path) -> Opened:
    """Make a store of that name and open it. Raises what MLflow and TrackingError raise."""
    quieten()
    began = time.monotonic()
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - what making a store needs first
    from mlflow import MlflowClient  # noqa: F401

    imported = time.monotonic()
    create_whole(file)
    made = time.monotonic()
    tracker = MlflowTracker(f"sqlite:///{file}")
    return Opened(tracker, imported - began, made - imported, time.monotonic() - made)


def rows_in(file: Path) -> tuple[Rows, Rows]:
    """(rows of trials' runs, rows of all others) of an SQLite store."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        children = f"SELECT run_uuid FROM tags WHERE key = '{PARENT_TAG}'"
        found = []
        for within in ("IN", "NOT IN"):
            (runs,) = database.execute(
                f"SELECT count(*) FROM runs WHERE run_uuid {within} ({children})"
            ).fetchone()
            counts = {
                name: database.execute(
                    f"SELECT count(*) FROM {table} run_uuid {within} ({children})"
                ).fetchone()[0]
                for name, table in TABLES.items()
            }
            found.append(Rows(runs, **counts))
    return found[0], found[1]
