"""What a service writes about itself: lines with their time, and no secrets in them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from sweeps.errors import printable
from sweeps.redaction import redacted

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


@contextmanager
def logging_to(stream: TextIO) -> Iterator[None]:
    """Within, all that is logged in this process goes to the stream, and nowhere else.

    Of uvicorn only what goes wrong: what it says of its start is said in better words.
    """
    root, uvicorn = logging.getLogger(), logging.getLogger("uvicorn")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SafeFormatter())
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
