"""When a store that is in trouble is tried again, and when it is given up."""

from __future__ import annotations

import threading
from collections.abc import Sequence

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
CLOSING_PAUSE = 1.0
CLOSING_TRIES = 3


class Retries:
    """Counts failures in a row, and waits after each.

    While `closing` is not set, the store is tried again after `pauses` (seconds; the last one
    repeats). Then it is given up when it was in trouble before and still is, or fails three times.
    Setting an event cuts the pause short.
    """

    def __init__(
        self, pauses: Sequence[float], closing: threading.Event, given_up: threading.Event
    ) -> None:
        self._pauses = pauses
        self._closing = closing
        self._given_up = given_up
        self._before = 0
        self._while_closing = 0

    def success(self) -> None:
        """Start counting anew."""
        self._before = self._while_closing = 0

    def failure(self) -> bool:
        """Pause; whether to try again."""
        if not self._closing.is_set():
            self._closing.wait(self._pauses[min(self._before, len(self._pauses) - 1)])
            self._before += 1
            return True
        self._while_closing += 1
        if self._before or self._while_closing == CLOSING_TRIES:
            return False
        self._given_up.wait(min(self._pauses[0], CLOSING_PAUSE))
        return True
