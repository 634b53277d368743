"""How the sweeps of the queue stand, and how one ends that nobody runs: what a queue runner needs.

None of this writes to a sweep that somebody holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Row, func, select, update

from sweeps.clock import now_ms
from sweeps.errors import printable
from sweeps.lease import LeaseError
from sweeps.ledger import lease_row, schema
from sweeps.ledger.granted import intended
from sweeps.ledger.jobs import Job, JobState, changed, job_from
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.orders import Command
from sweeps.ledger.records import ACTIVE, FINAL, is_held
from sweeps.ledger.sweep_row import set_sweep
from sweeps.redaction import redacted

CONCLUDED = (*FINAL, "finished", "out_of_time")
"""States of a sweep that has what it was begun for."""

NEVER_BEGUN = "{}"
"""What stands for the state of a backend that was never started: every other has a number."""


@dataclass(frozen=True)
class Standing:
    """A job, and its sweep's row: `state` as the table has it, `holder` who runs it, if anybody.

    `command` was left for a holder that did not take it; `lease_ms` is when the newest lease ends
    or ended, 0 when it was given back; `begun` is whether there was ever a session; `delivered` is
    whether MLflow knows of the sweep's end, and with it of all of its trials.
    """

    job: Job
    state: str
    holder: str | None
    command: Command | None
    lease_ms: int
    begun: bool
    delivered: bool = True


def standings(ledger: Ledger, states: Collection[JobState]) -> list[Standing]:
    """Of the jobs in one of these states, the earliest submitted first."""
    job = schema.job.c
    query = _joined().where(job.state.in_(list(states))).order_by(job.submitted_ms, job.sweep_id)
    with ledger.reading() as connection:
        return [_standing(row) for row in connection.execute(query)]


def standing_of(ledger: Ledger, sweep_id: str) -> Standing | None:
    """Of one sweep's job; None of a sweep that was never in the queue."""
    with ledger.reading() as connection:
        row = connection.execute(_joined().where(schema.job.c.sweep_id == sweep_id)).first()
    return None if row is None else _standing(row)


def brought_since(ledger: Ledger, sweep_id: str, since_ms: int) -> bool:
    """Whether any trial of the sweep has ended since then."""
    trial = schema.trial.c
    ended = select(trial.number).where(trial.sweep_id == sweep_id, trial.ended_ms >= since_ms)
    with ledger.reading() as connection:
        return connection.execute(ended.limit(1)).first() is not None


def served(ledger: Ledger) -> Mapping[str, int]:
    """When a sweep of each owner was launched last."""
    job = schema.job.c
    query = select(job.owner, func.max(job.launched_ms)).where(job.launched_ms.is_not(None))
    with ledger.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query.group_by(job.owner))}


def intend(ledger: Ledger, sweep_id: str, then: Literal["pause", "stop", "cancel"] | None) -> None:
    """What becomes of a sweep that runs, should its session end before it has obeyed.

    None: it goes on. Nothing happens to a sweep whose job is not running.
    """
    with ledger.changing() as connection:
        intended(connection, sweep_id, then)


def withdraw(ledger: Ledger, sweep_id: str, ending: Literal["stopped", "cancelled"]) -> bool:
    """A queued sweep that never began ends for good; False when it has begun, or is about to.

    MLflow knows nothing of it, and need not. Raises NoSweepError when there is no such sweep.
    """
    over = {"state": ending, "ended_ms": now_ms(), "end_shipped": True, "cause": None}
    with ledger.changing() as connection:
        try:
            row = lease_row.free(connection, sweep_id)
        except LeaseError:
            return False
        if row.backend_state != NEVER_BEGUN:
            return False
        set_sweep(connection, sweep_id, **over, command=None)
        connection.execute(
            update(schema.job).where(schema.job.c.sweep_id == sweep_id).values(state="over")
        )
    return True


def give_up(ledger: Ledger, seen: Job, cause: str) -> bool:
    """A sweep that cannot be run, and its job: failed, and why. It may be resumed later.

    One that had ended before, or has failed since, stays what it is. False, and nothing changes,
    when somebody runs it, it was removed, or the job is no longer as it was seen.
    """
    with ledger.changing() as connection:
        try:
            row = lease_row.free(connection, seen.sweep_id)
        except (LeaseError, LookupError):
            return False
        if not changed(connection, seen, {"state": "over"}):
            return False
        if row.state in CONCLUDED or _failed_since(row, seen):
            return True
        never = row.backend_state == NEVER_BEGUN
        failed = {"state": "failed", "cause": redacted(printable(cause)), "ended_ms": now_ms()}
        # Whoever held it before must not write to it any more.
        epoch = {"lease_epoch": row.lease_epoch + 1, "lease_owner": None, "lease_until_ms": 0}
        set_sweep(connection, seen.sweep_id, **failed, **epoch, end_shipped=never, command=None)
    return True


def explain(ledger: Ledger, seen: Job, cause: str) -> None:
    """Why a sweep should be running and nobody runs it, until its next session begins.

    Nothing happens to one that somebody runs, that ended otherwise or that was removed.
    """
    with ledger.changing() as connection:
        try:
            row = lease_row.free(connection, seen.sweep_id)
        except (LeaseError, LookupError):
            return
        if row.state in ACTIVE:
            set_sweep(connection, seen.sweep_id, cause=redacted(printable(cause)) or None)


def _failed_since(row: Row[Any], seen: Job) -> bool:
    """Whether the job's session itself has said that the sweep failed, and why."""
    return row.state == "failed" and (row.ended_ms or 0) >= (seen.launched_ms or 0)


def _joined() -> Any:
    sweep = schema.sweep.c
    return select(
        schema.job,
        sweep.state.label("sweep_state"),
        sweep.lease_owner,
        sweep.lease_until_ms,
        sweep.command,
        sweep.end_shipped,
        (sweep.backend_state != NEVER_BEGUN).label("begun"),
    ).join(schema.sweep, sweep.id == schema.job.c.sweep_id)


def _standing(row: Row[Any]) -> Standing:
    return Standing(
        job=job_from(row),
        state=row.sweep_state,
        holder=row.lease_owner if is_held(row) else None,
        command=cast(Command | None, row.command),
        lease_ms=row.lease_until_ms,
        begun=bool(row.begun),
        delivered=bool(row.end_shipped),
    )
