"""From older layouts of the ledger to today's, in the transaction that found the older one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from sweeps.errors import LedgerVersionError
from sweeps.lease import place_of
from sweeps.ledger import schema
from sweeps.ledger.records import is_held


def migrate(connection: Connection, found: int) -> None:
    """Change the tables from layout `found` to today's, one layout after the other.

    Raises LedgerVersionError while a coordinator of the older program may be writing. One that was
    held up for longer than its lease finds every sweep taken over: it knows only its own layout.
    """
    _refuse_if_used(connection)
    newer = update(schema.sweep).values(lease_epoch=schema.sweep.c.lease_epoch + 1)
    connection.execute(newer)
    for version in range(found, schema.VERSION):
        STEPS[version](connection)
    connection.execute(schema.ledger.update().values(version=schema.VERSION))


def _refuse_if_used(connection: Connection) -> None:
    sweep = schema.sweep.c
    leases = select(*[sweep.id, sweep.lease_owner, sweep.lease_until_ms])
    for row in connection.execute(leases):
        if is_held(row):
            raise LedgerVersionError(
                f"{place_of(row.lease_owner)} runs sweep {row.id} with an older version of this "
                "program, whose ledger would have to be changed: wait for its end"
            )


def _from_1(connection: Connection) -> None:
    """Commands, capped attempts, retries; scores and reasons in columns of their own."""
    for column in (
        "sweep ADD COLUMN command VARCHAR(16)",
        "sweep ADD COLUMN cause TEXT",
        "sweep ADD COLUMN end_shipped BOOLEAN NOT NULL DEFAULT FALSE",
        "trial ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
        "trial ADD COLUMN wave INTEGER NOT NULL DEFAULT 0",
        "trial ADD COLUMN told_failed BOOLEAN NOT NULL DEFAULT FALSE",
        "trial ADD COLUMN score FLOAT",
        "trial ADD COLUMN reason VARCHAR(32)",
    ):
        connection.exec_driver_sql(f"ALTER TABLE {column}")
    for index in (schema.by_state, schema.by_score):
        index.create(connection)
    _fill_from_results(connection)
    trial = schema.trial.c
    unsent = select(trial.sweep_id).where(trial.result.is_not(None), ~trial.shipped)
    sent = schema.sweep.c.id.not_in(unsent)
    connection.execute(update(schema.sweep).where(sent).values(end_shipped=True))


def _fill_from_results(connection: Connection) -> None:
    of_trial = (
        update(schema.trial)
        .where(schema.trial.c.sweep_id == bindparam("of_sweep"))
        .where(schema.trial.c.number == bindparam("of_number"))
        .values(
            wave=bindparam("to_wave"), score=bindparam("to_score"), reason=bindparam("to_reason")
        )
    )
    for sweep_id in connection.execute(select(schema.sweep.c.id)).scalars().all():
        if rows := list(_filled(connection, sweep_id)):
            connection.execute(of_trial, rows)


def _filled(connection: Connection, sweep_id: str) -> Iterator[Mapping[str, Any]]:
    """What layout 2 wants to know of each trial. Those asked for together began together."""
    trial = schema.trial.c
    rows = connection.execute(
        select(trial.number, trial.started_ms, trial.result)
        .where(trial.sweep_id == sweep_id)
        .order_by(trial.number)
    )
    began, wave = None, -1
    for row in rows:
        if row.started_ms != began:
            began, wave = row.started_ms, wave + 1
        result = json.loads(row.result) if row.result is not None else {}
        failure = result.get("error") or {}
        yield {
            "of_sweep": sweep_id,
            "of_number": row.number,
            "to_wave": wave,
            "to_score": result.get("score"),
            "to_reason": failure.get("reason"),
        }


def _from_2(connection: Connection) -> None:
    """Stages, costs, and a state of their own for trials that were pruned."""
    for column in ("stages TEXT", "core_seconds FLOAT", "gpu_seconds FLOAT"):
        connection.exec_driver_sql(f"ALTER TABLE trial ADD COLUMN {column}")
    trial = schema.trial.c
    pruned = update(schema.trial).where(trial.state == "failed", trial.reason == "pruned")
    connection.execute(pruned.values(state="pruned"))


def _from_3(connection: Connection) -> None:
    """Confirmations, memos, baselines, priors, provenance, races."""
    for column in (
        "sweep ADD COLUMN baseline TEXT",
        "sweep ADD COLUMN priors TEXT",
        "sweep ADD COLUMN provenance TEXT",
        "sweep ADD COLUMN race TEXT",
        "trial ADD COLUMN confirms INTEGER",
        "trial ADD COLUMN memo_key VARCHAR(64)",
    ):
        connection.exec_driver_sql(f"ALTER TABLE {column}")
    schema.by_memo.create(connection)


def _from_4(connection: Connection) -> None:
    """A service's queue, and who may use it; sweeps by age and results by time."""
    schema.job.create(connection)
    schema.token.create(connection)
    for index in (schema.by_end, schema.by_age):
        index.create(connection)


STEPS: Mapping[int, Callable[[Connection], None]] = {
    1: _from_1,
    2: _from_2,
    3: _from_3,
    4: _from_4,
}
"""By the layout that a step starts from."""
