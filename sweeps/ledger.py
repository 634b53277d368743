"""The ledger: the one durable record of every sweep. MLflow is a view of it.

A coordinator writes in two transactions: `begin` (trials that a backend asked for, with the
backend's state) and `commit` (results, with the backend's state), which is the commit point: what
comes before it is repeated after a crash, what comes after it is never lost. Each transaction first
checks the writer's lease, so a coordinator that has lost its sweep cannot change it any more.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from sweeps import ledger_schema as schema
from sweeps.backends.backend import State
from sweeps.lease import LEASE_MS, Claim, LeaseError, this_owner
from sweeps.ledger_view import LedgerView, is_held, now_ms
from sweeps.result_json import result_to_json
from sweeps.sweep import Sweep
from sweeps.trial import Result, Trial

ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


_COMPLETE = (
    update(schema.trial)
    .where(schema.trial.c.sweep_id == bindparam("of_sweep"))
    .where(schema.trial.c.number == bindparam("of_number"))
    .values(state=bindparam("state"), ended_ms=bindparam("ended_ms"), result=bindparam("result"))
)


class Ledger(LedgerView):
    """The ledger as a coordinator writes it. Methods may be called from any thread."""

    @classmethod
    def open(cls, url: str) -> Ledger:
        """The ledger at an SQLAlchemy address; its tables are made when they are missing."""
        return cls(url)

    def create(self, sweep: Sweep, state: State) -> Claim:
        """A new sweep with an id of its own, held by this process."""
        claim = Claim("".join(secrets.choice(ID_LETTERS) for _ in range(6)), this_owner(), 1)
        row = {
            "id": claim.sweep_id,
            "name": sweep.name,
            "task": sweep.task.name,
            "backend": sweep.search.backend,
            "document": json.dumps(sweep.document),
            "state": "running",
            "created_ms": now_ms(),
            "backend_state": json.dumps(state),
            **_held(claim),
        }
        with self._engine.begin() as connection:
            connection.execute(insert(schema.sweep).values(row))
        return claim

    def claim(self, sweep_id: str) -> Claim:
        """Take an existing sweep over; trials without a result count another attempt.

        Raises LeaseError when a live coordinator holds it, LookupError when there is no such sweep.
        """
        with self._engine.begin() as connection:
            row = connection.execute(
                select(schema.sweep).where(schema.sweep.c.id == sweep_id)
            ).first()
            if row is None:
                raise LookupError(f"no sweep {sweep_id!r} in this store")
            _refuse_if_held(row)
            claim = Claim(sweep_id, this_owner(), row.lease_epoch + 1)
            _set_sweep(connection, sweep_id, state="running", ended_ms=None, **_held(claim))
            connection.execute(
                update(schema.trial)
                .where(schema.trial.c.sweep_id == sweep_id, schema.trial.c.state == "running")
                .values(attempt=schema.trial.c.attempt + 1)
            )
        return claim

    def renew(self, claim: Claim) -> None:
        """Hold the lease for another term. Raises LeaseError when it was taken over."""
        with self._engine.begin() as connection:
            _fence(connection, claim)

    def begin(self, claim: Claim, trials: Sequence[Trial], state: State) -> int:
        """Trials that a backend asked for, and its state after the asking; returns the time."""
        started_ms = now_ms()
        rows = [_running(claim, trial, started_ms) for trial in trials]
        with self._engine.begin() as connection:
            _fence(connection, claim)
            connection.execute(insert(schema.trial), rows)
            _set_sweep(connection, claim.sweep_id, backend_state=json.dumps(state))
        return started_ms

    def commit(
        self, claim: Claim, results: Sequence[tuple[Result, int]], state: State, spent: float
    ) -> int:
        """Results (one at least), each with its attempt, and the backend's state after being told.

        `spent` is the wall time of the sweep so far in seconds. Returns the time. Raises
        LeaseError, and keeps nothing, when the sweep was taken over or a trial is no longer running
        under its attempt.
        """
        ended_ms = now_ms()
        with self._engine.begin() as connection:
            _fence(connection, claim)
            _complete(connection, claim, results, ended_ms)
            _set_sweep(
                connection, claim.sweep_id, backend_state=json.dumps(state), spent_seconds=spent
            )
        return ended_ms

    def end(self, claim: Claim, state: str, spent: float) -> None:
        """How the session's training ended; the lease is kept."""
        with self._engine.begin() as connection:
            _fence(connection, claim)
            _set_sweep(
                connection,
                claim.sweep_id,
                state=state,
                spent_seconds=spent,
                ended_ms=now_ms(),
            )

    def release(self, claim: Claim) -> None:
        """Give the lease back."""
        with self._engine.begin() as connection:
            _fence(connection, claim)
            _set_sweep(connection, claim.sweep_id, lease_owner=None, lease_until_ms=0)

    def shipped(self, sweep_id: str, numbers: Sequence[int]) -> None:
        """MLflow has these trials now."""
        with self._engine.begin() as connection:
            connection.execute(
                update(schema.trial)
                .where(schema.trial.c.sweep_id == sweep_id, schema.trial.c.number.in_(numbers))
                .values(shipped=True)
            )

    def remove(self, sweep_id: str) -> None:
        """Forget a sweep and its trials. Raises LeaseError while a coordinator holds it."""
        claim = self.claim(sweep_id)
        with self._engine.begin() as connection:
            _fence(connection, claim)
            connection.execute(delete(schema.trial).where(schema.trial.c.sweep_id == sweep_id))
            connection.execute(delete(schema.sweep).where(schema.sweep.c.id == sweep_id))


