"""What a person writes into a running sweep's page: asked for now and then, passed on once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from tracking.tracker import Tracker, TrackingError

SECONDS_BETWEEN = 1.0
_SHARE = 5
"""Asking takes a fifth of the sender's time at most, however slowly the store answers."""


class Wishes:
    """Asks a tracker for the command of the sweep that has begun on it.

    `on_command` gets a text once, until the text changes or was acknowledged. A store in trouble
    is asked again after `pauses` (seconds; the last one repeats); sending says what the trouble is.
    """

    def __init__(self, on_command: Callable[[str], None], pauses: Sequence[float]) -> None:
        self._on_command = on_command
        self._pauses = pauses
        self._failures = 0
        self._heard = ""
        self._due = time.monotonic()

    @property
    def seconds_left(self) -> float:
        """How long until it is time to ask."""
        return max(0.0, self._due - time.monotonic())

    def acknowledged(self) -> None:
        """Take the same text for a new wish from now on: the tracker took the old one away."""
        self._heard = ""

    def ask(self, tracker: Tracker, sweep_id: str) -> None:
        """Ask if it is time to."""
        if self.seconds_left:
            return
        asked = time.monotonic()
        try:
            wish = tracker.command(sweep_id).strip()
        except TrackingError:
            self._failures += 1
            pause = self._pauses[min(self._failures, len(self._pauses)) - 1]
            self._due = time.monotonic() + max(SECONDS_BETWEEN, pause)
            return
        self._failures = 0
        took = time.monotonic() - asked
        self._due = time.monotonic() + max(SECONDS_BETWEEN, took * (_SHARE - 1))
        if wish and wish != self._heard:
            self._on_command(wish)
        self._heard = wish
