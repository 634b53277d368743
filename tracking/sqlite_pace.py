"""Quick commits to an SQLite store, as durable as slow ones by the time `settle` has returned.

A child run is half a dozen commits, and MLflow's SQLite waits for the disk several times in each.
With a write-ahead log and `synchronous=NORMAL` a commit waits for nothing, a process that is killed
loses nothing, and a machine that loses power loses the latest commits only, never the database;
what was settled is on the disk. Readers (`mlflow ui`) and the writer do not lock each other out.

Source: https://sqlite.org/wal.html, https://sqlite.org/pragma.html#pragma_synchronous
"""

from __future__ import annotations

import atexit
import os
import sqlite3
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any

_hastened: set[Path] = set()
_opened: list[Any] = []
"""SQLAlchemy's pool entries of connections to these files."""


def hasten(file: Path) -> None:
    """Give the database a write-ahead log; connections that SQLAlchemy opens from now on use it.

    A database that has none by then (it is locked or read-only, or its file system lacks shared
    memory) stays as it is, slow and safe.
    """
    _hastened.add(file.resolve())
    _listen()
    # Whatever is wrong with the file, MLflow opens it next, and says so.
    with suppress(sqlite3.Error), closing(sqlite3.connect(file, timeout=1.0)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def settle(file: Path) -> None:
    """Return when all that was committed is on the disk."""
    with suppress(FileNotFoundError):  # no log is left over when the last connection was closed
        log = os.open(file.with_name(f"{file.name}-wal"), os.O_RDWR)
        try:
            os.fsync(log)
        finally:
            os.close(log)


def fold_in(file: Path) -> None:
    """Move all that was committed from the log into the file itself, so that it may be copied."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(file, timeout=1.0)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@cache
def _listen() -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    event.listen(Engine, "connect", _quicken)
    atexit.register(_close_idle)


def _quicken(connection: Any, entry: Any) -> None:
    """What SQLAlchemy calls with every new connection of every engine in this process."""
    if not isinstance(connection, sqlite3.Connection):
        return
    # Without a write-ahead log a lost power supply could tear the database.
    logged = connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    place = connection.execute("PRAGMA database_list").fetchone()[2]
    if logged and place and Path(place).resolve() in _hastened:
        connection.execute("PRAGMA synchronous=NORMAL")
        _opened.append(entry)


def _close_idle() -> None:
    """Close what is not in use: the last connection to be closed takes the log away."""
    for entry in _opened:
        if not entry.in_use:
            entry.close()
    _opened.clear()