def _held(claim: Claim) -> dict[str, Any]:
    return {
        "lease_owner": claim.owner,
        "lease_epoch": claim.epoch,
        "lease_until_ms": now_ms() + LEASE_MS,
    }


def _running(claim: Claim, trial: Trial, started_ms: int) -> dict[str, Any]:
    return {
        "sweep_id": claim.sweep_id,
        "number": trial.number,
        "config": json.dumps(trial.config),
        "budget": trial.budget,
        "parent": trial.parent,
        "state": "running",
        "attempt": 1,
        "started_ms": started_ms,
        "shipped": False,
    }


def _refuse_if_held(row: Any) -> None:
    if is_held(row):
        host, pid, _ = row.lease_owner.rsplit(":", 2)
        raise LeaseError(f"sweep {row.id} is being run by process {pid} on {host}")


def _fence(connection: Connection, claim: Claim) -> None:
    """Renew the lease, or find that it is no longer ours, inside the caller's transaction."""
    renewed = connection.execute(
        update(schema.sweep)
        .where(schema.sweep.c.id == claim.sweep_id, schema.sweep.c.lease_epoch == claim.epoch)
        .values(lease_until_ms=now_ms() + LEASE_MS)
    )
    if renewed.rowcount != 1:
        raise LeaseError(f"sweep {claim.sweep_id} was taken over by another process")


def _set_sweep(connection: Connection, sweep_id: str, **values: Any) -> None:
    connection.execute(update(schema.sweep).where(schema.sweep.c.id == sweep_id).values(values))


def _complete(
    connection: Connection, claim: Claim, results: Sequence[tuple[Result, int]], ended_ms: int
) -> None:
    """Compare-and-set on (trial, attempt): a result is written once, by the newest attempt.

    Nobody can come in between: the fence before it, in the same transaction, holds the sweep.
    """
    _refuse_strangers(connection, claim, results)
    rows = [_completed(claim, result, ended_ms) for result, _ in results]
    connection.execute(_COMPLETE, rows)


def _refuse_strangers(
    connection: Connection, claim: Claim, results: Sequence[tuple[Result, int]]
) -> None:
    """Raise LeaseError for the first result whose trial is not running as its attempt."""
    trial = schema.trial.c
    numbers = [result.trial.number for result, _ in results]
    found = connection.execute(
        select(trial.number, trial.attempt)
        .where(trial.sweep_id == claim.sweep_id, trial.state == "running")
        .where(trial.number.between(min(numbers), max(numbers)))
    )
    running: dict[int, int] = {row.number: row.attempt for row in found}
    for result, attempt in results:
        # Taken out, so that a second result of the same trial finds nothing.
        if running.pop(result.trial.number, None) != attempt:
            raise LeaseError(
                f"trial {result.trial.number} of sweep {claim.sweep_id} is not running as attempt "
                f"{attempt}"
            )


def _completed(claim: Claim, result: Result, ended_ms: int) -> dict[str, Any]:
    """One row for `_COMPLETE`."""
    return {
        "of_sweep": claim.sweep_id,
        "of_number": result.trial.number,
        "state": "done" if result.error is None else "failed",
        "ended_ms": ended_ms,
        "result": result_to_json(result),
    }
