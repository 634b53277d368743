"""What must be so of a sweep that waits to be begun, and of a job in a service's queue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from sweeps.doctor.violation import Fault
from sweeps.ledger.evidence import NOT_READABLE, KeptTrial
from sweeps.ledger.jobs import JobState, Wanted
from sweeps.ledger.records import FINAL, QUEUED
from sweeps.ledger.standing import NEVER_BEGUN

RULE = "queue"
WITHOUT_BEGINNING = (QUEUED, "failed", *FINAL)
"""States of a sweep that never began. Whoever takes it up holds it for a moment before it does."""


def queue_faults(stands: Any, job: Any, kept: Sequence[KeptTrial]) -> Iterator[Fault]:
    """Everything that is wrong with the beginning of a sweep and with its job.

    `stands` and `job` are their rows; None is of a sweep that was never in the queue.
    """
    never = stands.backend_state == NEVER_BEGUN
    if never and stands.state not in WITHOUT_BEGINNING:
        yield Fault(RULE, f"{stands.state}, though it was never begun")
    if not never and stands.state == QUEUED:
        yield Fault(RULE, "queued, though it was begun")
    for one in kept if never else ():
        yield Fault(RULE, "a trial of a sweep that was never begun", one.number)
    if stands.state == QUEUED and (job is None or job.state == "over"):
        yield Fault(RULE, "queued, but in nobody's queue: it would never be begun")
    if job is not None:
        yield from _about_job(job)


def _about_job(job: Any) -> Iterator[Fault]:
    if job.state not in get_args(JobState):
        yield Fault(RULE, f"no job has a state {job.state!r}")
    if job.wanted not in get_args(Wanted):
        yield Fault(RULE, f"nothing of a queue is called {job.wanted!r}")
    taken = job.runner is not None and job.launched_ms is not None
    if job.state == "running" and not taken:
        yield Fault(RULE, "its job runs, but nobody has taken it on")
    if job.state in ("waiting", "held") and job.runner is not None:
        yield Fault(RULE, f"its job is {job.state}, but somebody has taken it on")
    if job.workers < 1 or job.gpus < 0 or job.tries < 0:
        figures = f"{job.workers} workers, {job.gpus} GPUs and {job.tries} tries"
        yield Fault(RULE, f"its job has {figures}")
    yield from _about_texts(job)


def _about_texts(job: Any) -> Iterator[Fault]:
    try:
        readable = isinstance(json.loads(job.arguments), dict)
        readable = readable and isinstance(json.loads(job.given), list)
    except NOT_READABLE:
        readable = False
    if not readable:
        yield Fault(RULE, "what its job keeps is unreadable")
