"""Databases of a test's own process that do not wait for the disk.

For what is not about machines that lose their power: most of a small test's time would be that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection
from typing import Any

from sqlalchemy import Pool, event


@contextmanager
def disk_not_waited_for() -> Iterator[None]:
    """Within it, what SQLite has written may still be on its way to the disk."""
    event.listen(Pool, "checkout", _hurried)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", _hurried)


def _hurried(connection: Any, *_: Any) -> None:
    if isinstance(connection, Connection):
        connection.execute("PRAGMA synchronous=OFF")
