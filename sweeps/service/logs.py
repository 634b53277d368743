"""What a service writes about itself: lines with their time, and no secrets in them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from sweeps.errors import printable
from sweeps.redaction import redacted

MOST = 100
TERM_SECONDS = 10.0
"""How many entries of one kind are written in so much time: strangers can cause as many as they
send requests, and a disk is soon full of them."""

_LINE = "%(asctime)sZ  %(levelname)s  %(name)s: %(message)s"


class SafeFormatter(logging.Formatter):
    """Redacts whole entries, so that arguments and tracebacks are covered as well.

    What a client may have written ends no line: of several, those after the first are indented.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__(_LINE, "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The entry as it is written."""
        first, *more = redacted(super().format(record)).splitlines() or [""]
        return "\n".join([printable(first), *(f"    {printable(line)}" for line in more)])


class Sparing(logging.Filter):
    """Leaves out what one logger says too often, and says how much that was; errors never."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._terms: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the entry is written."""
        if record.levelno >= logging.ERROR:
            return True
        kind, now = (record.name, record.levelno), self._clock()
        with self._lock:
            began, number = self._terms.get(kind, (now, 0))
            left_out = max(0, number - MOST) if now - began >= TERM_SECONDS else 0
            began, number = (now, 0) if now - began >= TERM_SECONDS else (began, number)
            self._terms[kind] = began, number + 1
        if left_out:
            said = f"{record.getMessage()} ({left_out:,} more like it were left out before this)"
            record.msg, record.args = said, ()
        return number < MOST


@contextmanager
def logging_to(stream: TextIO) -> Iterator[None]:
    """Within, all that is logged in this process goes to the stream, and nowhere else.

    Of uvicorn only what goes wrong: what it says of its start is said in better words.
    """
    root, uvicorn = logging.getLogger(), logging.getLogger("uvicorn")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SafeFormatter())
    handler.addFilter(Sparing())
    before = root.handlers[:], root.level, uvicorn.level
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    uvicorn.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        uvicorn.setLevel(before[2])
