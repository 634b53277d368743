"""How long a sweep has taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class Stopwatch:
    """Wall time of a sweep over all its sessions, pauses left out."""

    def __init__(self, before: float) -> None:
        self._before = before
        self._started = monotonic()

    @property
    def seconds(self) -> float:
        """Those of earlier sessions included."""
        return self._before + self.session_seconds

    @property
    def session_seconds(self) -> float:
        """Of this session only."""
        return monotonic() - self._started

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """What passes within does not count."""
        began = monotonic()
        try:
            yield
        finally:
            self._started += monotonic() - began
