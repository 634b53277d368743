"""How long a sweep has taken."""

from __future__ import annotations

import time


class Stopwatch:
    """Wall time of a sweep over all its sessions."""

    def __init__(self, before: float) -> None:
        self._before = before
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Those of earlier sessions included."""
        return self._before + self.session_seconds

    @property
    def session_seconds(self) -> float:
        """Of this session only."""
        return time.monotonic() - self._started
