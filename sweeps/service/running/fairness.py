"""Which job is begun next: a function of the queue alone.

Highest priority first; then what had begun before, since it holds results already; then the user
with the fewest slots in use, then the one served longest ago, then first come. A job that does not
fit lets smaller ones of other users pass, but only so many: from then on nothing passes it but
a higher priority, so room is made for it in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sweeps.ledger.jobs import Job
from sweeps.service.running.standing import LONGEST_PAUSE_MS

MOST_PASSED = 20
"""Jobs that may pass one that does not fit."""


@dataclass(frozen=True)
class Room:
    """What a runner has in all, and what of it is free. GPUs of a `cluster` are its own to give."""

    slots: int
    gpus: int
    free_slots: int
    free_gpus: int
    cluster: bool = False

    def needs(self, job: Job) -> int:
        """How many slots a job takes here: none where nothing is trained, never more than all."""
        return 0 if job.concludes else min(job.order.workers, self.slots)

    def gpus_for(self, job: Job) -> int:
        """How many GPUs of this machine a job takes."""
        return 0 if job.concludes or self.cluster else job.order.gpus

    def can_ever(self, job: Job) -> bool:
        """Whether the job fits here when nothing else runs."""
        return self.gpus_for(job) <= self.gpus

    def fits(self, job: Job) -> bool:
        """Whether the job fits now."""
        return self.needs(job) <= self.free_slots and self.gpus_for(job) <= self.free_gpus


@dataclass(frozen=True)
class Queue:
    """What is chosen from, at `now_ms`.

    `in_use` are the slots that each user has, `served` is when a sweep of theirs was launched last,
    `passed` how many jobs have passed one that did not fit.
    """

    waiting: Sequence[Job]
    in_use: Mapping[str, int]
    served: Mapping[str, int]
    passed: Mapping[str, int]
    now_ms: int

    def ordered(self) -> list[Job]:
        """Jobs that wait, the next one first; those that may not begin yet are last."""
        return sorted(self.waiting, key=self._place)

    def due(self) -> Iterator[Job]:
        """Those that may begin now, in that order."""
        return (job for job in self.ordered() if not self._rests(job))

    def overdue(self, job: Job) -> bool:
        """Whether nothing may pass the job any more."""
        return self.passed.get(job.sweep_id, 0) >= MOST_PASSED

    def _rests(self, job: Job) -> bool:
        """Whether it may not begin yet; a clock that was set back makes no pause longer."""
        return 0 < job.not_before_ms - self.now_ms <= LONGEST_PAUSE_MS

    def _place(self, job: Job) -> tuple[object, ...]:
        owner = job.order.owner
        return (
            self._rests(job),
            not job.concludes,
            -job.order.priority,
            not self.overdue(job),
            job.launched_ms is None,
            self.in_use.get(owner, 0),
            self.served.get(owner, 0),
            job.submitted_ms,
            job.sweep_id,
        )


@dataclass(frozen=True)
class Choice:
    """The job that is begun, None when none can be, and the jobs that it passes."""

    job: Job | None
    passes: tuple[Job, ...] = ()


def choose(queue: Queue, room: Room) -> Choice:
    """The next job of the queue that fits into the room."""
    too_large: list[Job] = []
    waiting_users: set[str] = set()
    for job in queue.due():
        if not room.can_ever(job):
            continue
        if job.order.owner in waiting_users and not job.concludes:
            continue
        if room.fits(job):
            return Choice(job, tuple(too_large))
        if queue.overdue(job):
            break
        too_large.append(job)
        waiting_users.add(job.order.owner)
    return Choice(None)
