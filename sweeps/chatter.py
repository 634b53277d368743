"""Keeps TensorFlow's start-up notices off the terminal, whoever imports it."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_CHATTER = re.compile(
    rb"^(WARNING: All log messages before absl|[IWE]0000 |\d{4}-\d\d-\d\d [\d:.]+: [IW] )"
)


@contextmanager
def without_chatter() -> Iterator[None]:
    """Hold standard error back, native code's too, and let through what is not a start-up notice.

    TensorFlow's libraries write to the descriptor itself before any of their settings count.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            for line in held:
                if not _CHATTER.match(line):
                    os.write(2, line)
