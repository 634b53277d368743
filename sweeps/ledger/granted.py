"""What becomes of a job's wish in the transaction that does what was wanted."""

from __future__ import annotations

import json
from typing import Literal

from sqlalchemy import Connection, update

from sweeps.ledger import schema


def granted(connection: Connection, sweep_id: str) -> None:
    """A wish has come true: the next session of the sweep just goes on, and does nothing twice.

    What waits in the queue is left as it is: another session does that.
    """
    its_own = schema.job.c.sweep_id == sweep_id, schema.job.c.state == "running"
    done = update(schema.job).where(*its_own).values(wanted="run", arguments="{}")
    connection.execute(done)


def intended(
    connection: Connection, sweep_id: str, then: Literal["pause", "stop", "cancel"] | None
) -> None:
    """What becomes of a sweep that runs, should its session end first; None: it goes on."""
    job = schema.job.c
    its_own = job.sweep_id == sweep_id, job.state == "running", job.wanted == "run"
    connection.execute(update(schema.job).where(*its_own).values(arguments=_after(then)))


def goes_on(connection: Connection, sweep_id: str) -> None:
    """The session has heard that a pause is over, from whomever: the next one is not to pause.

    An end for good that is still to be heard stays what is intended.
    """
    job = schema.job.c
    paused = job.sweep_id == sweep_id, job.state == "running", job.arguments == _after("pause")
    connection.execute(update(schema.job).where(*paused).values(arguments=_after(None)))


def _after(then: Literal["pause", "stop", "cancel"] | None) -> str:
    return json.dumps({} if then is None else {"then": then})
