"""Processes that run the user's code for somebody, and end when nobody waits for them any more."""

from __future__ import annotations

import os
import threading
import time

LOOK_SECONDS = 0.5


def end_with_parent() -> None:
    """From now on, end this process when the one that started it is gone, however that ended.

    The user's code may never return, and nobody is left then who would end it.
    """
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="sweeps-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
