"""Places in the queue, for those who look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sweeps.clock import wall_ms
from sweeps.ledger import Ledger
from sweeps.ledger_jobs import Job, jobs
from sweeps.ledger_standing import served
from sweeps.service.fairness import Queue


@dataclass(frozen=True)
class Positions:
    """As the ledger stands: a sweep that begins before another takes its place at once."""

    ledger: Ledger

    def waiting(self) -> list[Job]:
        """What waits, the one that begins next first, then what is held."""
        found = jobs(self.ledger, ("waiting", "held", "running"))
        in_use = Counter[str]()
        for job in found:
            if job.state == "running":
                in_use[job.order.owner] += job.order.workers
        waits = [job for job in found if job.state == "waiting"]
        ordered = Queue(waits, in_use, served(self.ledger), {}, wall_ms()).ordered()
        return [*ordered, *(job for job in found if job.state == "held")]

    def now(self) -> Mapping[str, int]:
        """By sweep, 1 for the one that begins next; those that do not wait have none."""
        waits = (job.sweep_id for job in self.waiting() if job.state == "waiting")
        return {sweep_id: position for position, sweep_id in enumerate(waits, 1)}
