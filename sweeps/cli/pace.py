"""How fast trials finish, and when the last one will."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW = 200
"""Trials whose times the rate is taken from, so that it follows changes of speed."""


@dataclass
class Pace:
    """Trials done of a total, by the clock; all times are seconds of one monotonic clock."""

    total: int | None
    done: int
    started: float
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def __post_init__(self) -> None:
        self._times.append(self.started)

    def tick(self, now: float) -> None:
        """One more trial is done."""
        self.done += 1
        self._times.append(now)

    @property
    def per_second(self) -> float | None:
        """Trials per second; None before the first of this session is done."""
        spent = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / spent if len(self._times) > 1 and spent > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """At this pace; None while the pace or the total is unknown."""
        if self.total is None or self.per_second is None:
            return None
        return max(0, self.total - self.done) / self.per_second

    @property
    def rate(self) -> str:
        """The pace in words: per second when fast, per minute when slow."""
        if self.per_second is None:
            return ""
        if self.per_second >= 1:
            return f"{self.per_second:.1f} trials/s"
        return f"{60 * self.per_second:.1f} trials/min"
