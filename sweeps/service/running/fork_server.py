"""The process that others of the service are forked from: it imports nothing of the working folder.

Python would begin it with that folder first on its import path, where a `random.py` or a folder
named as a package would become part of every coordinator.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from sweeps.service.running.reaping import REAPING

VARIABLE = "PYTHONSAFEPATH"
OURS = "forked"
"""Any text means yes to Python; this one that the operator has not said it."""


def begin(process: BaseProcess) -> None:
    """Start a process that is forked from it, and itself where it does not live yet.

    Raises OSError, or EOFError when it ends meanwhile.
    """
    with REAPING, _safe_path():
        process.start()


def leave_to_others() -> None:
    """Within the fork server: programs that users' code starts are to find their neighbours."""
    if os.environ.get(VARIABLE) == OURS:
        del os.environ[VARIABLE]


@contextmanager
def _safe_path() -> Iterator[None]:
    if VARIABLE in os.environ:
        yield
        return
    os.environ[VARIABLE] = OURS
    try:
        yield
    finally:
        leave_to_others()
