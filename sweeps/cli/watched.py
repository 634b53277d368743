"""What there is to see of a sweep that another process runs, read from the ledger at every look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from sweeps.cli.catalogue import Catalogue
from sweeps.cli.failures import Failures
from sweeps.clock import wall_ms
from sweeps.trial import Result
from sweeps.watcher import AtWork

if TYPE_CHECKING:
    from sweeps.ledger.course import Passed
    from sweeps.ledger.records import SweepRow
    from sweeps.queue_place import QueuePlace
    from sweeps.sweep import Sweep

FAILURES = 3
"""The last ones, which are told in words."""

WINDOW = 200
WINDOW_MS = 600_000
FEWEST = 5
"""The pace is that of so many trials at most, of the last ten minutes, if there are some."""

TAKEN_UP: Mapping[str, Collection[str]] = {
    "waiting": ("queued", "interrupted", "crashed", "failed", "finished", "out_of_time"),
    "running": ("queued", "interrupted", "crashed"),
}
"""The states of a sweep that goes on, without anybody's doing, when its job is in that state."""


@dataclass(frozen=True)
class Seen:
    """One look at a sweep. `curve` is the best score after each trial that had one, in time.

    `queued` is its place in a queue while somebody is going to run it, None otherwise; `away` says
    why nobody could look again since.

    `per_second` and `seconds_left` are None while nobody can say; `open` are trials that were begun
    and have no result, `oldest_ms` is when the first of them began.
    """

    row: SweepRow
    total: int | None
    best: Result | None
    curve: Sequence[float]
    per_second: float | None
    seconds_left: float | None
    at_work: Sequence[AtWork]
    failures: Sequence[str]
    oldest_ms: int | None
    now_ms: int
    queued: QueuePlace | None = None
    away: str | None = None

    @property
    def over(self) -> bool:
        """Whether nobody runs the sweep, and nobody is about to."""
        return self.row.holder is None and self.queued is None


@dataclass
class Watched:
    """A sweep that is looked at again and again; what did not change is not read again."""

    shelf: Catalogue
    sweep: Sweep
    sweep_id: str
    total: int | None
    _course: list[Passed] = field(default_factory=list)
    _counted: tuple[int, ...] = ()
    _best: Result | None = None
    _failures: dict[int, str] = field(default_factory=dict)

    def look(self) -> Seen:
        """The sweep now. Raises LookupError when it was removed, LedgerError."""
        ledger = self.shelf.ledger
        row = ledger.sweep(self.sweep_id)
        counted = row.ended, row.running, row.cancelled
        if counted != self._counted:
            self._course = ledger.course(self.sweep_id)
            maximize = self.sweep.objective.goal == "maximize"
            self._best = (
                None if self.sweep.further else ledger.best(self.sweep_id, maximize=maximize)
            )
            self._failures = self._told_failures()
            self._counted = counted
        now = wall_ms()
        per_second = None if row.holder is None else pace(self._course, row, now)
        waiting = [one.started_ms for one in self._course if one.state == "running"]
        return Seen(
            row=row,
            total=self.total,
            best=self._best,
            curve=curve(self._course, self.sweep),
            per_second=per_second,
            seconds_left=self._seconds_left(row, per_second),
            at_work=self.shelf.at_work(self.sweep_id) if row.holder else [],
            failures=list(self._failures.values()),
            oldest_ms=min(waiting, default=None),
            now_ms=now,
            queued=self._queued(row),
        )

    def _queued(self, row: SweepRow) -> QueuePlace | None:
        if row.holder is not None:
            return None
        job = self.shelf.place(row)
        if job is None or job.state not in TAKEN_UP or row.state not in TAKEN_UP[job.state]:
            return None
        return job

    def _told_failures(self) -> dict[int, str]:
        """By number, in the order in which they ended."""
        failed = [one for one in self._course if one.state == "failed"]
        failed.sort(key=lambda one: (one.ended_ms or 0, one.number))
        return {one.number: self._told(one.number) for one in failed[-FAILURES:]}

    def _told(self, number: int) -> str:
        if number in self._failures:
            return self._failures[number]
        result = self.shelf.ledger.trial(self.sweep_id, number).result
        return "" if result is None else Failures().line(result) or ""

    def _seconds_left(self, row: SweepRow, per_second: float | None) -> float | None:
        minutes = self.sweep.budget.minutes
        left = [] if minutes is None else [max(0.0, 60 * minutes - row.spent_seconds)]
        if per_second and self.total is not None:
            left.append(max(0, self.total - row.searched) / per_second)
        return min(left) if left and per_second else None


def curve(course: Sequence[Passed], sweep: Sweep) -> list[float]:
    """The best score so far, each time that a trial of the search has come to one."""
    ended = [one for one in course if one.score is not None and not one.confirms]
    ended.sort(key=lambda one: (one.ended_ms or 0, one.number))
    better = max if sweep.objective.goal == "maximize" else min
    return list(accumulate((one.score for one in ended if one.score is not None), better))


def pace(course: Sequence[Passed], row: SweepRow, now_ms: int) -> float | None:
    """Trials per second: lately, or where that is few trials over all the sweep's time."""
    ends = sorted(one.ended_ms for one in course if one.ended_ms is not None)[-WINDOW:]
    lately = [end for end in ends if end >= now_ms - WINDOW_MS]
    if len(lately) >= FEWEST and lately[-1] > lately[0]:
        return 1000 * (len(lately) - 1) / (lately[-1] - lately[0])
    return row.ended / row.spent_seconds if row.ended and row.spent_seconds > 0 else None
