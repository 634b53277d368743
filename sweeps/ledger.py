"""The ledger: the one durable record of every sweep. MLflow is a view of it.

A coordinator writes in two transactions: `begin` (trials that a backend asked for, with the
backend's state) and `commit` (results, with the backend's state), which is the commit point: what
comes before it is repeated after a crash, what comes after it is never lost. Each transaction first
checks the writer's lease, so a coordinator that has lost its sweep cannot change it any more.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from sweeps import ledger_rows
from sweeps import ledger_schema as schema
from sweeps.backends.backend import State
from sweeps.clock import not_before, now_ms
from sweeps.errors import printable
from sweeps.lease import Claim, LeaseError, place_of, set_back, this_owner, until_ms
from sweeps.ledger_engine import trouble
from sweeps.ledger_outage import Outages, outlasting
from sweeps.ledger_records import ACTIVE, FINAL, is_held
from sweeps.ledger_view import LedgerView
from sweeps.sweep import Sweep
from sweeps.trial import Result, Trial
from tracking.failure_points import reach

ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
NUMBER = "sweeps.transaction"
"""Where a connection to PostgreSQL keeps the number of the holder's transaction under way."""


class Ledger(LedgerView):
    """The ledger as a coordinator writes it. Methods may be called from any thread.

    All of them raise LedgerError when the database cannot be used; then nothing of the call is
    kept. What a session writes of its sweep waits for a server that is away as `outages` says.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.outages = Outages(self._engine)

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
            "task": sweep.task.label,
            "backend": sweep.search.backend,
            "document": json.dumps(sweep.document),
            "state": "running",
            "created_ms": now_ms(),
            "backend_state": json.dumps(state),
            **_held(claim),
        }
        with self.changing() as connection:
            connection.execute(insert(schema.sweep).values(row))
        return claim

    def claim(self, sweep_id: str) -> Claim:
        """Take an existing sweep over, in whatever state it is; nobody else can write to it then.

        Raises LeaseError when a live coordinator holds it, LookupError when there is no such sweep.
        """
        with self.changing() as connection:
            row = _free(connection, sweep_id)
            claim = Claim(sweep_id, this_owner(), row.lease_epoch + 1)
            set_sweep(connection, sweep_id, command=None, **_held(claim))
            not_before(ledger_rows.latest_ms(connection, sweep_id))
        return claim

    def take_up(self, claim: Claim) -> None:
        """The claimed sweep runs again; trials without a result count another attempt.

        How it ends now is not what MLflow was told before.
        """
        begun = {"state": "running", "cause": None, "ended_ms": None, "end_shipped": False}
        with self.writing(claim) as connection:
            set_sweep(connection, claim.sweep_id, **begun)
            ledger_rows.begin_again(connection, claim.sweep_id)

    def renew(self, claim: Claim) -> None:
        """Hold the lease for another term. Raises LeaseError when it was taken over."""
        with self.writing(claim):
            pass

    @outlasting
    def begin(self, claim: Claim, trials: Sequence[Trial], state: State) -> int:
        """Trials that a backend asked for, and its state after the asking; returns the time."""
        reach("begin")
        started_ms = now_ms()
        with self.writing(claim) as connection:
            wave = ledger_rows.next_wave(connection, claim.sweep_id)
            rows = [ledger_rows.running(claim, trial, started_ms, wave) for trial in trials]
            connection.execute(insert(schema.trial), rows)
            set_sweep(connection, claim.sweep_id, backend_state=json.dumps(state))
        return started_ms

    @outlasting
    def commit(
        self,
        claim: Claim,
        results: Sequence[tuple[Result, int]],
        state: State,
        spent: float,
        stages: Sequence[ledger_rows.Stage] = (),
    ) -> int:
        """Results, each with its attempt, and the backend's state after being told.

        `stages` are those of trials that go on, `spent` is the wall time of the sweep so far in
        seconds. Returns the time. Raises LeaseError, and keeps nothing, when the sweep was taken
        over or a trial is no longer running under its attempt.
        """
        reach("commit")
        ended_ms = now_ms()
        with self.writing(claim) as connection:
            ledger_rows.complete(connection, claim, results, ended_ms)
            ledger_rows.keep_stages(connection, claim, stages)
            set_sweep(
                connection, claim.sweep_id, backend_state=json.dumps(state), spent_seconds=spent
            )
        reach("after_commit")
        return ended_ms

    @outlasting
    def again(self, claim: Claim, numbers: Sequence[int], *, charged: bool) -> None:
        """Another attempt at trials without a result; `charged` ones count towards the cap.

        Results of the attempts before are refused from now on.
        """
        trial = schema.trial.c
        values: dict[Any, Any] = {"attempt": trial.attempt + 1}
        if charged:
            values["tries"] = trial.tries + 1
        with self.writing(claim) as connection:
            connection.execute(
                update(schema.trial)
                .where(trial.sweep_id == claim.sweep_id, trial.state == "running")
                .where(trial.number.in_(numbers))
                .values(values)
            )

    @outlasting
    def end(self, claim: Claim, state: str, spent: float, cause: str | None = None) -> None:
        """How the session's training ended; the lease is kept, MLflow is yet to be told.

        In a final state every trial without a result gets its end: it will have none.
        """
        # Causes quote errors, which may hold characters that no database takes.
        line = None if cause is None else printable(cause)
        values = {"state": state, "spent_seconds": spent, "cause": line, "ended_ms": now_ms()}
        with self.writing(claim) as connection:
            if state in FINAL:
                ledger_rows.cancel_open(connection, claim.sweep_id)
            set_sweep(connection, claim.sweep_id, end_shipped=False, **values)

    def show(self, claim: Claim, state: str) -> bool:
        """What the sweep does at the moment: `running`, `pausing`, `paused` or `stopping`.

        False, and nothing is changed, when it has ended by then. Waits for no server: whoever was
        told to stop would stop only when it is back.
        """
        sweep = schema.sweep.c
        active = update(schema.sweep).where(sweep.id == claim.sweep_id, sweep.state.in_(ACTIVE))
        with self.writing(claim) as connection:
            return connection.execute(active.values(state=state)).rowcount == 1

    @outlasting
    def release(self, claim: Claim) -> None:
        """Give the lease back."""
        with self.writing(claim) as connection:
            set_sweep(connection, claim.sweep_id, lease_owner=None, lease_until_ms=0)

    def shipped(self, claim: Claim, numbers: Sequence[int]) -> None:
        """MLflow has these trials now, as they are."""
        with self.writing(claim) as connection:
            connection.execute(
                update(schema.trial)
                .where(schema.trial.c.sweep_id == claim.sweep_id)
                .where(schema.trial.c.number.in_(numbers))
                .values(shipped=True)
            )

    def end_shipped(self, claim: Claim, shipped: bool = True) -> None:
        """Whether MLflow knows how the sweep ended."""
        with self.writing(claim) as connection:
            set_sweep(connection, claim.sweep_id, end_shipped=shipped)

    def remove(self, sweep_id: str) -> None:
        """Forget a sweep and its trials.

        Raises LeaseError while a coordinator holds it, LookupError when there is no such sweep.
        """
        with self.changing() as connection:
            _free(connection, sweep_id)
            connection.execute(delete(schema.trial).where(schema.trial.c.sweep_id == sweep_id))
            connection.execute(delete(schema.sweep).where(schema.sweep.c.id == sweep_id))

    @contextmanager
    def writing(self, claim: Claim) -> Iterator[Connection]:
        """One transaction of the sweep's holder, which renews the lease.

        Raises LeaseError, and keeps nothing, when the holder is no longer that.
        """
        claim.term.awake()
        try:
            with self.changing() as connection:
                _fence(connection, claim)
                yield connection
        finally:
            claim.term.awake()

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """One transaction of anybody, for what is not the holder's alone."""
        connected, number = False, None
        try:
            with self._engine.connect() as connection:
                connected = True
                with connection.begin():
                    yield connection
                    number = connection.info.pop(NUMBER, None)
        except DBAPIError as error:
            if number is None or not self.outages.kept(number):
                raise trouble(self._engine, "written", error, connected=connected) from error


def set_sweep(connection: Connection, sweep_id: str, **values: Any) -> None:
    """Change columns of a sweep's row."""
    connection.execute(update(schema.sweep).where(schema.sweep.c.id == sweep_id).values(values))


def _held(claim: Claim) -> dict[str, Any]:
    return {
        "lease_owner": claim.owner,
        "lease_epoch": claim.epoch,
        "lease_until_ms": until_ms(),
    }


def _free(connection: Connection, sweep_id: str) -> Row[Any]:
    """The row of a sweep that nobody holds, and that nobody changes until the transaction ends."""
    query = select(schema.sweep).where(schema.sweep.c.id == sweep_id).with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise LookupError(f"no sweep {sweep_id!r} in this store")
    if not is_held(row):
        return row
    line = f"sweep {row.id} is being run by {place_of(row.lease_owner)}"
    if set_back(row.lease_until_ms):
        line += ", as far as can be told: a clock was set back since it last wrote"
    raise LeaseError(line)


def _fence(connection: Connection, claim: Claim) -> None:
    """Renew the lease, or find that it is no longer ours, inside the caller's transaction."""
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
