"""Who is told what becomes of records, for as long as somebody listens."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Ears:
    """Calls back from one thread, and never after `close` has returned.

    `on_trouble` gets a line for a person, once until it changes or there was calm between.
    """

    def __init__(self, on_trouble: Callable[[str], None]) -> None:
        self._on_trouble = on_trouble
        self._telling = threading.Lock()
        self._closed = False
        self._said = ""

    @property
    def in_trouble(self) -> bool:
        """Whether there was a complaint, and no calm since."""
        return bool(self._said)

    def complain(self, line: str) -> None:
        """There is trouble."""
        if line != self._said:
            self.tell(lambda: self._on_trouble(line))
        self._said = line

    def calm(self) -> None:
        """There is none any more."""
        self._said = ""

    def tell(self, call: Callable[[], None]) -> None:
        """Call back, unless it was closed."""
        with self._telling:
            if not self._closed:
                call()

    def close(self) -> None:
        """Nobody is told anything any more."""
        with self._telling:
            self._closed = True
