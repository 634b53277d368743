"""Processes that a function of the user's starts: loaders of batches, pools."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def children_allowed() -> Iterator[None]:
    """Within it, a worker may have processes of its own, which daemons may not."""
    process = multiprocessing.current_process()
    before = process.daemon
    if not before:
        yield
        return
    process.daemon = False
    try:
        yield
    finally:
        process.daemon = before
