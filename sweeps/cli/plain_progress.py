"""Progress as plain lines, for pipes and log files."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from sweeps.cli.at_work_lines import at_work_lines
from sweeps.cli.failures import Failures
from sweeps.cli.pace import Pace
from sweeps.cli.telling import ending_line
from sweeps.errors import printable
from sweeps.trial import Result
from sweeps.watcher import AtWork, Summary
from sweeps.wording import count, duration, figure

SOONEST = 5.0
LATEST = 60.0
"""Seconds between two lines."""
SHARE = 0.05
"""Of all trials, between two lines, unless the last line is old."""
MOST_AT_WORK = 4
"""Slots at work that a line tells of."""


class PlainProgress:
    """A line when a sweep begins, when it ends, and every 5 % between.

    Not more often than every 5 seconds and, as long as trials finish or take long, not more seldom
    than every minute. When nobody reads any more, the sweep goes on without a word.
    """

    def __init__(
        self, write: Callable[[str], None] | None = None, clock: Callable[[], float] | None = None
    ) -> None:
        self._write = write or _to_stdout
        self._clock = clock or time.monotonic
        self._pace = Pace(None, 0, 0.0)
        self._failures = Failures()
        self._told_at = 0.0
        self._told_done = 0
        self._unheard = False

    def began(self, sweep_id: str, name: str, total: int | None, done: int) -> None:
        """Say which sweep runs, how much there is to do and how much is done."""
        self._pace = Pace(total, done, self._clock())
        self._failures = Failures()
        self._told_at, self._told_done = self._pace.started, done
        goal = "trials until the time is up" if total is None else count(total, "trial")
        self.said(f"{name} {sweep_id}: {goal}" + (f", {done:,} done before" if done else ""))

    def finished(self, result: Result, best: Result | None, front: int = 0) -> None:
        """Count a trial; say so when enough has happened since the last line."""
        now = self._clock()
        self._pace.tick(now)
        if (failure := self._failures.line(result)) is not None:
            self.said(failure)
        if self._due(now):
            self._told_at, self._told_done = now, self._pace.done
            self.said(progress_line(self._pace, best, front))

    def training(self, live: Sequence[AtWork]) -> None:
        """Say how far trials are, when nothing was said for a minute."""
        now = self._clock()
        if live and now - self._told_at >= LATEST:
            self._told_at = now
            self.said("; ".join(at_work_lines(live, MOST_AT_WORK)))

    def said(self, line: str) -> None:
        """Pass it on."""
        if self._unheard:
            return
        try:
            self._write(printable(line))
        except OSError:  # nobody reads any more: a closed pipe, a closed terminal
            self._unheard = True

    def ended(self, summary: Summary) -> None:
        """Say how it ended."""
        self.said(ending_line(summary))

    def _due(self, now: float) -> bool:
        if self._pace.done == self._pace.total:
            return True
        enough = self._pace.done - self._told_done >= SHARE * (self._pace.total or 0)
        silent = now - self._told_at
        return silent >= LATEST or (silent >= SOONEST and enough)


def progress_line(pace: Pace, best: Result | None, front: int = 0) -> str:
    """`12/60 trials, best 0.9455 (trial 7), 4.1 trials/s, 12 s left`.

    With several objectives there is no best trial: `5 on the front`.
    """
    total = "" if pace.total is None else f"/{pace.total:,}"
    parts = [f"{pace.done:,}{total} trials" if total else count(pace.done, "trial")]
    if front:
        parts.append(f"{front:,} on the front")
    elif best is not None and best.score is not None:
        parts.append(f"best {figure(best.score)} (trial {best.trial.number})")
    if pace.rate:
        parts.append(pace.rate)
    if pace.seconds_left:
        parts.append(f"{duration(pace.seconds_left)} left")
    return ", ".join(parts)


def _to_stdout(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
