"""What `sweeps watch` says of a sweep, as phrases and lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweeps.cli.at_work_lines import at_work_lines
from sweeps.cli.queue_lines import queue_line
from sweeps.errors import printable
from sweeps.wording import count, duration, figure, shown, titled

if TYPE_CHECKING:
    from sweeps.cli.watched import Seen

SOONEST = 5.0
"""Seconds between two lines of a pipe that tell of progress."""


def state_of(seen: Seen) -> str:
    """`penguins abc234: running, by me@here:1234`."""
    by = f", by {seen.row.holder}" if seen.row.holder else ""
    if seen.queued is not None:
        by = f", in the queue: {queue_line(seen.queued)}"
    return printable(f"{titled(seen.row)}: {shown(seen.row.state)}{by}")


def figures(seen: Seen) -> list[str]:
    """How far it is: trials, the best, pace, time left."""
    row = seen.row
    total = "" if seen.total is None else f"/{seen.total:,}"
    said = [f"{row.searched:,}{total} trials" if total else count(row.searched, "trial")]
    said += [f"{number:,} {word}" for number, word in _ends(seen) if number]
    if seen.best is not None and seen.best.score is not None:
        said.append(f"best {figure(seen.best.score)} (trial {seen.best.trial.number})")
    if seen.per_second:
        said.append(_rate(seen.per_second))
    if seen.seconds_left:
        said.append(f"{duration(seen.seconds_left)} left")
    return said


def work(seen: Seen, most: int) -> list[str]:
    """A line for each slot at work; where nobody tells, how many trials are begun, and since when.

    What is over within seconds is told by nobody.
    """
    if seen.at_work:
        return at_work_lines(seen.at_work, most)
    if not seen.row.running or seen.oldest_ms is None or seen.row.holder is None:
        return []
    age = duration((seen.now_ms - seen.oldest_ms) / 1000)
    return [f"{count(seen.row.running, 'trial')} begun, the first {age} ago"]


def waits(away: str) -> str:
    """What is said while nobody can look."""
    return f"as it was when last seen: {printable(away)}"


class Changes:
    """Lines for a pipe: those about what is new since the last look."""

    def __init__(self) -> None:
        self._state = ""
        self._ended = -1
        self._failures: Sequence[str] = ()
        self._told_at = 0.0
        self._away = False

    def lines(self, seen: Seen, now: float) -> list[str]:
        """What is new; of progress no more often than every five seconds."""
        said = self._away_or_back(seen.away)
        if seen.row.state != self._state:
            said.append(state_of(seen))
        said += [line for line in seen.failures if line not in self._failures]
        last = seen.over
        due = last or now - self._told_at >= SOONEST
        if seen.row.ended != self._ended and due:
            said.append(", ".join(figures(seen)))
            self._ended, self._told_at = seen.row.ended, now
        self._state, self._failures = seen.row.state, seen.failures
        return said

    def _away_or_back(self, away: str | None) -> list[str]:
        was, self._away = self._away, away is not None
        if away is None:
            return ["it can be looked at again"] if was else []
        return [] if was else [waits(away)]


def _ends(seen: Seen) -> list[tuple[int, str]]:
    row = seen.row
    return [
        (row.failed + row.unconfirmed, "failed"),
        (row.pruned, "pruned"),
        (row.cancelled, "cancelled"),
        (row.confirmed, "confirmed"),
    ]


def _rate(per_second: float) -> str:
    if per_second >= 1:
        return f"{per_second:.1f} trials/s"
    return f"{60 * per_second:.1f} trials/min"
