"""A job's wish that has come true: the next session of its sweep just goes on."""

from __future__ import annotations

from sqlalchemy import Connection, update

from sweeps import ledger_schema as schema


def granted(connection: Connection, sweep_id: str) -> None:
    """In the transaction that does what was wanted, so that it is never done twice.

    What waits in the queue is left as it is: another session does that.
    """
    its_own = schema.job.c.sweep_id == sweep_id, schema.job.c.state == "running"
    done = update(schema.job).where(*its_own).values(wanted="run", arguments="{}")
    connection.execute(done)
