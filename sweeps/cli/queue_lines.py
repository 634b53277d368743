"""A sweep's place in a queue, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweeps.clock import wall_ms
from sweeps.wording import count, moment

if TYPE_CHECKING:
    from sweeps.queue_place import QueuePlace


def queue_facts(job: QueuePlace | None) -> dict[str, str]:
    """Who wants the sweep run, and when that will be; nothing of one that was never in a queue."""
    if job is None:
        return {}
    return {"owner": job.owner, **({} if job.state == "over" else {"queue": queue_line(job)})}


def queue_line(job: QueuePlace) -> str:
    """`3rd to begin, priority 5, 2 slots and 1 GPU`, `held until it is resumed`."""
    said = [_standing(job)]
    if job.priority:
        said.append(f"priority {job.priority}")
    if job.state == "waiting" and job.not_before_ms > wall_ms():
        said.append(f"not before {moment(job.not_before_ms)}")
    if job.tries:
        said.append(f"{count(job.tries, 'session')} died at once")
    room = count(job.workers, "slot") + (f" and {count(job.gpus, 'GPU')}" if job.gpus else "")
    return ", ".join([*said, room])


def _standing(job: QueuePlace) -> str:
    if job.state == "held":
        return "held until it is resumed"
    if job.state == "running":
        return "begun"
    if job.position is None:
        return "waiting"
    return "next" if job.position == 1 else f"{ordinal(job.position)} to begin"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`, `1,021st`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number:,}{ending or 'th'}"
