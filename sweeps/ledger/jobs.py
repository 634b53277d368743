"""The queue of a service, in the ledger: sweeps that wait for somebody to run them.

Every change is compared with what stood there before, so that several runners on one ledger never
take the same job on. Who may write to the sweep itself is decided by its lease alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, insert, select, update

from sweeps.clock import later_ms
from sweeps.errors import LedgerError
from sweeps.ledger import schema
from sweeps.ledger.ledger import Ledger
from sweeps.ledger.records import QUEUED
from sweeps.ledger.sweep_row import check_there, new_id
from sweeps.sweep import Sweep

JobState = Literal["waiting", "held", "running", "over"]
"""`held` waits until somebody lets it go on; `running` was taken on by a runner."""

Wanted = Literal["run", "resume", "retry", "extend", "stop", "cancel", "deliver"]
"""What the next session does first. `run` begins a sweep, or goes on with one that has not ended.

What else is wanted becomes that in the transaction that does it, so that nothing is done twice.
`deliver` is of a sweep that has ended, and sends MLflow what it lacks.
"""


class KeyTakenError(ValueError):
    """A submission's key was used before, for something else."""


@dataclass(frozen=True)
class Order:
    """Who wants a sweep run, and with what.

    A job takes `workers` slots and `gpus` GPUs of its runner, `gpu_share` as in `Where`. Higher
    `priority` goes first. One `client_key` of one owner stands for one submission; `digest` is that
    of what was submitted.
    """

    owner: str
    digest: str
    priority: int = 0
    workers: int = 1
    gpus: int = 0
    gpu_share: float | None = None
    memo: bool = True
    client_key: str | None = None


@dataclass(frozen=True)
class Job:
    """A sweep in the queue. Times are milliseconds since 1970.

    `tries` are sessions in a row that ended by the machine's fault; the next begins no sooner than
    `not_before_ms`. `runner` names the process that took it on at `launched_ms`, and `given` are
    the GPUs that it has since.
    """

    sweep_id: str
    order: Order
    submitted_ms: int
    state: JobState = "waiting"
    wanted: Wanted = "run"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    tries: int = 0
    not_before_ms: int = 0
    runner: str | None = None
    launched_ms: int | None = None
    given: tuple[str, ...] = ()

    @property
    def concludes(self) -> bool:
        """Whether nothing is trained: the sweep is ended for good, or MLflow is sent the rest."""
        return self.wanted in ("stop", "cancel", "deliver")


def enqueue(ledger: Ledger, sweep: Sweep, order: Order) -> tuple[Job, bool]:
    """A new sweep that waits for a runner; (its job, whether it is new).

    A submission whose key its owner has used before gives the job of then. Raises KeyTakenError
    when that was of something else.
    """
    before = under_key(ledger, order)
    if before is not None:
        return before, False
    job = Job(new_id(), order, later_ms())
    row = {
        "id": job.sweep_id,
        "name": sweep.name,
        "task": sweep.task.label,
        "backend": sweep.search.backend,
        "document": json.dumps(sweep.document),
        "state": QUEUED,
        "created_ms": job.submitted_ms,
        "backend_state": "{}",
    }
    try:
        with ledger.changing() as connection:
            connection.execute(insert(schema.sweep).values(row))
            connection.execute(insert(schema.job).values(_columns(job)))
    except LedgerError:
        # The same submission came twice at one time, and the other was first.
        before = under_key(ledger, order)
        if before is None:
            raise
        return before, False
    return job, True


def put_again(
    ledger: Ledger, sweep_id: str, order: Order, wanted: Wanted, arguments: Mapping[str, Any]
) -> Job | None:
    """A sweep that is in the ledger waits for a runner once more; None when it does already.

    One that was never in the queue gets into it. Raises NoSweepError for one that is not there.
    """
    job = Job(sweep_id, order, later_ms(), "waiting", wanted, arguments)
    columns = {name: value for name, value in _columns(job).items() if name != "client_key"}
    its_own = schema.job.c.sweep_id == sweep_id
    query = select(schema.job.c.state, schema.job.c.wanted).where(its_own).with_for_update()
    with ledger.changing() as connection:
        row = connection.execute(query).first()
        # A session that goes on with a sweep sends what MLflow lacks, too.
        delivers = row is not None and (row.state, row.wanted) == ("waiting", "deliver")
        there = None if row is None else "over" if delivers else row.state
        if there is None:
            check_there(connection, sweep_id)
            connection.execute(insert(schema.job).values(columns))
        elif there == "over":
            connection.execute(update(schema.job).where(its_own).values(columns))
        else:
            return None
    return job


