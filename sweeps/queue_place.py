"""A sweep's place in the queue of a service, as listings show it."""

from __future__ import annotations

from dataclasses import dataclass

from sweeps.ledger.jobs import Job, JobState


@dataclass(frozen=True)
class QueuePlace:
    """Who wants a sweep run, and when that will be. Times are milliseconds since 1970.

    `position` is 1 for the sweep that begins next, and None where it does not wait or nobody who
    runs the queue is asked. It begins no sooner than `not_before_ms`, after `tries` sessions in a
    row that ended by the machine's fault.
    """

    owner: str
    priority: int
    state: JobState
    position: int | None
    submitted_ms: int
    workers: int
    gpus: int
    tries: int
    not_before_ms: int


def place_of(job: Job, position: int | None = None) -> QueuePlace:
    """A job as others may see it."""
    return QueuePlace(
        owner=job.order.owner,
        priority=job.order.priority,
        state=job.state,
        position=position,
        submitted_ms=job.submitted_ms,
        workers=job.order.workers,
        gpus=job.order.gpus,
        tries=job.tries,
        not_before_ms=job.not_before_ms,
    )
