"""How the ledger's database is opened: SQLite with the settings that keep it whole, or a server."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from sweeps.errors import LedgerAwayError, LedgerError, LedgerVersionError
from sweeps.file_systems import over_network
from sweeps.ledger import schema
from sweeps.ledger.address import secrets, shown
from sweeps.ledger.migration import migrate

KINDS = ("sqlite", "postgresql")
FORMS = "postgresql://USER@HOST/DATABASE, or sqlite:////FOLDER/FILE"

WAL_TRIES = 100
BUSY_MS = 25_000
"""How long one waits for a database that others use: less than a lease lasts."""

PREPARING = 0x5EE9
"""The PostgreSQL lock that whoever makes or changes the tables holds: any number of ours."""

IDLE_MS = 20_000
SILENT_MS = 15_000
SERVER_WAITS = {
    "connect_timeout": "10",
    "tcp_user_timeout": str(SILENT_MS),
    "keepalives_idle": "5",
    "keepalives_interval": "5",
    "options": f"-c lock_timeout={BUSY_MS} -c idle_in_transaction_session_timeout={IDLE_MS}",
}
"""How PostgreSQL is told not to wait for ever: for a server that is gone (to give it up and to find
it again takes less than a lease lasts), or for a process that was stopped in the middle of a
transaction, which is given up before those who wait for it give up. The ledger's address may say
otherwise."""

HINTS = {
    "disk is full": "free some space on its disk",
    "readonly database": "its file or folder may only be read: mend that, or use another --store",
    "Read-only file system": "use another --store",
    "Permission denied": "mend that, or use another --store",
    "unable to open": "look at its folder's permissions and at what stands there, or use another "
    "--store",
    "disk I/O error": "the disk failed or is full",
    "No space left": "free some space on its disk",
    "database is locked": "another program holds the database",
    "lock timeout": "another program holds the database",
    "malformed": "the file is damaged: restore a copy, or use another --store",
    "not a database": "the file is something else: move it away, or use another --store",
    "password authentication failed": "give the user's password in PGPASSWORD, in ~/.pgpass or in "
    "SWEEPS_LEDGER",
    "no password supplied": "give one in PGPASSWORD, in ~/.pgpass or in SWEEPS_LEDGER",
    "does not exist": "make it there first, as with createdb and createuser",
    "Connection refused": "is the server running, and is that its address?",
    "failed to resolve host": "look at the name of the host",
    "timeout expired": "is the server running, and is that its address?",
}


def open_engine(url: str) -> Engine:
    """An engine on a ledger whose tables exist and have today's layout.

    Raises LedgerError when the database cannot be used, LedgerVersionError for a newer layout.
    """
    engine = _engine(url)
    try:
        if engine.dialect.name == "sqlite":
            _check_place(engine)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_at_once)
        _prepare_tables(engine)
    except (DBAPIError, OSError) as error:
        engine.dispose()
        raise trouble(engine, "opened", error) from error
    except LedgerError:
        engine.dispose()
        raise
    return engine


def glance(url: str) -> tuple[int | None, int]:
    """(layout, number of sweeps) of a ledger on a server, read without changing anything.

    The layout is None where there is none yet. Raises LedgerError.
    """
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            version = _version(connection)
            counted = select(func.count()).select_from(schema.sweep)
            return version, 0 if version is None else connection.execute(counted).scalar_one()
    except (DBAPIError, OSError) as error:
        raise trouble(engine, "opened", error) from error
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    address = _address(url)
    waits = SERVER_WAITS if address.get_backend_name() == "postgresql" else {}
    given = {name: value for name, value in waits.items() if name not in address.query}
    try:
        # Connections that a server has closed meanwhile, as when it was started anew, are replaced.
        return create_engine(address, connect_args=given, pool_pre_ping=bool(waits))
    except ModuleNotFoundError as error:
        raise LedgerError(
            f"the ledger {shown(url)} cannot be opened: there is no {error.name}, which PostgreSQL "
            "needs: pip install 'keras-sweeps[postgres]'"
        ) from error
    except (ArgumentError, ImportError) as error:
        reason = " ".join(str(error).split())
        raise LedgerError(f"the ledger {shown(url)} cannot be opened: {reason}") from error


def _address(url: str) -> URL:
    """The address, read. Raises LedgerError for what can be no ledger's."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise LedgerError(f"{shown(url)!r} is no address of a ledger: write {FORMS}") from error
    if address.get_backend_name() not in KINDS:
        kind = address.get_backend_name()
        raise LedgerError(f"a ledger is not kept in {kind!r}, as {shown(url)} says: write {FORMS}")
    if "@" in (address.host or ""):
        raise LedgerError(
            f"{shown(url)} is no address of a ledger: an @ in a password is written %40, a / %2F"
        )
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise LedgerError(f"a ledger in memory, {url}, is gone with its process: write {FORMS}")
    return address


def trouble(
    engine: Engine, what: str, error: DBAPIError | OSError, *, connected: bool = True
) -> LedgerError:
    """What a database refused, in one line: which ledger, why, and the way out.

    A LedgerAwayError where a server is not there, or no longer, once there was a connection.
    """
    reason = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    for secret in secrets(engine.url.render_as_string(hide_password=False)):
        reason = reason.replace(secret, "***")
    hint = next((hint for sign, hint in HINTS.items() if sign in reason), None)
    line = f"the ledger {_place(engine)} cannot be {what}: {reason}"
    kind = LedgerAwayError if _is_away(engine, error, connected) else LedgerError
    return kind(f"{line}; {hint}" if hint else line)


def _is_away(engine: Engine, error: DBAPIError | OSError, connected: bool) -> bool:
    if engine.dialect.name != "postgresql" or not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or (not connected and isinstance(error, OperationalError))


def _place(engine: Engine) -> str:
    if engine.dialect.name == "sqlite" and engine.url.database is not None:
        return engine.url.database
    return shown(engine.url.render_as_string(hide_password=False))


def _check_place(engine: Engine) -> None:
    """Make the folder; refuse one where SQLite's locks and shared memory cannot be trusted."""
    if engine.url.database is None:
        return
    folder = Path(engine.url.database).parent
    kind = over_network(folder)
    if kind is not None:
        raise LedgerError(
            f"the ledger's folder {folder} is on a network file system ({kind}), where SQLite may "
            "lose or tear what it holds: give a folder on a local disk with --store"
        )
    folder.mkdir(parents=True, exist_ok=True)


def _prepare_tables(engine: Engine) -> None:
    # Nobody waits for the write lock only to learn that there is nothing to do.
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if _version(connection) == schema.VERSION:
            return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({PREPARING})"))
        found = _version(connection)
        if found is None:
            schema.metadata.create_all(connection)
            connection.execute(schema.ledger.insert().values(version=schema.VERSION))
        elif found > schema.VERSION:
            raise LedgerVersionError(
                f"the ledger {_place(engine)} has layout {found}, this program writes "
                f"{schema.VERSION}: use the program that wrote it, or another --store folder"
            )
        elif found < schema.VERSION:
            migrate(connection, found)


def _version(connection: Connection) -> int | None:
    if not inspect(connection).has_table(schema.ledger.name):
        return None
    return connection.execute(select(schema.ledger.c.version)).scalar()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_at_once does, with the write lock.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_MS}", "synchronous=FULL", "foreign_keys=ON"):
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


def _begin_at_once(connection: Connection) -> None:
    # A read that later turns into a write can fail with "database is locked" at once, whatever the
    # busy timeout; taking the write lock at the start makes writers queue instead. Those who only
    # read wait for nobody.
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
