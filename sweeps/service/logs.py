"""What a service writes about itself: lines with their time, and no secrets in them."""

from __future__ import annotations

import logging
import time
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


def logging_to(stream: TextIO, level: int = logging.INFO) -> logging.Handler:
    """Let everything that is logged in this process go to the stream; returns the handler.

    It takes the place of handlers that were there, as uvicorn's own.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SafeFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    return handler
