"""The ledger: the one durable record of every sweep. MLflow is a view of it.

A coordinator writes in two transactions: `begin` (trials that a backend asked for, with the
backend's state) and `commit` (results, with the backend's state), which is the commit point: what
comes before it is repeated after a crash, what comes after it is never lost. Each transaction first
checks the writer's lease, so a coordinator that has lost its sweep cannot change it any more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import delete, insert, update

from sweeps.backends.backend import State
from sweeps.clock import not_before, now_ms
from sweeps.errors import printable
from sweeps.lease import Claim, this_owner
from sweeps.ledger import lease_row, schema, trial_rows
from sweeps.ledger.granted import goes_on, granted
from sweeps.ledger.outage import outlasting
from sweeps.ledger.records import ACTIVE, FINAL
from sweeps.ledger.sweep_row import new_id, set_sweep
from sweeps.ledger.transactions import Transactions
from sweeps.redaction import redacted
from sweeps.sweep import Sweep
from sweeps.trial import Result, Trial
from tracking.failure_points import reach

NOTHING: Mapping[int, str] = MappingProxyType({})
AS_NEW = MappingProxyType(
    {"state": "running", "cause": None, "ended_ms": None, "end_shipped": False}
)


class Ledger(Transactions):
    """The ledger as a coordinator writes it. Methods may be called from any thread.

    All of them raise LedgerError when the database cannot be used; then nothing of the call is
    kept. What a session writes of its sweep waits for a server that is away as `outages` says.
    """

    @classmethod
    def open(cls, url: str) -> Ledger:
        """The ledger at an SQLAlchemy address; its tables are made when they are missing."""
        return cls(url)

    def create(
        self, sweep: Sweep, state: State, race: str | None = None, priors: str | None = None
    ) -> Claim:
        """A new sweep with an id of its own, held by this process.

        `race` is its place in one, `priors` what it was told of earlier searches.
        """
        claim = Claim(new_id(), this_owner(), 1)
        row = {
            "id": claim.sweep_id,
            "name": sweep.name,
            "task": sweep.task.label,
            "backend": sweep.search.backend,
            "document": json.dumps(sweep.document),
            "state": "running",
            "created_ms": now_ms(),
            "backend_state": json.dumps(state),
            "race": race,
            "priors": priors,
            **lease_row.held(claim),
        }
        with self.changing() as connection:
            connection.execute(insert(schema.sweep).values(row))
        return claim

    def claim(self, sweep_id: str) -> Claim:
        """Take an existing sweep over, in whatever state it is; nobody else can write to it then.

        Raises LeaseError when a live coordinator holds it, NoSweepError when there is no such one.
        """
        with self.changing() as connection:
            row = lease_row.free(connection, sweep_id)
            claim = Claim(sweep_id, this_owner(), row.lease_epoch + 1)
            set_sweep(connection, sweep_id, command=None, **lease_row.held(claim))
            not_before(trial_rows.latest_ms(connection, sweep_id))
        return claim

    def start(self, claim: Claim, sweep: Sweep, state: State, priors: str | None) -> None:
        """A claimed sweep that was queued begins now, with what a new one is created with."""
        begun = {
            "document": json.dumps(sweep.document),
            "created_ms": now_ms(),
            "backend_state": json.dumps(state),
            "priors": priors,
            **AS_NEW,
        }
        with self.writing(claim) as connection:
            set_sweep(connection, claim.sweep_id, **begun)
            granted(connection, claim.sweep_id)

    def take_up(self, claim: Claim) -> None:
        """The claimed sweep runs again; trials without a result count another attempt.

        How it ends now is not what MLflow was told before.
        """
        with self.writing(claim) as connection:
            set_sweep(connection, claim.sweep_id, **AS_NEW)
            trial_rows.begin_again(connection, claim.sweep_id)
            granted(connection, claim.sweep_id)

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
            wave = trial_rows.next_wave(connection, claim.sweep_id)
            rows = [trial_rows.running(claim, trial, started_ms, wave) for trial in trials]
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
        stages: Sequence[trial_rows.Stage] = (),
        memo_keys: Mapping[int, str] = NOTHING,
    ) -> int:
        """Results, each with its attempt, and the backend's state after being told.

        `stages` are those of trials that go on, `spent` is the wall time of the sweep so far in
        seconds, `memo_keys` are those of results that may be found again. Returns the time. Raises
        LeaseError, and keeps nothing, when the sweep was taken over or a trial is no longer running
        under its attempt.
        """
        reach("commit")
        ended_ms = now_ms()
        with self.writing(claim) as connection:
            trial_rows.complete(connection, claim, results, ended_ms, memo_keys)
            trial_rows.keep_stages(connection, claim, stages)
            set_sweep(
                connection, claim.sweep_id, backend_state=json.dumps(state), spent_seconds=spent
            )
        reach("after_commit")
        return ended_ms

    @outlasting
    def trained_before(self, memo_keys: Sequence[str]) -> dict[str, trial_rows.Trained]:
        """By key, the oldest trial of any sweep that is done and was trained so."""
        with self.reading() as connection:
            return trial_rows.trained_before(connection, memo_keys)

    @outlasting
    def ranked(self, sweep_id: str, *, maximize: bool) -> list[Trial]:
        """What `ranking` gives, for whoever waits for a server that is away."""
        return list(self.ranking(sweep_id, maximize=maximize))

    @outlasting
    def again(self, claim: Claim, numbers: Sequence[int], *, charged: bool) -> None:
        """Another attempt at trials without a result; `charged` ones count towards the cap.

        Results of the attempts before are refused from now on.
        """
        with self.writing(claim) as connection:
            trial_rows.again(connection, claim.sweep_id, numbers, charged=charged)

    @outlasting
    def end(self, claim: Claim, state: str, spent: float, cause: str | None = None) -> None:
        """How the session's training ended; the lease is kept, MLflow is yet to be told.

        In a final state every trial without a result gets its end: it will have none.
        """
        # Causes quote errors, which may hold secrets, and characters that no database takes.
        line = None if cause is None else redacted(printable(cause))
        values = {"state": state, "spent_seconds": spent, "cause": line, "ended_ms": now_ms()}
        with self.writing(claim) as connection:
            if state in FINAL:
                trial_rows.cancel_open(connection, claim.sweep_id)
            set_sweep(connection, claim.sweep_id, end_shipped=False, **values)

    @outlasting
    def keep_baseline(self, claim: Claim, text: str) -> None:
        """What a simple model came to on the sweep's rows."""
        with self.writing(claim) as connection:
            set_sweep(connection, claim.sweep_id, baseline=text)

    @outlasting
    def keep_provenance(self, claim: Claim, text: str) -> None:
        """What the sweep began with."""
        with self.writing(claim) as connection:
            set_sweep(connection, claim.sweep_id, provenance=text)

    def show(self, claim: Claim, state: str) -> bool:
        """What the sweep does at the moment: `running`, `pausing`, `paused` or `stopping`.

        False, and nothing is changed, when it has ended by then. One that runs is not to be paused
        by the next session. Waits for no server: whoever was told to stop would stop only when it
        is back.
        """
        sweep = schema.sweep.c
        active = update(schema.sweep).where(sweep.id == claim.sweep_id, sweep.state.in_(ACTIVE))
        with self.writing(claim) as connection:
            if state == "running":
                goes_on(connection, claim.sweep_id)
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

        Raises LeaseError while a coordinator holds it, NoSweepError when there is no such sweep.
        """
        with self.changing() as connection:
            lease_row.free(connection, sweep_id)
            for table in (schema.trial, schema.job):
                connection.execute(delete(table).where(table.c.sweep_id == sweep_id))
            connection.execute(delete(schema.sweep).where(schema.sweep.c.id == sweep_id))
