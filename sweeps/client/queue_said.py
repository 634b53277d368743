"""What is said of a sweep that waits in a queue to whoever looks on."""

from __future__ import annotations

import time

from sweeps.ledger.records import SweepRow
from sweeps.queue_place import QueuePlace
from sweeps.watcher import Watcher

SOONEST = 30.0
"""Seconds between two lines about a sweep's place in the queue."""

clock = time.monotonic


class QueueLines:
    """Where in the queue a sweep is, said when that has changed and not all the time."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._told: str | None = None
        self._told_at = 0.0

    def say(self, row: SweepRow, job: QueuePlace | None) -> None:
        """Tell the watcher, where there is something to be told."""
        if job is None or job.state not in ("waiting", "held"):
            return
        line = f"{row.name} {row.sweep_id}: {waits(job)}"
        if line != self._told and (self._told is None or clock() - self._told_at >= SOONEST):
            self._told, self._told_at = line, clock()
            self._watcher.said(line)


def waits(job: QueuePlace) -> str:
    """`waits to begin, 3 before it`."""
    if job.state == "held":
        return "held in the queue until it is resumed"
    if job.state == "running":
        return "is about to begin"
    if job.position is None:
        return "waits to begin"
    return "begins next" if job.position == 1 else f"waits to begin, {job.position - 1:,} before it"
