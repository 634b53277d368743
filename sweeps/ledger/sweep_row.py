"""The row of a sweep: what names it, whether it is there, and how its columns are changed."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, select, update

from sweeps.errors import NoSweepError
from sweeps.ledger import schema

ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_id() -> str:
    """Of a sweep: short enough to be typed."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(6))


def check_there(connection: Connection, sweep_id: str) -> None:
    """Raise NoSweepError when there is no such sweep."""
    row = select(schema.sweep.c.id).where(schema.sweep.c.id == sweep_id)
    if connection.execute(row).first() is None:
        raise NoSweepError(f"no sweep {sweep_id!r} in this store")


def set_sweep(connection: Connection, sweep_id: str, **values: Any) -> None:
    """Change columns of a sweep's row."""
    connection.execute(update(schema.sweep).where(schema.sweep.c.id == sweep_id).values(values))