def jobs(ledger: Ledger, states: Collection[JobState]) -> list[Job]:
    """Those in one of these states, the earliest submitted first."""
    job = schema.job.c
    query = (
        select(schema.job)
        .where(job.state.in_(list(states)))
        .order_by(job.submitted_ms, job.sweep_id)
    )
    with ledger.reading() as connection:
        return [job_from(row) for row in connection.execute(query)]


def job_of(ledger: Ledger, sweep_id: str) -> Job | None:
    """A sweep's job; None of one that was never in the queue."""
    with ledger.reading() as connection:
        query = select(schema.job).where(schema.job.c.sweep_id == sweep_id)
        row = connection.execute(query).first()
    return None if row is None else job_from(row)


def change(ledger: Ledger, seen: Job, **values: Any) -> bool:
    """Change a job that is still as it was seen; False, and nothing changes, when it is not.

    `values` are columns of it: `state`, `runner`, `launched_ms`, `tries`, `not_before_ms`,
    `priority`, `wanted`; `arguments` and `given` as JSON.
    """
    with ledger.changing() as connection:
        return changed(connection, seen, values)


def changed(connection: Connection, seen: Job, values: Mapping[str, Any]) -> bool:
    """The same, in the caller's transaction."""
    job = schema.job.c
    same = (
        job.sweep_id == seen.sweep_id,
        job.state == seen.state,
        job.wanted == seen.wanted,
        job.submitted_ms == seen.submitted_ms,
        job.runner.is_not_distinct_from(seen.runner),
        job.launched_ms.is_not_distinct_from(seen.launched_ms),
    )
    change = update(schema.job).where(*same).values(dict(values))
    return connection.execute(change).rowcount == 1


def under_key(ledger: Ledger, order: Order) -> Job | None:
    """The job that its owner submitted under the order's key; None without one.

    Raises KeyTakenError when that was of something else.
    """
    if order.client_key is None:
        return None
    job = schema.job.c
    query = select(schema.job).where(job.owner == order.owner, job.client_key == order.client_key)
    with ledger.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    if row.digest != order.digest:
        raise KeyTakenError(
            f"the key {order.client_key!r} was used before, for sweep {row.sweep_id} with other "
            "content: use another one"
        )
    return job_from(row)


def _columns(job: Job) -> dict[str, Any]:
    return {
        "sweep_id": job.sweep_id,
        **vars(job.order),
        "submitted_ms": job.submitted_ms,
        "state": job.state,
        "wanted": job.wanted,
        "arguments": json.dumps(job.arguments),
        "tries": job.tries,
        "not_before_ms": job.not_before_ms,
        "runner": job.runner,
        "launched_ms": job.launched_ms,
        "given": json.dumps(job.given),
    }


def job_from(row: Row[Any]) -> Job:
    """A row with the columns of the job table."""
    order = Order(
        owner=row.owner,
        digest=row.digest,
        priority=row.priority,
        workers=row.workers,
        gpus=row.gpus,
        gpu_share=row.gpu_share,
        memo=row.memo,
        client_key=row.client_key,
    )
    return Job(
        sweep_id=row.sweep_id,
        order=order,
        submitted_ms=row.submitted_ms,
        state=cast(JobState, row.state),
        wanted=cast(Wanted, row.wanted),
        arguments=json.loads(row.arguments),
        tries=row.tries,
        not_before_ms=row.not_before_ms,
        runner=row.runner,
        launched_ms=row.launched_ms,
        given=tuple(json.loads(row.given)),
    )
