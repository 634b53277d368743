"""Who holds a sweep, as it stands in the ledger: each transaction of the holder renews that."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, select, update

from sweeps.errors import NoSweepError
from sweeps.lease import Claim, LeaseError, place_of, set_back, until_ms
from sweeps.ledger import schema
from sweeps.ledger.records import is_held

NUMBER = "sweeps.transaction"
"""Where a connection to PostgreSQL keeps the number of the holder's transaction under way."""


def held(claim: Claim) -> dict[str, Any]:
    """The columns of a sweep's row that say who holds it, for another term."""
    return {
        "lease_owner": claim.owner,
        "lease_epoch": claim.epoch,
        "lease_until_ms": until_ms(),
    }


def free(connection: Connection, sweep_id: str) -> Row[Any]:
    """The row of a sweep that nobody holds, and that nobody changes until the transaction ends.

    Raises LeaseError when a live coordinator holds it, NoSweepError when there is no such one.
    """
    query = select(schema.sweep).where(schema.sweep.c.id == sweep_id).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise NoSweepError(f"no sweep {sweep_id!r} in this store")
    if not is_held(row):
        return row
    line = f"sweep {row.id} is being run by {place_of(row.lease_owner)}"
    if set_back(row.lease_until_ms):
        line += ", as far as can be told: a clock was set back since it last wrote"
    raise LeaseError(line)


def renew(connection: Connection, claim: Claim) -> None:
    """Hold the lease for another term, inside the caller's transaction.

    Raises LeaseError when it is no longer the holder's.
    """
    sweep = schema.sweep.c
    renewal = (
        update(schema.sweep)
        .where(sweep.id == claim.sweep_id, sweep.lease_epoch == claim.epoch)
        .values(lease_until_ms=until_ms())
    )
    if connection.dialect.name == "postgresql":
        numbers = connection.execute(renewal.returning(cast(func.pg_current_xact_id(), Text)))
        connection.info[NUMBER] = numbers.scalar()
        renewed = connection.info[NUMBER] is not None
    else:
        renewed = connection.execute(renewal).rowcount == 1
    if not renewed:
        raise LeaseError(f"sweep {claim.sweep_id} was taken over by another process")
    claim.check_awake()
