"""What the user's code prints, kept out of what this package prints."""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from sweeps.executors.executor import WORKER_NAME

CLEAR_LINE = "\r\x1b[2K"
"""Takes a progress bar away, which is drawn again below what is then printed."""


class WholeLines(io.TextIOBase):
    """Passes text on a line at a time, so that neither bars nor lines of other workers are torn."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._before = CLEAR_LINE if stream.isatty() else ""
        self._held = ""

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Pass on what ends in a new line; the rest is held."""
        *lines, self._held = (self._held + text).split("\n")
        for line in lines:
            self._stream.write(f"{self._before}{line}\n")
        self._stream.flush()
        return len(text)

    def finish(self) -> None:
        """Pass on what is held, as a line."""
        if self._held:
            self.write("\n")


@contextmanager
def printed_apart() -> Iterator[None]:
    """In a worker, whatever is printed within goes to standard error, in whole lines.

    Standard output is for what this package says; what native code and other programs write there
    goes the same way. In the user's own process nothing is changed.
    """
    if multiprocessing.current_process().name != WORKER_NAME:
        yield
        return
    lines = WholeLines(sys.stderr)
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(lines), redirect_stderr(lines):
            yield
    finally:
        lines.finish()
        os.dup2(kept, 1)
        os.close(kept)
