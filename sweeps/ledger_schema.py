"""The tables of the ledger, and how its database is opened."""

from __future__ import annotations

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

VERSION = 1

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


class LedgerVersionError(RuntimeError):
    """The ledger was written by another version of this program."""


def open_engine(url: str) -> Engine:
    """An engine on a ledger whose tables exist. Raises LedgerVersionError for a foreign layout."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_at_once)
    with engine.begin() as connection:
        metadata.create_all(connection)
        found = connection.execute(select(ledger.c.version)).scalar()
        if found is None:
            connection.execute(ledger.insert().values(version=VERSION))
        elif found != VERSION:
            raise LedgerVersionError(
                f"the ledger at {url} has layout {found}, this program writes layout {VERSION}: "
                "use the program that wrote it, or another --store folder"
            )
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_at_once does, with the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_at_once(connection: Any) -> None:
    # A read that later turns into a write can fail with "database is locked" at once, whatever the
    # busy timeout; taking the write lock at the start makes writers queue instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
