"""Room for a few who wait: requests that take seconds must not take every thread there is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sweeps.service.problems import FAILED, ProblemError

MOST = 8
"""Of the forty threads that answer requests."""


class FewWaiting:
    """Lets so many in at once; `what` says what they wait for."""

    def __init__(self, what: str, most: int = MOST) -> None:
        self._what = what
        self._places = threading.Semaphore(most)

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Within it, one waits. Raises ProblemError, 503, where all places are taken."""
        if not self._places.acquire(blocking=False):
            raise ProblemError(
                503, f"others wait for {self._what} already", FAILED, {"Retry-After": "2"}
            )
        try:
            yield
        finally:
            self._places.release()
