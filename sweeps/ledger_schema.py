"""The tables of the ledger, and how its database is opened."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    select,
)
from sqlalchemy.exc import DatabaseError

from sweeps.errors import LedgerError, LedgerVersionError

VERSION = 1
WAL_TRIES = 100

metadata = MetaData()

ledger = Table("ledger", metadata, Column("version", Integer, nullable=False))

sweep = Table(
    "sweep",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("backend", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("spent_seconds", Float, nullable=False, default=0.0),
    Column("backend_state", Text, nullable=False),
    Column("lease_owner", Text),
    Column("lease_epoch", Integer, nullable=False, default=0),
    Column("lease_until_ms", BigInteger, nullable=False, default=0),
)

trial = Table(
    "trial",
    metadata,
    Column("sweep_id", String(16), ForeignKey("sweep.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("config", Text, nullable=False),
    Column("budget", Integer),
    Column("parent", Integer),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("result", Text),
    Column("shipped", Boolean, nullable=False, default=False),
)


def open_engine(url: str) -> Engine:
    """An engine on a ledger whose tables exist.

    Raises LedgerError when the database cannot be used, LedgerVersionError for a foreign layout.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_at_once)
    try:
        if engine.url.database is not None and engine.dialect.name == "sqlite":
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        _prepare_tables(engine)
    except (DatabaseError, OSError) as error:
        engine.dispose()
        reason = str(error.orig) if isinstance(error, DatabaseError) else str(error)
        place = engine.url.database or engine.url.render_as_string(hide_password=True)
        raise LedgerError(f"the ledger {place} cannot be opened: {reason}") from error
    return engine


def _prepare_tables(engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection)
        found = connection.execute(select(ledger.c.version)).scalar()
        if found is None:
            connection.execute(ledger.insert().values(version=VERSION))
        elif found != VERSION:
            raise LedgerVersionError(
                f"the ledger {engine.url} has layout {found}, this program writes {VERSION}: "
                "use the program that wrote it, or another --store folder"
            )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_at_once does, with the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("busy_timeout=30000", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _switch_to_wal(cursor)
    cursor.close()


def _switch_to_wal(cursor: Any) -> None:
    """Once in the life of a database. SQLite answers "locked" at once when two processes try."""
    for attempt in range(WAL_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if attempt == WAL_TRIES - 1:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_at_once(connection: Any) -> None:
    # A read that later turns into a write can fail with "database is locked" at once, whatever the
    # busy timeout; taking the write lock at the start makes writers queue instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
