"""What several workers share: calls run on it side by side, or one has it to itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Device:
    """A lock with many holders, or one that waits for all of them to be done.

    Who wants it alone comes before those that come later, so that their turn does come.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holders = 0
        self._wanted = 0
        self._taken = False

    @contextmanager
    def held(self, *, alone: bool) -> Iterator[None]:
        """Within, nobody has it alone, or `alone`: nobody else has it at all."""
        self._take_alone() if alone else self._join()
        try:
            yield
        finally:
            with self._changed:
                if alone:
                    self._taken = False
                else:
                    self._holders -= 1
                self._changed.notify_all()

    def _join(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._taken and not self._wanted)
            self._holders += 1

    def _take_alone(self) -> None:
        with self._changed:
            self._wanted += 1
            try:
                self._changed.wait_for(lambda: not self._taken and not self._holders)
                self._taken = True
            finally:
                self._wanted -= 1
